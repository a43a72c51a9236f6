"""The one door by which a booking changes: facts in, rows and timeline out."""

import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from bookings import attention, columns
from bookings.domain.attention import Condition
from bookings.domain.projection import Projection, project, reference
from bookings.domain.registers import Fact, Register, Registers, decode, encode, fold
from bookings.domain.status import is_expected
from bookings.domain.words import Outcome, Status
from bookings.models import Attention, Booking, Message, StatusChange
from coaches.models import Coach

ATTEMPTS = 8  # Of one transaction that others got in the way of.
T = TypeVar("T")
_IN_THE_WAY = frozenset({1205, 1213})  # MySQL: lock wait timeout, deadlock found.


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a message did, for whoever reports it booking by booking.

    `bookings` are all that it was about, by uid, as they are now. `changed` are the uids, sorted, of those one of whose
    registers it changed, and `created` those among them of which nothing was known before; what is in neither was known
    already. A booking whose status only follows today's settings counts as unchanged. `columns` are, for each of
    `bookings` by uid, the columns that have other values now, with the values before and after.
    """

    outcome: Outcome
    created: tuple[str, ...]
    changed: tuple[str, ...]
    bookings: Mapping[str, Booking]
    columns: Mapping[str, Mapping[str, tuple[Any, Any]]]


class _ChainGrew(Exception):
    """The facts concern bookings that aren't locked yet."""

    def __init__(self, uids: set[str]) -> None:
        super().__init__()
        self.uids = uids


def record(
    facts: Iterable[Fact],
    *,
    message: Message,
    now: datetime | None = None,
    if_erased: Callable[[], str] | None = None,
    tell: Callable[[Recorded], object] | None = None,
) -> Recorded:
    """Let these facts, told by this message, change what they are newer than.

    1. Makes the rows that don't exist, each in a transaction of its own.
    2. In one transaction: locks all bookings of the chain in order of primary key, folds, concludes, saves what
       changed, writes the timeline and what needs a person, and notes the outcome on the message; where the client of
       its booking is erased, the message keeps what `if_erased` says instead of its body. `tell` is told what was
       done; what it writes is kept or undone with it, and it is told anew where the transaction is done again.

    Safe to repeat, safe in any order, safe with any number of connections at once: what got in the way of others is
    done again, whole. Raises what the database raises when it goes on getting in the way.
    """
    facts = tuple(facts)
    moment = now or timezone.now()
    uids = {fact.uid for fact in facts} | _linked(facts)
    while True:
        locked = partial(
            _record_locked, facts, ids=_ids(uids), message=message, now=moment, if_erased=if_erased, tell=tell
        )
        try:
            recorded = repeated(locked)
        except _ChainGrew as grown:
            uids = _whole_chain(uids | grown.uids)
        else:
            # Only now: a message in memory must not say that it was applied where the commit failed.
            message.outcome, message.error, message.processed_at = recorded.outcome, "", moment
            return recorded


def adopt(coach: Coach, *, now: datetime) -> int:
    """Give the coach the bookings that named no id, only this address. Returns how many.

    A second, small door beside `record`: no fact changes, only what an address that was told leads to now. One
    statement, so it needs no lock of the chain, and what `record` concludes later is the same. Safe to repeat.
    """
    nameless = Booking.objects.filter(coach=None, coach_email=coach.email).exclude(coach_email="")
    if adopted := nameless.update(coach=coach, updated_at=now):
        Attention.objects.filter(condition=Condition.COACH_UNKNOWN, booking__coach=coach).delete()
    return adopted


def review(uids: Iterable[str], *, now: datetime) -> None:
    """Look again at what needs a person about these bookings, and all of their chains, without any news of them.

    For what follows from more than facts: today's settings, a user's address, rules that are new. Safe to repeat.
    """
    chain = _whole_chain(set(uids))
    with transaction.atomic():
        rows = {row.uid: row for row in Booking.objects.select_for_update().filter(uid__in=chain).order_by("pk")}
        registers = {uid: decode(row.registers) for uid, row in rows.items()}
        projections = project(registers, payment_required=settings.CAL_PAYMENT_REQUIRED)
        attention.review(rows, registers=registers, projections=projections, surprised=(), now=now)


def forget(uid: str, forgetting: Callable[[Registers], Registers], *, now: datetime) -> None:
    """Take out of what is known of a booking what its messages say no more either.

    A third small door: it tells nothing, so no status changes. Whoever calls does the same to the kept messages, in the
    same transaction, and a rebuild finds no difference. Safe to repeat.
    """
    with transaction.atomic():
        # Whoever adds to the chain beside this booking has to lock this booking for it: once it is ours, what it names
        # is all there is.
        row = Booking.objects.select_for_update().get(uid=uid)
        own = forgetting(decode(row.registers))
        others = dict(Booking.objects.filter(uid__in=_whole_chain({uid}) - {uid}).values_list("uid", "registers"))
        chain = {other: decode(registers) for other, registers in others.items()} | {uid: own}
        projection = project(chain, payment_required=settings.CAL_PAYMENT_REQUIRED)[uid]
        row.registers = encode(own)
        _save(row, projection, coaches=columns.coaches([projection]), registers_changed=True)


def _linked(facts: Iterable[Fact]) -> set[str]:
    return {fact.value for fact in facts if fact.register in (Register.SUPERSEDES, Register.SUPERSEDED_BY)}


def neighbours(registers: Registers) -> set[str]:
    """The uids that a booking names as the one before it and the one after it."""
    links = (registers.get(Register.SUPERSEDES), registers.get(Register.SUPERSEDED_BY))
    return {told.value for told in links if told is not None}


