"""The demo as a program: what it starts with, and that its data outlive it."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from careercoach.demo.browser.people import Person
from careercoach.demo.browser.serving import Demo


def test_somebody_of_the_demo_can_be_picked_and_the_data_outlive_a_stop(
    person: Callable[..., Person], own_demo: Callable[..., Demo]
) -> None:
    demo = own_demo(with_history=True)
    client = person("Alice Moreau", at=demo).visit()
    password = re.findall(r"admin@example.com +(\S+)", demo.output)

    client.page.get_by_role("button", name="Alice Moreau").click()
    client.sees(upcoming={"BOOKING_CREATED": 1}, past={"MEETING_ENDED": 1, "NO_SHOW": 1})
    client.watch.expect("ERR_|Failed to fetch")  # The page looks for news while nobody answers.
    demo.stop()
    expect(client.page.get_by_text("We can't reach Career Coach right now.")).to_be_visible()
    demo.start()
    expect(client.page.get_by_text("We can't reach Career Coach right now.")).to_be_hidden()

    client.visit().sees(upcoming={"BOOKING_CREATED": 1}, past={"MEETING_ENDED": 1, "NO_SHOW": 1})
    assert re.findall(r"admin@example.com +(\S+)", demo.output) == password != []


def test_the_printed_password_opens_the_admin(person: Callable[..., Person], demo: Demo) -> None:
    [(address, password)] = re.findall(r"(admin@example.com) +(\S+)", demo.output)
    staff = person()
    staff.watch.expect("favicon.ico")  # The admin has no icon.

    staff.page.goto("/admin/")
    staff.page.locator("[name=username]").fill(address)
    staff.page.locator("[name=password]").fill(password)
    staff.page.locator("[type=submit]").click()

    expect(staff.page.get_by_role("link", name="Bookings", exact=True).first).to_be_visible()
