"""The first page: each part for those who may see the list behind it, in both languages, always in as many queries."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from bookings.admin.dashboard.needs import MOST_COUNTED, capped
from bookings.admin.dashboard.period import Period
from bookings.admin.dashboard.pipe import DAYS, pipe
from bookings.admin.dashboard.sessions import MOST, days
from bookings.admin.dashboard.totals import counted
from bookings.domain.attention import Condition
from bookings.domain.words import Outcome, Payment, Source, Status
from bookings.models import Attention, Booking, Message, Run, RunKind, RunState
from bookings.tests.admin import text_of
from coaches.models import Coach
from users.models import User

INDEX = reverse("admin:index")
NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
TODAY = date(2026, 4, 2)
EMAIL = "jonas.berg@client.example"


@pytest.fixture
def staff(client: Client, sam: User) -> Client:
    client.force_login(sam)
    return client


def session(number: int, starts_at: datetime, status: Status = Status.BOOKING_CREATED, **columns: Any) -> Booking:
    ends_at = starts_at + timedelta(minutes=30)
    return Booking.objects.create(uid=f"u{number}", status=status, starts_at=starts_at, ends_at=ends_at, **columns)


def open_case(condition: Condition, *, hours: int = 1, **about: Any) -> Attention:
    since = timezone.now() - timedelta(hours=hours)
    return Attention.objects.create(condition=condition, weight=condition.weight, since=since, **about)


def busy(number: int, coach: Coach) -> Booking:
    """All that the page shows of a booking: today's, paid, and in need of somebody."""
    money = {"payment": Payment.PAID, "price": 9000, "currency": "usd"}
    booking = session(number, timezone.now(), coach=coach, client_email=EMAIL, **money)
    for condition in (Condition.PAID_CANCELLED, Condition.NO_USER):
        open_case(condition, hours=number, booking=booking)
    Message.objects.create(
        source=Source.WEBHOOK,
        digest=f"{number}",
        trigger="BOOKING_PAID",
        outcome=Outcome.FAILED,
        received_at=timezone.now(),
    )
    Run.objects.create(kind=RunKind.BOOKINGS, state=RunState.DONE, started_at=timezone.now(), changed=1)
    return booking


# --- The page --------------------------------------------------------------------------------------------------------


