"""A running demo, people with a browser each, and what happens when a test fails."""

import functools
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from careercoach.demo.browser.people import CHROMIUM, FLAGS, PATIENCE, Operator, Person
from careercoach.demo.browser.serving import ROOT, Demo
from careercoach.demo.browser.words import LOCALES

FAILURES = ROOT / ".pytest_cache" / "browser-failures"
_numbers = itertools.count(1)
_report = pytest.StashKey[bool]()

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """For all tests that leave coaches and the wire as they are: each has people of its own."""
    demo = Demo(tmp_path_factory.mktemp("demo")).start()
    yield demo
    demo.stop()


@pytest.fixture
def own_demo(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    """Makes one for this test alone."""
    made = []

    def start(**options: Any) -> Demo:
        made.append(Demo(tmp_path / "demo", **options).start())
        return made[-1]

    yield start
    for demo in made:
        demo.stop()


@pytest.fixture(params=LOCALES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def person(
    browser: Browser, request: pytest.FixtureRequest, own_demo: Callable[..., Demo]
) -> Iterator[Callable[..., Person]]:
    """Makes somebody with a browser of their own, at the shared demo unless another is given.

    It needs own_demo so as to end before it: no page is left looking for a demo that has ended.
    """
    made: list[Person] = []

    def come(
        name: str | None = None,
        *,
        at: Demo | None = None,
        language: str = "en",
        kind: type[Person] = Person,
        **options: Any,
    ) -> Person:
        at = at or request.getfixturevalue("demo")
        number = next(_numbers)
        # Of this process and test: nobody is known to two tests.
        email = f"{re.sub('[^a-z0-9]+', '-', request.node.name.lower())[:40].strip('-')}-{number}@example.com"
        name = name or f"Robin Vale {number}"
        made.append(kind(browser, site=at.site, name=name, email=email, language=language, **options))
        return made[-1]

    yield come
    failed = request.node.stash.get(_report, False)
    problems = []
    for number, each in enumerate(made):
        if failed:
            FAILURES.mkdir(parents=True, exist_ok=True)
            for index, page in enumerate(each.context.pages):
                page.screenshot(path=FAILURES / f"{request.node.name}-{number}-{index}.png", full_page=True)
        problems += each.watch.problems
        each.context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture
def operator(person: Callable[..., Operator]) -> Callable[..., Operator]:
    """Makes somebody who plays Cal.com."""
    return functools.partial(person, "Op", kind=Operator)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.when == "call" and report.failed:
        item.stash[_report] = True
    return report
