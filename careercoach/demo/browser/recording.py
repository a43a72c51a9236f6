"""`make recording`: books, pays, moves and cancels in a browser, and writes captioned pictures and a film of it.

The names of the files stay the same, the people too; the days are those of the day on which it is made.
"""

import re
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Locator, expect, sync_playwright

from careercoach.demo.browser.film import Shot, Studio, shoot
from careercoach.demo.browser.people import CHROMIUM, FLAGS, PATIENCE, PHONE, Operator, Person
from careercoach.demo.browser.serving import ROOT, Demo
from careercoach.demo.browser.staff import ATTENTION, Staff

PICTURES = ROOT / "docs" / "pictures"
FILM = "book-pay-cancel.mp4"
MOST = 3_000_000  # Bytes of all together.
LONG, SHORT, CLICK = 3.0, 1.6, 1.1  # Seconds in the film; the last is how long something is pointed at.

EVERY = 9  # So many half hours apart, the five fill two days.
OFFICE = {"width": 1280, "height": 1000}
OFFICE_CAPTIONS = (
    (
        "en",
        "English",
        (
            "The back office: who meets whom today, what needs somebody, and how it goes.",
            "Each row says what is wrong, since when, and what cures it.",
            "One booking: how it stands, what to do, and the story of each change.",
        ),
    ),
    (
        "zh-hans",
        "简体中文",
        (
            "后台：今天的课程、待处理事项和业务概况。",
            "每一行都说明问题是什么、始于何时、如何解决。",
            "一个预约：现状、可做的操作，以及每次变更的来龙去脉。",
        ),
    ),
)


class Recorder:
    def __init__(self, studio: Studio, folder: Path) -> None:
        self._studio, self._folder = studio, folder
        self._scenes: list[tuple[Shot, float]] = []

    def show(
        self, who: Person, caption: str, *, name: str = "", step: int | None = None, seconds: float = LONG
    ) -> None:
        """A scene of the film, and with a name a picture too."""
        shot = self.picture(who, caption, name=name, step=step)
        self._scenes.append((shot, seconds))

    def picture(self, who: Person, caption: str, *, name: str, step: int | None = None) -> Shot:
        who.page.wait_for_load_state("networkidle")
        shot = shoot(who.page, caption, step=step)
        if name:
            self._studio.picture(shot, self._folder / f"{name}.webp")
        return shot

    def click(self, target: Locator) -> None:
        """Points at it in the scene before, and clicks."""
        shot, _seconds = self._scenes[-1]
        target.scroll_into_view_if_needed()
        page = target.page
        again = shoot(page, shot.caption, step=shot.step, ring=target.bounding_box())
        self._scenes.append((again, CLICK))
        target.click()

    def type(self, target: Locator, text: str) -> None:
        """A word at a time, as far as a film shows it."""
        shot, _seconds = self._scenes[-1]
        words = text.split(" ")
        for number in range(1, len(words) + 1):
            target.fill(" ".join(words[:number]))
            self._scenes.append((replace(shot, picture=shoot(target.page, "").picture), 0.4))

    def finish(self) -> Path:
        path = self._folder / FILM
        self._studio.film(self._scenes, path)
        return path


def main() -> int:
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder) / "data", with_history=True).start()
        made = Path(folder) / "pictures"
        made.mkdir()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                record_in_english(browser, demo, Recorder(Studio(browser), made))
                record_in_chinese(browser, demo, Recorder(Studio(browser), made))
                record_the_office(browser, demo, Recorder(Studio(browser), made))
                browser.close()
        finally:
            demo.stop()
        size = sum(path.stat().st_size for path in made.iterdir())
        if size > MOST:
            print(f"{size:,} bytes are more than {MOST:,}: nothing was written.", file=sys.stderr)
            return 1
        shutil.rmtree(PICTURES, ignore_errors=True)
        shutil.copytree(made, PICTURES)
    for path in sorted(PICTURES.iterdir()):
        print(f"{path.stat().st_size:>9,}  {path.relative_to(ROOT)}")
    print(f"{size:>9,}  in all")
    return 0


