"""A member of the operations staff in the admin, and what one looks at there."""

import re

from playwright.sync_api import Locator, expect

from careercoach.demo.browser.people import Person
from careercoach.demo.browser.serving import Demo
from careercoach.demo.browser.watching import barriers, english, overflow
from careercoach.demo.browser.words import Words

TABLET = {"width": 820, "height": 1180}
# What is sold, who sells it, and who is logged in: the same in every language.
COACHES = ("Ada Lindqvist", "Marcus Bell", "Priya Raman", "Elena Costa", "Tom Okafor")
SAME = ("Career coaching session", *COACHES, "Demo Admin")
BOOKINGS, ATTENTION = "/admin/bookings/booking/", "/admin/bookings/attention/"


class Staff(Person):
    """Works in the admin. What is wrong with the pages looked at is in `found`."""

    found: tuple[str, ...] = ()

    def log_in(self, demo: Demo) -> "Staff":
        [(address, password)] = re.findall(r"(admin@example.com) +(\S+)", demo.output)
        self.page.goto("/admin/")
        self.look()
        self.page.locator("[name=username]").fill(address)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("[type=submit]").click()
        expect(self.page.get_by_role("heading", name=self.say("Bookings over time"))).to_be_visible()
        return self

    def look(self, *names: str) -> "Staff":
        """At this page: for everybody, no wider than a tablet, and in the language that was chosen, names aside."""
        found = barriers(self.page)
        window = self.page.viewport_size
        self.page.set_viewport_size(TABLET)  # type: ignore[arg-type]  # a dict with these two keys
        if wider := overflow(self.page):
            found.append(f"{self.page.url} is {wider} pixels too wide")
        self.page.set_viewport_size(window)  # type: ignore[arg-type]  # each of these pages has one
        if self.say.language == "zh-hans":
            found += [f"{self.page.url}: {text}" for text in english(self.page, names=(*SAME, *names))]
        self.found += tuple(found)
        return self

    def menu(self, address: str) -> Locator:
        return self.page.locator(f"#nav-sidebar a[href='{address}']")

    def speaks(self, language: str, name: str) -> None:
        """By the switch in the page."""
        self.page.get_by_text("admin@example.com").first.click()
        self.page.get_by_role("button", name=name).click()
        expect(self.page.locator("html")).to_have_attribute("lang", re.compile(language, re.IGNORECASE))
        self.say = Words(language)

    def finds(self, client: Person) -> "Staff":
        """Among the bookings, by the address, and opens it."""
        self.menu(BOOKINGS).click()
        self.page.get_by_role("searchbox").or_(self.page.locator("[name=q]")).first.fill(client.email)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#result_list tbody tr")).to_have_count(1)
        self.look(client.name)
        self.page.locator("#result_list tbody th a").click()
        expect(self.heading("Story")).to_be_visible()
        return self

    def needs_somebody(self, number: int) -> None:
        expect(self.page.locator("#result_list tbody tr")).to_have_count(number)
