"""What a booking in an answer of API v2 says (version 2024-08-13; api_v2.md §2.5)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from bookings.cal import TOKEN_METADATA, TOKEN_QUESTION
from bookings.cal.payloads.fields import Node, PayloadError
from bookings.cal.payloads.reading import (
    DIGEST_LETTERS,
    UNKNOWN,
    Reading,
    Teller,
    coach_details,
    texts,
)
from bookings.domain.registers import UID_LENGTH, Register, Stamp, Strength, absence_of
from bookings.domain.words import Format, Lifecycle

TRIGGER = "api"
RANK = 0  # In one instant, what Cal.com announces outweighs what it is asked.

# Cal.com announces a cancellation before it writes it, and clocks differ: an answer is not believed to be newer than
# this before the request, unless the row itself says so.
DELAY = timedelta(minutes=5)

STATUSES: Mapping[str, Lifecycle] = MappingProxyType(
    {
        "accepted": Lifecycle.ACCEPTED,
        "pending": Lifecycle.REQUESTED,
        "cancelled": Lifecycle.CANCELLED,
        "rejected": Lifecycle.REJECTED,
    }
)


def read_answer(document: object, *, requested_at: datetime, digest: str) -> Reading:
    """What one booking object of the API says, asked at `requested_at` by our clock.

    The API knows no payment. Unknown statuses (`awaiting_host`, and what may come) say nothing. Raises PayloadError.
    """
    row = Node(document)
    if not isinstance(document, dict):
        raise PayloadError("The booking is not a JSON object.")
    uid = row["uid"].identifier(UID_LENGTH)
    if not uid:
        raise row["uid"].error("is missing")
    created_at = row["createdAt"].moment()
    as_of = max(filter(None, [row["updatedAt"].moment() or created_at, requested_at - DELAY]))
    made_at = created_at or as_of
    stamp = Stamp(as_of, RANK, digest[:DIGEST_LETTERS])
    tell = Teller(uid, stamp)
    responses = row["bookingFieldsResponses"]
    if responses["email"].value == UNKNOWN:  # What the API answers where it can't read them: name and all.
        responses = Node(None)

    facts = [
        *tell.tell(Register.LIFECYCLE, STATUSES.get(row["status"].text(20))),
        # As of when the new booking was made: of two that name the same old one, the later is the one made later. From
        # the old row's side Cal.com names any one of them, so that fills only what nothing else has told.
        *Teller(uid, Stamp(made_at, RANK, stamp.digest)).supersedes(row["rescheduledFromUid"]),
        *Teller(uid, stamp, Strength.GUESS).superseded_by(row["rescheduledToUid"]),
        *tell.schedule(row["start"], row["end"]),
        *tell.client(name=responses["name"], email=responses["email"], attendees=row["attendees"]),
        *tell.tell(Register.TITLE, row["title"].text(255)),
        *tell.tell(Register.EVENT_TYPE, _event_type(row)),
        *tell.tell(Register.NUMBER, row["id"].integer()),
        *tell.tell(Register.CALENDAR_UID, row["icsUid"].text(255)),
        *tell.tell(Register.CANCELLED_BY, row["cancelledByEmail"].text(254)),
        *tell.tell(Register.REASON, row["cancellationReason"].text(1000)),
        *tell.link(row["location"], row["meetingUrl"]),
    ]
    # Always the only one in `hosts`, with the word "unknown" for an id where the account is gone.
    coach = coach_details(next(row["hosts"].items(), Node(None)))
    if coach is not None:
        facts += tell.tell(Register.COACH, coach.cal_user_id)
    if any(attendee["seatUid"].exists for attendee in row["attendees"].items()):
        facts += tell.tell(Register.FORMAT, Format.SEATS.value)
    elif row["recurringBookingUid"].exists:
        facts += tell.tell(Register.FORMAT, Format.SERIES.value)

    # `updatedAt` doesn't move when an attendee is marked absent, so absence is as of the request itself. That somebody
    # is not absent says nothing before the start.
    starts_at = row["start"].moment()
    begun = starts_at is None or starts_at <= requested_at
    just_before = Teller(
        uid,
        Stamp(requested_at - timedelta(microseconds=1), RANK, digest[:DIGEST_LETTERS]),
    )
    absences = {Register.COACH_ABSENT.value: row["absentHost"].flag()}
    for attendee in row["attendees"].items():
        if email := attendee["email"].email():
            absences[absence_of(email)] = attendee["absent"].flag()
    for register, absent in absences.items():
        if absent or begun:
            facts += just_before.tell(register, absent)

    return Reading(
        trigger=TRIGGER,
        uid=uid,
        facts=tuple(facts),
        coach=coach,
        stamp=stamp,
        tokens=texts(row["metadata"][TOKEN_METADATA], responses[TOKEN_QUESTION]),
        client_email=responses["email"].email(),
    )


def _event_type(row: Node) -> int | None:
    event_type = row["eventType"]["id"] if row["eventType"]["id"].exists else row["eventTypeId"]
    return event_type.integer()
