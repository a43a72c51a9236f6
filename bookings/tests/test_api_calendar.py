"""GET /api/bookings/{bookingId}.ics, read again with the icalendar library."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from icalendar import Calendar

from bookings.cal import inbox, links
from bookings.domain.projection import reference
from bookings.models import Booking
from careercoach.testing import all_recorded, body_of, problem
from users.models import User

pytestmark = pytest.mark.django_db

UID = "7hQ2mXk9sVb4TzLr8cNpYe"
START = datetime(2030, 3, 31, 8, 0, tzinfo=UTC)  # In Berlin the first day of summer time.
HALF = timedelta(minutes=30)


def session(user: User, *, name: str = "booking_created_free", start: datetime = START, **payload: Any) -> Any:
    body = body_of(name)
    body["payload"] |= {"startTime": start.isoformat(), "endTime": (start + HALF).isoformat()} | payload
    body["payload"]["metadata"] = {"cc_ref": links.user_token(user)}
    return body


def file(client: Client, name: str = UID, **query: Any) -> Any:
    return client.get(f"/api/bookings/{name}.ics", {"userId": "alice-1"} | query)


def event(client: Client, name: str = UID) -> tuple[Any, Any]:
    calendar = Calendar.from_ical(file(client, name).content)
    (only,) = calendar.walk("VEVENT")
    return calendar, only


def test_the_file_of_a_session(client: Client, alice: User, post: Callable[..., None]) -> None:
    post(session(alice, iCalUID=f"{UID}@Cal.com", videoCallData={}, location="https://meet.example/x"))

    answer = file(client, reference(UID))
    calendar, told = event(client)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{reference(UID)}.ics"'
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    assert told["DTSTART"].dt == START.astimezone(ZoneInfo("Europe/Berlin"))
    assert told["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert told["DTEND"].dt - told["DTSTART"].dt == HALF
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]
    assert (told["UID"], told["SEQUENCE"], told["STATUS"]) == (f"{UID}@Cal.com", 0, "CONFIRMED")
    assert (told["SUMMARY"], told["LOCATION"]) == (Booking.objects.get().title, "https://meet.example/x")
    assert told["URL"] == f"https://cal.com/booking/{UID}"
    assert told["DTSTAMP"].dt == Booking.objects.get().updated_at.replace(microsecond=0)


def test_nobodys_address_is_in_it(client: Client, alice: User, post: Callable[..., None]) -> None:
    post(session(alice))

    text = file(client).content.decode()

    assert "@" not in text.replace("@Cal.com", "")
    assert "ORGANIZER" not in text


def test_lines_are_folded_and_ended_as_the_standard_wants(
    client: Client, alice: User, post: Callable[..., None]
) -> None:
    post(session(alice, title="职业辅导, 三十分钟; mit Ümläuten\\ " * 6))

    raw = file(client).content
    _calendar, told = event(client)

    assert max(map(len, raw.split(b"\r\n"))) <= 75
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert told["SUMMARY"] == Booking.objects.get().title


def test_a_move_and_a_cancellation_change_the_same_event(
    client: Client, alice: User, post: Callable[..., None]
) -> None:
    post(session(alice, iCalUID="first@Cal.com"))
    post(session(alice, name="booking_rescheduled", uid="second", rescheduleUid=UID, start=START + HALF, iCalUID=None))
    _calendar, moved = event(client)
    gone = {"uid": "second", "iCalSequence": 2}
    post({"triggerEvent": "BOOKING_CANCELLED", "createdAt": START.isoformat(), "payload": gone})
    calendar, cancelled = event(client, "second")

    assert (moved["UID"], moved["SEQUENCE"], moved["DTSTART"].dt) == ("first@Cal.com", 1, START + HALF)
    assert (cancelled["UID"], cancelled["SEQUENCE"]) == ("first@Cal.com", 2)
    assert (calendar["METHOD"], cancelled["STATUS"], cancelled["TRANSP"]) == ("CANCEL", "CANCELLED", "TRANSPARENT")
    assert "LOCATION" not in cancelled


@pytest.mark.parametrize(("version", "chains"), [("v602", 24), ("v620", 7)])
def test_it_counts_as_cal_com_did(version: str, chains: int, client: Client, alice: User) -> None:
    """By all that it really sent, of each chain by what it told last."""
    expected: dict[str, int] = {}
    for name, recorded in all_recorded():
        if name.startswith(version) and "TEMPLATED" not in name:
            inbox.process(inbox.receive(recorded["body_raw"].encode()))
            body = json.loads(recorded["body_raw"])
            payload = body.get("payload", {})
            if payload.get("iCalSequence") is not None:
                expected[payload["uid"]] = payload["iCalSequence"]
    Booking.objects.update(user=alice)
    heads = Booking.objects.filter(is_head=True, uid__in=expected).values_list("uid", flat=True)

    told = {uid: event(client, uid)[1]["SEQUENCE"] for uid in heads}

    assert len(told) == chains
    assert told == {uid: expected[uid] for uid in told}


@pytest.mark.parametrize(
    ("told", "cancelled", "expected"),
    [((4, 5), True, 5), ((4, None), True, 6), ((4, None), False, 5), ((None, None), True, 2)],
)
def test_it_counts_on_from_what_cal_com_told_last(
    told: tuple[int | None, int | None],
    cancelled: bool,
    expected: int,
    client: Client,
    alice: User,
    post: Callable[..., None],
) -> None:
    """A cancellation that tells no number counts where the booking itself told none; a higher one is never risked."""
    first, second = told
    post(session(alice, iCalSequence=first))
    post(session(alice, name="booking_rescheduled", uid="second", rescheduleUid=UID, iCalSequence=second))
    if cancelled:
        post({"triggerEvent": "BOOKING_CANCELLED", "createdAt": START.isoformat(), "payload": {"uid": "second"}})

    assert event(client, "second")[1]["SEQUENCE"] == expected


def test_the_number_of_the_day_of_booking_comes_too_late(
    client: Client, alice: User, post: Callable[..., None]
) -> None:
    post(session(alice, iCalSequence=3))
    post(body_of("meeting_ended") | {"uid": UID, "iCalSequence": 0, "endTime": (START + HALF).isoformat()})

    assert event(client)[1]["SEQUENCE"] == 3


def test_the_zone_is_told_for_the_years_around_it_alone(client: Client, alice: User, post: Callable[..., None]) -> None:
    post(session(alice))

    calendar, told = event(client)

    (zone,) = calendar.walk("VTIMEZONE")
    changes = [each for each in zone.subcomponents if "TZOFFSETFROM" in each]
    assert {each["DTSTART"].dt.year for each in changes} == {2029, 2030}
    assert zone.to_tz().utcoffset(told["DTSTART"].dt.replace(tzinfo=None)) == timedelta(hours=2)


@pytest.mark.parametrize("year", [1970, 2100, 9999])
def test_a_session_of_any_year_is_told(year: int, client: Client, alice: User, post: Callable[..., None]) -> None:
    start = datetime(year, 12, 31, 23, 29, tzinfo=UTC)
    post(session(alice, start=start))
    Booking.objects.update(client_time_zone="Asia/Shanghai")

    assert event(client)[1]["DTSTART"].dt == start


@pytest.mark.parametrize("zone", ["", "Mars/Olympus"])
def test_without_a_zone_that_one_knows_the_time_is_in_utc(
    zone: str, client: Client, alice: User, post: Callable[..., None]
) -> None:
    post(session(alice))
    Booking.objects.update(client_time_zone=zone, ends_at=None, title="", calendar_uid="")

    calendar, told = event(client)

    assert told.to_ical().count(b"DTSTART:20300331T080000Z") == 1
    assert calendar.walk("VTIMEZONE") == []
    assert "DTEND" not in told
    assert (told["SUMMARY"], told["UID"]) == ("Career Coach", f"{UID}@Cal.com")


@pytest.mark.parametrize(("status", "expected"), [("PENDING", "TENTATIVE"), ("MEETING_ENDED", "CONFIRMED")])
def test_the_status_is_told(status: str, expected: str, client: Client, alice: User, post: Callable[..., None]) -> None:
    post(session(alice))
    Booking.objects.update(status=status)

    assert event(client)[1]["STATUS"] == expected


def test_what_can_not_be_shown_in_a_calendar(
    client: Client, alice: User, charlie: User, post: Callable[..., None]
) -> None:
    post(session(alice, startTime=None, endTime=None))

    without_time, of_another = file(client), file(client, userId="charlie-1")

    detail = "The time of this booking isn't known yet, so no calendar can show it."
    assert (without_time.status_code, without_time.json()) == (
        409,
        problem(("without_time", detail, None), kind="client_error"),
    )
    assert (of_another.status_code, of_another.headers["Content-Type"]) == (404, "application/json")
