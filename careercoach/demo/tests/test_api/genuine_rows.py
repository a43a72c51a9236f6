"""From a genuine row of the API the rows that the stand-in would have had in its place, and what it tells of them."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from careercoach.demo.api import booking_rows, event_type_rows, old_rows
from careercoach.demo.api.booking_rows import Row, Successor
from careercoach.demo.models import Account, Booking, EventType, Host
from careercoach.demo.tests.recorded.situations import time
from careercoach.demo.tests.test_api import BOOKINGS, EVENT_TYPES, RECORDED, genuine

SYSTEM = {
    "name",
    "email",
    "notes",
    "guests",
    "location",
    "rescheduleReason",
    "rescheduledReason",
    "displayEmail",
    "displayGuests",
}


def answers(version: str | None) -> Iterator[tuple[str, Any]]:
    """Each genuine success in this version, with its data."""
    for name, record in RECORDED.items():
        asked = record["request"]
        if record["status"] < 300 and asked["headers"].get("cal-api-version") == version:
            yield name, genuine(name)["data"]


Documents = Iterator[tuple[str, list[Row], Callable[[Row], Row]]]


def documents() -> Documents:
    """The rows of each genuine answer that the stand-in plays, and what makes ours of them."""
    for name, data in answers(BOOKINGS):
        found = data if isinstance(data, list) else [data]
        rows = [each for each in found if "hosts" in each and not _is_of_series_or_seats(each)]
        yield f"booking {name}", rows, booking_ours
    for name, data in answers(EVENT_TYPES):
        yield f"type {name}", data, event_type_ours
    for version in (None, "2024-04-15", "2099-01-01"):
        for name, data in answers(version):
            rows = [each for each in data.get("bookings", [data]) if not each["seatsReferences"]]
            yield f"old {name}", rows, old_ours


def _is_of_series_or_seats(row: Row) -> bool:
    return "recurringBookingUid" in row or "bookingFieldsResponses" not in row


def booking_of(row: Row) -> Booking:
    responses, (told,) = row["bookingFieldsResponses"], row["hosts"]
    booker = next(each for each in row["attendees"] if each["email"] == responses["email"])
    return Booking(
        pk=row["id"],
        uid=row["uid"],
        title=row["title"],
        notes=row["description"],
        event_type=_event_type(row),
        host=Host(
            pk=told["id"], name=told["name"], email=told["email"], username=told["username"], time_zone=told["timeZone"]
        ),
        status=row["status"].upper(),
        start=time(row["start"]),
        end=time(row["end"]),
        name=booker["name"],
        email=booker["email"],
        time_zone=booker["timeZone"],
        locale=booker["language"],
        guests=row.get("guests", []),
        answers={key: value for key, value in responses.items() if key not in SYSTEM},
        metadata=row["metadata"],
        cancellation_reason=row["cancellationReason"],
        cancelled_by=row["cancelledByEmail"],
        rescheduling_reason=responses.get("rescheduledReason") or responses.get("rescheduleReason") or "",
        rescheduled_by=row["rescheduledByEmail"] or "",
        from_reschedule=row.get("rescheduledFromUid", ""),
        entry_uid=row.get("rescheduledFromUid", ""),
        moved_over_api="reschedulingReason" in row,
        no_show=booker["absent"],
        no_show_host=row["absentHost"],
        created_at=time(row["createdAt"]),
        updated_at=time(row["updatedAt"]),
    )


def booking_ours(row: Row) -> Row:
    to = row.get("rescheduledToUid")
    successor = Successor(to, row["rescheduledByEmail"]) if to else None
    return booking_rows.row(booking_of(row), successor)


def _event_type(row: Row) -> EventType:
    place = urlsplit(row["location"])
    return EventType(
        pk=row["eventTypeId"],
        slug=row["eventType"]["slug"],
        requires_confirmation=not place.scheme.startswith("http"),
        site=f"{place.scheme}://{place.netloc}",
    )


def event_type_ours(row: Row) -> Row:
    stripe = row["metadata"].get("apps", {}).get("stripe", {})
    event_type = EventType(
        pk=row["id"],
        title=row["title"],
        slug=row["slug"],
        description=row["description"],
        length=row["lengthInMinutes"],
        price=stripe.get("price", 0),
        currency=row["currency"],
        requires_confirmation="type" in row["confirmationPolicy"],
        hidden=row["hidden"],
        booking_fields=[each for each in row["bookingFields"] if not each.get("isDefault", False)],
    )
    (user,) = row["users"]
    owner = Account(user_id=user["id"], name=user["name"], username=user["username"])
    return event_type_rows.personal(event_type, owner)


def old_booking(row: Row) -> Booking:
    """From a row of 2024-04-15, of either form."""
    booker = row["attendees"][0]
    told, event_type = row["user"], row["eventType"]
    origin = urlsplit(row["metadata"].get("videoCallUrl", "http://localhost:3000"))
    return Booking(
        pk=row["id"],
        uid=row["uid"],
        title=row["title"],
        notes=row["description"],
        event_type=EventType(
            pk=row.get("eventTypeId", event_type.get("id")),
            slug=event_type["slug"],
            title=event_type.get("title", ""),
            length=event_type.get("length", 30),
            price=event_type.get("price", 0),
            currency=event_type.get("currency", ""),
            team_id=event_type.get("teamId") or 1,
            team_name="Team",
            team_slug="team",
            site=f"{origin.scheme}://{origin.netloc}",
        ),
        host=Host(
            pk=told["id"], name=told["name"], email=told["email"], username=told["username"], time_zone=told["timeZone"]
        ),
        status=row["status"],
        start=time(row["startTime"]),
        end=time(row["endTime"]),
        name=booker["name"],
        email=booker["email"],
        time_zone=booker["timeZone"],
        guests=row["responses"]["guests"],
        answers={key: value for key, value in row["responses"].items() if key not in SYSTEM},
        price=event_type.get("price", 0),
        currency=event_type.get("currency", ""),
        paid_at=time(row["startTime"]) if row.get("paid") else None,
        created_at=time(row.get("createdAt", row["startTime"])),
        updated_at=time(row.get("updatedAt", row["startTime"])),
    )


def old_ours(row: Row) -> Row:
    booking = old_booking(row)
    return old_rows.listed(booking, None, hosts=[booking.host]) if "paid" in row else old_rows.single(booking)
