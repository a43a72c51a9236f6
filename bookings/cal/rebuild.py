"""Replay the inbox into a scratch projection, and compare it with the rows that live.

The scratch is a private SQLite file that goes with the connection, whatever the database: memory stays flat however
many messages there are. Reading, folding and concluding are the same code that made the live rows, and no step looks
at these.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from bookings import columns, services
from bookings.cal import inbox
from bookings.cal.payloads.fields import PayloadError
from bookings.cal.payloads.reading import DIGEST_LETTERS
from bookings.domain.projection import Projection, project
from bookings.domain.registers import Fact, Registers, decode, encode, fold
from bookings.domain.words import Outcome
from bookings.models import Booking, Message
from coaches.models import Coach

MESSAGES_AT_ONCE = 1000
BOOKINGS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing about one booking that the live row has otherwise than its messages say."""

    uid: str
    field: str
    live: Any
    rebuilt: Any


@dataclass(slots=True)
class Report:
    """What a rebuild found. `pruned` bookings rest on messages that are gone; `moved` ones changed meanwhile."""

    messages: int = 0
    unreadable: int = 0
    bookings: int = 0
    pruned: int = 0
    moved: int = 0
    differing: int = 0


class Scratch:
    """Registers by uid, on disk."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("CREATE TABLE booking (uid TEXT PRIMARY KEY, registers TEXT NOT NULL) WITHOUT ROWID")

    def __enter__(self) -> "Scratch":
        return self

    def __exit__(self, *exception: object) -> None:
        self._db.close()

    def registers(self, uids: set[str]) -> dict[str, Registers]:
        """Those of these bookings that any message told of, by uid."""
        marks = ",".join("?" * len(uids))
        found = self._db.execute(f"SELECT uid, registers FROM booking WHERE uid IN ({marks})", list(uids))  # noqa: S608 marks only
        return {uid: decode(json.loads(registers)) for uid, registers in found}

    def fold(self, facts: Mapping[str, list[Fact]]) -> None:
        """Let these facts, by uid, set the registers that they take precedence in; in one transaction."""
        known = self.registers(set(facts))
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT OR REPLACE INTO booking VALUES (?, ?)",
            [(uid, json.dumps(encode(fold(known.get(uid, {}), told)))) for uid, told in facts.items()],
        )
        self._db.execute("COMMIT")

    def uids(self) -> Iterator[list[str]]:
        """All uids, in batches."""
        last = ""
        while batch := [
            uid
            for (uid,) in self._db.execute(
                "SELECT uid FROM booking WHERE uid > ? ORDER BY uid LIMIT ?", (last, BOOKINGS_AT_ONCE)
            )
        ]:
            yield batch
            last = batch[-1]

    def chain(self, uid: str) -> dict[str, Registers]:
        """The booking and all that its chain names."""
        chain: dict[str, Registers] = {}
        wanted = {uid}
        while wanted:
            found = self.registers(wanted)
            chain |= found
            wanted = set().union(*map(services.neighbours, found.values())) - chain.keys()
        return chain


def rebuild(*, tell: Callable[[Difference], object], progress: Callable[[str], object]) -> Report:
    """Replay every message that was applied, and tell each difference to the live rows. Changes nothing."""
    report = Report()
    started_at = timezone.now()
    with Scratch() as scratch:
        _replay(scratch, report, progress)
        for batch in scratch.uids():
            _compare(scratch, batch, report, tell, started_at=started_at)
        _count_pruned(scratch, report)
    return report


def _replay(scratch: Scratch, report: Report, progress: Callable[[str], object]) -> None:
    applied = Message.objects.filter(outcome__in=[Outcome.APPLIED, Outcome.UNCHANGED]).order_by("id")
    last = 0
    # Page by key: MySQL's client library would fetch the whole result at once.
    while batch := list(applied.filter(id__gt=last)[:MESSAGES_AT_ONCE]):
        facts: dict[str, list[Fact]] = {}
        for message in batch:
            try:
                told = inbox.facts_of(message, inbox.read(message))
            except PayloadError:
                report.unreadable += 1
                continue
            for fact in told:
                facts.setdefault(fact.uid, []).append(fact)
        scratch.fold(facts)
        report.messages += len(batch)
        last = batch[-1].pk
        progress(f"{report.messages} messages replayed")


def _compare(
    scratch: Scratch, batch: list[str], report: Report, tell: Callable[[Difference], object], *, started_at: datetime
) -> None:
    chains: dict[str, Registers] = {}
    projections: dict[str, Projection] = {}
    for uid in batch:
        # Only this one of its chain: what a booking names is all that it depends on, but not all that name it.
        chain = scratch.chain(uid)
        chains[uid] = chain[uid]
        projections[uid] = project(chain, payment_required=settings.CAL_PAYMENT_REQUIRED)[uid]
    live = {row.uid: row for row in Booking.objects.filter(uid__in=projections)}
    named = {each.coach for each in projections.values() if each.coach is not None}
    coaches: dict[int, int] = dict(Coach.objects.filter(cal_user_id__in=named).values_list("cal_user_id", "id"))
    for uid, projection in projections.items():
        report.bookings += 1
        row = live.get(uid)
        if row is None:
            found = [Difference(uid, "row", "missing", projection.status.value)]
        else:
            found = list(_differences(row, chains[uid], projection, coaches))
        if not found:
            continue
        if row is not None and row.updated_at >= started_at:
            report.moved += 1
        elif row is not None and _rests_on_pruned(row):
            report.pruned += 1
        else:
            report.differing += 1
            for difference in found:
                tell(difference)


def _differences(
    row: Booking, registers: Registers, projection: Projection, coaches: Mapping[int, int]
) -> Iterator[Difference]:
    live = decode(row.registers)
    for name in sorted(live.keys() | registers.keys()):
        if live.get(name) != registers.get(name):
            yield Difference(row.uid, f"register {name}", live.get(name), registers.get(name))
    for column, value in columns.of(projection).items():
        if getattr(row, column) != value:
            yield Difference(row.uid, column, getattr(row, column), value)
    # A coach found by address follows the coaches' table, not the messages.
    if projection.coach is not None and row.coach_id != coaches.get(projection.coach):
        yield Difference(row.uid, "coach_id", row.coach_id, coaches.get(projection.coach))


def _rests_on_pruned(row: Booking) -> bool:
    """Was one of its registers told by a message that is no longer kept?"""
    digests = {told.stamp.digest for told in decode(row.registers).values()}
    kept = Message.objects.told_by(digests).values_list("digest", flat=True)
    return not digests <= {digest[:DIGEST_LETTERS] for digest in kept}


def _count_pruned(scratch: Scratch, report: Report) -> None:
    """Bookings of which no message is kept are left out, and counted. A row of which nothing was told rests on none."""
    last = 0
    rows = Booking.objects.exclude(registers={}).order_by("id").values_list("id", "uid")
    while batch := list(rows.filter(id__gt=last)[:BOOKINGS_AT_ONCE]):
        uids = {uid for _id, uid in batch}
        report.pruned += len(uids - scratch.registers(uids).keys())
        last = batch[-1][0]
