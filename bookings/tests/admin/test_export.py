"""What a list shows is exported, all of it and nothing else, as whoever asks may see it and reads it."""

import csv
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.admin.export import AT_ONCE, Viewed, safe, stream, walk
from bookings.admin.seeing import HIDDEN
from bookings.models import Attention, Booking
from bookings.tests.admin import BOOKINGS, EMAIL, booked, text_of
from bookings.tests.admin.test_attention import CASES
from careercoach.testing import signed_post
from coaches.models import Coach
from users.models import User

EXPORT = "admin:bookings_booking_export"
EXPORT_CASES = "admin:bookings_attention_export"
START = datetime(2026, 12, 1, 12, tzinfo=UTC)
SINCE = datetime(2025, 12, 1, 12, tzinfo=UTC)


def body_of(response: Any) -> str:
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def table_of(response: Any) -> list[dict[str, str]]:
    text = body_of(response)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))


def uids(client: Client, **query: str) -> list[str]:
    return [row["Cal.com uid"] for row in table_of(client.get(reverse(EXPORT), query))]


@pytest.fixture
def staff(client: Client, sam: User) -> Client:
    client.force_login(sam)
    return client


def test_a_booking_is_exported_with_all_that_is_asked_of_it(staff: Client, alice: User, ada: Coach) -> None:
    Booking.objects.create(
        uid="u",
        chain_reference="CC-1",
        status="BOOKING_CANCELLED",
        why="cancelled",
        starts_at=START,
        ends_at=START + timedelta(minutes=30),
        title="Coaching",
        coach=ada,
        user=alice,
        client_name="Alice",
        client_email="alice@example.org",
        client_time_zone="America/Chicago",
        payment="paid",
        price=9000,
        paid_amount=9000,
        refunded=505,
        currency="usd",
        payment_intent="pi_1",
        refund_id="re_1",
        cancelled_by="alice@example.org",
        reason="ill",
    )
    Booking.objects.update(created_at=START)
    staff.cookies["viewer_zone"] = "Europe/Paris"

    (row,) = table_of(staff.get(reverse(EXPORT)))

    assert row == {
        "reference": "CC-1",
        "Cal.com uid": "u",
        "status": "Cancelled",
        "because": "cancelled",
        "starts (Europe/Paris)": "2026-12-01T13:00:00+01:00",
        "ends (Europe/Paris)": "2026-12-01T13:30:00+01:00",
        "title": "Coaching",
        "coach": "Ada Coach",
        "client": "Alice",
        "client's e-mail": "alice@example.org",
        "client's time zone": "America/Chicago",
        "user": "Alice Client",
        "payment": "Paid",
        "list price": "90.00",
        "paid, as seen by staff": "90.00",
        "refunded, as seen by staff": "5.05",
        "currency": "USD",
        "Stripe payment": "pi_1",
        "Stripe refund": "re_1",
        "cancelled by": "alice@example.org",
        "reason given": "ill",
        "first heard of (Europe/Paris)": "2026-12-01T13:00:00+01:00",
    }


def test_amounts_are_in_the_units_of_their_currency(staff: Client) -> None:
    known = {"jpy": (4900, "jpy"), "none": (4900, ""), "free": (0, "eur"), "unknown": (None, "")}
    for uid, (price, currency) in known.items():
        Booking.objects.create(uid=uid, price=price, currency=currency)

    rows = table_of(staff.get(reverse(EXPORT)))

    assert {row["Cal.com uid"]: (row["list price"], row["currency"]) for row in rows} == {
        "jpy": ("4900", "JPY"),
        "none": ("4900", "minor units"),
        "free": ("0.00", "EUR"),
        "unknown": ("", ""),
    }


