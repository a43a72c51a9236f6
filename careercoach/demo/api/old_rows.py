"""Bookings as version 2024-04-15 tells them: what a missing or unknown version gives (recorded 024, 075). No query.

The two forms have little in common, neither has `start`, and what was paid is told in the list.
"""

from collections.abc import Sequence

from careercoach.demo.api.booking_rows import Row, Successor, moved_by, video_url
from careercoach.demo.api.event_type_rows import payment_app
from careercoach.demo.bodies import parts
from careercoach.demo.models import Booking, EventType, Host


def single(booking: Booking, successor: Successor | None = None) -> Row:
    event_type, coach = booking.event_type, booking.host
    return {
        **_row(booking, successor),
        "user": {**_person(coach), "avatarUrl": None},
        "attendees": [
            {"name": each["name"], "email": each["email"], "timeZone": each["timeZone"], "phoneNumber": None}
            for each in parts.attendee_rows(booking)
        ],
        "eventTypeId": event_type.pk,
        "eventType": {
            "eventName": None,
            "slug": event_type.slug,
            "timeZone": None,
            "schedulingType": "ROUND_ROBIN",
            "hideOrganizerEmail": False,
        },
        "smsReminderNumber": None,
        "seatsReferences": [],
        "tracking": None,
    }


def listed(booking: Booking, successor: Successor | None, *, hosts: Sequence[Host]) -> Row:
    return {
        **_row(booking, successor),
        "createdAt": parts.in_milliseconds(booking.created_at),
        "updatedAt": None if booking.updated_at is None else parts.in_milliseconds(booking.updated_at),
        "paid": booking.paid_at is not None,
        "isRecorded": False,
        "routedFromRoutingFormReponse": None,  # Cal.com's own spelling.
        "eventType": _event_type(booking.event_type, hosts),
        "references": _references(booking),
        "payment": _payments(booking),
        "user": {**_person(booking.host), "avatarUrl": None},
        "attendees": [{**each, "user": _nobody(each["email"])} for each in parts.attendee_rows(booking)],
        "seatsReferences": [],
        "assignmentReason": [],
        "report": None,
        "rescheduler": None,
    }


def _row(booking: Booking, successor: Successor | None) -> Row:
    metadata = dict(booking.metadata)
    if link := video_url(booking):
        metadata["videoCallUrl"] = link
    return {
        "id": booking.pk,
        "uid": booking.uid,
        "title": booking.title,
        "userPrimaryEmail": booking.host.email,
        "description": booking.notes,
        "customInputs": {},
        "startTime": parts.in_milliseconds(booking.start),
        "endTime": parts.in_milliseconds(booking.end),
        "metadata": metadata,
        "responses": parts.answers(booking),
        "recurringEventId": None,
        "location": parts.LOCATION,
        "status": str(booking.status),
        "fromReschedule": booking.from_reschedule or None,
        "rescheduled": booking.rescheduled or None,
        "rescheduledBy": moved_by(booking, successor),
        "cancelledBy": booking.cancelled_by or None,
        "cancellationReason": booking.cancellation_reason or None,
        "rejectionReason": booking.rejection_reason or None,
    }


def _person(coach: Host) -> Row:
    return {
        "id": coach.pk,
        "name": coach.name,
        "email": coach.email,
        "username": coach.username,
        "timeZone": coach.time_zone,
    }


def _nobody(email: str) -> Row:
    """An attendee without an account at Cal.com."""
    return {"name": None, "email": email, "avatarUrl": None, "username": None}


def _event_type(event_type: EventType, hosts: Sequence[Host]) -> Row:
    return {
        "slug": event_type.slug,
        "id": event_type.pk,
        "title": event_type.title,
        "price": event_type.price,
        "currency": event_type.currency,
        "metadata": payment_app(event_type),
        "disableGuests": False,
        "seatsShowAttendees": False,
        "seatsShowAvailabilityCount": True,
        "allowReschedulingPastBookings": False,
        "hideOrganizerEmail": False,
        "disableCancelling": event_type.disable_cancelling,
        "disableRescheduling": event_type.disable_rescheduling,
        **dict.fromkeys(["eventName", "recurringEvent", "bookingFields", "seatsPerTimeSlot", "eventTypeColor"]),
        **dict.fromkeys(["customReplyToEmail", "minimumRescheduleNotice", "parentId"]),
        "teamId": event_type.team_id,
        "schedulingType": "ROUND_ROBIN",
        "hosts": [{"userId": each.pk, "user": {"id": each.pk, "email": each.email}} for each in hosts],
        "length": event_type.length,
        "team": {"id": event_type.team_id, "name": event_type.team_name, "slug": event_type.team_slug},
        "hostGroups": [],
    }


def _references(booking: Booking) -> list[Row]:
    if not video_url(booking):
        return []
    room = parts.room(booking.uid)
    return [
        {
            "id": booking.pk,
            "type": room["type"],
            "uid": room["id"],
            "bookingId": booking.pk,
            "meetingId": room["id"],
            "meetingPassword": room["password"],
            "meetingUrl": room["url"],
            **dict.fromkeys(["deleted", "externalCalendarId", "credentialId", "thirdPartyRecurringEventId"]),
            **dict.fromkeys(["domainWideDelegationCredentialId", "delegationCredentialId"]),
        }
    ]


def _payments(booking: Booking) -> list[Row]:
    if booking.paid_at is None:
        return []
    payment = {"paymentOption": "ON_BOOKING", "amount": booking.price, "currency": booking.currency}
    return [payment | {"success": True, "appId": "stripe", "refunded": False}]
