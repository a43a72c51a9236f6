"""What we tell ourselves of a booking: the clock, an answer that there is none, and who acted for us. No I/O.

Each is a message like Cal.com's, kept in the inbox and replayed by a rebuild. The same said twice is the same bytes, so
that a run that was killed says nothing twice.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from bookings.cal.payloads.fields import Node
from bookings.cal.payloads.reading import DIGEST_LETTERS, Reading, Teller
from bookings.domain.registers import UID_LENGTH, Fact, Register, Stamp, Strength
from bookings.domain.words import Lifecycle

GONE, ENDED, CANCELLED_FOR_US = "gone", "clock", "cancelled for us"
GONE_REASON = "Gone at Cal.com"
RANK = 0
CLOCK_RANK = 5  # That of MEETING_ENDED, which says the same.


def gone(uid: str, *, requested_at: datetime) -> bytes:
    """Cal.com was asked for this booking and has none (404)."""
    return _body(uid=uid, gone=requested_at.isoformat())


def ended(uid: str, *, ends_at: datetime) -> bytes:
    """The time of this booking has passed by our clock."""
    return _body(uid=uid, ended=ends_at.isoformat())


def cancelled_for_us(uid: str, *, by: str, at: datetime) -> bytes:
    """One of us cancelled it through the API, of which Cal.com tells no name (api_v2.md §9, 13)."""
    return _body(uid=uid, cancelledBy=by, at=at.isoformat())


def _body(**document: str) -> bytes:
    return json.dumps(document).encode()


def read_gone(document: object, *, digest: str) -> Reading:
    # What is deleted doesn't come back, so nothing that is told later than this is newer.
    tell = _teller(document, "gone", digest=digest)
    facts = (*tell.tell(Register.LIFECYCLE, Lifecycle.CANCELLED.value), *tell.tell(Register.REASON, GONE_REASON))
    return _reading(tell, facts, trigger=GONE)


def read_ended(document: object, *, digest: str) -> Reading:
    """As a guess: MEETING_ENDED, whenever it comes, says the same and is Cal.com's own word."""
    tell = _teller(document, "ended", digest=digest, rank=CLOCK_RANK)
    return _reading(tell, tell.tell(Register.ENDED, True, Strength.GUESS), trigger=ENDED)


def read_cancelled_for_us(document: object, *, digest: str) -> Reading:
    tell = _teller(document, "at", digest=digest)
    by = Node(document)["cancelledBy"].text(254)
    return _reading(tell, tell.tell(Register.CANCELLED_BY, by), trigger=CANCELLED_FOR_US)


def _teller(document: object, said_at: str, *, digest: str, rank: int = RANK) -> Teller:
    """Raises PayloadError, for a body that we didn't make."""
    root = Node(document)
    uid, moment = root["uid"].identifier(UID_LENGTH), root[said_at].moment()
    if not uid:
        raise root["uid"].error("is missing")
    if moment is None:
        raise root[said_at].error("is missing")
    return Teller(uid, Stamp(moment, rank, digest[:DIGEST_LETTERS]))


def _reading(tell: Teller, facts: Iterable[Fact], *, trigger: str) -> Reading:
    return Reading(trigger=trigger, uid=tell.uid, facts=tuple(facts), stamp=tell.stamp)
