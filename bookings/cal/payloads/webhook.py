"""What Cal.com's webhooks say: a table of its words, and one reader for all its shapes (webhooks.md §1, §3, §4)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import quote

from bookings.cal import TOKEN_METADATA, TOKEN_QUESTION
from bookings.cal.payloads.fields import Node, PayloadError
from bookings.cal.payloads.reading import DIGEST_LETTERS, Reading, Teller, coach_details, texts
from bookings.domain.registers import (
    LINK_LENGTH,
    UID_LENGTH,
    Fact,
    Register,
    Stamp,
    Strength,
    absence_of,
)
from bookings.domain.words import Format, Lifecycle, Payment

CAL_VIDEO = "integrations:daily"

Said = Callable[[Teller, Node], Iterator[Fact]]


@dataclass(frozen=True, slots=True)
class Event:
    """How to read one kind of event.

    `rank` orders events of one instant: what comes later in a booking's life is greater. `snapshot` bodies are as old
    as the booking, whenever they come, and have no time of their own.
    """

    rank: int
    said: Said
    names_coach: bool = False
    describes: bool = True
    snapshot: bool = False


# --- What each event says of itself ----------------------------------------------------------------------------------


def _payment_initiated(tell: Teller, payload: Node) -> Iterator[Fact]:
    # Its status is "ACCEPTED" while the row at Cal.com is pending and nothing is paid.
    yield from tell.tell(Register.LIFECYCLE, Lifecycle.REQUESTED.value)
    yield from tell.payment(Payment.DUE)


def _requested(tell: Teller, payload: Node) -> Iterator[Fact]:
    yield from tell.tell(Register.LIFECYCLE, Lifecycle.REQUESTED.value)
    # Without a status it is the one that handleBookingRequested sends after a payment.
    if not payload["status"].exists:
        yield from _presumed(tell, payload)


def _accepted(tell: Teller, payload: Node) -> Iterator[Fact]:
    yield from tell.tell(Register.LIFECYCLE, Lifecycle.ACCEPTED.value)
    yield from _presumed(tell, payload)


def _presumed(tell: Teller, payload: Node) -> Iterator[Fact]:
    """For a priced booking this event comes after the payment only."""
    if payload["price"].amount():
        yield from tell.payment(Payment.PRESUMED)


# BOOKING_PAID alone tells the status as it is in Cal.com's database.
PAID_STATUSES: Mapping[str, Lifecycle] = MappingProxyType(
    {
        "": Lifecycle.ACCEPTED,
        "ACCEPTED": Lifecycle.ACCEPTED,
        "PENDING": Lifecycle.REQUESTED,
        "CANCELLED": Lifecycle.CANCELLED,
        "REJECTED": Lifecycle.REJECTED,
    }
)


def _paid(tell: Teller, payload: Node) -> Iterator[Fact]:
    yield from tell.tell(Register.LIFECYCLE, PAID_STATUSES.get(payload["status"].text(20)))
    yield from tell.payment(Payment.PAID)
    yield from tell.tell(Register.PAYMENT_INTENT, payload["metadata"]["externalId"].text(255))


def _rejected(tell: Teller, payload: Node) -> Iterator[Fact]:
    yield from tell.tell(Register.LIFECYCLE, Lifecycle.REJECTED.value)
    yield from tell.tell(Register.REASON, payload["rejectionReason"].text(1000))


def _cancelled(tell: Teller, payload: Node) -> Iterator[Fact]:
    yield from tell.tell(Register.LIFECYCLE, Lifecycle.CANCELLED.value)
    yield from tell.tell(Register.CANCELLED_BY, payload["cancelledBy"].text(254))
    reason = payload["cancellationReason"].text(1000)
    yield from tell.tell(Register.REASON, reason)
    # 6.0.2 sends a coach's wish for another time without the flag, and without a status; the prefix is Cal.com's own.
    asked = payload["requestReschedule"].flag()
    if asked or (asked is None and not payload["status"].exists and reason.startswith("Please reschedule.")):
        yield from tell.tell(Register.RESCHEDULE_REQUESTED, True)


def _reassigned(tell: Teller, payload: Node) -> Iterator[Fact]:
    """All that it says is who the coach is."""
    yield from ()


def _moved_place(tell: Teller, payload: Node) -> Iterator[Fact]:
    """The new place is told whatever it is: where it is no address, the old link leads nowhere now."""
    if payload["location"].exists and not any(tell.link(payload["metadata"]["videoCallUrl"], payload["location"])):
        page = _video_page(tell.uid) if payload["location"].value == CAL_VIDEO else ""
        yield Fact(tell.uid, Register.LINK, page, tell.stamp)


def _video_page(uid: str) -> str:
    """The public page of a Cal Video meeting, on whichever site the booking is; empty where it doesn't fit its column.

    Its address follows a rule (getPublicVideoCallUrl, webhooks.md §7). Never the raw room in `videoCallData`.
    """
    page = f"/video/{quote(uid, safe='')}"
    return page if len(page) <= LINK_LENGTH else ""


def _started(tell: Teller, payload: Node) -> Iterator[Fact]:
    yield from tell.tell(Register.PLANNED, True, Strength.TOLD)


def _ended(tell: Teller, payload: Node) -> Iterator[Fact]:
    yield from tell.tell(Register.PLANNED, True, Strength.TOLD)
    yield from tell.tell(Register.ENDED, True, Strength.TOLD)


def _attendees_marked(tell: Teller, payload: Node) -> Iterator[Fact]:
    for attendee in payload["attendees"].items():
        if email := attendee["email"].email():
            yield from tell.tell(absence_of(email), attendee["noShow"].flag())


def _guests_missing(tell: Teller, payload: Node) -> Iterator[Fact]:
    yield from tell.tell(Register.PLANNED, True)
    for guest in payload["guests"].items():
        if email := guest["email"].email():
            yield from tell.tell(absence_of(email), guest["noShow"].flag() is not False)


def _host_missing(tell: Teller, payload: Node) -> Iterator[Fact]:
    yield from tell.tell(Register.PLANNED, True)
    yield from tell.tell(Register.COACH_ABSENT, payload["noShowHost"].flag() is not False)
    yield from tell.tell(Register.COACH_EMAIL, payload["hostEmail"].email())


def _recorded(tell: Teller, payload: Node) -> Iterator[Fact]:
    yield from tell.tell(Register.RECORDING, True)
    yield from tell.tell(Register.COACH_EMAIL, payload["organizer"]["email"].email())


def _transcribed(tell: Teller, payload: Node) -> Iterator[Fact]:
    yield from tell.tell(Register.TRANSCRIPT, True)
    yield from tell.tell(Register.COACH_EMAIL, payload["organizer"]["email"].email())


# BOOKING_CANCELLED never names the coach: its organizer may be the acting admin. Every trigger that is not here is
# accepted and is of no concern to us: Cal.com adds new ones without notice.
EVENTS: Mapping[str, Event] = MappingProxyType(
    {
        "BOOKING_PAYMENT_INITIATED": Event(1, _payment_initiated, names_coach=True),
        "BOOKING_REQUESTED": Event(1, _requested, names_coach=True),
        "BOOKING_CREATED": Event(2, _accepted, names_coach=True),
        "BOOKING_RESCHEDULED": Event(2, _accepted, names_coach=True),
        "BOOKING_PAID": Event(2, _paid, names_coach=True),
        "BOOKING_REASSIGNED": Event(3, _reassigned, names_coach=True),
        "BOOKING_LOCATION_UPDATED": Event(3, _moved_place),
        "BOOKING_REJECTED": Event(4, _rejected, names_coach=True),
        "BOOKING_CANCELLED": Event(4, _cancelled),
        "MEETING_STARTED": Event(5, _started, snapshot=True),
        "MEETING_ENDED": Event(5, _ended, snapshot=True),
        "BOOKING_NO_SHOW_UPDATED": Event(5, _attendees_marked, describes=False),
        "AFTER_GUESTS_CAL_VIDEO_NO_SHOW": Event(5, _guests_missing),
        "AFTER_HOSTS_CAL_VIDEO_NO_SHOW": Event(5, _host_missing),
        "RECORDING_READY": Event(5, _recorded),
        "RECORDING_TRANSCRIPTION_GENERATED": Event(5, _transcribed),
    }
)


# --- One reader for all shapes ---------------------------------------------------------------------------------------


def read_webhook(document: object, *, digest: str) -> Reading:
    """What a webhook's body says, parsed from JSON already; `digest` is of its bytes. Raises PayloadError."""
    body = Node(document)
    if not isinstance(document, dict):
        raise PayloadError("The body is not a JSON object. Does the webhook at Cal.com have a custom template?")
    trigger = body["triggerEvent"].text(64)
    if not trigger:
        raise PayloadError("triggerEvent: is missing. Does the webhook at Cal.com have a custom template?")
    event = EVENTS.get(trigger)
    if event is None:
        return Reading(trigger=trigger)

    payload = body["payload"]
    if event.snapshot and not payload.exists:  # Flat, where all others are wrapped.
        payload = body
    if not isinstance(payload.value, dict):
        raise payload.error("is not a JSON object")
    uid_at = payload["uid"] if payload["uid"].exists else payload["bookingUid"]
    uid = uid_at.identifier(UID_LENGTH)
    if not uid:
        raise uid_at.error("is missing")
    stamp = Stamp(_as_of(body, payload, event), event.rank, digest[:DIGEST_LETTERS])

    tell = Teller(uid, stamp, Strength.SNAPSHOT if event.snapshot else Strength.TOLD)
    facts = [*event.said(tell, payload), *_kind(tell, payload)]
    if event.describes:
        facts += _description(tell, payload)
    coach = None
    if event.names_coach:
        organizer = payload["organizer"]
        coach = coach_details(organizer)
        facts += tell.tell(Register.COACH, coach.cal_user_id if coach else None)
        facts += tell.tell(Register.COACH_EMAIL, "" if coach else organizer["email"].email())
    return Reading(
        trigger=trigger,
        uid=uid,
        facts=tuple(facts),
        coach=coach,
        stamp=stamp,
        tokens=texts(
            payload["metadata"][TOKEN_METADATA],
            _answer(payload["responses"][TOKEN_QUESTION]),
            _answer(payload["userFieldsResponses"][TOKEN_QUESTION]),
        ),
        snapshot=event.snapshot,
        client_email=_answer(payload["responses"]["email"]).email(),
    )


