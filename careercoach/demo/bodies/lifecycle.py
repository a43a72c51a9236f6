"""The bodies of a booking's life: asked for, paid, confirmed, moved, declined, cancelled (webhooks.md §4)."""

from datetime import datetime

from careercoach.demo.bodies import parts, shapes
from careercoach.demo.bodies.parts import ABSENT, Body, Flow, wrapped
from careercoach.demo.models import Booking, Host

ACCEPTED, PENDING = Booking.Status.ACCEPTED, Booking.Status.PENDING


def payment_initiated(booking: Booking, *, at: datetime, old: Booking | None = None) -> Body:
    """The form of a paid type was sent. It says ACCEPTED, though nothing is paid and the row is pending."""
    payload = shapes.direct(booking, old=old, confirmed=False)
    title = {"title": payload["responses"]["title"]}  # Here alone is it one of the type's own questions (v602/042).
    own = title | payload["userFieldsResponses"]
    more = {"userFieldsResponses": own, "status": ACCEPTED.value, "paymentId": booking.pk}
    return wrapped("BOOKING_PAYMENT_INITIATED", at, payload | more)


def created(booking: Booking, *, at: datetime, flow: Flow) -> Body:
    """It is confirmed: a free one at once, a paid one after its payment, any by its host.

    What the link brought is in the metadata of the first alone.
    """
    if flow == Flow.DIRECT:
        return wrapped("BOOKING_CREATED", at, shapes.direct(booking, confirmed=True))
    paid_for = flow == Flow.AFTER_PAYMENT
    payload = shapes.after_payment(booking) if paid_for else shapes.by_host(booking, ACCEPTED)
    return wrapped("BOOKING_CREATED", at, payload | {"metadata": {"videoCallUrl": parts.video_url(booking)}})


def requested(booking: Booking, *, at: datetime, flow: Flow, old: Booking | None = None) -> Body:
    """It waits for its host. So does a paid one that its booker moved: `old` is the one it takes the place of.

    After the payment of a type that needs confirmation it has no status, no type's id and no metadata (v602/019).
    """
    if flow == Flow.DIRECT:
        return wrapped("BOOKING_REQUESTED", at, shapes.direct(booking, old=old, confirmed=False))
    gone = dict.fromkeys(["conferenceData", "videoCallData", "eventTypeId", "status"], ABSENT)
    return wrapped("BOOKING_REQUESTED", at, shapes.after_payment(booking) | gone)


def paid(booking: Booking, *, at: datetime) -> Body:
    """The money is there. Its metadata is the payment's, not what the link brought."""
    event_type = booking.event_type
    metadata = {
        "identifier": "cal.com",
        "bookingId": booking.pk,
        "eventTypeId": event_type.pk,
        "bookerEmail": booking.email,
        "eventTitle": event_type.title,
        "externalId": booking.payment_intent or None,
    }
    return wrapped("BOOKING_PAID", at, shapes.after_payment(booking) | {"metadata": metadata, "paymentId": booking.pk})


def rescheduled(booking: Booking, *, at: datetime, old: Booking, by: str) -> Body:
    """Confirmed at another time, under a uid and an id of its own. `by` is the address of who moved it."""
    return wrapped("BOOKING_RESCHEDULED", at, shapes.direct(booking, old=old, by=by, confirmed=True))


def rejected(booking: Booking, *, at: datetime) -> Body:
    """The host said no."""
    return wrapped("BOOKING_REJECTED", at, shapes.by_host(booking, Booking.Status.REJECTED))


def cancelled(booking: Booking, *, at: datetime, request_reschedule: bool = False) -> Body:
    """By whom and why is in the row. A host's wish for another time has other keys."""
    payload = _wish_for_another_time(booking) if request_reschedule else _cancelled(booking)
    return wrapped("BOOKING_CANCELLED", at, payload)