@contextmanager
def without_time_zones() -> Iterator[None]:
    """MySQL as it is before its zones are loaded: a zone that it doesn't know makes a moment NULL."""

    def asked(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        return execute(sql, ["Nowhere" if each == "Europe/Paris" else each for each in params or ()], many, context)

    with connection.execute_wrapper(asked):
        yield


HEADINGS = {
    "en": ("Sessions", "Needs somebody", "List price of paid sessions", "Load by coach", "Connection to Cal.com"),
    "zh-hans": ("课程", "需要处理", "已付款课程的标价", "各教练的工作量", "与 Cal.com 的连接"),
}


@pytest.mark.parametrize("language", HEADINGS)
@pytest.mark.parametrize("group", ["Operations", "Auditors", "Support", "Administrators"])
def test_each_group_sees_the_parts_of_which_it_sees_the_lists(
    group: str, language: str, member: Callable[[str], Client], ada: Coach
) -> None:
    busy(1, ada)
    browser = member(group)
    browser.cookies["django_language"] = language

    page = text_of(browser, INDEX)

    shown = [re.search(rf"<h[23][^>]*>(<a [^>]*>)?{heading}", page) is not None for heading in HEADINGS[language]]
    all_of_it = group != "Support"
    assert shown == [True, True, all_of_it, True, all_of_it]


def test_support_sees_no_price_no_address_and_nothing_of_money(member: Callable[[str], Client], ada: Coach) -> None:
    busy(1, ada)

    page = text_of(member("Support"), INDEX)

    leaks = [EMAIL, "90.00", "USD", "usd", "Paid", "paid", "price", "BOOKING_PAID", "webhook", "Webhook", "resync"]
    assert [each for each in leaks if each in page] == []
    assert "j•••@client.example" in page
    assert "No user was found" in page


def test_who_may_see_nothing_is_told_so(client: Client, charlie: User) -> None:
    User.objects.filter(pk=charlie.pk).update(is_staff=True)
    client.force_login(charlie)

    page = text_of(client, INDEX)

    assert "There is nothing here that you may see." in page
    assert "<h2" not in page


def test_the_number_of_queries_does_not_depend_on_how_much_there_is(staff: Client, ada: Coach) -> None:
    counts = []
    for numbers in (range(1, 2), range(2, 31)):
        for number in numbers:
            coach = Coach.objects.create(cal_user_id=number, name=f"Coach {number}") if number % 2 else ada
            busy(number, coach)
        for query in ("", "?days=90&by=week"):
            with CaptureQueriesContext(connection) as queries:
                text_of(staff, INDEX + query)
            counts.append(len(queries))

    assert len(set(counts)) == 1


def test_every_number_of_a_chart_is_in_a_table(staff: Client, ada: Coach) -> None:
    now = timezone.now()
    paid = {"payment": Payment.PAID, "price": 1234567, "currency": "usd"}
    for number, status in enumerate(Status):
        session(number, now, status, coach=ada, **paid)
    session(9, now - timedelta(days=6), Status.NO_SHOW, payment=Payment.PAID, price=700, currency="jpy")

    page = text_of(staff, INDEX)

    def row(name: str) -> list[str]:
        (found,) = re.findall(rf'<tr><th scope="row"[^>]*><a [^>]*>{name}.*?</tr>', page)
        return [re.sub(r"<[^>]+>", " ", cell).strip() for cell in re.findall(r"<td>(.*?)</td>", found)]

    first, today = timezone.localdate(now) - timedelta(days=6), timezone.localdate(now)
    assert row(today.isoformat()) == ["5", "2", "1", "1", "1", "49,382.68 USD"]
    assert row(first.isoformat()) == ["1", "0", "0", "1", "0", "700 JPY"]
    assert row((first + timedelta(days=1)).isoformat()) == ["0", "0", "0", "0", "0", "-"]
    assert row("All of these days") == ["6", "2", "1", "2", "1", "700 JPY  49,382.68 USD"]
    assert page.count('<svg class="chart-drawing"') == 3


def test_an_empty_office_says_what_it_means(staff: Client) -> None:
    page = text_of(staff, INDEX)

    told = (
        "No session today.",
        "No session tomorrow.",
        "Nothing needs anybody.",
        "Nothing is open",
        "No session in these days.",
        "No coach is known yet.",
        "None has come yet.",
        "None has run yet.",
        "Not known, without a resync.",
    )
    assert [each for each in told if each not in page] == []


def test_an_unknown_period_is_refused_politely(staff: Client, ada: Coach) -> None:
    refused, taken = text_of(staff, INDEX + "?days=3650"), text_of(staff, INDEX + "?days=90&by=week")

    told = "There is no such period here. These are the figures of the last 7 days."
    assert (told in refused, told in taken) == (True, False)
    assert re.findall(r'aria-current="true">([^<]+)', taken) == ["90 days", "By week"]


def test_nothing_is_asked_of_another_machine(staff: Client, ada: Coach) -> None:
    busy(1, ada)

    loaded = re.findall(r"""<(?:link|script|img|iframe)\b[^>]*?(?:href|src)=["']([^"']+)""", text_of(staff, INDEX))

    assert [address for address in loaded if not address.startswith(("/static/", "/admin/"))] == []
    assert [address for address in loaded if address.endswith("office/dashboard.css")]


def test_what_a_client_wrote_is_escaped(staff: Client, ada: Coach) -> None:
    session(1, timezone.now(), client_name="<script>alert(1)</script>", coach=ada)
    Coach.objects.update(name="<b>Ada</b>")

    page = text_of(staff, INDEX)

    assert "<script>alert" not in page
    assert "<b>Ada" not in page
    assert "&lt;b&gt;Ada" in page


@pytest.mark.mysql
def test_a_database_without_time_zones_is_named(staff: Client, ada: Coach) -> None:
    session(1, timezone.now(), coach=ada)
    staff.cookies["viewer_zone"] = "Europe/Paris"

    with without_time_zones():
        page = text_of(staff, INDEX)

    assert "The database knows no time zones" in page
    assert "The database knows no time zones" not in text_of(staff, INDEX)


# --- Sessions --------------------------------------------------------------------------------------------------------


def cells(rows: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", rows)]


def shown_days(coaches: dict[int, Coach]) -> list[Any]:
    return days(counted(Period(TODAY)), coaches, now=NOW)


def test_sessions_are_listed_by_coach_where_the_viewer_is(db: None, ada: Coach) -> None:
    bob = Coach.objects.create(cal_user_id=2, name="Bob")
    session(1, datetime(2026, 4, 2, 11, 45, tzinfo=UTC), coach=bob, client_name="Now")
    session(2, datetime(2026, 4, 2, 22, tzinfo=UTC), coach=bob, client_name="Tomorrow in Paris")
    session(3, datetime(2026, 4, 1, 22, tzinfo=UTC), Status.MEETING_ENDED, coach=ada, client_name="First")
    session(4, datetime(2026, 4, 2, 9, tzinfo=UTC), Status.BOOKING_CANCELLED, coach=ada)
    session(5, datetime(2026, 4, 2, 9, tzinfo=UTC), Status.BOOKING_CANCELLED, is_head=False)
    session(6, datetime(2026, 4, 2, 8, tzinfo=UTC), Status.PENDING, client_name="No coach")

    with timezone.override("Europe/Paris"), translation.override("en"):
        today, tomorrow = shown_days({ada.pk: ada, bob.pk: bob})

    assert [(str(group.coach), cells(group.rows)) for group in today.groups] == [
        ("Ada Coach", ["00:00", "First", "Ended"]),
        ("Bob", ["13:45", "Now now", "Booked"]),
        ("None", ["10:00", "No coach", "Pending"]),
    ]
    assert (today.count, today.cancelled, today.rest, today.coaches) == (3, 1, 0, 2)
    assert (today.figure, today.told) == ("3", "2 coaches · 1 cancelled")
    assert [cells(group.rows) for group in tomorrow.groups] == [["00:00", "Tomorrow in Paris", "Booked"]]
    assert tomorrow.told == "1 coach"
    addresses = [group.address.partition("?")[2] for group in today.groups]
    assert addresses == [
        f"starts=today&coach__id__exact={ada.pk}",
        f"starts=today&coach__id__exact={bob.pk}",
        "starts=today&coach__id__exact=none",
    ]


def test_of_very_many_sessions_those_to_come_are_listed(db: None, ada: Coach) -> None:
    first = datetime(2026, 4, 2, tzinfo=UTC)
    for number in range(96):
        session(number, first + timedelta(minutes=15 * number), coach=ada)
        session(1000 + number, first + timedelta(days=1, minutes=15 * number), coach=ada)

    today, tomorrow = shown_days({ada.pk: ada})

    (group,), (later,) = today.groups, tomorrow.groups
    assert (group.shown, cells(group.rows)[0], group.count, today.rest) == (MOST, "11:00", 96, 96 - MOST)
    assert (later.shown, cells(later.rows)[0], tomorrow.rest) == (MOST, "00:00", 96 - MOST)


def test_when_the_many_of_a_day_are_over_it_says_so(db: None, ada: Coach) -> None:
    begin = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range(MOST + 1):
        session(number, begin, Status.MEETING_ENDED, coach=ada)

    today, _tomorrow = days(counted(Period(begin.date())), {ada.pk: ada}, now=begin + timedelta(hours=20))

    assert (today.groups, today.count, today.rest) == ([], MOST + 1, MOST + 1)


# --- What needs somebody ---------------------------------------------------------------------------------------------


def test_cases_are_counted_by_kind_and_the_worst_are_shown(staff: Client) -> None:
    bookings = [session(number, NOW) for number in range(9)]
    for number, booking in enumerate(bookings):
        open_case(Condition.NO_USER, hours=number, booking=booking)
    open_case(Condition.PAID_CANCELLED, booking=bookings[0])
    open_case(Condition.FREE, hours=-1, booking=bookings[0])  # Will hold in an hour.
    message = Message.objects.create(source=Source.WEBHOOK, digest="d", received_at=NOW, outcome=Outcome.FAILED)
    open_case(Condition.FAILED_MESSAGE, message=message)

    shown = staff.get(INDEX).context["parts"]["needs"]

    kinds = [(str(kind.label), kind.count, kind.address.partition("?")[2]) for kind in shown.kinds]
    assert kinds == [
        ("Paid, but cancelled", "1", "condition=paid_cancelled"),
        ("A message could not be applied", "1", "condition=failed_message"),
        ("No user was found", "9", "condition=no_user"),
    ]
    assert (shown.count, [ago for *_row, ago in shown.rows[:3]]) == ("11", ["1\xa0hour ago"] * 2 + ["8\xa0hours ago"])
    assert len(shown.rows) == 6


def test_who_sees_no_message_is_shown_none(member: Callable[[str], Client]) -> None:
    message = Message.objects.create(source=Source.WEBHOOK, digest="d", received_at=NOW, outcome=Outcome.FAILED)
    open_case(Condition.FAILED_MESSAGE, message=message)

    shown = member("Support").get(INDEX).context["parts"]["needs"]

    assert (shown.count, shown.kinds, shown.rows) == ("0", [], [])


def test_nobody_counts_further_than_anyone_reads(staff: Client) -> None:
    bookings = Booking.objects.bulk_create(Booking(uid=f"u{number}") for number in range(MOST_COUNTED + 5))
    Attention.objects.bulk_create(
        Attention(condition=Condition.NO_USER, weight=Condition.NO_USER.weight, booking=booking, since=NOW)
        for booking in Booking.objects.filter(uid__in=[each.uid for each in bookings])
    )

    shown = staff.get(INDEX).context["parts"]["needs"]

    assert (shown.count, shown.kinds[0].count) == ("1,000+", "1,000+")
    assert [capped(each) for each in (0, 1000, 1001)] == ["0", "1,000", "1,000+"]


# --- The pipe --------------------------------------------------------------------------------------------------------


def test_the_pipe_tells_what_came_last_and_what_resyncs_found(db: None) -> None:
    def ran(hours: int, kind: RunKind = RunKind.BOOKINGS, **columns: Any) -> Run:
        started_at = NOW - timedelta(hours=hours)
        return Run.objects.create(**{"kind": kind, "state": RunState.DONE, "started_at": started_at} | columns)

    def came(minutes: int, **columns: Any) -> Message:
        at = NOW - timedelta(minutes=minutes)
        return Message.objects.create(**{"source": Source.WEBHOOK, "digest": str(minutes), "received_at": at} | columns)

    came(90, trigger="BOOKING_CREATED")
    heard = came(7, trigger="BOOKING_PAID")
    came(5, trigger="booking", source=Source.API)
    came(3, trigger="PING")
    came(2, outcome=Outcome.FAILED)
    ran(24 * DAYS, changed=50)  # Before the first day.
    ran(26, changed=2, created=1, failed=1)
    ran(25, changed=1)
    ran(24, changed=9, dry_run=True)
    ran(23, RunKind.CLOCK, changed=9)
    last = ran(1, state=RunState.FAILED, seen=4, failed=2, error="Cal.com is away.")

    with translation.override("en"):
        shown = pipe(now=NOW)

    assert shown.webhook is not None
    assert shown.resync is not None
    assert (shown.webhook.at, shown.webhook.ago) == ("2026-04-02 11:53 UTC", "7\xa0minutes ago")
    assert reverse("admin:bookings_message_change", args=[heard.pk]) in shown.webhook.page
    assert reverse("admin:bookings_run_change", args=[last.pk]) in shown.resync.heard.page
    assert (shown.failed, shown.resync.failed, shown.resync.error) == ("1", 2, "Cal.com is away.")
    drift = [(span.first.day, differing, failing) for span, differing, failing in shown.drift]
    assert drift == [(2, 0, 2), (1, 4, 1), (31, 0, 0), (30, 0, 0), (29, 0, 0), (28, 0, 0), (27, 0, 0)]
    assert shown.drifted == 7


def test_drift_is_a_table_too_and_none_is_good_news(staff: Client) -> None:
    Run.objects.create(kind=RunKind.BOOKINGS, state=RunState.DONE, started_at=timezone.now())
    quiet = text_of(staff, INDEX)
    Run.objects.create(kind=RunKind.BOOKINGS, state=RunState.DONE, started_at=timezone.now(), changed=3)
    told = text_of(staff, INDEX)

    today = timezone.localdate().isoformat()
    assert "None: all was as Cal.com has it." in quiet
    assert re.search(rf'<th scope="row" class="number">{today} \w+</th><td>3</td><td>0</td>', told)
