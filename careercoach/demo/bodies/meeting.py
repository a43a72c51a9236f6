"""The bodies of the meeting itself: its time has come or passed, somebody was absent, it was recorded."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from careercoach.demo.bodies import parts
from careercoach.demo.bodies.parts import Body, Flow, wrapped
from careercoach.demo.models import Booking, Host, Webhook

# --- Start and end: flat, without an envelope (webhooks.md §5) -------------------------------------------------------


def meeting_started(booking: Booking) -> Body:
    """Its start has come, by the clock: sent even if nobody joined, and for a booking that was moved meanwhile."""
    return {"triggerEvent": "MEETING_STARTED", **_as_confirmed(booking)}


def meeting_ended(booking: Booking) -> Body:
    return {"triggerEvent": "MEETING_ENDED", **_as_confirmed(booking)}


def _as_confirmed(booking: Booking) -> Body:
    """What was kept when it was confirmed; else as one that was neither paid for nor confirmed by hand, or not so."""
    if booking.confirmed_snapshot:
        return booking.confirmed_snapshot
    at_once = booking.price == 0 and not booking.event_type.requires_confirmation
    return snapshot(booking, flow=Flow.DIRECT if at_once else Flow.AFTER_PAYMENT)


def snapshot(booking: Booking, *, flow: Flow, hosts: Sequence[Host] = ()) -> Body:
    """The booking as MEETING_* will show it, to be kept when it is confirmed: `confirmed_snapshot`.

    One that was confirmed at once, free or moved by its host, shows the whole row; another, what its confirmation read,
    and with it the address of every one of the type's `hosts`. One from before the webhook shows the bare row (§5).
    """
    if flow == Flow.BEFORE_WEBHOOK:
        return _row(booking, parts.answers(booking))
    if flow == Flow.DIRECT:
        return _whole_row(booking)
    return _at_confirmation(booking, hosts or [booking.host])


def _row(booking: Booking, responses: Body) -> Body:
    """Every column that Cal.com's booking has (recorded v602/049, 058)."""
    host = booking.host
    return {
        "id": booking.pk,
        "uid": booking.uid,
        "idempotencyKey": parts.made_up_uuid(f"{booking.start}{booking.end}{host.pk}"),
        "userId": host.pk,
        "userPrimaryEmail": host.email,
        "eventTypeId": booking.event_type.pk,
        "title": booking.title,
        "description": booking.notes,
        "customInputs": {},
        "responses": responses,
        "startTime": parts.in_milliseconds(booking.start),
        "endTime": parts.in_milliseconds(booking.end),
        "location": parts.LOCATION,
        "createdAt": parts.in_milliseconds(booking.created_at),
        "updatedAt": parts.in_milliseconds(booking.created_at),
        "status": Booking.Status.ACCEPTED.value,
        "paid": booking.paid_at is not None,
        **dict.fromkeys(["destinationCalendarId", "cancellationReason", "rejectionReason", "reassignReason"]),
        **dict.fromkeys(["reassignById", "dynamicEventSlugRef", "dynamicGroupSlugRef", "rescheduled"]),
        "fromReschedule": booking.from_reschedule or None,
        **dict.fromkeys(["recurringEventId", "smsReminderNumber"]),
        "scheduledJobs": [],
        "metadata": dict(booking.metadata),
        "isRecorded": False,
        "iCalUID": parts.calendar_uid(booking),
        "iCalSequence": booking.moves,
        **dict.fromkeys(["rating", "ratingFeedback"]),
        "noShowHost": False,
        **dict.fromkeys(["oneTimePassword", "cancelledBy", "rescheduledBy"]),
        "creationSource": "WEBAPP",
    }


def _whole_row(booking: Booking) -> Body:
    host = booking.host
    return {
        **_row(booking, parts.labelled(booking)[0]),
        "user": {"email": host.email, "name": host.name, "timeZone": host.time_zone, "username": host.username},
        "attendees": parts.attendee_rows(booking),
        "payment": [],
        "references": [],
        "appsStatus": parts.apps_status(),
    }


def _at_confirmation(booking: Booking, hosts: Sequence[Host]) -> Body:
    """Neither status nor createdAt (recorded v602/048, 121, of a type without hosts; a team's as in webhooks.md §5)."""
    responses, own = parts.from_row(booking)
    return {
        "eventType": {
            "slug": booking.event_type.slug,
            "bookingFields": [] if booking.event_type.booking_fields else None,
            "schedulingType": "ROUND_ROBIN",
            "owner": None,
            "hosts": [{"user": {"email": host.email, "destinationCalendar": None}} for host in hosts],
        },
        "uid": booking.uid,
        "startTime": parts.in_milliseconds(booking.start),
        "responses": responses,
        "title": booking.title,
        "metadata": {**booking.metadata, "videoCallUrl": parts.video_url(booking)},
        "cancellationReason": None,
        "endTime": parts.in_milliseconds(booking.end),
        "smsReminderNumber": None,
        "description": booking.notes,
        "attendees": parts.attendee_rows(booking),
        "location": parts.LOCATION,
        "customInputs": {},
        "id": booking.pk,
        "userFieldsResponses": own,
    }


# --- Absence ---------------------------------------------------------------------------------------------------------


def no_show_updated(booking: Booking, *, at: datetime, absent: dict[str, bool]) -> Body:
    """The host marked these attendees as absent, or took the mark away (recorded v602/060, 061, 085)."""
    if len(absent) == 1:
        ((email, is_absent),) = absent.items()
        message = f"{email} marked as no-show" if is_absent else f"{email} unmarked as no-show"
    else:
        message = "No-show status updated for attendees"
    payload = {
        "message": message,
        "attendees": [{"email": email, "noShow": is_absent} for email, is_absent in absent.items()],
        "bookingUid": booking.uid,
        "bookingId": booking.pk,
    }
    return wrapped("BOOKING_NO_SHOW_UPDATED", at, payload)