def test_an_export_has_what_the_list_shows_on_all_its_pages(staff: Client, alice: User) -> None:
    for number in range(60):
        Booking.objects.create(
            uid=f"{number:02}",
            starts_at=None if number % 20 == 0 else START + timedelta(days=number // 2),
            status="NO_SHOW" if number % 2 else "PENDING",
            client_name=f"Ute {number}" if number % 3 else "Max",
            user=alice if number % 5 else None,
        )

    def listed(query: dict[str, str]) -> list[str]:
        changelist = staff.get(reverse(BOOKINGS), query | {"all": ""}).context["cl"]
        return [row.uid for row in changelist.queryset]

    queries: list[dict[str, str]] = [
        {},
        {"q": "ute"},
        {"status__exact": "NO_SHOW", "starts_at_from": "2026-12-10", "starts_at_to": "2026-12-20"},
        {"starts": "unknown"},
        {"user": alice.user_id, "q": "Max"},
        {"q": "nobody"},
    ]
    assert [uids(staff, **query) for query in queries] == [listed(query) for query in queries]
    assert uids(staff, p="2", status__exact="NO_SHOW") == listed({"status__exact": "NO_SHOW"})
    assert [len(uids(staff)), len(uids(staff, q="ute")), len(uids(staff, starts="unknown"))] == [60, 40, 3]


def test_an_export_follows_the_order_of_the_list(staff: Client) -> None:
    starts = {"unknown": None, "first": START, "second": START, "late": START + timedelta(days=1)}
    for uid, starts_at in starts.items():
        Booking.objects.create(uid=uid, starts_at=starts_at)

    assert uids(staff) == ["late", "second", "first", "unknown"]
    assert uids(staff, o="-3") == ["late", "second", "first", "unknown"]
    assert uids(staff, o="3") == ["unknown", "first", "second", "late"]


@pytest.mark.parametrize("order", [("-starts_at", "-id"), ("starts_at", "id"), ("id",), ("-status", "starts_at", "id")])
def test_a_walk_meets_each_row_once_and_in_order(order: tuple[str, ...], db: None) -> None:
    """More rows than are read at once, many of which start together, or at no known time."""
    Booking.objects.bulk_create(
        Booking(
            uid=f"{number}",
            status="PENDING" if number % 3 else "NO_SHOW",
            starts_at=START + timedelta(days=number % 2) if number % 2 or order[0] == "-status" else None,
        )
        for number in range(AT_ONCE * 2 + 5)
    )

    pages = list(walk(Booking.objects.only("id", "status", "starts_at"), order))

    met = [row.pk for page in pages for row in page]
    assert met == list(Booking.objects.order_by(*order).values_list("pk", flat=True))
    assert max(map(len, pages)) == AT_ONCE


def test_an_export_takes_as_many_queries_for_three_rows_as_for_one(staff: Client, post: Callable[..., None]) -> None:
    for number in (1, 2, 3):
        User.objects.create_user(f"client{number}@example.org", f"Client {number}")

    counts = []
    for name in (EXPORT, EXPORT_CASES):
        for bodies in ([booked(1)], [booked(2), booked(3)]):
            post(*bodies)
            uids(staff)
            with CaptureQueriesContext(connection) as queries:
                body_of(staff.get(reverse(name)))
            counts.append(len(queries))
        Booking.objects.all().delete()

    assert counts[0] == counts[1]
    assert counts[2] == counts[3]


def test_an_export_is_in_the_language_of_who_asks(staff: Client) -> None:
    Booking.objects.create(uid="u", starts_at=START, price=1)
    staff.cookies["django_language"] = "zh-hans"

    response = staff.get(reverse(EXPORT))
    staff.cookies["django_language"] = "en"
    text_of(staff, reverse(BOOKINGS))  # What is streamed comes after another page, in another language.
    heading, row = list(csv.reader(StringIO(body_of(response))))

    words = {"状态": "待确认", "开始 (UTC)": "2026-12-01T12:00:00+00:00", "货币": "最小货币单位"}
    shown = dict(zip(heading, row, strict=True))
    assert {word: shown[word] for word in words} == words
    assert [each for each in heading if each.isascii()] == ["Cal.com uid"]


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("name", [EXPORT, EXPORT_CASES])
def test_support_exports_no_address_and_nothing_of_money(name: str, member: Callable[[str], Client]) -> None:
    Booking.objects.update(cancelled_by=EMAIL, why="payment_due")
    Attention.objects.create(booking=Booking.objects.get(), condition="no_user", weight=12, since=SINCE)

    text = body_of(member("Support").get(reverse(name)))

    secrets = [EMAIL, "90.00", "USD", "aid", "ayment", "pi_", "refund", "price", "No message"]
    assert [each for each in secrets if each in text] == []
    assert (f"j{HIDDEN}@client.example" in text) == (name == EXPORT)
    assert text.count("\r\n") == 2


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("group", ["Auditors", "Operations"])
def test_who_may_look_exports(group: str, member: Callable[[str], Client]) -> None:
    browser = member(group)

    assert EMAIL in body_of(browser.get(reverse(EXPORT)))
    assert "Paid, but cancelled" in body_of(browser.get(reverse(EXPORT_CASES)))


def test_nobody_else_exports(client: Client, charlie: User) -> None:
    anonymous = client.get(reverse(EXPORT))
    User.objects.filter(pk=charlie.pk).update(is_staff=True)
    client.force_login(charlie)
    other = client.get(reverse(EXPORT))

    assert (anonymous.status_code, other.status_code) == (302, 403)
    assert anonymous.headers["Location"].startswith(reverse("admin:login"))


def test_what_a_list_cannot_show_is_not_exported(staff: Client) -> None:
    assert staff.get(reverse(EXPORT), {"client_email__startswith": "a"}).status_code == 400


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\n", "'\n"),
        ("＝1", "'＝1"),
        ("x;=1", "x;'=1"),
        ("x\n=1", "x\n'=1"),
        ("a=b", "a=b"),
        ("well-known; o'clock", "well-known; o'clock"),
        ("", ""),
        (None, ""),
        (5, "5"),
    ],
)
def test_no_cell_is_a_formula(cell: object, shown: str) -> None:
    assert safe(cell) == shown


