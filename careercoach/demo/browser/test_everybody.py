"""Every page of the stand-in is for everybody: on a phone and a desk, by day and by night, in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from careercoach.demo.browser.people import DESK, PHONE, Operator, Person
from careercoach.demo.browser.watching import barriers, english, overflow

# What is sold is said once, by whoever sells it: at Cal.com no language of the page changes that.
SOLD = (
    "Career coaching session",
    "By video with one of our career coaches: your plans, your CV, your next interview.",
)
COACHES = ("Ada Lindqvist", "Marcus Bell", "Priya Raman", "Elena Costa", "Tom Okafor")


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["390", "1280"])
def test_every_page_is_for_everybody(
    person: Callable[..., Person], operator: Callable[..., Operator], language: str, window: dict[str, int]
) -> None:
    # Each language and each width by day and by night, in half of the runs.
    scheme = "dark" if (language == "en") == (window == PHONE) else "light"
    client = person(language=language, window=window, color_scheme=scheme).sign_up()
    cal = operator(language=language, window=window, color_scheme=scheme)
    client.watch.expect("402|404|409")
    found: list[str] = []

    def look(heading: str, who: Person = client) -> None:
        expect(who.heading(heading).first).to_be_visible()
        names = (*SOLD, *COACHES, client.name)
        found.extend(f"{scheme}: {barrier}" for barrier in barriers(who.page))
        if wider := overflow(who.page):
            found.append(f"{heading}: {who.page.url} is {wider} pixels too wide")
        if language == "zh-hans":
            found.extend(f"{who.page.url}: {text}" for text in english(who.page, names=names))

    look("Upcoming sessions")
    client.follow_the_booking_link()
    look("Career coaching session")
    client.choose_time()
    look("Your details")
    client.send_the_form()
    look("Pay by card")
    client.button("Let the card be declined").click()
    expect(client.page.get_by_role("alert")).to_be_visible()
    look("Pay by card")
    client.link("Walk away without paying").click()
    client.sees(upcoming={"PENDING": 1})
    look("Upcoming sessions")
    client.link("Complete payment", within=client.card).click()
    look("One step left: the payment")
    client.link("Complete payment").click()
    client.pay()
    client.button("Stay here").click()
    look("This meeting is scheduled")
    client.link("Video room").click()
    look("You are early")
    client.link("Show the meeting").click()
    client.go_back()
    client.sees(upcoming={"BOOKING_CREATED": 1})
    client.button("Details", within=client.card).click()
    expect(client.card.locator("ol.timeline li")).to_have_count(2)
    look("What happened so far")
    client.button("Move", within=client.card).click()
    client.is_at_the_calendar()
    look("Career coaching session")
    client.choose_time(1)
    look("Confirm the new time")
    cal.unfold(client)
    look("Play Cal.com", cal)
    cal.page.locator("#deliveries").get_by_role("link", name="BOOKING_PAID").first.click()
    look("BOOKING_PAID", cal)
    client.visit().sees(upcoming={"BOOKING_CREATED": 1})
    client.button("Cancel", "a booking", within=client.card).click()
    look("Cancel this meeting?")
    client.cancel_meeting("没有时间")
    look("This meeting is cancelled")
    client.go_back().sees(past={"BOOKING_CANCELLED": 1})
    look("Past and cancelled")
    client.page.goto("/booking/of-nobody")
    look("There is no such meeting")

    assert "\n".join(found) == ""