def after_guests_no_show(booking: Booking, *, at: datetime, webhook: Webhook) -> Body:
    """Cal Video saw none of the attendees, so many minutes after the start (recorded v602/064)."""
    host = booking.host
    present = _participant(booking, str(host.pk), host.name) | {"email": host.email, "isLoggedIn": True}
    guests = [row | {"noShow": True} for row in parts.attendee_rows(booking)]
    payload = _no_show(booking, webhook) | {
        "attendees": guests,
        "participants": [] if booking.no_show_host else [present],
        "guests": guests,
        "message": f"Guest didn't join the call or didn't join before {_limit(booking, webhook)}",
    }
    return wrapped("AFTER_GUESTS_CAL_VIDEO_NO_SHOW", at, payload)


def after_hosts_no_show(booking: Booking, *, at: datetime, webhook: Webhook) -> Body:
    """Cal Video didn't see the host (recorded v602/063)."""
    email = booking.host.email
    guest = parts.made_up_uuid(f"guest {booking.uid}")  # Who isn't logged in at Cal.com has no number.
    payload = _no_show(booking, webhook) | {
        "attendees": parts.attendee_rows(booking),
        "participants": [] if booking.no_show else [_participant(booking, guest, booking.name)],
        "hostEmail": email,
        "noShowHost": True,
        "message": f"Host with email {email} didn't join the call or didn't join before {_limit(booking, webhook)}",
    }
    return wrapped("AFTER_HOSTS_CAL_VIDEO_NO_SHOW", at, payload)


def _no_show(booking: Booking, webhook: Webhook) -> Body:
    event_type = booking.event_type
    return {
        "title": booking.title,
        "bookingId": booking.pk,
        "bookingUid": booking.uid,
        "startTime": parts.in_milliseconds(booking.start),
        "endTime": parts.in_milliseconds(booking.end),
        "eventType": {"id": event_type.pk, "teamId": event_type.team_id, "parentId": None, "calVideoSettings": None},
        "webhook": {
            "id": str(webhook.id),
            "subscriberUrl": webhook.subscriber_url,
            "appId": None,
            "time": webhook.time,
            "timeUnit": webhook.time_unit,
            "eventTriggers": webhook.triggers,
            "payloadTemplate": webhook.payload_template,
        },
    }


def _limit(booking: Booking, webhook: Webhook) -> str:
    unit = {"MINUTE": "minutes", "HOUR": "hours", "DAY": "days"}[webhook.time_unit]
    until = booking.start + timedelta(**{unit: webhook.time or 0})
    return parts.with_offset(until).replace("T", " ").replace("+", " +")


def _participant(booking: Booking, user_id: str, name: str) -> Body:
    return {
        "user_id": user_id,
        "participant_id": parts.made_up_uuid(f"participant {booking.uid} {user_id}"),
        "user_name": name,
        "join_time": int(booking.start.timestamp()),
        "duration": int((booking.end - booking.start).total_seconds()),
    }


# --- Recordings, and the test button ---------------------------------------------------------------------------------


def recording_ready(booking: Booking, *, at: datetime) -> Body:
    """Recorded v602/066: its `type` is the title, and nothing in it is a number of the booking's."""
    return wrapped("RECORDING_READY", at, _recording(booking) | {"downloadLink": _download(booking, at)})


def transcription(booking: Booking, *, at: datetime) -> Body:
    file = f"https://daily-transcripts.example/{parts.made_up_uuid(f'transcript {booking.uid}')}"
    links = {
        "transcription": [{"format": form, "link": f"{file}.{form}"} for form in ("json", "srt", "txt", "vtt")],
        "recording": _download(booking, at),
    }
    return wrapped("RECORDING_TRANSCRIPTION_GENERATED", at, _recording(booking) | {"downloadLinks": links})


def _recording(booking: Booking) -> Body:
    organizer = parts.organizer(booking)
    return {
        "type": booking.title,
        "title": booking.title,
        "description": booking.notes or parts.ABSENT,
        "startTime": parts.in_milliseconds(booking.start),
        "endTime": parts.in_milliseconds(booking.end),
        "organizer": {key: organizer[key] for key in ("email", "name", "timeZone", "language", "utcOffset")},
        "attendees": [
            {"id": row["id"], **attendee}
            for row, attendee in zip(parts.attendee_rows(booking), parts.attendees(booking), strict=True)
        ],
        "uid": booking.uid,
        "customReplyToEmail": None,
    }


def _download(booking: Booking, at: datetime) -> str:
    """A signed link that expires: as secret as the recording."""
    recording = parts.made_up_uuid(f"recording {booking.uid}")
    expires = int(at.timestamp() * 1000) + 24 * 60 * 60 * 1000
    signature = hashlib.sha256(f"{recording}:{expires}".encode()).hexdigest()
    return f"{booking.event_type.site}/api/video/recording?token={recording}:{expires}:{signature}"


def ping(*, at: datetime) -> Body:
    """What the button "Ping test" of Cal.com's dashboard sends (recorded v602/054)."""
    london = {"timeZone": "Europe/London", "language": {"locale": "en"}, "utcOffset": 0}
    payload = {
        "type": "Test",
        "title": "Test trigger event",
        "startTime": parts.in_milliseconds(at),
        "endTime": parts.in_milliseconds(at),
        "attendees": [{"email": "jdoe@example.com", "name": "John Doe", **london}],
        "organizer": {"name": "Cal", "email": "no-reply@cal.com", **london},
    }
    return wrapped("PING", at, payload)
