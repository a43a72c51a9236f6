"""The frame of every run: one at a time of its kind, its row from the start, and how it ended, however it ended."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from django.utils.translation import override

from bookings.cal import locks
from bookings.cal.client import CalError
from bookings.cal.locks import Lock
from bookings.models import Run, RunKind, RunState
from users.models import User

KILLED = _("its process ended without a word")
BUSY = _("Not run: %(who)s is at it.")
HOLDER = _("process %(pid)d on %(host)s, since %(at)s UTC (%(run)s)")
COUNTS = ("seen", "unchanged", "changed", "created", "failed")


class AlreadyRunning(Exception):
    """Another run of this kind has not ended; says who holds the lock."""

    def __init__(self, holder: Run | None) -> None:
        who = _("another process, which has only begun")
        if holder is not None:
            with override(None):  # Kept, and translated for each who reads it.
                named = str(holder)
            at = f"{holder.started_at:%Y-%m-%d %H:%M:%S}"
            who = HOLDER % {"pid": holder.pid, "host": holder.host, "at": at, "run": named}
        super().__init__(BUSY % {"who": who})
        self.holder = holder


class Stopped(Exception):
    """A run that must not go on; says why, in words for operators."""


@dataclass(frozen=True, slots=True)
class Running:
    run: Run
    lock: Lock

    def save(self) -> None:
        """Write the counts so far. Raises LockLost where another may have begun."""
        self.lock.check()
        self.run.save(update_fields=[*COUNTS, "calls", "watermark", "options"])


@contextmanager
def running(
    kind: RunKind,
    *,
    options: dict[str, Any],
    dry_run: bool = False,
    by: User | None = None,
    alone: bool = True,
    now: datetime | None = None,
) -> Iterator[Running]:
    """A run from its row to its end. Raises AlreadyRunning; notes whatever the work raises, and passes it on.

    Whoever holds the lock is the only one of its kind, so all others without an end were killed: they are marked so.
    """
    started_at = now or timezone.now()
    try:
        holding = locks.held(kind.value) if alone else nullcontext(Lock())
        with holding as lock:
            if alone:
                abandoned = Run.objects.of(kind).unfinished()
                abandoned.update(state=RunState.INTERRUPTED, error=KILLED, finished_at=started_at)
            run = Run.objects.create(
                kind=kind,
                options=options,
                dry_run=dry_run,
                by=by,
                started_at=started_at,
                host=socket.gethostname()[:255],
                pid=os.getpid(),
            )
            try:
                yield Running(run, lock)
            except BaseException as error:
                with suppress(DatabaseError):  # As when it is the database that is away; the next run marks this one.
                    _finish(run, *_how_it_ended(error))
                raise
            _finish(run, RunState.DONE, "")
    except locks.Busy:
        raise AlreadyRunning(Run.objects.of(kind).unfinished().first()) from None


def _finish(run: Run, state: RunState, error: str) -> None:
    run.state, run.error, run.finished_at = state, error[:1000], timezone.now()
    run.save()


def _how_it_ended(error: BaseException) -> tuple[RunState, str]:
    if isinstance(error, CalError | Stopped | locks.LockLost):
        with override(None):  # As above.
            return RunState.FAILED, str(error) or _("the lock was lost with the connection to the database")
    if isinstance(error, Exception):
        # What a database or a bug says may repeat values of people: its kind is enough here, the log has where.
        return RunState.FAILED, type(error).__name__
    return RunState.INTERRUPTED, _("it was asked to stop")
