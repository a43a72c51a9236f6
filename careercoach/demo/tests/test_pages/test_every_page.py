"""What all pages have in common: their words, the ribbon, both languages, no other host."""

import re

import pytest
from django.urls import get_resolver
from django.utils import timezone, translation

from careercoach.demo.models import Booking
from careercoach.demo.pages import asked, words, zones
from careercoach.demo.pages.urls import urlpatterns
from careercoach.demo.tests.test_pages.conftest import (
    PAGE,
    free,
    next_address,
    only,
    text,
)

pytestmark = [pytest.mark.django_db(databases=["default", "demo"]), pytest.mark.usefixtures("ada")]


def test_every_refusal_of_the_desk_has_words(settings):
    sources = [path.read_text() for path in (settings.BASE_DIR / "careercoach" / "demo" / "desk").glob("*.py")]

    codes = {code for source in sources for code in re.findall(r'Refused\("(\w+)"\)', source)}

    assert codes - set(words.REFUSALS) == set()
    assert len(codes) > 9
    assert all(words.refusal(code) for code in codes)


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [(0, "usd", "Free"), (4900, "usd", "$49.00"), (4950, "eur", "€49.50"), (4900, "sek", "SEK 49.00")],
)
def test_prices_are_written_as_people_write_them(amount, currency, written):
    assert words.price(amount, currency) == written


def test_times_are_written_in_the_readers_language(booked):
    Booking.objects.update(start="2030-03-05T15:00Z", end="2030-03-05T15:30Z")
    row = only()

    def written() -> tuple[str, str]:
        return words.day_of(row.start, "Asia/Shanghai"), words.times_of(row.start, row.end, "Asia/Shanghai")

    with translation.override("en"):
        assert written() == ("Tuesday, 5 March 2030", "11:00 PM – 11:30 PM")
    with translation.override("zh-hans"):
        assert written() == ("2030年3月5日 星期二", "23:00 – 23:30")
    with translation.override(None):
        assert written() == ("Tuesday, 5 March 2030", "11:00 PM – 11:30 PM")


def test_zones_go_from_west_to_east():
    at = timezone.now()

    names = [choice.name for choice in zones.choices("Asia/Kathmandu", at=at)]

    assert names[0] == "Pacific/Honolulu"
    assert names.index("Asia/Kolkata") < names.index("Asia/Kathmandu") < names.index("Asia/Dhaka")
    assert len(names) == len(set(names))


def test_every_page_has_the_ribbon_and_asks_no_other_host(client, paid):
    paths = [
        PAGE,
        f"{PAGE}?slot={asked.written(free(paid.event_type, 2))}",
        f"/booking/{paid.uid}",
        f"/video/{paid.uid}",
        "/booking/x",
    ]
    for page in [text(client.get(path)) for path in [*paths, "/demo/"]]:
        assert "nothing is charged, nobody is mailed." in page
        assert 'action="/i18n/setlang/"' in page
        loaded = re.findall(r'(?:src|<link[^>]+href)="?([^" >]+)', page)
        assert {address for address in loaded if not address.startswith("/static/demo/cal/")} == {
            'rel="icon"',
            'rel="stylesheet"',
        } & set(loaded)
        assert not re.search(r"<script(?! src)|<style| style=| on\w+=", page)


def test_the_language_switch_leads_back_to_the_same_page(client, paid):
    path = f"/booking/{paid.uid}?changes=true"
    form = client.get(path)

    answer = client.post("/i18n/setlang/", {"language": "zh-hans", "next": next_address(form)}, follow=True)

    assert answer.redirect_chain == [(path, 302)]
    assert '<html lang="zh-Hans">' in text(answer)
    assert "English</button>" in text(answer)


def test_pages_are_asked_the_way_they_answer(client, paid):
    assert client.post(f"/video/{paid.uid}").status_code == 405
    assert client.post(f"/reschedule/{paid.uid}").status_code == 405
    assert client.put(PAGE).status_code == 405
    assert client.delete(f"/booking/{paid.uid}").status_code == 405
    assert client.head(PAGE).status_code == 200
    assert "no-store" in client.get(PAGE)["Cache-Control"]


def test_the_pages_are_where_cal_com_has_them():
    assert {str(each.pattern) for each in urlpatterns if each.name.startswith("cal-")} == {
        "team/<str:team>/<str:slug>",
        "payment/<str:payment_uid>",
        "booking/<str:uid>",
        "reschedule/<str:uid>",
        "video/<str:uid>",
    }
    assert get_resolver().resolve("/booking/abc").url_name == "cal-booking"
