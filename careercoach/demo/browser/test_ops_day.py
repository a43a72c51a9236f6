"""A day of the operations staff in the admin: what needs somebody, its cure, it is settled; in both languages."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from careercoach.demo.browser.people import Person
from careercoach.demo.browser.serving import Demo
from careercoach.demo.browser.staff import ATTENTION, BOOKINGS, Staff


def booked(person: Callable[..., Person], demo: Demo) -> Person:
    client = person(at=demo).sign_up()
    client.book()
    client.sees(upcoming={"BOOKING_CREATED": 1})
    return client


def test_an_ops_day(person: Callable[..., Person], own_demo: Callable[..., Demo]) -> None:
    demo = own_demo()
    gone, coming = booked(person, demo), booked(person, demo)
    gone.button("Cancel", "a booking", within=gone.card).click()
    gone.cancel_meeting("I have the job!").go_back().sees(past={"BOOKING_CANCELLED": 1})
    staff: Staff = person(at=demo, kind=Staff)  # type: ignore[assignment]  # `kind` says which
    page = staff.page
    staff.watch.expect("400")  # A form without what it asks for.

    # The dashboard says how many need somebody, and leads there.
    staff.log_in(demo).look(gone.name, coming.name)
    expect(staff.menu(ATTENTION)).to_contain_text("1")
    staff.menu(ATTENTION).click()
    staff.needs_somebody(1)
    expect(page.locator("#result_list")).to_contain_text("Paid, but cancelled")
    staff.look()

    # The booking tells how it came to it, and what there is to do.
    page.locator("#result_list").get_by_role("link", name=re.compile("^CC-")).click()
    expect(page.locator(".office-case")).to_contain_text("Paid, but cancelled")
    expect(page.locator("ol.story .story-line .strong")).to_contain_text(["BOOKING_CANCELLED", "BOOKING_PAID"])
    staff.look()
    page.locator(".office-case").get_by_role("link", name="Record a refund").click()
    staff.look()
    staff.button("Record a refund").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    page.get_by_label("Refund at Stripe").fill("re_3OpsDay")
    page.get_by_label("Amount").fill("20.00")
    page.get_by_label("Note").fill("Half of it, by the policy.")
    staff.button("Record a refund").click()
    expect(page.get_by_text("Recorded a refund.")).to_be_visible()
    expect(page.locator(".office-head")).to_contain_text("20.00 USD refunded")

    # A part of it is not all: somebody settles it, by name.
    page.locator(".office-case").get_by_role("link", name="Settle").click()
    staff.look()
    page.get_by_label("Note").fill("The rest is kept, by the policy.")
    staff.button("Settle").click()
    expect(page.get_by_text("1 settled.")).to_be_visible()
    expect(page.locator(".office-case")).to_contain_text("The rest is kept, by the policy.")
    expect(page.locator("ol.story li").first).to_contain_text("The rest is kept, by the policy.")
    expect(page.locator("ol.story li").first).to_contain_text("Demo Admin")
    staff.menu(ATTENTION).click()
    staff.needs_somebody(0)
    staff.look()

    # Another is cancelled at Cal.com, and what Cal.com says of it is here, and with the client.
    staff.finds(coming).look()
    page.locator(".office-acts").get_by_role("link", name="Cancel at Cal.com").click()
    staff.look()
    page.get_by_label("Reason").fill("The coach is ill.")
    staff.button("Cancel at Cal.com").click()
    expect(page.get_by_text("Cancelled at Cal.com.", exact=True)).to_be_visible()
    expect(page.locator(".office-head")).to_contain_text("Cancelled")
    expect(page.locator("ol.story")).to_contain_text("The coach is ill.")
    coming.visit().sees(past={"BOOKING_CANCELLED": 1})

    # All of it as a table for elsewhere.
    staff.menu(BOOKINGS).click()
    with page.expect_download() as taken:
        staff.link("Export what is shown as CSV").click()
    table = Path(taken.value.path()).read_text("utf-8")
    assert [table[0], *(client.email in table for client in (gone, coming))] == ["\ufeff", True, True]

    # The same in Chinese, and by night.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    staff.speaks("zh-hans", "简体中文")
    staff.look(gone.name, coming.name)
    page.goto("/admin/")
    staff.look(gone.name, coming.name)
    staff.menu(ATTENTION).click()
    staff.needs_somebody(1)
    staff.look(gone.name, coming.name)
    page.locator("#result_list").get_by_role("link", name=staff.say("Record a refund")).click()
    staff.look(gone.name, coming.name)
    staff.finds(gone).look(gone.name, "Half of it, by the policy", "The rest is kept, by the policy")
    staff.speaks("en", "English")
    staff.look()

    assert "\n".join(staff.found) == ""