def _as_of(body: Node, payload: Node, event: Event) -> datetime:
    """When the event was sent; for a snapshot, which doesn't say, the time that it waited for."""
    if event.snapshot:
        return payload["endTime"].moment() or payload["startTime"].moment() or datetime(1970, 1, 1, tzinfo=UTC)
    sent_at = body["createdAt"].moment()
    if sent_at is None:
        raise body["createdAt"].error("is missing")
    return sent_at


def _answer(response: Node) -> Node:
    """The value of an answer to a booking question: labelled, or bare in a row that was stored before the webhook."""
    return response["value"] if isinstance(response.value, dict) else response


def _kind(tell: Teller, payload: Node) -> Iterator[Fact]:
    """What kind of booking it is, where it isn't one that we sell."""
    scheduling = payload["schedulingType"].text(20) or payload["eventType"]["schedulingType"].text(20)
    if payload["seatsPerTimeSlot"].exists or payload["attendeeSeatId"].exists:
        yield from tell.tell(Register.FORMAT, Format.SEATS.value)
    elif isinstance(payload["recurringEvent"].value, dict) or payload["recurringEventId"].exists:
        yield from tell.tell(Register.FORMAT, Format.SERIES.value)
    elif scheduling == "COLLECTIVE":
        yield from tell.tell(Register.FORMAT, Format.COLLECTIVE.value)