def record_in_english(browser: Browser, demo: Demo, recorder: Recorder) -> None:
    maya = Person(browser, site=demo.site, name="Maya Lindholm", email="maya@example.com").visit()
    show = recorder.show

    expect(maya.button("Continue")).to_be_visible()
    show(maya, "A front-end on our API. Signing up takes a name and an e-mail address.", name="1-sign-up", step=1)
    recorder.type(maya.page.get_by_label("Name", exact=True), maya.name)
    recorder.type(maya.page.get_by_label("E-mail", exact=True), maya.email)
    recorder.click(maya.button("Continue"))
    expect(maya.page.get_by_text("No sessions yet")).to_be_visible()
    show(maya, "Signed in. The button asks our API for the address to book at.", step=2, seconds=SHORT)

    recorder.click(maya.button("Choose a time"))
    maya.is_at_the_calendar()
    maya.find_time_of_day("10:00 AM")
    show(maya, "Cal.com offers each time at which any of six coaches is free.", name="2-choose-a-time", step=3)
    recorder.click(maya.time_of_day("10:00 AM"))
    expect(maya.heading("Your details")).to_be_visible()
    show(maya, "Who books is filled in already; a signed token goes along.", name="3-details", step=4, seconds=SHORT)
    recorder.click(maya.button("Continue to payment"))
    expect(maya.heading("Pay by card")).to_be_visible()
    show(maya, "The payment. Here it is simulated, and it can be declined too.", name="4-pay", step=5)
    recorder.click(maya.page.get_by_role("button", name="Pay $49.00"))
    expect(maya.heading("This meeting is scheduled")).to_be_visible()
    maya.button("Stay here").click()
    show(maya, "Cal.com chose the coach, and has told us by signed webhook.", name="5-scheduled", step=6, seconds=SHORT)
    recorder.click(maya.link("Back to Career Coach"))
    expect(maya.heading("You're booked")).to_be_visible()
    maya.sees(upcoming={"BOOKING_CREATED": 1})
    show(maya, "Confirmed: with its coach, its time in one's own zone, and the link to join.", name="6-booked", step=7)

    recorder.click(maya.button("Cancel", "a booking", within=maya.card))
    reason = maya.page.get_by_label("Why do you cancel?")
    reason.scroll_into_view_if_needed()
    show(maya, "Cancelling is one click away, on Cal.com's page.", name="7-cancel", step=8, seconds=SHORT)
    recorder.type(reason, "I have the job!")
    recorder.click(maya.button("Cancel the meeting"))
    expect(maya.heading("This meeting is cancelled")).to_be_visible()
    show(maya, "The time is free again, and we are told at once.", step=9, seconds=SHORT)
    recorder.click(maya.link("Back to Career Coach"))
    maya.sees(past={"BOOKING_CANCELLED": 1})
    show(maya, "Cancelled, and shown as cancelled.", name="8-cancelled", step=10)

    cal = Operator(browser, site=demo.site, name="Op", email="op@example.com")
    cal.look().page.wait_for_load_state("networkidle")
    show(cal, "Play the rest of Cal.com: the clock, absences, coaches, and a spoiled wire.", name="9-play-cal", step=11)
    recorder.finish()

    alice = Person(browser, site=demo.site, name="Alice Moreau", email="alice@example.com", window=PHONE).visit()
    alice.page.get_by_role("button", name="Alice Moreau").click()
    alice.sees(upcoming={"BOOKING_CREATED": 1}, past={"MEETING_ENDED": 1, "NO_SHOW": 1})
    recorder.picture(alice, "The same page on a phone.", name="phone")


def record_in_chinese(browser: Browser, demo: Demo, recorder: Recorder) -> None:
    xiaoyu = Person(
        browser, site=demo.site, name="林晓雨", email="xiaoyu@example.com", language="zh-hans", zone="Asia/Shanghai"
    ).visit()

    xiaoyu.page.get_by_role("button", name="林晓雨").click()
    xiaoyu.sees(upcoming={"BOOKING_CREATED": 1}, past={"MEETING_ENDED": 1})
    recorder.picture(xiaoyu, "同一页面的中文版：预约、教练、状态和本地时间。", name="zh-sessions")
    xiaoyu.follow_the_booking_link()
    recorder.picture(xiaoyu, "选择时间：任何一位教练有空即可预约。", name="zh-choose-a-time")


def record_the_office(browser: Browser, demo: Demo, recorder: Recorder) -> None:
    """What staff see of the same, and of some more people: by day in English, by night in Chinese."""
    for number, name in enumerate(("Noah Weber", "Sofia Rossi", "Jonas Keller", "Lena Fischer", "Hugo Martin")):
        client = Person(browser, site=demo.site, name=name, email=f"{name.split()[0].lower()}@example.com").sign_up()
        client.book(number * EVERY)
        client.context.close()
    ops = Staff(browser, site=demo.site, name="Demo Admin", email="admin@example.com", window=OFFICE).log_in(demo)
    for language, name, captions in OFFICE_CAPTIONS:
        if language != ops.say.language:
            ops.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
            ops.speaks(language, name)
        prefix = "" if language == "en" else "zh-"
        ops.page.goto("/admin/")
        recorder.picture(ops, captions[0], name=f"{prefix}office-dashboard")
        ops.menu(ATTENTION).click()
        recorder.picture(ops, captions[1], name=f"{prefix}office-attention")
        ops.page.locator("#result_list").get_by_role("link", name=re.compile("^CC-")).first.click()
        expect(ops.heading("Story")).to_be_visible()
        recorder.picture(ops, captions[2], name=f"{prefix}office-booking")


if __name__ == "__main__":
    sys.exit(main())
