"""A booking as API v2 tells it in version 2024-08-13 (api_v2.md §2.5; recorded api_v602). No query."""

from dataclasses import dataclass
from typing import Any

from careercoach.demo.bodies import parts
from careercoach.demo.models import Booking, Host

Row = dict[str, Any]
UNKNOWN = "unknown"  # What Cal.com says of a host whose account is gone.


@dataclass(frozen=True, slots=True)
class Successor:
    """The booking that took the place of another, and who moved it: Cal.com writes that into both rows."""

    uid: str
    moved_by: str


def row(booking: Booking, successor: Successor | None = None) -> Row:
    """All but what was paid, which isn't told at all."""
    place = video_url(booking) or parts.LOCATION
    return parts.defined(
        {
            "id": booking.pk,
            "uid": booking.uid,
            "title": booking.title,
            "description": booking.notes,
            "hosts": [host(booking.host)],
            "status": booking.status.lower(),
            "cancellationReason": booking.cancellation_reason,
            "cancelledByEmail": booking.cancelled_by,
            "reschedulingReason": booking.rescheduling_reason if booking.moved_over_api else parts.ABSENT,
            "rescheduledByEmail": moved_by(booking, successor),
            "rescheduledFromUid": booking.from_reschedule or parts.ABSENT,
            "rescheduledToUid": successor.uid if successor else parts.ABSENT,
            "start": parts.in_milliseconds(booking.start),
            "end": parts.in_milliseconds(booking.end),
            "duration": int((booking.end - booking.start).total_seconds() // 60),
            "eventTypeId": booking.event_type.pk,
            "eventType": {"id": booking.event_type.pk, "slug": booking.event_type.slug},
            "meetingUrl": place,
            "location": place,
            "absentHost": booking.no_show_host,
            "createdAt": parts.in_milliseconds(booking.created_at),
            "updatedAt": None if booking.updated_at is None else parts.in_milliseconds(booking.updated_at),
            "metadata": {key: value for key, value in booking.metadata.items() if key != "videoCallUrl"},
            "rating": None,
            "icsUid": parts.calendar_uid(booking),
            "attendees": _attendees(booking),
            "guests": booking.guests,
            "bookingFieldsResponses": answers(booking),
        }
    )


def host(coach: Host) -> Row:
    """Always the only one, and without any word of the team."""
    if coach.is_gone:
        return dict.fromkeys(("id", "name", "email", "username", "timeZone"), UNKNOWN)
    return {
        "id": coach.pk,
        "name": coach.name,
        "email": coach.email,
        "username": coach.username,
        "timeZone": coach.time_zone,
    }


def video_url(booking: Booking) -> str:
    """The link, once it was confirmed. Until a moved one is, it has the link of the one before (recorded 050, 053)."""
    waits_for_host, is_paid = (
        booking.event_type.requires_confirmation,
        booking.price == 0 or booking.paid_at is not None,
    )
    if booking.status == Booking.Status.REJECTED or not is_paid:
        return ""
    if booking.status == Booking.Status.PENDING:
        return f"{booking.event_type.site}/video/{booking.from_reschedule}" if booking.from_reschedule else ""
    was_confirmed = booking.status == Booking.Status.ACCEPTED or not waits_for_host
    return parts.video_url(booking) if was_confirmed else ""


def moved_by(booking: Booking, successor: Successor | None) -> str | None:
    return (successor.moved_by if successor else booking.rescheduled_by) or None


def answers(booking: Booking) -> Row:
    """What the form was answered. The reason of a move over the API is by another name (recorded 038)."""
    typed = parts.answers(booking)
    if booking.moved_over_api and "rescheduleReason" in typed:
        typed["rescheduledReason"] = typed.pop("rescheduleReason")
    return typed


def _attendees(booking: Booking) -> list[Row]:
    """The booker's absence only: the stand-in marks no guests."""
    return [
        {
            "name": name,
            "email": email,
            "timeZone": booking.time_zone,
            "language": locale,
            "absent": booking.no_show and number == 0,
        }
        for number, (email, name, locale) in enumerate(parts.people(booking))
    ]
