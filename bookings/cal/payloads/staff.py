"""What the staff know and Cal.com doesn't: money seen in Stripe, whose a booking is, that it may be free, that its
client is erased. No I/O.

Each is a message, kept in the inbox and replayed by a rebuild. `by` is the userId of whoever says so.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from bookings.cal.payloads.fields import Node
from bookings.cal.payloads.reading import DIGEST_LETTERS, Reading, Teller
from bookings.domain.registers import STRIPE_LENGTH, UID_LENGTH, Fact, Register, Stamp, absence_of, refund_of
from bookings.domain.words import Payment

PAYMENT, REFUND, FREE, LINK, ERASE = "payment", "refund", "free", "link", "erase"
RANK = 0


def money(uid: str, *, act: str, payment_id: str, amount: int, note: str, by: str, at: datetime) -> bytes:
    """A payment or a refund that was seen in Stripe, with Stripe's id of it; the amount in minor units."""
    return _body(uid=uid, act=act, paymentId=payment_id, amount=amount, note=note, by=by, at=at.isoformat())


def free(uid: str, *, note: str, by: str, at: datetime) -> bytes:
    """It may take place without payment."""
    return _body(uid=uid, act=FREE, note=note, by=by, at=at.isoformat())


def link(uid: str, *, user_id: str, note: str, by: str, at: datetime) -> bytes:
    """It is this user's; the message says which of our rows that is (`linked_user`)."""
    return _body(uid=uid, act=LINK, userId=user_id, note=note, by=by, at=at.isoformat())


def erased(uid: str, *, client_absent: bool | None, by: str, at: datetime) -> bytes:
    """Its client is erased. Whether they were absent stays; so far a register of their address has said so."""
    return _body(uid=uid, act=ERASE, clientAbsent=client_absent, by=by, at=at.isoformat())


def _body(**document: object) -> bytes:
    return json.dumps(document).encode()


def read(document: object, *, digest: str) -> Reading:
    """Raises PayloadError, for a body that we didn't make."""
    root = Node(document)
    uid, moment, act = root["uid"].identifier(UID_LENGTH), root["at"].moment(), root["act"].text(20)
    if not uid:
        raise root["uid"].error("is missing")
    if moment is None:
        raise root["at"].error("is missing")
    if act not in _FACTS:
        raise root["act"].error("is unknown")
    tell = Teller(uid, Stamp(moment, RANK, digest[:DIGEST_LETTERS]))
    return Reading(trigger=f"staff: {act}", uid=uid, facts=_FACTS[act](root, tell), stamp=tell.stamp)


def _payment(root: Node, tell: Teller) -> tuple[Fact, ...]:
    return (
        *tell.payment(Payment.PAID),
        *tell.tell(Register.PAYMENT_INTENT, root["paymentId"].text(STRIPE_LENGTH)),
        *tell.tell(Register.PAID_AMOUNT, root["amount"].amount()),
    )


def _refund(root: Node, tell: Teller) -> tuple[Fact, ...]:
    return tuple(tell.tell(refund_of(root["paymentId"].text(STRIPE_LENGTH)), root["amount"].amount()))


def _free(root: Node, tell: Teller) -> tuple[Fact, ...]:
    return tuple(tell.tell(Register.ACCEPTED_AS_FREE, True))


def _nothing(root: Node, tell: Teller) -> tuple[Fact, ...]:
    return ()


def _erased(root: Node, tell: Teller) -> tuple[Fact, ...]:
    absent = tell.tell(absence_of(""), root["clientAbsent"].flag())
    return (*tell.tell(Register.ERASED, True), *absent)


_FACTS: Mapping[str, Callable[[Node, Teller], tuple[Fact, ...]]] = MappingProxyType(
    {PAYMENT: _payment, REFUND: _refund, FREE: _free, LINK: _nothing, ERASE: _erased}
)