def _whole_chain(uids: set[str]) -> set[str]:
    """These, and all that their chains name as far as they are known now; others may be adding to them."""
    chain: set[str] = set()
    wanted = set(uids)
    while wanted:
        chain |= wanted
        known = Booking.objects.filter(uid__in=wanted).values_list("registers", flat=True)
        wanted = set().union(*(neighbours(decode(registers)) for registers in known)) - chain
    return chain


def _ids(uids: set[str]) -> list[int]:
    """Primary keys of these bookings, made where they don't exist.

    A row of its own transaction each: inserts of one key by many connections would deadlock inside longer ones.
    """
    known = dict(Booking.objects.filter(uid__in=uids).values_list("uid", "id"))
    for uid in sorted(uids - known.keys()):
        try:
            with transaction.atomic():
                own = reference(uid)
                known[uid] = Booking.objects.create(uid=uid, reference=own, chain_reference=own).pk
        except IntegrityError:
            known[uid] = Booking.objects.values_list("id", flat=True).get(uid=uid)
    return sorted(known.values())


def repeated(work: Callable[[], T]) -> T:
    """Do it again, whole, where the database chose this transaction as the victim of a deadlock."""
    for attempt in range(1, ATTEMPTS):
        try:
            return work()
        except OperationalError as error:
            in_the_way = bool(error.args) and error.args[0] in _IN_THE_WAY
            if not in_the_way or connection.in_atomic_block:
                raise
            time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 apart from each other, not secret
    return work()


@transaction.atomic
def _record_locked(
    facts: tuple[Fact, ...],
    *,
    ids: list[int],
    message: Message,
    now: datetime,
    if_erased: Callable[[], str] | None,
    tell: Callable[[Recorded], object] | None,
) -> Recorded:
    rows = {row.uid: row for row in Booking.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    before = {uid: decode(row.registers) for uid, row in rows.items()}
    after: dict[str, Registers] = {}
    for uid, registers in before.items():
        after[uid] = fold(registers, (fact for fact in facts if fact.uid == uid))
    # Neighbours of before too: a link that is replaced changes the booking that it no longer points at.
    wanted = set().union(*map(neighbours, before.values()), *map(neighbours, after.values()))
    if not wanted <= rows.keys():
        raise _ChainGrew(wanted)

    changed = tuple(sorted(uid for uid in rows if after[uid] != before[uid]))
    created = tuple(uid for uid in changed if not before[uid])
    written: dict[str, Mapping[str, tuple[Any, Any]]] = {}
    if rows:
        # Also where no register changed: a status follows the settings of today as soon as its booking is heard of.
        projections = project(after, payment_required=settings.CAL_PAYMENT_REQUIRED)
        coaches = columns.coaches(projections.values())
        timeline = []
        surprised = []
        for uid, projection in projections.items():
            row, old = rows[uid], rows[uid].status if before[uid] else ""
            if uid in changed:
                row.registers = encode(after[uid])
            written[uid] = _save(row, projection, coaches=coaches, registers_changed=uid in changed)
            if row.status != old:
                expected = not old or is_expected(old=Status(old), new=Status(row.status))
                if not expected:
                    surprised.append(uid)
                newest = max((fact.stamp.moment for fact in facts if fact.uid == uid), default=None)
                timeline.append(
                    StatusChange(
                        booking=row,
                        old=old,
                        new=row.status,
                        why=row.why,
                        expected=expected,
                        as_of=newest,
                        changed_at=now,
                        message=message,
                        by=message.by,
                    )
                )
        StatusChange.objects.bulk_create(timeline)
        attention.review(rows, registers=after, projections=projections, surprised=surprised, now=now)
    # A message that once changed something stays one that did, however often it comes again.
    outcome = Outcome.APPLIED if changed or message.outcome == Outcome.APPLIED else Outcome.UNCHANGED
    settle(message, outcome, now=now)
    own = rows.get(message.uid)
    if if_erased is not None and own is not None and own.erased:
        Message.objects.filter(pk=message.pk).update(body=if_erased(), is_reduced=True)
    recorded = Recorded(outcome, created, changed, rows, written)
    if tell is not None:
        tell(recorded)
    return recorded


def settle(message: Message, outcome: Outcome, *, now: datetime, error: str = "") -> None:
    """Write what became of the message, and what was found out about it; not to the message in memory.

    Two may process one message at once: one that was applied stays so, and whom it was found to be about stays found.
    """
    kept = Message.objects.filter(pk=message.pk)
    if message.linked_user_id is not None:
        kept.filter(linked_user=None).update(linked_user=message.linked_user_id, linked_by=message.linked_by)
    kept.update(
        trigger=message.trigger,
        uid=message.uid,
        attempts=F("attempts") + 1,
        outcome=Case(When(outcome=Outcome.APPLIED, then=Value(Outcome.APPLIED)), default=Value(outcome)),
        error=error,
        processed_at=now,
    )
    attention.note_outcome(message, error=error, now=now)


def _save(
    row: Booking,
    projection: Projection,
    *,
    coaches: Mapping[int | str, int],
    registers_changed: bool,
) -> Mapping[str, tuple[Any, Any]]:
    """Write the columns that changed, and no others. Returns these, with their values before and after."""
    values = columns.of(projection)
    values["coach_id"] = coaches.get(columns.coach_name(projection))
    changed = {
        column: (getattr(row, column), value) for column, value in values.items() if getattr(row, column) != value
    }
    for column in changed:
        setattr(row, column, values[column])
    if changed or registers_changed:
        row.save(update_fields=[*changed, "registers", "updated_at"])
    return changed
