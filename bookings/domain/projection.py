"""What each booking of a chain shows, concluded from the registers of all of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bookings.domain.registers import (
    LINK_OF_STRENGTH,
    LINK_STRENGTH,
    PAYMENT_STRENGTH,
    Register,
    Registers,
    absence_of,
    is_erased,
    refunds,
)
from bookings.domain.status import State, status_of
from bookings.domain.words import Format, Lifecycle, LinkedBy, Payment, Status, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What a booking shows, all of it concluded from its own registers and those of its chain.

    Prices are list prices in minor units; what was paid and refunded is as the staff
    saw it. `user` is our user's primary key; `coach` is the coach's id upstream.
    """

    chain_reference: str
    is_head: bool
    status: Status
    why: Why
    lifecycle: Lifecycle
    superseded_by: str
    payment: Payment
    price: int | None
    currency: str
    payment_id: int | None
    payment_intent: str
    paid_amount: int | None
    refunded: int
    refund_id: str
    accepted_as_free: bool
    ended: bool
    client_absent: bool | None
    coach_absent: bool | None
    coach: int | None
    coach_email: str
    user: int | None
    linked_by: LinkedBy
    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    client_name: str
    client_email: str
    client_time_zone: str
    link: str
    site: str
    event_type: int | None
    number: int | None
    calendar_uid: str
    cancelled_by: str
    reason: str
    reschedule_requested: bool
    cancelling_disabled: bool
    rescheduling_disabled: bool
    has_recording: bool
    has_transcript: bool
    format: Format
    erased: bool


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("OIL", "011")


def reference(uid: str) -> str:
    """What people call a booking: `CC-7K3P9-QX2MD`, the first 50 bits of the SHA-256 of its uid."""
    number = int.from_bytes(hashlib.sha256(uid.encode()).digest()) >> (256 - 50)
    return _written("".join(_CROCKFORD[number >> shift & 31] for shift in range(45, -1, -5)))


def canonical_reference(text: str) -> str:
    """A reference as people type it, in the form in which it is stored; empty where it is none.

    Case, dashes and blanks don't matter, nor do the letters that Crockford's alphabet leaves out for looking alike.
    """
    letters = text.upper().replace("-", "").replace(" ", "").removeprefix("CC").translate(_LOOKALIKES)
    return _written(letters) if len(letters) == 10 and set(letters) <= set(_CROCKFORD) else ""


def _written(letters: str) -> str:
    return f"CC-{letters[:5]}-{letters[5:]}"


def project(chain: Mapping[str, Registers], *, payment_required: bool) -> dict[str, Projection]:
    """Conclude what each booking shows. `chain` holds all bookings that these name as successor or predecessor.

    A link holds when both ends tell the same: the old booking keeps the newest successor it was told, so of two
    bookings that name the same old one the later continues the chain and the other is a chain of its own. Payment,
    price, user and reference go along the chain.
    """

    def value(uid: str, register: Register) -> Any:
        told = chain[uid].get(register)
        return None if told is None else told.value

    def successor(uid: str) -> str | None:
        later = value(uid, Register.SUPERSEDED_BY)
        return later if later in chain and value(later, Register.SUPERSEDES) == uid else None

    followers = {later for uid in chain if (later := successor(uid)) is not None}
    projections: dict[str, Projection] = {}
    # Oldest bookings first; what is left then can only be a circle, which no order of true statements makes, but which
    # must end all the same: it starts at its smallest uid.
    for root in [*sorted(chain.keys() - followers), *sorted(followers)]:
        uid: str | None = root
        earlier = None
        while uid is not None and uid not in projections:
            later = successor(uid)
            earlier = _project_one(
                chain[uid],
                earlier,
                chain_reference=reference(root),
                is_head=later is None,
                payment_required=payment_required,
            )
            projections[uid] = earlier
            uid = later
    return projections


