"""The table of statuses, and the table of arrows between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bookings.domain.words import Lifecycle, Payment, Status, Why

# The way of a booking as Cal.com lets it go. A change outside this table comes from upstream all the same (payment
# after cancelling, say): it is applied, marked, and shown to the staff. Our own commands are refused by it.
ARROWS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.PENDING: frozenset(
            {
                Status.BOOKING_CREATED,
                Status.BOOKING_CANCELLED,
                Status.MEETING_ENDED,
                Status.NO_SHOW,
            }
        ),
        Status.BOOKING_CREATED: frozenset({Status.BOOKING_CANCELLED, Status.MEETING_ENDED, Status.NO_SHOW}),
        Status.MEETING_ENDED: frozenset({Status.NO_SHOW}),
        Status.NO_SHOW: frozenset({Status.BOOKING_CREATED, Status.MEETING_ENDED}),
        Status.BOOKING_CANCELLED: frozenset(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that the status depends on."""

    superseded: bool
    lifecycle: Lifecycle
    payment: Payment
    price: int | None
    planned: bool
    ended: bool
    client_absent: bool
    coach_absent: bool
    accepted_as_free: bool = False


def counts(state: State, *, payment_required: bool) -> bool:
    """Is this a session that takes place? The clock and an absence alone never make it one.

    An accepted booking whose payment is due counts, since the word of the payment may be lost; events planned for
    accepted bookings don't outweigh a payment that is due. What the staff accepted as free is as good as paid.
    """
    if payment_required and state.price == 0 and state.payment != Payment.PAID and not state.accepted_as_free:
        return False
    if state.lifecycle == Lifecycle.ACCEPTED:
        return True
    return state.planned and state.payment != Payment.DUE


def status_of(state: State, *, payment_required: bool) -> tuple[Status, Why]:
    """The first line of the table of statuses that fits; answers for every combination."""
    if state.superseded:
        return Status.BOOKING_CANCELLED, Why.SUPERSEDED
    if state.lifecycle == Lifecycle.REJECTED:
        return Status.BOOKING_CANCELLED, Why.REJECTED
    if state.lifecycle == Lifecycle.CANCELLED:
        return Status.BOOKING_CANCELLED, Why.CANCELLED
    if counts(state, payment_required=payment_required):
        if state.client_absent:
            return Status.NO_SHOW, Why.CLIENT_ABSENT
        if state.coach_absent:
            return Status.NO_SHOW, Why.COACH_ABSENT
        if state.ended:
            return Status.MEETING_ENDED, Why.ENDED
        return Status.BOOKING_CREATED, Why.ACCEPTED
    if state.payment == Payment.DUE:
        return Status.PENDING, Why.PAYMENT_DUE
    if state.lifecycle == Lifecycle.ACCEPTED or state.planned:
        return Status.PENDING, Why.FREE
    return Status.PENDING, Why.UNCONFIRMED


def is_expected(*, old: Status, new: Status) -> bool:
    """Does the table of arrows know this change?"""
    return new in ARROWS[old]
