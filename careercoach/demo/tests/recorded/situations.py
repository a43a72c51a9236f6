"""From a genuine body the rows that the stand-in would have had in its place, and the body that it makes of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from careercoach.demo import bodies
from careercoach.demo.bodies import Body, Flow
from careercoach.demo.models import Booking, EventType, Host, Webhook

SYSTEM_QUESTIONS = {
    "name",
    "email",
    "attendeePhoneNumber",
    "location",
    "title",
    "notes",
    "guests",
    "rescheduleReason",
}
HOSTLESS = {"id": 1, "name": "Anna Müller", "email": "anna@praxis.example", "username": "anna"}


def time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def flow_of(body: Body) -> str:
    """On which of Cal.com's ways it was made, as its keys tell; empty for a trigger that knows one way only."""
    payload = body.get("payload", body)
    trigger = body["triggerEvent"]
    if trigger.startswith("MEETING_"):
        return Flow.AFTER_PAYMENT if "eventType" in body else Flow.DIRECT
    if trigger == "BOOKING_CANCELLED" and "bookerUrl" not in payload:
        return "request reschedule"
    if trigger in ("BOOKING_CREATED", "BOOKING_REQUESTED"):
        if "schedulingType" in payload:
            return Flow.DIRECT
        return Flow.AFTER_PAYMENT if "recurringEvent" in payload else Flow.AFTER_CONFIRMATION
    return ""


@dataclass(frozen=True, slots=True)
class Situation:
    booking: Booking
    old: Booking | None


def situation(body: Body) -> Situation:
    """The rows that the body tells of; what it doesn't tell is made up."""
    payload = body.get("payload", body)
    responses = payload.get("responses", {})
    attendees = [{"timeZone": "Europe/Berlin", "name": ""} | each for each in payload["attendees"]]
    booker = attendees[0]

    def answer(slug: str) -> Any:
        return responses.get(slug, {}).get("value")

    event_type = _event_type(payload)
    host = _host(payload)
    before = payload.get("rescheduleUid") or _entry_before(payload)
    booking = Booking(
        pk=payload.get("bookingId", payload.get("id", 24)),
        uid=payload.get("uid") or payload.get("bookingUid", ""),
        event_type=event_type,
        host=host,
        start=time(payload.get("startTime", "2026-12-01T10:00:00Z")),
        end=time(payload.get("endTime", "2026-12-01T10:30:00Z")),
        title=payload.get("title", ""),
        name=booker["name"],
        email=answer("email") or booker["email"],
        time_zone=booker["timeZone"],
        locale=booker.get("locale") or booker.get("language", {}).get("locale", "de"),
        notes=answer("notes") or "",
        guests=answer("guests") or [each["email"] for each in attendees[1:]],
        answers={slug: told.get("value") for slug, told in responses.items() if slug not in SYSTEM_QUESTIONS},
        metadata={key: value for key, value in payload.get("metadata", {}).items() if key != "videoCallUrl"},
        price=payload.get("price") or 0,
        currency=payload.get("currency", "usd"),
        payment_intent=payload.get("metadata", {}).get("externalId", ""),
        cancellation_reason=payload.get("cancellationReason") or "",
        cancelled_by=payload.get("cancelledBy") or "",
        rejection_reason=payload.get("rejectionReason", ""),
        rescheduling_reason=answer("rescheduleReason") or "",
        from_reschedule=before,
        entry_uid=before,
        moves=_moves(payload) if before else 0,
        rescheduled_by=payload.get("rescheduledBy") or "",
        no_show_host=payload.get("participants") == [],
        no_show=payload.get("participants") == [],
        created_at=time("2026-11-23T18:00:00.123Z"),
    )
    if password := payload.get("oneTimePassword"):
        booking.one_time_password = UUID(password)
    return Situation(booking, _old(payload, booking))


def _event_type(payload: Body) -> EventType:
    known = payload.get("team", {"id": 1, "name": "Beratung Team"})
    slug = payload.get("eventType", {}).get("slug") or payload.get("type", "")
    return EventType(
        pk=payload.get("eventTypeId", payload.get("eventType", {}).get("id", 12)),
        team_id=known["id"],
        team_name=known["name"],
        slug=slug,
        title=payload.get("eventTitle", ""),
        description=payload.get("eventDescription") or "",
        length=payload.get("length", 30),
        price=payload.get("price") or 0,
        currency=payload.get("currency", "usd"),
        booking_fields=_own_questions(payload.get("responses", {})),
        requires_confirmation=slug in ("confirm", "paidconfirm"),
        site=payload.get("bookerUrl", "http://localhost:3000"),
    )


