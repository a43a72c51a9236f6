"""From the first click to the last, as a client: book, pay or not, cancel, move."""

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from careercoach.demo.browser.people import Person
from careercoach.demo.browser.words import Words

# seed.COACHES, as a client gets to know them.
COACHES = re.compile("Ada Lindqvist|Marcus Bell|陈思远|Priya Raman|Elena Costa|Tom Okafor")


def clock(at: datetime) -> re.Pattern[str]:
    """A time of day as the front-end may write it for a reader in Berlin, with 24 or 12 hours."""
    local = at.astimezone(ZoneInfo("Europe/Berlin"))
    return re.compile(rf"\b0?{local.hour}:{local.minute:02}|\b0?{(local.hour - 1) % 12 + 1}:{local.minute:02}")


def test_book_and_pay(person: Callable[..., Person], language: str) -> None:
    client = person("林晓雨" if language == "zh-hans" else None, language=language).sign_up()

    at = client.follow_the_booking_link().choose_time()
    client.send_the_form().pay().go_back()

    expect(client.heading("You're booked")).to_be_visible()
    client.sees(upcoming={"BOOKING_CREATED": 1})
    expect(client.card).to_contain_text(COACHES)
    expect(client.card).to_contain_text(clock(at))
    expect(client.card).to_contain_text(client.say("Paid"))
    expect(client.link("Join", within=client.card)).to_have_attribute("href", re.compile("/video/"))


def test_a_declined_card_can_be_tried_again(person: Callable[..., Person], language: str) -> None:
    client = person(language=language).sign_up().follow_the_booking_link()
    client.watch.expect("402")
    client.choose_time()
    client.send_the_form()

    client.button("Let the card be declined").click()
    declined = client.say("Your card was declined. Nothing was charged; you may try again.")
    expect(client.page.get_by_role("alert")).to_have_text(declined)
    client.pay().go_back()

    client.sees(upcoming={"BOOKING_CREATED": 1})


def test_who_walks_away_can_pay_later(person: Callable[..., Person], language: str) -> None:
    client = person(language=language).sign_up().follow_the_booking_link()
    client.choose_time()
    client.send_the_form()

    client.link("Walk away without paying").click()
    client.sees(upcoming={"PENDING": 1})
    expect(client.card).to_contain_text(client.say("Not paid yet"))
    client.link("Complete payment", within=client.card).click()
    client.link("Complete payment").click()
    client.pay().go_back()

    client.sees(upcoming={"BOOKING_CREATED": 1})
    expect(client.link("Complete payment", within=client.card)).to_be_hidden()


def test_an_unpaid_booking_can_be_cancelled(person: Callable[..., Person]) -> None:
    client = person().sign_up().follow_the_booking_link()
    client.choose_time()
    client.send_the_form()
    client.link("Walk away without paying").click()
    client.sees(upcoming={"PENDING": 1})

    client.button("Cancel", "a booking", within=client.card).click()
    client.cancel_meeting().go_back()

    client.sees(past={"BOOKING_CANCELLED": 1})


def test_cancel(person: Callable[..., Person], language: str) -> None:
    client = person(language=language).sign_up()
    client.book()
    client.sees(upcoming={"BOOKING_CREATED": 1})

    client.button("Cancel", "a booking", within=client.card).click()
    client.cancel_meeting("I have the job!").go_back()

    client.sees(past={"BOOKING_CANCELLED": 1})
    expect(client.button("Cancel", "a booking", within=client.card)).to_be_hidden()
    expect(client.button("Move", within=client.card)).to_be_hidden()
    expect(client.link("Join", within=client.card)).to_be_hidden()


def test_the_details_tell_what_happened_so_far(person: Callable[..., Person], language: str) -> None:
    client = person(language=language).sign_up()
    client.book()
    client.sees(upcoming={"BOOKING_CREATED": 1})

    client.button("Details", within=client.card).click()

    steps = client.card.locator("ol.timeline li b")
    expect(steps).to_have_text([Words(language)("Pending"), Words(language)("Booked")])


def test_the_form_tells_what_is_wrong_and_keeps_the_rest(person: Callable[..., Person], language: str) -> None:
    client = person(language=language).sign_up().follow_the_booking_link()
    client.watch.expect("400")
    client.choose_time()

    guests = client.page.get_by_label(client.say("Guests"))
    guests.fill("nobody")
    client.page.get_by_label(client.say("Additional notes")).fill("About my CV")
    client.button("Continue to payment").click()
    expect(guests).to_have_attribute("aria-invalid", "true")
    expect(client.page.get_by_label(client.say("Additional notes"))).to_have_value("About my CV")
    guests.fill("friend@example.com")

    client.send_the_form().pay()
    expect(client.page.get_by_text("friend@example.com")).to_be_visible()


def test_the_room_is_closed_until_shortly_before_the_start(person: Callable[..., Person], language: str) -> None:
    client = person(language=language).sign_up()
    client.book()
    client.sees(upcoming={"BOOKING_CREATED": 1})

    with client.context.expect_page() as opened:
        client.link("Join", within=client.card).click()

    expect(opened.value.get_by_role("heading", level=1)).to_have_text(client.say("You are early"))


def test_the_keyboard_alone_leads_to_the_payment(person: Callable[..., Person]) -> None:
    client = person().visit()
    keyboard = client.page.keyboard

    def tab_to(role: str, name: str | re.Pattern[str], *, most: int = 60) -> None:
        wanted = client.page.get_by_role(role, name=name).first  # type: ignore[arg-type]
        for _each in range(most):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            keyboard.press("Tab")
        raise AssertionError(f"No way by Tab to {role} {name}")

    keyboard.press("Tab")
    expect(client.link("Skip to the content")).to_be_focused()
    keyboard.press("Enter")
    tab_to("textbox", "Name")
    keyboard.type(client.name)
    tab_to("textbox", "E-mail")
    keyboard.type(client.email)
    keyboard.press("Enter")
    expect(client.page.get_by_role("heading", name="Hello")).to_be_focused()
    tab_to("button", "Choose a time")
    keyboard.press("Enter")
    client.is_at_the_calendar()
    tab_to("link", re.compile("free time"))
    keyboard.press("Enter")
    client.page.wait_for_url(re.compile("date="))
    tab_to("link", re.compile("^[0-9]+:[0-9]+ [AP]M$"), most=150)
    keyboard.press("Enter")
    expect(client.heading("Your details")).to_be_visible()
    tab_to("button", "Continue to payment")
    keyboard.press("Enter")
    expect(client.heading("Pay by card")).to_be_visible()
    tab_to("button", re.compile("^Pay "))
    keyboard.press("Enter")
    expect(client.heading("This meeting is scheduled")).to_be_visible()
    tab_to("link", "Back to Career Coach")
    keyboard.press("Enter")

    client.sees(upcoming={"BOOKING_CREATED": 1})