def _description(tell: Teller, payload: Node) -> Iterator[Fact]:
    """All that a body says of the booking whatever its event."""
    responses = payload["responses"]
    yield from tell.schedule(payload["startTime"], payload["endTime"])
    yield from tell.client(
        name=_answer(responses["name"]),
        email=_answer(responses["email"]),
        attendees=payload["attendees"],
    )
    yield from tell.tell(Register.TITLE, payload["title"].text(255))
    yield from tell.tell(Register.PRICE, payload["price"].amount())
    yield from tell.tell(Register.CURRENCY, payload["currency"].text(8).lower())
    yield from tell.tell(Register.PAYMENT_ID, payload["paymentId"].integer())
    event_type = payload["eventTypeId"] if payload["eventTypeId"].exists else payload["eventType"]["id"]
    yield from tell.tell(Register.EVENT_TYPE, event_type.integer())
    number = payload["bookingId"] if payload["bookingId"].exists else payload["id"]
    yield from tell.tell(Register.NUMBER, number.integer())
    yield from tell.tell(Register.CALENDAR_UID, payload["iCalUID"].text(255))
    yield from tell.tell(Register.CALENDAR_SEQUENCE, payload["iCalSequence"].amount())
    yield from tell.tell(Register.CANCELLING_DISABLED, payload["disableCancelling"].flag())
    yield from tell.tell(Register.RESCHEDULING_DISABLED, payload["disableRescheduling"].flag())
    yield from tell.tell(Register.SITE, payload["bookerUrl"].url(255).rstrip("/"))
    yield from tell.link(payload["metadata"]["videoCallUrl"], payload["location"])
    if payload["location"].value == CAL_VIDEO:
        yield from tell.tell(Register.LINK, _video_page(tell.uid), Strength.GUESS + tell.strength)
    old = payload["rescheduleUid"] if payload["rescheduleUid"].exists else payload["fromReschedule"]
    yield from tell.supersedes(old)
