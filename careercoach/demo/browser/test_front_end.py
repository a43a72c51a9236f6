"""The front-end page by itself: who is here, in which language, and what it is for everybody."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from careercoach.demo.browser.people import DESK, PHONE, Person
from careercoach.demo.browser.watching import barriers, english, overflow


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["390", "1280"])
def test_everybody_can_use_the_page_signed_out_and_in(
    person: Callable[..., Person], language: str, window: dict[str, int]
) -> None:
    somebody = person("林晓雨" if language == "zh-hans" else None, language=language, window=window).visit()

    signed_out = barriers(somebody.page), overflow(somebody.page)
    somebody.sign_up()
    signed_in = barriers(somebody.page), overflow(somebody.page)

    assert signed_out == signed_in == ([], 0)


def test_the_chinese_page_leaves_nothing_in_english(person: Callable[..., Person]) -> None:
    somebody = person("林晓雨", language="zh-hans").visit()

    texts = english(somebody.page)
    somebody.sign_up()
    texts += english(somebody.page)

    assert texts == []


def test_the_language_can_be_switched_and_stays(person: Callable[..., Person]) -> None:
    somebody = person().sign_up()

    somebody.page.get_by_role("button", name="简体中文").click()
    expect(somebody.page.get_by_role("button", name="English")).to_be_visible()
    somebody.visit()

    expect(somebody.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(somebody.page.get_by_role("button", name="English")).to_be_visible()


def test_a_form_with_mistakes_says_what_is_wrong_in_the_readers_language(
    person: Callable[..., Person], language: str
) -> None:
    somebody = person(language=language).visit()
    somebody.watch.expect("400")

    somebody.page.get_by_label(somebody.say("Name"), exact=True).fill("Robin")
    somebody.page.get_by_label(somebody.say("E-mail"), exact=True).fill("no address")
    somebody.button("Continue").click()

    field = somebody.page.get_by_label(somebody.say("E-mail"), exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("email address" if language == "en" else "[\u4e00-\u9fff]"))


def test_the_device_remembers_who_one_is_until_one_says_that_it_is_somebody_else(
    person: Callable[..., Person],
) -> None:
    somebody = person("Noor Haddad").sign_up()

    somebody.visit()
    expect(somebody.heading("Hello, %(name)s", name="Noor")).to_be_visible()
    somebody.button("Not you?").click()
    expect(somebody.button("Continue")).to_be_visible()
    somebody.page.get_by_role("button", name="Noor Haddad").click()

    expect(somebody.heading("Hello, %(name)s", name="Noor")).to_be_visible()
