"""How prices, instants and colours look."""

import re
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from bookings import admin as admin_pages
from bookings.admin import viewer
from bookings.admin.filters import NeedsSomebody
from bookings.admin.shown import GREY, TONES, CappedPaginator, instant, price, there
from bookings.admin.told import LABELS
from bookings.domain.registers import Register
from bookings.models import Attention, Booking, Difference, Message, Run
from bookings.tests.admin import BOOKINGS, text_of
from users.models import User


def test_a_list_counts_no_further_than_anyone_waits(db: None) -> None:
    for number in range(3):
        Booking.objects.create(uid=f"{number}")

    class Impatient(CappedPaginator):
        most = 2

    assert Impatient(Booking.objects.order_by("id"), 1).count == 2


@pytest.mark.parametrize(("count", "said"), [(1, "1 in all"), (9_999, "9999 in all"), (10_000, "10000 or more")])
def test_a_list_says_when_it_counted_no_further(count: int, said: str) -> None:
    counted = SimpleNamespace(result_count=count, paginator=CappedPaginator([], 50))

    shown = render_to_string(CappedPaginator.template_name, {"cl": counted})

    assert strip_tags(shown).strip() == said


def test_only_a_list_that_leaves_something_out_leads_to_all_of_it(client: Client, sam: User) -> None:
    Booking.objects.create(uid="one")
    client.force_login(sam)

    pages = [text_of(client, reverse(BOOKINGS) + query) for query in ("", "?q=one", "?status__exact=PENDING")]

    assert ["Show all" in page for page in pages] == [False, True, True]


def test_a_page_reads_the_rows_of_no_page_before_it(db: None) -> None:
    for number in range(5):
        Booking.objects.create(uid=f"{number}")

    with CaptureQueriesContext(connection) as queries:
        page = CappedPaginator(Booking.objects.order_by("-id"), 2).page("2")
        uids = [row.uid for row in page.object_list]

    assert uids == ["2", "1"]
    assert ["uid" in query["sql"] for query in queries if "OFFSET" in query["sql"]] == [False]


@pytest.mark.parametrize("model", [Attention, Booking, Difference, Message, Run])
def test_every_filter_has_an_index(model: type[Model]) -> None:
    """Without one, a choice that few rows fit reads millions."""
    columns = {
        "starts": "starts_at",
        "trigger": "trigger",
        "state": "state",
        "condition": "state",
        "field": "field",
    }  # By parameter.
    filters = admin.site.get_model_admin(model).list_filter
    named = [each[0] if isinstance(each, tuple) else each for each in filters if each is not NeedsSomebody]
    filtered = {each if isinstance(each, str) else columns[each.parameter_name] for each in named}

    assert filtered - {index.fields[0] for index in model._meta.indexes} == set()


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
