"""How a run is told to whoever started it: progress while it goes, a report at its end, and the exit code."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from types import FrameType
from typing import Any, TextIO

from django.core.management.base import CommandError
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from bookings.cal.client import CalError
from bookings.cal.locks import LockLost
from bookings.cal.runs import COUNTS, AlreadyRunning, Stopped
from bookings.cal.sync import report
from bookings.models import Booking, Difference, Done, Run, RunState

MOST_LISTED = 50  # Differences in a report for people; all are in the admin, and in --json.
AT_ONCE = 1000
BUSY, INTERRUPTED = 75, 130  # Exit codes: try later (EX_TEMPFAIL); stopped by a signal.
ALL, FAILED = Q(), Q(done=Done.FAILED)
PAUSE = 10.0  # Seconds between two lines of progress, where they are kept.

DONE = {RunState.DONE: "done", RunState.FAILED: "FAILED", RunState.INTERRUPTED: "interrupted"}


class Progress:
    """One line that changes on a terminal; a line now and then in a log. Nothing for short runs there."""

    def __init__(self, to: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.run: Run | None = None
        self._to, self._clock = to, clock
        self._tty = to.isatty()
        self._told_at = clock()

    def __call__(self, run: Run, total: int | None) -> None:
        self.run = run
        if not self._tty and self._clock() - self._told_at < PAUSE:
            return
        self._told_at = self._clock()
        of = f" of at most {total}" if total else ""
        line = f"{run.seen} read{of}, {run.changed + run.created} healed, {run.failed} failed"
        with _as_long_as_read(self._to):
            self._to.write(f"\r\033[K{line}" if self._tty else f"{line}\n")

    def end(self) -> None:
        if self._tty and self.run is not None:
            self._to.write("\r\033[K")


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM ends the work like Ctrl-C does, at once and cleanly; in a thread, signals are its process's business.

    Both wait for the end of a query: MySQL's driver asks and fetches in two steps, and between them the connection is
    good for nothing, not even to undo what was begun (2014, commands out of sync).
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    stop = _Stop()
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # As of what a shell began in the background.
    wanted = [signal.SIGTERM] if ignored else [signal.SIGTERM, signal.SIGINT]
    before = {number: signal.signal(number, stop.ask) for number in wanted}
    try:
        with connection.execute_wrapper(stop.after):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Stop:
    """Raises KeyboardInterrupt when asked to, or after the query at work."""

    def __init__(self) -> None:
        self._querying = self._asked = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        if not self._querying:
            raise KeyboardInterrupt
        self._asked = True

    def after(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self._querying = True
        try:
            return execute(sql, params, many, context)
        finally:
            self._querying = False
            if self._asked:
                self._asked = False
                raise KeyboardInterrupt


def carry_out(
    work: Callable[[Progress], Run],
    *,
    to: Any,
    progress_to: TextIO = sys.stderr,
    as_json: bool = False,
    overdue_at: datetime | None = None,
) -> None:
    """Do the work and tell what came of it. Raises CommandError where anything failed.

    `overdue_at` lists the bookings that are begun by then and not paid, unless there is a problem to read of.
    """
    progress = Progress(progress_to)
    problem, code = "", 0
    try:
        with stoppable():
            work(progress)
    except AlreadyRunning as error:
        raise CommandError(str(error), returncode=BUSY) from None
    except CalError as error:
        problem, code = report.UNREACHED % {"error": error}, 1
    except (Stopped, LockLost) as error:
        problem, code = str(error) or type(error).__name__, 1
    except KeyboardInterrupt:
        problem, code = _("Interrupted. The next run goes on from here."), INTERRUPTED
    progress.end()
    run = progress.run or Run()  # Nothing was to be done.
    with _as_long_as_read(to):
        if as_json:
            _write_json(run, to)
        else:
            _write_text(run, to)
            if overdue_at is not None and not problem:
                _write_overdue(to, now=overdue_at)
    if problem or run.failed:
        raise CommandError(
            problem or report.SOME_FAILED % {"failed": run.failed, "seen": run.seen}, returncode=code or 1
        )


@contextmanager
def _as_long_as_read(to: Any) -> Iterator[None]:
    """`| head` has read enough at some time: that ends the words, and neither the run nor its exit code."""
    try:
        yield
        to.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, to.fileno())  # Where Python writes, at its end, what is still waiting; else it fails again.
        os.close(nowhere)


def _write_json(run: Run, to: Any) -> None:
    """One object, written piece by piece: there may be as many differences as bookings."""
    counts = json.dumps({name: getattr(run, name) for name in COUNTS})
    to.write(f'{counts[:-1]}, "differences": [', ending="")
    for number, each in enumerate(_found(run)):
        to.write((", " if number else "") + json.dumps(report.as_json(each), ensure_ascii=False), ending="")
    to.write("]}")


def _write_text(run: Run, to: Any) -> None:
    if run.pk is not None:
        ended = report.ENDED_DRY if run.dry_run else report.ENDED
        to.write(ended % {"run": run, "state": DONE[RunState(run.state)], "calls": run.calls})
    to.write(report.COUNTED % {name: getattr(run, name) for name in COUNTS})
    # Those that failed first: they are why it ends with 1, and a long report is cut.
    for number, each in enumerate(chain(_found(run, FAILED), _found(run, ~FAILED))):
        if number == MOST_LISTED:
            to.write(f"… and {run.differences.count() - MOST_LISTED} more, all in the admin under {run}.")
            break
        said = report.as_json(each)
        name = " ".join(filter(None, [said["reference"], said["uid"]]))
        to.write(f"{name}: {each.field}: ours {each.ours!r}, theirs {each.theirs!r}: {each.done}")
    ended_early = run.state in (RunState.FAILED, RunState.INTERRUPTED)
    if not ended_early and not run.changed and not run.created and not run.failed:
        to.write(_("Nothing changed."))


def _found(run: Run, wanted: Q = ALL) -> Iterator[Difference]:
    """In the order in which they were found, a page at a time."""
    if run.pk is None:
        return
    last = 0
    found = run.differences.filter(wanted).order_by("id")
    found = found.select_related("run", "booking").defer("booking__registers")
    while batch := list(found.filter(id__gt=last)[:AT_ONCE]):
        yield from batch
        last = batch[-1].pk


def _write_overdue(to: Any, *, now: datetime) -> None:
    overdue = Booking.objects.ours().begun_unpaid(now=now).without_registers().order_by("-starts_at", "-id")
    listed = list(overdue[: MOST_LISTED + 1])
    if listed:
        to.write("Begun, and not paid as far as we know:")
        for booking in listed[:MOST_LISTED]:
            to.write(f"  {booking.chain_reference} {booking.starts_at:%Y-%m-%d %H:%M} UTC, {booking.status}")
        if len(listed) > MOST_LISTED:
            to.write("  … and more.")
