"""A person with a browser of their own, and what one does on each page: found by what it says, as people find it."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Locator, Page, expect

from careercoach.demo.browser.watching import Watch
from careercoach.demo.browser.words import LOCALES, Words

CHROMIUM = "/usr/bin/chromium"  # Debian's.
FLAGS = [
    "--no-sandbox",  # A root user's Chromium has none.
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",  # Whatever a page asks for, nothing is looked up.
]
PATIENCE = 15_000  # Milliseconds for anything to appear.
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}

# Asks the control page anew each time.
NOTHING_ON_ITS_WAY = """
async () => {
  const answer = await fetch("/demo/");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("#deliveries tbody") !== null && page.querySelector("#deliveries .badge.waiting") === null;
}
"""

# The statuses of the API, and what the page calls them.
STATUSES = {
    "PENDING": "Pending",
    "BOOKING_CREATED": "Booked",
    "BOOKING_CANCELLED": "Cancelled",
    "MEETING_ENDED": "Ended",
    "NO_SHOW": "No-show",
}


class Person:
    def __init__(
        self,
        browser: Browser,
        *,
        site: str,
        name: str,
        email: str,
        language: str = "en",
        zone: str = "Europe/Berlin",
        window: dict[str, int] = DESK,
        **options: Any,
    ) -> None:
        self.site, self.name, self.email, self.zone = site, name, email, zone
        self.say = Words(language)
        self.context = browser.new_context(
            locale=LOCALES[language],
            timezone_id=zone,
            viewport=window,  # type: ignore[arg-type]  # a dict with these two keys
            reduced_motion="reduce",
            base_url=site,
            **options,
        )
        self.context.set_default_timeout(PATIENCE)
        self.watch = Watch(self.context, site)
        self.page: Page = self.context.new_page()

    # --- The front-end ---

    def visit(self) -> "Person":
        self.page.goto("/")
        return self

    def sign_up(self) -> "Person":
        self.visit()
        self.page.get_by_label(self.say("Name"), exact=True).fill(self.name)
        self.page.get_by_label(self.say("E-mail"), exact=True).fill(self.email)
        self.button("Continue").click()
        expect(self.page.get_by_text(self.say("No sessions yet"))).to_be_visible()
        return self

    def button(
        self, text: str, context: str | None = None, *, within: Locator | None = None, **values: object
    ) -> Locator:
        return (within or self.page).get_by_role("button", name=self.say(text, context, **values), exact=True)

    def link(self, text: str, *, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("link", name=self.say(text))

    def heading(self, text: str, **values: object) -> Locator:
        return self.page.get_by_role("heading", name=self.say(text, **values))

    @property
    def upcoming(self) -> Locator:
        return self.page.get_by_role("region", name=self.say("Upcoming sessions")).locator("li.booking")

    @property
    def past(self) -> Locator:
        return self.page.get_by_role("region", name=self.say("Past and cancelled")).locator("li.booking")

    def sees(self, *, upcoming: dict[str, int] | None = None, past: dict[str, int] | None = None) -> None:
        """Waits until the lists have exactly so many of each status."""
        for cards, wanted in ((self.upcoming, upcoming or {}), (self.past, past or {})):
            for status, number in wanted.items():
                expect(self.with_status(cards, status)).to_have_count(number)
            expect(cards).to_have_count(sum(wanted.values()))

    def with_status(self, cards: Locator, status: str) -> Locator:
        label = self.page.locator(".status", has_text=re.compile(f"^{re.escape(self.say(STATUSES[status]))}$"))
        return cards.filter(has=label)

    @property
    def card(self) -> Locator:
        """The only booking in the lists."""
        return self.page.locator("li.booking")

    # --- Cal.com's pages ---

    def follow_the_booking_link(self) -> "Person":
        self.button("Choose a time").click()
        self.is_at_the_calendar()
        return self

    def is_at_the_calendar(self) -> None:
        """In the person's own zone: the page has found out where the browser is."""
        expect(self.page.get_by_label(self.say("Times are shown in"))).to_have_value(self.zone)
        expect(self.page.locator("[data-detect-zone]")).to_have_count(0)

    def choose_time(self, number: int = 0) -> datetime:
        """The first free time, or the one so many after it: on a later day, where that day hasn't so many."""
        slots = self.page.locator("#times").get_by_role("link")
        while number >= (here := slots.count()):
            number -= here
            self._next_day()
        slot = slots.nth(number)
        at = parse_qs(urlsplit(slot.get_attribute("href") or "").query)["slot"][0]
        slot.click()
        expect(self.page.locator("form[data-once]")).to_be_visible()
        return datetime.fromisoformat(at)

    def time_of_day(self, clock: str) -> Locator:
        return self.page.locator("#times").get_by_role("link", name=clock, exact=True)

    def find_time_of_day(self, clock: str) -> None:
        """The first day that offers it. At ten in Europe, several coaches are at work."""
        while not self.time_of_day(clock).count():
            self._next_day()

    def _next_day(self) -> None:
        days = self.page.get_by_role("table").get_by_role("link")
        chosen = [day.get_attribute("aria-current") for day in days.all()].index("date")
        if chosen + 1 < days.count():
            days.nth(chosen + 1).click()
            expect(days.nth(chosen + 1)).to_have_attribute("aria-current", "date")
        else:
            self.next_month()

    def next_month(self) -> None:
        month = self.page.locator("#month").inner_text()
        self.link("Month after").click()
        expect(self.page.locator("#month")).not_to_have_text(month)

    def send_the_form(self) -> "Person":
        """Which is filled in already: the booking link says who it is."""
        expect(self.page.get_by_label(self.say("Your name"))).to_have_value(self.name)
        expect(self.page.get_by_label(self.say("E-mail address"))).to_have_value(self.email)
        self.button("Continue to payment").click()
        expect(self.heading("Pay by card")).to_be_visible()
        return self

    def pay(self) -> "Person":
        price = self.say("$%(amount)s", amount="49.00")
        self.page.get_by_role("button", name=self.say("Pay %(price)s", price=price)).click()
        expect(self.heading("This meeting is scheduled")).to_be_visible()
        return self

    def go_back(self) -> "Person":
        """To the front-end, from wherever Cal.com offers it."""
        self.link("Back to Career Coach").click()
        expect(self.heading("Upcoming sessions")).to_be_visible()
        return self

    def book(self, number: int = 0) -> datetime:
        """From the front-end and back to it, with all between."""
        self.follow_the_booking_link()
        at = self.choose_time(number)
        self.send_the_form().pay().go_back()
        return at

    def cancel_meeting(self, reason: str = "") -> "Person":
        """On the page to which the front-end's button leads."""
        self.page.get_by_label(self.say("Why do you cancel?")).fill(reason)
        self.button("Cancel the meeting").click()
        expect(self.heading("This meeting is cancelled")).to_be_visible()
        return self

    def ask_to_move(self, number: int = 1, *, reason: str = "") -> datetime:
        """From the card to the new time: the former one is held until then."""
        self.button("Move", within=self.upcoming).click()
        return self.choose_another_time(number, reason=reason)

    def choose_another_time(self, number: int = 1, *, reason: str = "") -> datetime:
        self.is_at_the_calendar()
        at = self.choose_time(number)
        self.page.get_by_label(self.say("Reason for the new time")).fill(reason)
        self.button("Reschedule").click()
        return at


