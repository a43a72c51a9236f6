"""The front-end page as the server gives it. What its scripts do is tried in a browser (careercoach/demo/browser)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation.trans_real import DjangoTranslation

from careercoach.demo.models import EventType
from users.models import User

pytestmark = pytest.mark.django_db(databases=["default", "demo"])

DEMO = Path(__file__).resolve().parent.parent
TEMPLATE = DEMO / "templates" / "demo" / "frontend.html"
STATIC = DEMO / "static" / "demo" / "frontend"
SOURCES = [TEMPLATE, *sorted(STATIC.iterdir())]
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """A request leaves its language behind, and no other test shall find it."""
    with translation.override(translation.get_language()):
        yield


def page(client: Client, language: str = "en") -> str:
    answer = client.get("/", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def given(html: str, name: str) -> Any:
    (found,) = re.findall(rf'<script id="{name}" type="application/json">(.*?)</script>', html)
    return json.loads(found)


def texts(html: str) -> list[str]:
    """What people read or hear of it, without the words that are the same in every language."""
    body = html[html.index("<body>") :]
    body = re.sub(r"<(\w+)[^>]* (?:translate=\"no\"|lang=)[^>]*>.*?</\1>", "", body, flags=re.S)
    spoken = re.findall(r"(?:aria-label|placeholder|title|alt)=\"([^\"]+)\"", body)
    return [each.strip() for each in re.findall(r">([^<]+)<", body) + spoken if each.strip(" \n→")]


@pytest.mark.parametrize(
    ("language", "tag", "heading", "other"),
    [
        ("en", "en", "Half an hour that moves your career forward.", "简体中文"),
        ("zh-hans", "zh-Hans", "聊半小时，理清职业下一步。", "English"),
    ],
)
def test_the_page_speaks_the_readers_language_and_offers_the_other(client, language, tag, heading, other):
    html = page(client, language)

    assert f'<html lang="{tag}">' in html
    assert re.findall(r"<h1[^>]*>([^<]+)</h1>", html)[0] == heading
    assert re.findall(r"<button[^>]*name=\"language\"[^>]*>([^<]+)</button>", html) == [other]


def test_every_text_of_the_page_is_translated(client):
    chinese = texts(page(client, "zh-hans"))

    assert len(chinese) > 50
    assert [text for text in chinese if not HAN.search(text)] == []
    assert [text for text in texts(page(client)) if HAN.search(text)] == []


def test_every_text_of_the_scripts_is_translated(client):
    written = "".join(path.read_text() for path in STATIC.glob("*.js"))
    calls = re.findall(r'gettext\(\s*("(?:[^"\\]|\\.)*")', written)
    catalogue = DjangoTranslation("zh-hans", domain="djangojs", localedirs=[])

    assert len(calls) > 30
    assert len(calls) == written.count("gettext(")  # No other way of quoting, which makemessages may not read.
    for text in map(json.loads, calls):
        translated = catalogue.gettext(text)
        assert HAN.search(translated) or text == "%(date)s, %(time)s", text
        assert sorted(re.findall(r"%\(\w+\)s", translated)) == sorted(re.findall(r"%\(\w+\)s", text))


def test_the_scripts_get_their_texts_in_the_language_of_the_page(client):
    address = re.findall(r'src="([^"]+texts\.js[^"]*)"', page(client, "zh-hans"))[0]

    answer = client.get(address, headers={"Accept-Language": "zh-hans"})

    assert json.dumps("预约成功") in answer.content.decode()


def test_the_language_can_be_switched(client):
    answer = client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})

    assert answer.headers["Location"] == "/"
    assert '<html lang="zh-Hans">' in page(client, "en")


def test_only_people_of_the_demo_are_offered_to_try_it_as(client, alice, sam):
    for number in range(8):
        User.objects.create_user(f"{number}@example.com", f"Person {number}", user_id=f"demo-{number}")
    User.objects.create_superuser("ops@example.com", "Ops", "password", user_id="demo-ops")

    people = given(page(client), "demo-users")

    assert [each["userId"] for each in people] == [f"demo-{number}" for number in range(6)]
    assert people[0] == {"userId": "demo-0", "name": "Person 0", "email": "0@example.com"}


def test_a_name_can_not_break_out_of_the_page(client):
    User.objects.create_user("x@example.com", "</script><script>alert(1)</script>", user_id="demo-x")

    html = page(client)

    assert "alert(1)</script>" not in html
    assert given(html, "demo-users")[0]["name"] == "</script><script>alert(1)</script>"


def test_the_price_is_that_of_the_page_to_book_on(client, settings, event_type):
    another = EventType.objects.get(pk=event_type.pk)
    another.pk, another.slug, another.price, another.currency = 1, "another", 1, "jpy"
    another.save(force_insert=True)
    settings.CAL_EVENT_URL = "http://cal.example/team/career-coach/coaching-session?month=2030-03"

    assert given(page(client), "offer") == {"price": 4900, "currency": "usd"}


def test_no_price_is_told_where_none_is_known(client, event_type):
    assert given(page(client), "offer") is None


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_comes_from_another_host(path):
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"')]*", path.read_text()))

    assert addresses <= {"http://www.w3.org/2000/svg"}  # The name of SVG, which nobody fetches.


def test_a_strict_content_policy_would_allow_all_of_it(client):
    html = page(client)

    assert re.findall(r"<[^>]+\s(?:style|on\w+)=", html) == []
    assert "<style" not in html
    assert re.findall(r"<script(?![^>]*(?:\bsrc=|application/json))", html) == []
    written = "".join(path.read_text() for path in SOURCES)
    assert re.findall(r"\beval\(|innerHTML|insertAdjacentHTML|document\.write", written) == []


def test_every_file_and_icon_that_is_named_is_there():
    html = TEMPLATE.read_text()
    named = re.findall(r'{% static "demo/frontend/([^"]+)" %}', html)
    imported = [name for path in STATIC.glob("*.js") for name in re.findall(r'from "\./([^"]+)"', path.read_text())]

    assert {path.name for path in STATIC.iterdir()} == {*named, *imported}
    assert set(re.findall(r'href="#(icon-\w+)"', html)) <= set(re.findall(r'<symbol id="(icon-\w+)"', html))
    script = (STATIC / "bookings.js").read_text() + (STATIC / "main.js").read_text()
    for looked_for in set(re.findall(r'getElementById\("([\w-]+)"\)|\$\("#([\w-]+)"\)', script)):
        assert f'id="{"".join(looked_for)}"' in html


def test_the_page_is_on_the_public_api_alone():
    script = "".join(path.read_text() for path in STATIC.glob("*.js"))

    assert len(re.findall(r"\bfetch\(", script)) == 1
    assert "fetch(`/api/${path}`" in script
    assert "XMLHttpRequest" not in script
