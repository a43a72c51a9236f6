"""Facts, stamps and registers: how a booking keeps the strongest, then newest, statement of each thing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

from bookings.domain.words import LinkedBy, Payment

UID_LENGTH = 100  # Letters of an upstream uid, which are 22 to 36 today.
LINK_LENGTH = 1000
STRIPE_LENGTH = 255  # Stripe's own promise for its ids.


class Strength(IntEnum):
    """How much a statement weighs before its time is looked at."""

    GUESS = -2  # Concluded, not told.
    SNAPSHOT = -1  # Told, but as of an unknown earlier day: fills only what nothing else has told.
    TOLD = 0


# Money that was seen can't be unseen by a later word, so here the value itself is the strength.
PAYMENT_STRENGTH = MappingProxyType({Payment.DUE: 1, Payment.PRESUMED: 2, Payment.PAID: 3})
LINK_STRENGTH = MappingProxyType({LinkedBy.EMAIL: 1, LinkedBy.CHAIN: 2, LinkedBy.TOKEN: 3, LinkedBy.OPS: 4})
LINK_OF_STRENGTH = MappingProxyType({strength: link for link, strength in LINK_STRENGTH.items()})


class Register(StrEnum):
    """One thing that can be known of a booking.

    Absence has a register for each person besides, `absence_of`, and each refund one of its own, `refund_of`.
    """

    LIFECYCLE = "lifecycle"
    SUPERSEDED_BY = "superseded_by"  # The uid that took this booking's place.
    SUPERSEDES = "supersedes"  # The uid whose place this booking took.
    PAYMENT = "payment"
    PLANNED = "planned"  # An event was sent that is planned for accepted bookings only.
    ENDED = "ended"
    COACH = "coach"  # The coach's id upstream.
    COACH_EMAIL = "coach_email"  # A coach named without an id.
    COACH_ABSENT = "coach_absent"
    USER = "user"
    SCHEDULE = "schedule"  # Start and end, which only make sense together.
    TITLE = "title"
    CLIENT_NAME = "client_name"
    CLIENT_EMAIL = "client_email"
    CLIENT_TIME_ZONE = "client_time_zone"
    LINK = "link"
    SITE = "site"  # The address of the site that the booking's own pages are on.
    PRICE = "price"
    CURRENCY = "currency"
    PAYMENT_ID = "payment_id"
    PAYMENT_INTENT = "payment_intent"
    PAID_AMOUNT = "paid_amount"  # As the staff saw it paid, in minor units.
    ACCEPTED_AS_FREE = "accepted_as_free"  # By the staff.
    EVENT_TYPE = "event_type"
    NUMBER = "number"  # The booking's numeric id upstream.
    CALENDAR_UID = "calendar_uid"
    CALENDAR_SEQUENCE = "calendar_sequence"  # How often its entry in calendars was changed.
    CANCELLED_BY = "cancelled_by"
    REASON = "reason"
    RESCHEDULE_REQUESTED = "reschedule_requested"
    CANCELLING_DISABLED = "cancelling_disabled"
    RESCHEDULING_DISABLED = "rescheduling_disabled"
    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    FORMAT = "format"
    ERASED = "erased"  # What was told of the person is gone, and is told no more.


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """When a statement was true, and a total order among statements: two stamps are equal only for one message."""

    moment: datetime
    rank: int
    digest: str


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def earliest_first(stamp: Stamp) -> Stamp:
    """A stamp that outweighs those of later statements; applied twice it is the stamp itself.

    For a register whose first statement is to be believed. Only such stamps are then compared with each other, since
    strength is looked at before.
    """
    return Stamp(_EPOCH + (_LAST - stamp.moment), -stamp.rank, stamp.digest)


def weakest(stamp: Stamp) -> Stamp:
    """A stamp that every other outweighs, for a statement as of nobody knows when."""
    return Stamp(_EPOCH, stamp.rank, stamp.digest)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing about one booking as of one moment. `register` is a Register or an `absence_of`."""

    uid: str
    register: str
    value: Any
    stamp: Stamp
    strength: int = Strength.TOLD


@dataclass(frozen=True, slots=True)
class Told:
    """What a register holds: a value, and the weight and stamp of the fact that set it."""

    value: Any
    strength: int
    stamp: Stamp

    @property
    def precedence(self) -> tuple[int, Stamp]:
        return self.strength, self.stamp


Registers = Mapping[str, Told]