def _project_one(
    registers: Registers,
    earlier: Projection | None,
    *,
    chain_reference: str,
    is_head: bool,
    payment_required: bool,
) -> Projection:
    def value(register: str, default: Any = None) -> Any:
        told = registers.get(register)
        return default if told is None else told.value

    payment = Payment(value(Register.PAYMENT, Payment.UNKNOWN))
    payment_id, intent = value(Register.PAYMENT_ID), value(Register.PAYMENT_INTENT, "")
    price, currency = value(Register.PRICE), value(Register.CURRENCY, "")
    paid_amount, free = value(Register.PAID_AMOUNT), value(Register.ACCEPTED_AS_FREE, False)
    seen = refunds(registers)
    refunded, refund_id = sum(seen.values()), next(reversed(seen), "")
    user, linked_by = value(Register.USER), LinkedBy.NOBODY
    if user is not None:
        linked_by = LINK_OF_STRENGTH[registers[Register.USER].strength]
    if earlier is not None:
        # A payment of the booking's own goes first, due or paid; a presumed one was presumed because of the earlier.
        if payment in (Payment.UNKNOWN, Payment.PRESUMED):
            payment = max(
                payment,
                earlier.payment,
                key=lambda state: PAYMENT_STRENGTH.get(state, 0),
            )
            payment_id = earlier.payment_id if payment_id is None else payment_id
            intent = intent or earlier.payment_intent
            paid_amount = earlier.paid_amount if paid_amount is None else paid_amount
            refunded, refund_id = refunded + earlier.refunded, refund_id or earlier.refund_id
        if price is None:
            price, currency = earlier.price, earlier.currency
        free = free or earlier.accepted_as_free
        if earlier.user is not None and LINK_STRENGTH[LinkedBy.CHAIN] > LINK_STRENGTH.get(linked_by, 0):
            user, linked_by = earlier.user, LinkedBy.CHAIN

    client_email = value(Register.CLIENT_EMAIL, "")
    client_absent = value(absence_of(client_email))
    coach_absent = value(Register.COACH_ABSENT)
    starts_at, ends_at = value(Register.SCHEDULE, (None, None))
    lifecycle = Lifecycle(value(Register.LIFECYCLE, Lifecycle.UNKNOWN))
    superseded_by = value(Register.SUPERSEDED_BY, "")
    ended = value(Register.ENDED, False)
    gone = lifecycle in (Lifecycle.REJECTED, Lifecycle.CANCELLED)  # What revived says no longer why it was cancelled.
    status, why = status_of(
        State(
            superseded=bool(superseded_by),
            lifecycle=lifecycle,
            payment=payment,
            price=price,
            planned=value(Register.PLANNED, False),
            ended=ended,
            client_absent=bool(client_absent),
            coach_absent=bool(coach_absent),
            accepted_as_free=free,
        ),
        payment_required=payment_required,
    )
    return Projection(
        chain_reference=chain_reference,
        is_head=is_head,
        status=status,
        why=why,
        lifecycle=lifecycle,
        superseded_by=superseded_by,
        payment=payment,
        price=price,
        currency=currency,
        payment_id=payment_id,
        payment_intent=intent,
        paid_amount=paid_amount,
        refunded=refunded,
        refund_id=refund_id,
        accepted_as_free=free,
        ended=ended,
        client_absent=client_absent,
        coach_absent=coach_absent,
        coach=value(Register.COACH),
        coach_email=value(Register.COACH_EMAIL, ""),
        user=user,
        linked_by=linked_by,
        title=value(Register.TITLE, ""),
        starts_at=starts_at,
        ends_at=ends_at,
        client_name=value(Register.CLIENT_NAME, ""),
        client_email=client_email,
        client_time_zone=value(Register.CLIENT_TIME_ZONE, ""),
        link=value(Register.LINK, ""),
        site=value(Register.SITE, ""),
        event_type=value(Register.EVENT_TYPE),
        number=value(Register.NUMBER),
        calendar_uid=value(Register.CALENDAR_UID, ""),
        cancelled_by=value(Register.CANCELLED_BY, "") if gone else "",
        reason=value(Register.REASON, "") if gone else "",
        reschedule_requested=gone and value(Register.RESCHEDULE_REQUESTED, False),
        cancelling_disabled=value(Register.CANCELLING_DISABLED, False),
        rescheduling_disabled=value(Register.RESCHEDULING_DISABLED, False),
        has_recording=value(Register.RECORDING, False),
        has_transcript=value(Register.TRANSCRIPT, False),
        format=Format(value(Register.FORMAT, Format.SINGLE)),
        erased=is_erased(registers),
    )