def test_what_clients_write_is_no_formula_and_breaks_no_line(staff: Client) -> None:
    evil = '=HYPERLINK("https://evil.example","x")\r\n'
    Booking.objects.create(uid="u", client_name=evil, title='a,"b"\n', reason="-2")

    (row,) = table_of(staff.get(reverse(EXPORT)))

    assert (row["client"], row["title"], row["reason given"]) == (f"'{evil}", 'a,"b"\n', "'-2")


def test_cases_are_exported_as_they_are_listed(staff: Client, post: Callable[..., None], ada: Coach) -> None:
    post(booked(1))
    signed_post(staff, "no JSON")
    Attention.objects.update(since=SINCE)
    booking = Booking.objects.get()

    failed, nobodys = table_of(staff.get(reverse(EXPORT_CASES)))
    (found,) = table_of(staff.get(reverse(EXPORT_CASES), {"condition": "no_user"}))

    message = Attention.objects.get(booking=None).message
    assert message is not None
    assert [failed["what is wrong"], failed["message"], failed["error"]] == [
        "A message could not be applied",
        str(message.pk),
        message.error,
    ]
    assert (
        found
        == nobodys
        == {
            "what is wrong": "No user was found",
            "since (UTC)": "2025-12-01T12:00:00+00:00",
            "reference": booking.chain_reference,
            "Cal.com uid": "uid-1",
            "client": booking.client_name,
            "starts (UTC)": booking.starts_at.isoformat(timespec="seconds") if booking.starts_at else "",
            "coach": "Coach 1",
            "message": "",
            "error": "",
            "state": "Open",
            "settled (UTC)": "",
            "note": "",
        }
    )


def test_the_button_leads_to_what_is_shown(staff: Client) -> None:
    Booking.objects.create(uid="u")

    page = text_of(staff, reverse(BOOKINGS) + "?status__exact=PENDING&p=1")

    assert f'href="{reverse(EXPORT)}?status__exact=PENDING"' in page
    assert "Export what is shown as CSV" in page
    assert reverse(EXPORT_CASES) in text_of(staff, reverse(CASES))


def test_an_export_is_a_file_for_whoever_asked_alone(staff: Client) -> None:
    response = staff.get(reverse(EXPORT))

    named = f'attachment; filename="booking-{timezone.localdate()}.csv"'
    assert (response.headers["Content-Type"], response.headers["Content-Disposition"]) == (
        "text/csv; charset=utf-8",
        named,
    )
    assert "no-store" in response.headers["Cache-Control"]


def test_who_exported_what_is_in_the_log_without_an_address(
    staff: Client, sam: User, caplog: pytest.LogCaptureFixture
) -> None:
    Booking.objects.create(uid="u", client_email="u@example.org")

    with caplog.at_level(logging.INFO, "bookings.admin.export"):
        uids(staff, q="u@example.org", status__exact="PENDING", starts="")

    asked = {"q": "…", "status__exact": "PENDING"}
    assert caplog.messages == [f"Export of booking by user {sam.pk} where {asked}: 1 rows, whole."]


def test_who_goes_away_in_the_middle_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    file = stream([[1], [2], [3]], [("number", str)], Viewed.now(), told="numbers")

    with caplog.at_level(logging.INFO, "bookings.admin.export"):
        parts = [next(file), next(file)]
        file.close()  # As the server does.

    assert parts == ['\ufeff"number"\r\n'.encode(), b'"1"\r\n']
    assert caplog.record_tuples == [("bookings.admin.export", logging.INFO, "Export of numbers: 0 rows, broken off.")]


def test_every_page_that_exports_has_an_order_to_walk_in() -> None:
    pages = [page for page in admin.site._registry.values() if hasattr(page, "export_view")]

    ends = {page.model: page.ordering[-1].removeprefix("-") for page in pages}
    assert ends == {Booking: "id", Attention: "id"}