def absence_of(email: str) -> str:
    """The register for the absence of the attendee with this address."""
    return f"absent:{email}"


_REFUND = "refund:"


def refund_of(refund_id: str) -> str:
    """The register for the amount of the refund with this id: several of one booking add up, each told once."""
    return f"{_REFUND}{refund_id}"


def refunds(registers: Registers) -> dict[str, int]:
    """The refunds that were seen, in minor units, by their ids; the newest last."""
    told = sorted((each.stamp, name, each.value) for name, each in registers.items() if name.startswith(_REFUND))
    return {name.removeprefix(_REFUND): amount for _stamp, name, amount in told}


def fold(registers: Registers, facts: Iterable[Fact]) -> dict[str, Told]:
    """The registers after these facts: each keeps the strongest, then newest, that it was told.

    Safe to repeat, safe in any order. Of an erased booking nothing is kept that says who the client is, whether it was
    told before the erasure or after it.
    """
    folded = dict(registers)
    for fact in facts:
        told = Told(fact.value, fact.strength, fact.stamp)
        known = folded.get(fact.register)
        if known is None or told.precedence > known.precedence:
            folded[fact.register] = told
    return impersonal(folded) if is_erased(folded) else folded


# --- What outlives the person ----------------------------------------------------------------------------------------

# A list of what stays, not of what goes: a register that is new goes until somebody says here that it may stay.
IMPERSONAL = frozenset(
    {
        Register.LIFECYCLE,
        Register.SUPERSEDED_BY,
        Register.SUPERSEDES,
        Register.PAYMENT,
        Register.PLANNED,
        Register.ENDED,
        Register.COACH,
        Register.COACH_EMAIL,
        Register.COACH_ABSENT,
        Register.USER,
        Register.SCHEDULE,
        Register.SITE,
        Register.PRICE,
        Register.CURRENCY,
        Register.PAYMENT_ID,
        Register.PAYMENT_INTENT,
        Register.PAID_AMOUNT,
        Register.ACCEPTED_AS_FREE,
        Register.EVENT_TYPE,
        Register.NUMBER,
        Register.CALENDAR_SEQUENCE,
        Register.RESCHEDULE_REQUESTED,
        Register.CANCELLING_DISABLED,
        Register.RESCHEDULING_DISABLED,
        Register.RECORDING,
        Register.TRANSCRIPT,
        Register.FORMAT,
        Register.ERASED,
        absence_of(""),  # That of the client, when the address is gone.
    }
)


def is_impersonal(register: str) -> bool:
    """May it be kept when the client is erased?"""
    return register in IMPERSONAL or register.startswith(_REFUND)


def impersonal(registers: Registers) -> dict[str, Told]:
    """What of these may be kept when the client is erased."""
    return {register: told for register, told in registers.items() if is_impersonal(register)}


def is_erased(registers: Registers) -> bool:
    return Register.ERASED in registers


# --- Registers as JSON -----------------------------------------------------------------------------------------------


def microseconds(moment: datetime) -> int:
    """Since 1970, exactly: floating point isn't."""
    return (moment - _EPOCH) // _MICROSECOND


def _encode_time(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds(moment)


def _decode_time(number: int | None) -> datetime | None:
    return None if number is None else _EPOCH + timedelta(microseconds=number)


def encode(registers: Registers) -> dict[str, Any]:
    """Registers as JSON: stamps are written once each, since most registers share them."""
    stamps: dict[Stamp, int] = {}
    told = {}
    for register, entry in sorted(registers.items()):
        value = [_encode_time(moment) for moment in entry.value] if register == Register.SCHEDULE else entry.value
        told[register] = [
            value,
            entry.strength,
            stamps.setdefault(entry.stamp, len(stamps)),
        ]
    return {
        "stamps": [[microseconds(s.moment), s.rank, s.digest] for s in stamps],
        "told": told,
    }


def decode(encoded: Mapping[str, Any]) -> dict[str, Told]:
    """The inverse of `encode`; an empty mapping is a booking of which nothing is known."""
    stamps = [
        Stamp(_EPOCH + timedelta(microseconds=moment), rank, digest)
        for moment, rank, digest in encoded.get("stamps", ())
    ]
    registers = {}
    for register, (value, strength, stamp) in encoded.get("told", {}).items():
        typed = tuple(_decode_time(number) for number in value) if register == Register.SCHEDULE else value
        registers[register] = Told(typed, strength, stamps[stamp])
    return registers