class Operator(Person):
    """Plays Cal.com on its control page: the coach, the clock, the room and the wire."""

    def look(self) -> "Operator":
        self.page.goto("/demo/")
        return self

    def meeting(self, client: Person) -> Locator:
        """The client's latest; the control page has what is open first."""
        name = re.compile(rf"^\s*{re.escape(client.name)} {self.say('with')} ")
        return self.page.get_by_role("article").filter(has=self.page.get_by_role("heading", name=name)).first

    def unfold(self, client: Person) -> Locator:
        """The client's meeting with all that can be done with it."""
        meeting = self.look().meeting(client)
        if not meeting.locator("details[open]").count():
            meeting.locator("summary").click()
        return meeting

    def play(self, client: Person, button: str, **fields: str) -> None:
        """One move with the client's meeting. `fields` are filled in beside the button, by their names."""
        meeting = self.unfold(client)
        wanted = self.button(button, within=meeting)
        form = meeting.locator("form").filter(has=self.button(button))
        for name, value in fields.items():
            field = form.locator(f"[name={name}]")
            if field.evaluate("element => element.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        wanted.click()
        expect(self.page.locator(".messages .ok")).to_be_visible()

    def spoil_the_wire(self) -> None:
        self.look()
        self.page.locator("button[name=preset][value=repeated]").click()
        expect(self.page.locator(".messages .ok")).to_be_visible()

    def send_away(self, coach: str) -> None:
        self.button("Send %(coach)s away", coach=coach).click()
        expect(self.button("Bring %(coach)s back", coach=coach)).to_be_visible()

    def wait_until_all_is_sent(self) -> None:
        """What the wire holds back is sent some seconds late."""
        self.look().page.wait_for_function(NOTHING_ON_ITS_WAY, polling=300, timeout=2 * PATIENCE)