def _cancelled(booking: Booking) -> Body:
    """Recorded v602/003, 015, 040."""
    event_type = booking.event_type
    responses, own = parts.from_row(booking)
    return {
        "bookerUrl": event_type.site,
        "title": booking.title,
        "length": event_type.length,
        "type": event_type.slug,
        "additionalNotes": booking.notes,
        "description": parts.description(booking),
        "customInputs": {},
        "eventTypeId": event_type.pk,
        "userFieldsResponses": own,
        "responses": responses,
        "startTime": parts.with_offset(booking.start),
        "endTime": parts.with_offset(booking.end),
        "organizer": parts.organizer(booking),
        "attendees": parts.attendees(booking, phoneNumber=None),
        "uid": booking.uid,
        "bookingId": booking.pk,
        "location": parts.LOCATION,
        "destinationCalendar": [],
        "cancellationReason": booking.cancellation_reason or ABSENT,
        "team": parts.team(event_type),
        "seatsPerTimeSlot": None,
        "seatsShowAttendees": False,
        "iCalUID": parts.calendar_uid(booking),
        "iCalSequence": booking.moves + 1,
        "hideOrganizerEmail": False,
        "customReplyToEmail": None,
        "organizationId": None,
        "eventTitle": event_type.title,
        "eventDescription": parts.event_description(booking),
        "requiresConfirmation": event_type.requires_confirmation or None,
        "price": booking.price or None,
        "currency": booking.currency,
        "status": Booking.Status.CANCELLED.value,
        "cancelledBy": booking.cancelled_by or ABSENT,
    }


def _wish_for_another_time(booking: Booking) -> Body:
    """Recorded v602/093: no status, no id of the coach, and no address of the pages.

    All that tells it from a cancellation is how the reason in the row starts: "Please reschedule. ".
    """
    responses, own = parts.from_row(booking)
    organizer = parts.organizer(booking) | {"id": ABSENT, "timeFormat": ABSENT}
    return {
        "bookingId": booking.pk,
        "type": booking.event_type.slug,
        "title": booking.title,
        "description": booking.notes or ABSENT,
        "customInputs": {},
        "responses": responses,
        "userFieldsResponses": own,
        "startTime": parts.with_offset(booking.start),
        "endTime": parts.with_offset(booking.end),
        "organizer": parts.defined(organizer),
        "attendees": parts.attendees(booking, username="", phoneNumber=None),
        "uid": booking.uid,
        "location": parts.LOCATION,
        "destinationCalendar": [],
        "iCalUID": parts.calendar_uid(booking),
        "cancelledBy": booking.cancelled_by or booking.host.email,
        "cancellationReason": booking.cancellation_reason,
    }


def reassigned(booking: Booking, *, at: datetime, removed_host: Host) -> Body:
    """The coach is another one: `booking.host`. In Cal.com's documentation only; 6.0.2 says nothing (v602, step J2)."""
    event_type = booking.event_type
    first, _, last = booking.name.partition(" ")
    more = {"phoneNumber": None, "bookingSeat": None, "firstName": first, "lastName": last}
    payload = {
        "bookerUrl": event_type.site,
        "title": booking.title,
        "startTime": parts.in_milliseconds(booking.start),
        "endTime": parts.in_milliseconds(booking.end),
        "type": event_type.slug,
        "attendees": parts.attendees(booking, **more),
        "description": parts.description(booking),
        "eventTypeId": event_type.pk,
        "responses": parts.labelled(booking)[0],
        "location": parts.LOCATION,
        "iCalUID": parts.calendar_uid(booking),
        "uid": booking.uid,
        "destinationCalendar": [],
        "bookingId": booking.pk,
        "status": ACCEPTED.value,
        "eventTitle": event_type.title,
        "iCalSequence": booking.moves + 1,
        "organizer": parts.organizer(booking),
        "addedHostUserIds": [booking.host.pk],
        "removedHostUserIds": [removed_host.pk],
    }
    return wrapped("BOOKING_REASSIGNED", at, payload)
