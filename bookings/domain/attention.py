"""What needs a person: conditions that follow from what is known of a booking, and since when. Pure, like a status."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from bookings.domain.projection import Projection
from bookings.domain.registers import Register, Registers
from bookings.domain.words import Format, Lifecycle, LinkedBy, Payment, Status, Why

UNPAID_FOR = timedelta(minutes=30)
PRESUMED_FOR = timedelta(days=1)
LINK_NEEDED = timedelta(hours=2)  # Before the start.
HISTORY = timedelta(days=14)  # What began so long before we heard of it, as of a first resync, nobody need look into.


class Condition(TextChoices):
    """Worst first: money, then meetings that may fail, then what is merely not known."""

    PAID_CANCELLED = "paid_cancelled", _("Paid, but cancelled")
    PAID_AFTER_CANCELLING = "paid_after_cancelling", _("Paid after it was cancelled")
    PAID_COACH_ABSENT = "paid_coach_absent", _("Paid, and the coach was absent")
    ACCEPTED_DUE = "accepted_due", _("Accepted, but the payment is still due")
    NO_LINK = "no_link", _("No link to join, and it starts within two hours")
    COACH_UNKNOWN = "coach_unknown", _("It is not known who the coach is")
    FAILED_MESSAGE = "failed_message", _("A message could not be applied")
    UNEXPECTED = "unexpected", _("A change of status that nobody expected")
    PRESUMED = "presumed", _("Payment only presumed for more than a day")
    FREE = "free", _("Free, where payment is required")
    UNPAID = "unpaid", _("Not paid for 30 minutes")
    OTHER_ADDRESS = "other_address", _("Booked by the link of a user with another address")
    NO_USER = "no_user", _("No user was found")
    FORMAT = "format", _("A kind of booking that is not sold here")
    EMAIL_ONLY = "email_only", _("The user was found by e-mail address only")

    @property
    def weight(self) -> int:
        return list(Condition).index(self)


# What says something of payments, which not everybody may see.
OF_MONEY = frozenset(
    {
        Condition.PAID_CANCELLED,
        Condition.PAID_AFTER_CANCELLING,
        Condition.PAID_COACH_ABSENT,
        Condition.ACCEPTED_DUE,
        Condition.PRESUMED,
        Condition.FREE,
        Condition.UNPAID,
    }
)

# Where a part is given back, what remains is another case, but wrong for as long as before.
AGEING = frozenset({Condition.PAID_CANCELLED, Condition.PAID_AFTER_CANCELLING, Condition.PAID_COACH_ABSENT})


@dataclass(frozen=True, slots=True)
class Case:
    """Since when a condition holds, which may be a moment to come: then nothing else need happen for it to hold.

    `about` are the facts that it rests on: where they are others, it is another case, though of the same condition.
    """

    since: datetime
    about: str = ""


def digest(*facts: object) -> str:
    """Facts that can be compared, and not read: an address must not stay where nobody looks for it."""
    return hashlib.sha256("\0".join(map(str, facts)).encode()).hexdigest()[:32]


def cases(
    registers: Registers,
    shown: Projection,
    *,
    has_coach: bool,
    user_email: str,
    heard_at: datetime,
    payment_required: bool,
) -> dict[Condition, Case]:
    """What needs a person about this booking. `user_email` is that of its user; empty where it has none. `heard_at` is
    when we first heard of it.

    A change of status that nobody expected is none of these: it is seen when it happens, and stays.
    """
    if not registers:
        return {}
    untold = payment_required and _is_untold(shown, heard_at=heard_at)
    return dict(_of_money(registers, shown, untold=untold)) | dict(_of_others(registers, shown, has_coach, user_email))


def _is_untold(shown: Projection, *, heard_at: datetime) -> bool:
    """Was it accepted without a word of a payment, as where webhooks were lost? Cal.com's API knows of none."""
    sold = shown.payment == Payment.UNKNOWN and shown.price != 0 and not shown.accepted_as_free
    is_history = shown.starts_at is not None and heard_at > shown.starts_at + HISTORY
    return sold and shown.lifecycle == Lifecycle.ACCEPTED and not is_history


def _of_money(registers: Registers, shown: Projection, *, untold: bool) -> Iterator[tuple[Condition, Case]]:
    lifecycle_at = _told_at(registers, Register.LIFECYCLE)
    payment_at = _told_at(registers, Register.PAYMENT, Register.LIFECYCLE)
    cancelled = shown.status == Status.BOOKING_CANCELLED
    unpaid = digest(shown.payment_id, shown.price, shown.currency, shown.starts_at)
    if shown.payment == Payment.PAID and not _is_refunded(shown):
        if shown.why in (Why.CANCELLED, Why.REJECTED):
            late = Register.PAYMENT in registers and payment_at > lifecycle_at
            condition = Condition.PAID_AFTER_CANCELLING if late else Condition.PAID_CANCELLED
            yield condition, Case(payment_at if late else lifecycle_at, str(shown.refunded))
        elif shown.status == Status.NO_SHOW and shown.coach_absent:
            yield Condition.PAID_COACH_ABSENT, Case(_told_at(registers, Register.COACH_ABSENT), str(shown.refunded))
    if shown.payment == Payment.DUE and not cancelled:
        if shown.lifecycle == Lifecycle.ACCEPTED:
            yield Condition.ACCEPTED_DUE, Case(lifecycle_at, unpaid)
        else:
            yield Condition.UNPAID, Case(payment_at + UNPAID_FOR, unpaid)
    if (shown.payment == Payment.PRESUMED or untold) and not cancelled:
        yield Condition.PRESUMED, Case(payment_at + PRESUMED_FOR, unpaid)
    if shown.why == Why.FREE:
        yield Condition.FREE, Case(lifecycle_at, unpaid)


def _of_others(
    registers: Registers, shown: Projection, has_coach: bool, user_email: str
) -> Iterator[tuple[Condition, Case]]:
    if shown.status == Status.BOOKING_CANCELLED or shown.erased:
        return
    told_at = _told_at(registers, Register.CLIENT_EMAIL, Register.LIFECYCLE)
    if shown.status == Status.BOOKING_CREATED and not shown.link and shown.starts_at is not None:
        yield Condition.NO_LINK, Case(shown.starts_at - LINK_NEEDED, digest(shown.starts_at))
    if not has_coach:
        yield Condition.COACH_UNKNOWN, Case(told_at, digest(shown.coach, shown.coach_email))
    if shown.format != Format.SINGLE:
        yield Condition.FORMAT, Case(_told_at(registers, Register.FORMAT), shown.format.value)
    if shown.linked_by == LinkedBy.NOBODY:
        yield Condition.NO_USER, Case(told_at, digest(shown.client_email))
    if shown.linked_by == LinkedBy.EMAIL:
        yield Condition.EMAIL_ONLY, Case(told_at, digest(shown.user))
    if shown.linked_by == LinkedBy.TOKEN and shown.client_email and user_email != shown.client_email:
        yield Condition.OTHER_ADDRESS, Case(told_at, digest(shown.user, user_email, shown.client_email))


def _is_refunded(shown: Projection) -> bool:
    """Wholly, as far as is known what was paid; else at all."""
    paid = shown.price if shown.paid_amount is None else shown.paid_amount
    return shown.refunded > 0 and shown.refunded >= (paid or 0)


def _told_at(registers: Registers, *wanted: str) -> datetime:
    """When the first of these that was told was true; where none was, the newest word of all."""
    for register in wanted:
        if register in registers:
            return registers[register].stamp.moment
    return max(told.stamp.moment for told in registers.values())
