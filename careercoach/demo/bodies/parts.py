"""What Cal.com's bodies are put together from: times, people, answers to the form, the video room."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from careercoach.demo.models import UID_LETTERS, Booking, EventType, Host

Body = dict[str, Any]

LOCATION = "integrations:daily"  # Cal Video.

# Cal.com makes it from what is the same for every booking, so it is the same in every recorded body.
CONFERENCE = MappingProxyType({"createRequest": {"requestId": "2db644eb-37a5-581a-99fa-ebe6ce513834"}})

# The form's own questions with the labels that Cal.com has for them, and whether they are hidden (recorded v602/042).
SYSTEM_QUESTIONS = (
    ("name", "your_name", False),
    ("email", "email_address", False),
    ("attendeePhoneNumber", "phone_number", True),
    ("location", "location", False),
    ("title", "what_is_this_meeting_about", True),
    ("notes", "additional_notes", False),
    ("guests", "additional_guests", False),
    ("rescheduleReason", "reason_for_reschedule", False),
)


class Flow(StrEnum):
    """On which of Cal.com's ways a body is made (webhooks.md §3.1): each has its own keys and its own form of times."""

    DIRECT = "direct"  # While the booker waits.
    AFTER_PAYMENT = "after payment"
    AFTER_CONFIRMATION = "after confirmation"  # By the host.
    BEFORE_WEBHOOK = "before webhook"  # A meeting that was booked before anybody subscribed (§5).


class _Absent:
    """`undefined`: JSON.stringify leaves the key out."""


ABSENT = _Absent()


def defined(body: Mapping[str, Any]) -> Body:
    """Without the keys that are undefined."""
    return {key: value for key, value in body.items() if value is not ABSENT}


def wrapped(trigger: str, at: datetime, payload: Mapping[str, Any]) -> Body:
    """The envelope of all bodies but MEETING_*; `createdAt` is when it is sent."""
    return {"triggerEvent": trigger, "createdAt": in_milliseconds(at), "payload": defined(payload)}


# --- Times, in the three ways that Cal.com writes them ---------------------------------------------------------------


def in_seconds(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_milliseconds(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def with_offset(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def utc_offset(zone: str, at: datetime) -> int:
    """Minutes east of Greenwich in this zone, then."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


# --- Made up, but the same for the same booking ----------------------------------------------------------------------


def letters(seed: str, length: int) -> str:
    digest = hashlib.shake_256(seed.encode()).digest(length)
    return "".join(UID_LETTERS[byte % len(UID_LETTERS)] for byte in digest)


def made_up_uuid(seed: str) -> str:
    return str(UUID(bytes=hashlib.sha256(seed.encode()).digest()[:16], version=5))


def room(seed: str) -> Body:
    """The room of Daily's. The password stands for a live token: the reader must drop it (webhooks.md §8.11)."""
    name = letters(f"room {seed}", 20)
    return {
        "type": "daily_video",
        "id": name,
        "password": letters(f"password {seed}", 40),
        "url": f"https://meetco.daily.co/{name}",
    }


def apps_status() -> list[Body]:
    return [{"appName": "daily-video", "type": "daily_video", "success": 1, "failures": 0, "errors": []}]


def video_url(booking: Booking) -> str:
    return f"{booking.event_type.site}/video/{booking.uid}"


def calendar_uid(booking: Booking) -> str:
    return f"{booking.entry_uid or booking.uid}@Cal.com"


# --- What is sold, and to whom ---------------------------------------------------------------------------------------


def title(event_type: EventType, host: Host, booker: str) -> str:
    """The title that Cal.com gives a booking when it makes it, in English."""
    return f"{event_type.title} between {host.name} and {booker}"


def description(booking: Booking) -> str:
    return booking.event_type.description or booking.notes


def event_description(booking: Booking) -> str | None:
    return booking.event_type.description or None


def team(event_type: EventType) -> Body:
    return {"name": event_type.team_name, "id": event_type.team_id, "members": []}


def organizer(booking: Booking) -> Body:
    """The coach, with all that Cal.com ever says of one."""
    return {
        "id": booking.host.pk,
        "name": booking.host.name,
        "email": booking.host.email,
        "username": booking.host.username,
        "timeZone": booking.host.time_zone,
        "language": {"locale": booking.host.locale},
        "timeFormat": booking.host.time_format,
        "utcOffset": utc_offset(booking.host.time_zone, booking.start),
    }


def people(booking: Booking) -> Iterator[tuple[str, str, str]]:
    """E-mail, name and language of the booker and of the guests, of whom Cal.com knows the address only (v602/056)."""
    yield booking.email, booking.name, booking.locale
    for guest in booking.guests:
        yield guest, "", "en"


def attendees(booking: Booking, **more: Any) -> list[Body]:
    return [
        {
            "name": name,
            "email": email,
            "timeZone": booking.time_zone,
            "language": {"locale": locale},
            "utcOffset": utc_offset(booking.time_zone, booking.start),
            **more,
        }
        for email, name, locale in people(booking)
    ]


def attendee_rows(booking: Booking) -> list[Body]:
    """The attendees as they stand in Cal.com's table."""
    return [
        {
            "id": booking.pk * 100 + number,
            "email": email,
            "name": name,
            "timeZone": booking.time_zone,
            "phoneNumber": None,
            "locale": locale,
            "bookingId": booking.pk,
            "noShow": booking.no_show,
        }
        for number, (email, name, locale) in enumerate(people(booking))
    ]


# --- Answers to the form ---------------------------------------------------------------------------------------------


def answers(booking: Booking) -> Body:
    """What was typed in, by slug, as the row at Cal.com holds it."""
    typed = {
        "name": booking.name,
        "email": booking.email,
        "notes": booking.notes,
        "guests": booking.guests,
        "location": {"value": LOCATION, "optionValue": ""},
        **booking.answers,
    }
    if booking.rescheduling_reason:
        typed["rescheduleReason"] = booking.rescheduling_reason
    return typed


def labelled(booking: Booking) -> tuple[Body, Body]:
    """`responses`, with every question of the form, and `userFieldsResponses`, with the type's own ones.

    What wasn't answered has no value.
    """
    typed = {slug: value for slug, value in answers(booking).items() if value is not None}
    own = [(field["slug"], field["label"], field["hidden"]) for field in booking.event_type.booking_fields]
    responses = {
        slug: defined({"label": label, "value": typed.get(slug, ABSENT), "isHidden": hidden})
        for slug, label, hidden in [*SYSTEM_QUESTIONS, *own]
    }
    return responses, {slug: responses[slug] for slug, _, _ in own}


def from_row(booking: Booking) -> tuple[Body, Body]:
    """The same two as Cal.com makes them from the row, after a payment and later (webhooks.md §3.3).

    A type with questions of its own has labels stored; another has none, and the slug stands in.
    """
    if booking.event_type.booking_fields:
        return labelled(booking)
    responses = {slug: {"label": slug, "value": value} for slug, value in answers(booking).items()}
    return responses, {slug: responses[slug] for slug in booking.answers}