def _own_questions(responses: Body) -> list[Body]:
    """Those of a type that has some stored: their labels and whether they are hidden are told in every flow."""
    return [
        {"slug": slug, "label": told["label"], "hidden": told["isHidden"]}
        for slug, told in responses.items()
        if slug not in SYSTEM_QUESTIONS
    ]


def _host(payload: Body) -> Host:
    told = HOSTLESS | payload.get("organizer", payload.get("user", {}))
    return Host(
        pk=told["id"],
        name=told["name"],
        email=told["email"],
        username=told["username"],
        time_zone=told.get("timeZone", "Europe/Berlin"),
        locale=told.get("language", {}).get("locale", "de"),
    )


def _moves(payload: Body) -> int:
    """As often as its entry was moved, as the body counts; what it took the place of may have been moved before."""
    is_cancelled = payload.get("status") == "CANCELLED"  # Which counts as one more.
    return payload.get("iCalSequence", 1 + is_cancelled) - is_cancelled


def _entry_before(payload: Body) -> str:
    """A booking that took the place of another keeps the other's entry in the calendar."""
    entry = payload.get("iCalUID", "").partition("@")[0]
    return "" if entry == payload.get("uid") else entry


def _old(payload: Body, new: Booking) -> Booking | None:
    if "rescheduleUid" not in payload:
        return None
    same_host = not payload.get("hasOrganizerChanged")
    return Booking(
        pk=payload["rescheduleId"],
        uid=payload["rescheduleUid"],
        host=new.host if same_host else Host(pk=new.host.pk + 1),
        event_type=new.event_type,
        start=time(payload["rescheduleStartTime"]),
        end=time(payload["rescheduleEndTime"]),
        email=new.email,
        price=new.price,
        paid_at=new.start if "videoCallData" in payload else None,
    )


def ours(body: Body) -> Body:
    """What the stand-in sends where Cal.com sent this body."""
    make = MAKERS[body["triggerEvent"]]
    return make(situation(body), body, time(body.get("createdAt", "2026-11-23T18:00:00Z")))


def _meeting(situation: Situation, body: Body, at: datetime) -> Body:
    booking = situation.booking
    booking.confirmed_snapshot = bodies.snapshot(booking, flow=Flow(flow_of(body)))
    make = bodies.meeting_started if body["triggerEvent"] == "MEETING_STARTED" else bodies.meeting_ended
    return make(booking)


def _webhook(body: Body) -> Webhook:
    told = body["payload"]["webhook"]
    return Webhook(
        id=UUID(told["id"]),
        subscriber_url=told["subscriberUrl"],
        time=told["time"],
        triggers=told["eventTriggers"],
    )


MAKERS: dict[str, Callable[[Situation, Body, datetime], Body]] = {
    "BOOKING_PAYMENT_INITIATED": lambda it, body, at: bodies.payment_initiated(it.booking, at=at, old=it.old),
    "BOOKING_CREATED": lambda it, body, at: bodies.created(it.booking, at=at, flow=flow_of(body)),
    "BOOKING_REQUESTED": lambda it, body, at: bodies.requested(it.booking, at=at, flow=flow_of(body), old=it.old),
    "BOOKING_PAID": lambda it, body, at: bodies.paid(it.booking, at=at),
    "BOOKING_RESCHEDULED": lambda it, body, at: bodies.rescheduled(
        it.booking, at=at, old=it.old, by=body["payload"]["rescheduledBy"]
    ),
    "BOOKING_REJECTED": lambda it, body, at: bodies.rejected(it.booking, at=at),
    "BOOKING_CANCELLED": lambda it, body, at: bodies.cancelled(
        it.booking, at=at, request_reschedule=flow_of(body) == "request reschedule"
    ),
    "BOOKING_NO_SHOW_UPDATED": lambda it, body, at: bodies.no_show_updated(
        it.booking, at=at, absent={each["email"]: each["noShow"] for each in body["payload"]["attendees"]}
    ),
    "BOOKING_REASSIGNED": lambda it, body, at: bodies.reassigned(it.booking, at=at, removed_host=Host(pk=4101)),
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW": lambda it, body, at: bodies.after_hosts_no_show(
        it.booking, at=at, webhook=_webhook(body)
    ),
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW": lambda it, body, at: bodies.after_guests_no_show(
        it.booking, at=at, webhook=_webhook(body)
    ),
    "RECORDING_READY": lambda it, body, at: bodies.recording_ready(it.booking, at=at),
    "RECORDING_TRANSCRIPTION_GENERATED": lambda it, body, at: bodies.transcription(it.booking, at=at),
    "PING": lambda it, body, at: bodies.ping(at=at),
    "MEETING_STARTED": _meeting,
    "MEETING_ENDED": _meeting,
}
