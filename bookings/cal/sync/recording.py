"""Bookings as the API answered them, page by page: ours are told from others', news from what we know, and recorded."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

from django.db import transaction

from bookings import services
from bookings.cal import inbox, links
from bookings.cal.payloads.fields import Node, PayloadError
from bookings.cal.runs import Running
from bookings.cal.sync import report
from bookings.cal.sync.compare import Answered, is_news, may_link, read
from bookings.cal.sync.seen import Seen
from bookings.domain.registers import UID_LENGTH, Register, decode
from bookings.domain.words import Source
from bookings.models import Booking, Difference, Done
from users.models import User

# When an answer that can't be read was asked for. It is kept once, however often it comes, and says nothing of when.
_NOBODY_KNOWS_WHEN = "1970-01-01T00:05:00+00:00"

# What else a run has to remember of a booking; no uid begins so.
_MADE, _SAME, _TOLD, _NAMELESS = "made\0", "same\0", "told\0", "nameless\0"


class Recorder:
    """What one run does with the answers that it gets. Counts on the run's row, each booking once.

    `event_types` are those that are ours: Cal.com drops a filter that matches nothing and gives all that the key may
    see (api_v2.md §9, 1), so each row is looked at. None: all are ours, as where one that we hold is asked for.
    """

    def __init__(
        self,
        running: Running,
        *,
        seen: Seen,
        event_types: frozenset[int] | None,
        now: Callable[[], datetime],
        by: User | None = None,
    ) -> None:
        self.run = running.run
        self.seen = seen
        self.event_types = event_types
        self.any_foreign = False  # Did an answer tell another event type?
        self.all_kept = True  # Is each answer that failed a message at least, which is tried again?
        self._running, self._now, self._by = running, now, by

    def page(self, rows: Sequence[Any], *, asked_at: datetime) -> datetime | None:
        """Record what is new in these; one that fails keeps nobody from the next. One query for what is known.

        Returns when, by Cal.com's clock, the latest of them was changed there.
        """
        answered = [each for row in rows if (each := self._read(row, asked_at=asked_at)) is not None]
        named: set[str] = set().union(*(each.uids for each in answered))
        held = dict(Booking.objects.filter(uid__in=named).values_list("uid", "registers"))
        known = {uid: decode(registers) for uid, registers in held.items()}
        linked = self._linked([each for each in answered if may_link(each, known)])
        for each in answered:
            typeless = each.uid in held and Register.EVENT_TYPE not in known[each.uid]
            if not self._is_ours(each.event_type, held=each.uid in held, typeless=typeless):
                self.any_foreign = self.any_foreign or each.event_type is not None
                continue
            if not self.seen.add(each.uid):
                continue
            if is_news(each, known) or each.uid in linked:
                self._record(each, known=bool(known.get(each.uid)))
            else:
                self._same(each.uid)
        self._running.save()
        return max((each.changed_at for each in answered if each.changed_at is not None), default=None)

    def _read(self, row: Any, *, asked_at: datetime) -> Answered | None:
        try:
            return read(row, asked_at=asked_at)
        except PayloadError as error:
            self._unreadable(row, error)
            return None

    def _is_ours(self, event_type: int | None, *, held: bool, typeless: bool = False) -> bool:
        """One that we hold without knowing its type is ours until it is told; the answer that tells it is kept, too."""
        if self.event_types is None or typeless:
            return True
        return held if event_type is None else event_type in self.event_types

    def _linked(self, candidates: Iterable[Answered]) -> set[str]:
        """Those whose token names one of our users."""
        named = {
            each.uid: [user_id for token in each.reading.tokens if (user_id := links.user_id_in(token))]
            for each in candidates
        }
        wanted = set().union(*named.values())
        if not wanted:
            return set()
        users = set(User.objects.filter(user_id__in=wanted).values_list("user_id", flat=True))
        return {uid for uid, user_ids in named.items() if not users.isdisjoint(user_ids)}

    # --- One booking -------------------------------------------------------------------------------------------------

    def _record(self, answered: Answered, *, known: bool) -> None:
        body = {"requestedAt": answered.asked_at.isoformat(), "booking": answered.row}
        found = self.tell(answered.uid, json.dumps(body).encode(), source=Source.API)
        if found is None:
            self.count("failed")
        elif not known or _MADE + answered.uid in self.seen:
            self.count("created")
        elif all(map(report.is_creation, found)):  # If any, of another one that it names.
            self._same(answered.uid)
        else:
            self.count("changed")

    def tell(self, uid: str, body: bytes, *, source: Source, done: Done | None = None) -> list[Difference] | None:
        """Let a message through the one door; the differences that it made, or None where it failed.

        They are written in the transaction that makes them, so that no kill comes between. In a dry run all of it is
        undone, and each difference is told once: what was undone is found again by the next.
        """
        found: list[Difference] = []
        dry = self.run.dry_run

        def note(recorded: services.Recorded) -> None:
            found[:] = self._of(recorded, done)
            if not dry:
                Difference.objects.bulk_create(found)

        message, problem = None, ""
        with _undone() if dry else nullcontext():
            try:
                message = inbox.receive(body, source=source, run=self.run, by=self._by, now=self._now())
                inbox.process(message, now=self._now(), tell=note)
            except Exception as error:  # noqa: BLE001 The inbox has logged it, and noted it on the message.
                problem = inbox.in_short(error)
        if problem:
            self.all_kept = self.all_kept and message is not None
            self.fail(uid, problem)
            return None
        if dry:
            found = [each for each in found if self.seen.add(f"{_TOLD}{each.field}\0{each.uid}")]
            Difference.objects.bulk_create(found)
        return found

    def foretold(self, uid: str) -> bool:
        """In a dry run: would the booking have another status by now, than the one that it was left with?"""
        return f"{_TOLD}status\0{uid}" in self.seen

    def _of(self, recorded: services.Recorded, done: Done | None) -> list[Difference]:
        if self.run.dry_run:
            done = Done.NOTHING
        found = [
            each
            for each in report.differences(recorded, run=self.run, done=done)
            # Made in passing, for another one that names it, and told of then; this is its own answer.
            if each.uid in recorded.created or _MADE + each.uid not in self.seen
        ]
        for uid in recorded.created:
            self.seen.add(_MADE + uid)
        if self.run.dry_run:
            for each in found:
                each.booking_id = None if each.uid in recorded.created else each.booking_id
        return found

    def _unreadable(self, row: Any, error: PayloadError) -> None:
        """Keep it, as failed, so that it can be read when the reader has been mended. Of another's we know nothing."""
        node = Node(row)
        uid = node["uid"].text(UID_LENGTH)
        event_type = node["eventType"]["id"].amount() or node["eventTypeId"].amount()
        if not self._is_ours(event_type, held=Booking.objects.filter(uid=uid).exists()):
            return
        body = json.dumps({"requestedAt": _NOBODY_KNOWS_WHEN, "booking": row})
        if self.seen.add(uid or _NAMELESS + body):
            self.tell(uid, body.encode(), source=Source.API)
            self.count("failed")

    def fail(self, uid: str, error: str) -> None:
        Difference.objects.create(run=self.run, uid=uid, field="error", theirs=error[:1000], done=Done.FAILED)

    def _same(self, uid: str) -> None:
        self.count("unchanged")
        self.seen.add(_SAME + uid)

    def count(self, what: str) -> None:
        self.run.seen += 1
        setattr(self.run, what, getattr(self.run, what) + 1)

    def ended(self, uid: str) -> None:
        """Count one that the clock ended: as changed, whether it was read in this run or not."""
        if _SAME + uid in self.seen:
            self.run.unchanged -= 1
            self.run.changed += 1
        elif uid not in self.seen:
            self.count("changed")


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
