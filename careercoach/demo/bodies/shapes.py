"""The payloads that several triggers share, one for each of Cal.com's ways of making them (webhooks.md §3.1)."""

from careercoach.demo.bodies import parts
from careercoach.demo.bodies.parts import ABSENT, Body
from careercoach.demo.models import Booking


def direct(booking: Booking, *, confirmed: bool, old: Booking | None = None, by: str = "") -> Body:
    """Made while the booker waits (recorded v602/001, 002, 007, 014, 042).

    `confirmed`: without waiting for anybody. What isn't has a password that confirms it (webhooks.md §8.11). The
    metadata are what this request brought: moving a booking doesn't bring them again (v602/109).
    """
    event_type = booking.event_type
    responses, own = parts.labelled(booking)
    return {
        "bookerUrl": event_type.site,
        "title": booking.title,
        "startTime": parts.in_seconds(booking.start),
        "endTime": parts.in_seconds(booking.end),
        "additionalNotes": booking.notes,
        "type": event_type.slug,
        "description": parts.description(booking),
        "eventTypeId": event_type.pk,
        "hideCalendarNotes": False,
        "hideCalendarEventDetails": False,
        "hideOrganizerEmail": False,
        "schedulingType": "ROUND_ROBIN",
        "seatsPerTimeSlot": None,
        "seatsShowAttendees": True,
        "seatsShowAvailabilityCount": True,
        "customReplyToEmail": None,
        "disableRescheduling": event_type.disable_rescheduling,
        "disableCancelling": event_type.disable_cancelling,
        "organizer": parts.organizer(booking),
        "attendees": parts.attendees(booking, firstName="", lastName=""),
        "customInputs": {},
        "responses": responses,
        "userFieldsResponses": own,
        "location": parts.LOCATION,
        "destinationCalendar": [],
        "iCalUID": parts.calendar_uid(booking) if old is None else ABSENT,
        "iCalSequence": booking.moves,
        "requiresConfirmation": not confirmed,
        "oneTimePassword": None if confirmed else str(booking.one_time_password),
        "hashedLink": None,
        "team": parts.team(event_type),
        "uid": booking.uid,
        **(_video(booking, confirmed) if old is None else _moved_video(booking, confirmed, old, by)),
        "eventTitle": event_type.title,
        "eventDescription": parts.event_description(booking),
        "price": booking.price,
        "currency": booking.currency,
        "length": event_type.length,
        "bookingId": booking.pk,
        **({} if old is None else _taking_the_place_of(old)),
        "metadata": ({"videoCallUrl": parts.video_url(booking)} if confirmed else {}) | booking.metadata,
        "status": (Booking.Status.ACCEPTED if confirmed else Booking.Status.PENDING).value,
    }


def _video(booking: Booking, confirmed: bool) -> Body:
    if not confirmed:
        return {}
    return {
        "conferenceData": dict(parts.CONFERENCE),
        "videoCallData": parts.room(booking.uid),
        "appsStatus": parts.apps_status(),
    }


def _moved_video(booking: Booking, confirmed: bool, old: Booking, by: str) -> Body:
    """The old room, unless it never had one (v620/012), or the coach is another one now (v602/039)."""
    same_host = old.host == booking.host
    had_room = old.price == 0 or old.paid_at is not None
    return {
        "videoCallData": parts.room(old.uid if same_host else booking.uid) if had_room else ABSENT,
        "rescheduledBy": by or booking.rescheduled_by or booking.email,
        "hasOrganizerChanged": ABSENT if same_host else True,
        "conferenceData": dict(parts.CONFERENCE),
        "appsStatus": parts.apps_status() if confirmed else [],
    }


def _taking_the_place_of(old: Booking) -> Body:
    return {
        "rescheduleId": old.pk,
        "rescheduleUid": old.uid,
        "rescheduleStartTime": parts.in_seconds(old.start),
        "rescheduleEndTime": parts.in_seconds(old.end),
    }


def after_payment(booking: Booking) -> Body:
    """Made once the payment is through (recorded v602/019, 043, 044)."""
    event_type = booking.event_type
    responses, own = parts.from_row(booking)
    return {
        "type": event_type.slug,
        "title": booking.title,
        "bookerUrl": event_type.site,
        "description": booking.notes or ABSENT,
        "startTime": parts.in_milliseconds(booking.start),
        "endTime": parts.in_milliseconds(booking.end),
        "customInputs": {},
        "userFieldsResponses": own,
        "responses": responses,
        "organizer": parts.organizer(booking),
        "hideOrganizerEmail": False,
        "team": parts.team(event_type),
        "attendees": parts.attendees(booking),
        "location": parts.LOCATION,
        "uid": booking.uid,
        "destinationCalendar": [],
        "recurringEvent": None,
        "customReplyToEmail": None,
        "conferenceData": dict(parts.CONFERENCE),
        "videoCallData": parts.room(booking.uid),
        "eventTitle": event_type.title,
        "eventDescription": parts.event_description(booking),
        "requiresConfirmation": event_type.requires_confirmation or None,
        "price": booking.price,
        "currency": booking.currency,
        "length": event_type.length,
        "bookingId": booking.pk,
        "eventTypeId": event_type.pk,
        "status": Booking.Status.ACCEPTED.value,
    }


def by_host(booking: Booking, status: Booking.Status) -> Body:
    """Made when the host says yes or no (recorded v602/008, 010, 020)."""
    event_type = booking.event_type
    responses, own = parts.from_row(booking)
    accepted = status == Booking.Status.ACCEPTED
    return {
        "type": event_type.slug,
        "title": booking.title,
        "description": booking.notes,
        "bookerUrl": event_type.site,
        "userFieldsResponses": own,
        "responses": responses,
        "customInputs": {},
        "startTime": parts.in_milliseconds(booking.start),
        "endTime": parts.in_milliseconds(booking.end),
        "organizer": parts.organizer(booking),
        "attendees": parts.attendees(booking, phoneNumber=None),
        "location": parts.LOCATION,
        "uid": booking.uid,
        "destinationCalendar": [],
        "requiresConfirmation": event_type.requires_confirmation or None,
        "hideOrganizerEmail": False,
        "hideCalendarNotes": False,
        "hideCalendarEventDetails": False,
        "eventTypeId": event_type.pk,
        "customReplyToEmail": None,
        "team": parts.team(event_type),
        "organizationId": None,
        "additionalNotes": booking.notes,
        "rejectionReason": booking.rejection_reason or ABSENT,
        "conferenceData": dict(parts.CONFERENCE) if accepted else ABSENT,
        "videoCallData": parts.room(booking.uid) if accepted else ABSENT,
        "eventTitle": event_type.title,
        "eventDescription": parts.event_description(booking),
        "price": booking.price,
        "currency": booking.currency,
        "length": event_type.length,
        "bookingId": booking.pk,
        "status": status.value,
    }
