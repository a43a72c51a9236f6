"""How prices, instants and colours look."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from bookings import admin as admin_pages
from bookings.admin import viewer
from bookings.admin.shown import GREY, TONES, ago, instant, price, there
from bookings.admin.told import LABELS
from bookings.domain.registers import Register


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (9000, "usd", "90.00 USD"),
        (5, "eur", "0.05 EUR"),
        (0, "usd", "0.00 USD"),
        (9000, "jpy", "9000 JPY"),
        (9000, "KRW", "9000 KRW"),
        (2**63 - 1, "usd", "92233720368547758.07 USD"),
        (9000, "", "9000 minor units"),
        (None, "usd", ""),
        (None, "", ""),
    ],
)
def test_a_price_reads_as_people_write_it(amount: int | None, currency: str, text: str) -> None:
    assert price(amount, currency) == text


def test_every_register_has_a_name() -> None:
    assert [register for register in Register if register not in LABELS] == []


def test_an_instant_names_its_zone() -> None:
    moment = datetime.fromisoformat("2026-12-03T15:00:01.5+01:00")

    assert instant(moment) == "2026-12-03 14:00 UTC"
    assert instant(moment, timespec="seconds") == "2026-12-03 14:00:01 UTC"
    assert instant(None) == "-"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["just now", "just now", "1 minute ago", "2 hours ago"]),
        ("zh-hans", ["刚刚", "刚刚", "1 分钟前", "2 小时前"]),
    ],
)
def test_how_long_ago_is_told_in_the_largest_unit(language: str, said: list[str]) -> None:
    now = datetime.fromisoformat("2026-12-03T15:00:00Z")

    with override(language):
        told = [ago(now - timedelta(seconds=seconds), now=now) for seconds in (-9, 59, 60, 7500)]

    assert [each.replace("\xa0", " ") for each in told] == said


def test_the_clients_zone_is_told_where_it_is_another() -> None:
    moment = datetime.fromisoformat("2026-12-03T15:00:00Z")

    assert there(moment, "Asia/Shanghai") == "2026-12-03 23:00 Asia/Shanghai"
    assert [
        there(moment, "Europe/London"),
        there(moment, "Europe/Atlantis"),
        there(moment, ""),
        there(None, "UTC"),
    ] == [
        "",
        "",
        "",
        "",
    ]


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_badge_can_be_read() -> None:
    """In the light and in the dark."""
    style = (Path(admin_pages.__file__).parent.parent / "static/bookings/office/office.css").read_text()
    rule = r"^(html\.dark )?\.badge-(\w+) { background: (#\w{6}); color: (#\w{6}); }$"
    badges = {(dark, tone): (back, text) for dark, tone, back, text in re.findall(rule, style, flags=re.MULTILINE)}

    contrasts = {
        name: (max(pair) + 0.05) / (min(pair) + 0.05)
        for name, pair in ((name, [luminance(colour) for colour in pair]) for name, pair in badges.items())
    }

    assert {tone for _dark, tone in badges} == {*TONES.values(), GREY}
    assert len(badges) == 10
    assert [name for name, contrast in contrasts.items() if contrast < 7] == []


def test_zones_are_those_that_there_are_and_their_list_is_read_once() -> None:
    names = ("Europe/Paris", "Europe/Atlantis", "../etc/passwd", "")

    found = [viewer.zone(name) for name in names]

    assert found == [ZoneInfo("Europe/Paris"), None, None, None]
    assert viewer._zones.cache_info().misses == 1
