"""Is what the API says of a booking news to us? Pure: the registers that we have are passed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bookings.cal.payloads.answer import RANK, read_answer
from bookings.cal.payloads.fields import Node
from bookings.cal.payloads.reading import Reading
from bookings.domain.registers import (
    LINK_STRENGTH,
    Fact,
    Register,
    Registers,
    Stamp,
    Told,
    absence_of,
    is_erased,
    is_impersonal,
)
from bookings.domain.words import LinkedBy

ABSENCE = absence_of("")
_NOTHING: Registers = {}


@dataclass(frozen=True, slots=True)
class Answered:
    """One booking as the API answered it, and what that says.

    `changed_at` is as of when Cal.com itself says that the row is so: its `updatedAt`, else its creation.
    """

    row: Mapping[str, Any]
    asked_at: datetime
    reading: Reading
    changed_at: datetime | None

    @property
    def uid(self) -> str:
        return self.reading.uid

    @property
    def uids(self) -> set[str]:
        """The booking and those that it names: what it says concerns them too."""
        return {self.uid} | {fact.uid for fact in self.reading.facts}

    @property
    def event_type(self) -> int | None:
        return next((fact.value for fact in self.reading.facts if fact.register == Register.EVENT_TYPE), None)


def read(row: Mapping[str, Any], *, asked_at: datetime) -> Answered:
    """Raises PayloadError. Without a digest, stamps lose every tie: what was recorded of this row is not news again."""
    reading = read_answer(row, requested_at=asked_at, digest="")
    node = Node(row)
    return Answered(row, asked_at, reading, node["updatedAt"].moment() or node["createdAt"].moment())


def is_news(answered: Answered, known: Mapping[str, Registers]) -> bool:
    """Would recording it change what we know? `known` has the registers, by uid, of all its `uids` that have any.

    It would where a value is told that we have otherwise and that takes precedence. It would, too, where the same value
    is told but Cal.com changed the row after what we know of: then an older word, come late, must not undo it. That our
    answer is newer is no news by itself, since each is.
    """
    own = None if answered.changed_at is None else Stamp(answered.changed_at, RANK, "")
    starts_at = _starts_at(answered)
    for fact in answered.reading.facts:
        held = known.get(fact.uid, _NOTHING)
        if is_erased(held) and not is_impersonal(fact.register):
            continue  # Cal.com goes on telling of the person, and it is not kept.
        told = held.get(fact.register)
        if fact.register == Register.COACH_ABSENT or fact.register.startswith(ABSENCE):
            news = _attendance_is_news(fact, told, starts_at)
        else:
            news = _takes_precedence(fact, told, own)
        if news:
            return True
    return False


def _takes_precedence(fact: Fact, told: Told | None, own: Stamp | None) -> bool:
    if told is None:
        return True
    if fact.value != told.value and (fact.strength, fact.stamp) > told.precedence:
        return True
    return own is not None and (fact.strength, min(fact.stamp, own)) > told.precedence


def _attendance_is_news(fact: Fact, told: Told | None, starts_at: datetime | None) -> bool:
    """`updatedAt` doesn't know of it, so one answer after the start is recorded though it says the same: a late word of
    before can't undo it then. Before the start, that nobody is absent isn't told."""
    if told is None:
        return True
    if (fact.strength, fact.stamp) <= told.precedence:
        return False
    settled = told.stamp.rank == RANK and (starts_at is None or told.stamp.moment >= starts_at)
    return fact.value != told.value or not settled


def _starts_at(answered: Answered) -> datetime | None:
    schedule = (fact.value for fact in answered.reading.facts if fact.register == Register.SCHEDULE)
    return next(schedule, (None, None))[0]


def may_link(answered: Answered, known: Mapping[str, Registers]) -> bool:
    """Does it carry a token, where none has linked the booking to a user yet?"""
    told = known.get(answered.uid, _NOTHING).get(Register.USER)
    return bool(answered.reading.tokens) and (told is None or told.strength < LINK_STRENGTH[LinkedBy.TOKEN])
