"""What the staff tell us: a message like any other, through the same inbox, with the name of whoever says so."""

from datetime import datetime

from bookings.cal import inbox
from bookings.cal.inbox import Found
from bookings.cal.payloads import staff
from bookings.domain.words import LinkedBy, Source
from bookings.models import Booking, Message
from users.models import User


def record_payment(booking: Booking, *, payment_id: str, amount: int, note: str, by: User, now: datetime) -> Message:
    """A payment seen in Stripe, in minor units: from now on the booking is paid, and stays so."""
    told = staff.money(
        booking.uid, act=staff.PAYMENT, payment_id=payment_id, amount=amount, note=note, by=by.user_id, at=now
    )
    return _tell(told, by=by, now=now)


def record_refund(booking: Booking, *, refund_id: str, amount: int, note: str, by: User, now: datetime) -> Message:
    """A refund seen in Stripe, in minor units. Each id counts once; several add up."""
    told = staff.money(
        booking.uid, act=staff.REFUND, payment_id=refund_id, amount=amount, note=note, by=by.user_id, at=now
    )
    return _tell(told, by=by, now=now)


def accept_as_free(booking: Booking, *, note: str, by: User, now: datetime) -> Message:
    """It counts without a payment, where one is required."""
    return _tell(staff.free(booking.uid, note=note, by=by.user_id, at=now), by=by, now=now)


def link(booking: Booking, *, to: User, note: str, by: User, now: datetime) -> Message:
    """It is this user's, whatever token or address says otherwise."""
    told = staff.link(booking.uid, user_id=to.user_id, note=note, by=by.user_id, at=now)
    return _tell(told, by=by, now=now, about=Found(to, LinkedBy.OPS))


def _tell(body: bytes, *, by: User, now: datetime, about: Found | None = None) -> Message:
    return inbox.process(inbox.receive(body, source=Source.OPS, about=about, by=by, now=now), now=now)
