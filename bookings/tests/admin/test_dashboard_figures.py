"""The figures of the dashboard: which day a booking counts on, what counts, and what is never added up."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone, translation

from bookings.admin.dashboard.charts import Bar, Series, round_above, stacked_bars
from bookings.admin.dashboard.figures import known_coaches, loads, sum_written
from bookings.admin.dashboard.period import DAYS, Choice, Period, Span, period_of
from bookings.admin.dashboard.totals import Figures, Tally, counted
from bookings.domain.words import Payment, Status
from bookings.models import Booking
from coaches.models import Coach

TODAY = date(2026, 4, 2)
NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)


def session(starts: str, status: Status = Status.MEETING_ENDED, **columns: Any) -> Booking:
    at = datetime.fromisoformat(starts)
    name = f"{starts}-{Booking.objects.count()}"
    return Booking.objects.create(uid=name, status=status, starts_at=at, ends_at=at + timedelta(minutes=30), **columns)


def by_day(figures: Figures) -> dict[str, dict[str, int]]:
    return {day.isoformat(): dict(tally.of) for day, tally in sorted(figures.by_day.items())}


def asked(query: str) -> HttpRequest:
    return RequestFactory().get(f"/admin/{query}")


# --- Which day -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("UTC", ["2026-03-28", "2026-03-29", "2026-04-02"]),
        ("Europe/Paris", ["2026-03-29", "2026-03-30", "2026-04-02"]),  # Where the clock goes forward on the 29th.
        ("America/Los_Angeles", ["2026-03-28", "2026-03-29", "2026-04-02"]),
        ("Asia/Kathmandu", ["2026-03-29", "2026-03-30"]),  # The last begins on the third there.
        ("Pacific/Kiritimati", ["2026-03-29", "2026-03-30"]),
    ],
)
def test_a_booking_counts_on_the_day_of_its_session_where_the_viewer_is(zone: str, days: list[str], db: None) -> None:
    for starts in ("2026-03-28T23:00Z", "2026-03-29T22:00Z", "2026-04-02T21:59Z"):
        session(starts)

    with timezone.override(zone):
        figures = counted(Period(TODAY, 7))

    assert list(by_day(figures)) == days


def test_the_period_begins_and_ends_at_midnight_of_the_viewer(db: None) -> None:
    inside, outside = ("2026-03-26T23:00Z", "2026-04-02T21:59Z"), ("2026-03-26T22:59Z", "2026-04-02T22:00Z")
    for starts in inside + outside:
        session(starts)

    with timezone.override("Europe/Paris"):
        figures = counted(Period(TODAY, 7))

    assert by_day(figures) == {"2026-03-27": {"MEETING_ENDED": 1}, "2026-04-02": {"MEETING_ENDED": 1}}


def test_weeks_begin_on_monday_and_are_as_long_as_they_lie_within() -> None:
    spans = Period(TODAY, 14, "week").spans

    assert [(span.first.isoformat(), span.last.isoformat()) for span in spans] == [
        ("2026-03-20", "2026-03-22"),
        ("2026-03-23", "2026-03-29"),
        ("2026-03-30", "2026-04-02"),
    ]
    assert spans[1].query == "?starts_at_from=2026-03-23&starts_at_to=2026-03-29"


@pytest.mark.parametrize("days", DAYS)
def test_days_are_all_there_whether_anything_was_on_or_not(days: int) -> None:
    spans = Period(TODAY, days).spans

    assert [span.first for span in spans] == [TODAY - timedelta(days=each) for each in range(days - 1, -1, -1)]


@pytest.mark.parametrize("query", ["?days=365", "?days=0", "?days=x", "?days=", "?by=month", "?days=90&by="])
def test_a_period_that_there_is_not_is_the_usual_one_and_says_so(query: str) -> None:
    with timezone.override("Asia/Shanghai"):
        assert period_of(asked(query), now=NOW) == Period(TODAY, DAYS[0], "day", is_other=True)


def test_a_period_is_as_the_address_says_and_leads_to_the_others() -> None:
    period = period_of(asked("?days=30&by=week"), now=NOW)

    assert period == Period(TODAY, 30, "week")
    with translation.override("en"):
        lengths, steps = period.choices()
        names = [str(choice.label) for choice in (*lengths, *steps)]
        dates = (str(Span(TODAY, TODAY)), Span(TODAY, TODAY).name, Span(TODAY, date(2026, 4, 5)).name)
    assert names == ["7 days", "14 days", "30 days", "90 days", "By day", "By week"]
    assert lengths[2] == Choice("30 days", "?days=30&by=week#figures", True)
    assert (steps[0].query, steps[0].is_chosen) == ("?days=30&by=day#figures", False)
    assert dates == ("2 Apr", "2026-04-02 Thu", "2026-04-02 to 2026-04-05")
    with translation.override("zh-hans"):
        assert str(Span(TODAY, TODAY)) == "4月2日"


# --- What counts -----------------------------------------------------------------------------------------------------


def test_each_chain_counts_once_and_by_its_status(db: None) -> None:
    session("2026-04-01T10:00Z", Status.BOOKING_CANCELLED, is_head=False)  # Moved to the next day.
    for status in (*Status, Status.BOOKING_CREATED):
        session("2026-04-02T10:00Z", status)

    tally = counted(Period(TODAY)).within(Span(TODAY - timedelta(days=3), TODAY))

    counts = (tally.bookings, tally.held, tally.pending, tally.no_shows, tally.cancelled, tally.load)
    assert counts == (6, 3, 1, 1, 1, 4)


def test_what_is_not_sold_here_does_not_count(db: None, settings: Any) -> None:
    settings.CAL_EVENT_TYPE_IDS = [1]
    for event_type in (None, 1, 2):
        session("2026-04-02T10:00Z", event_type=event_type)

    assert counted(Period(TODAY)).by_day[TODAY].bookings == 2


def test_list_prices_are_of_paid_sessions_and_of_each_currency_by_itself(db: None) -> None:
    paid = {"payment": Payment.PAID}
    for price, currency in ((9000, "usd"), (12000, "USD"), (700, "jpy"), (0, "eur"), (None, ""), (5, "")):
        session("2026-04-02T10:00Z", price=price, currency=currency, **paid)
    for payment in (Payment.DUE, Payment.PRESUMED, Payment.UNKNOWN):
        session("2026-04-02T11:00Z", price=9000, currency="usd", payment=payment)
    session("2026-04-02T12:00Z", Status.BOOKING_CANCELLED, price=9000, currency="usd", **paid)
    session("2026-04-01T12:00Z", Status.NO_SHOW, price=9000, currency="usd", **paid)

    figures = counted(Period(TODAY))

    assert dict(figures.by_day[TODAY].paid) == {"usd": 21000, "jpy": 700, "": 5}
    assert dict(figures.within(Span(TODAY - timedelta(days=1), TODAY)).paid) == {"usd": 30000, "jpy": 700, "": 5}


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (123456789, "usd", "1,234,567.89 USD"),
        (9000, "eur", "90.00 EUR"),
        (1234567, "jpy", "1,234,567 JPY"),
        (5, "", "5 minor units"),
    ],
)
def test_a_sum_is_written_in_groups(amount: int, currency: str, text: str) -> None:
    with translation.override("en"):
        assert sum_written(amount, currency) == text


def test_sessions_of_today_and_tomorrow_are_counted_by_coach(db: None, ada: Coach) -> None:
    session("2026-04-01T10:00Z")
    session("2026-04-02T10:00Z", coach=ada)
    session("2026-04-03T10:00Z")
    session("2026-04-04T10:00Z")

    figures = counted(Period(TODAY))

    tomorrow = TODAY + timedelta(days=1)
    assert {key: tally.bookings for key, tally in figures.soon.items()} == {(TODAY, ada.pk): 1, (tomorrow, None): 1}
    assert sum(tally.bookings for tally in figures.by_day.values()) == 2


# --- Load ------------------------------------------------------------------------------------------------------------


def test_load_is_beside_the_mean_of_all_who_could_be_booked(db: None, ada: Coach) -> None:
    busy = Coach.objects.create(cal_user_id=2, name="Busy")
    gone = Coach.objects.create(cal_user_id=3, name="Gone", is_active=False)
    Coach.objects.create(cal_user_id=4, name="Never there", is_active=False)
    for status in (*Status, Status.NO_SHOW):
        session("2026-04-02T10:00Z", status, coach=busy)
    session("2026-04-02T10:00Z", coach=gone)
    session("2026-04-02T10:00Z")
    figures = counted(Period(TODAY))

    shown = loads(Period(TODAY), figures, known_coaches(figures))

    rows = [(row.name, row.tally.load, row.more, row.tally.cancelled, row.tally.no_shows) for row in shown.first]
    assert rows == [("Busy", 4, "+140 %", 1, 2), ("Gone", 1, "-40 %", 0, 0), ("Ada Coach", 0, "-100 %", 0, 0)]
    assert (shown.mean, shown.mark, shown.others) == (("1.7", "0.3", "0.7"), 41.7, [])
    assert [row.width for row in shown.first] == [100, 25, 0]
    assert shown.unknown.load == 1
    assert shown.first[0].address.endswith(
        f"/booking/?starts_at_from=2026-03-27&starts_at_to=2026-04-02&coach__id__exact={busy.pk}"
    )


def test_beyond_some_coaches_a_list_must_be_opened(db: None) -> None:
    Coach.objects.bulk_create(Coach(cal_user_id=number, name=f"{number:02}") for number in range(1, 21))

    shown = loads(Period(TODAY), Figures(), known_coaches(Figures()))

    assert [row.name for row in (*shown.first, *shown.others)] == [f"{number:02}" for number in range(1, 21)]
    assert (len(shown.first), shown.first[0].more, shown.mean) == (15, "", ("0.0", "0.0", "0.0"))
    assert loads(Period(TODAY), Figures(), {}).first == []


# --- Charts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "top"), [(0, 2), (1, 2), (2, 2), (3, 4), (5, 6), (7, 10), (10, 10), (11, 20), (61, 100), (1370, 2000)]
)
def test_the_side_of_a_chart_ends_at_a_round_number(value: int, top: int) -> None:
    assert round_above(value) == top


def test_bars_stand_upon_each_other_and_lead_to_their_day() -> None:
    bars = [Bar("1", "one & two", "?a=1&b=2"), Bar("2", "x", "y")]

    chart = stacked_bars([Series("a", "green", [5, 0]), Series("b", "red", [5, 10])], bars, written=str)

    assert chart.drawing == (
        '<svg class="chart-drawing" viewBox="0 0 20 100" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="fill-green" d="M1.5 100.00v-50.00h7v50.00z"/>'
        '<path class="fill-red" d="M1.5 50.00v-50.00h7v50.00zM11.5 100.00v-100.00h7v100.00z"/>'
        '<a href="?a=1&amp;b=2" tabindex="-1"><rect class="chart-bar" x="0" width="10" height="100"/>'
        "<title>one &amp; two</title></a>"
        '<a href="y" tabindex="-1"><rect class="chart-bar" x="10" width="10" height="100"/><title>x</title></a></svg>'
    )
    assert (chart.marks, chart.labels) == (["10", "5", "0"], [(25.0, "1"), (75.0, "2")])


def test_below_a_chart_there_are_no_more_dates_than_there_is_room_for() -> None:
    bars = [Bar(str(number), "", "") for number in range(90)]

    chart = stacked_bars([Series("", "blue", [0] * 90)], bars, written=str)

    assert [label for _place, label in chart.labels] == ["11", "24", "37", "50", "63", "76", "89"]


def test_tallies_add_up() -> None:
    tally = Tally()

    for _each in range(2):
        other = Tally()
        other.count(Status.NO_SHOW, 1, "usd", 5)
        tally.add(other)

    assert (tally.no_shows, tally.paid["usd"]) == (2, 10)
