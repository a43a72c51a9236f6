"""django-q2's processes, begun anew as a whole where one of them was killed.

They share queues whose locks are a killed process's for good: whoever takes its place waits for ever (Python's
multiprocessing says so of Process.terminate). django-q2 replaces the one process, and nothing runs any more; seen by
killing an idle worker. So all of them end then, and others begin. What was being done is done again: each job is safe
to repeat, and the schedule comes round. Nor do any work on whose parent was killed: nobody could tell them to end.
"""

import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from multiprocessing.process import BaseProcess
from typing import Any

import django_q.cluster
from django.db import DatabaseError, connections
from django.utils import timezone
from django_q.cluster import Cluster
from django_q.models import Schedule

from bookings.periodic import schedules

LOOK = 0.2  # Seconds between two looks whether to end.
STALL_LOOK = 60.0  # Seconds between two looks whether the schedule is still looked at.
OVERDUE = timedelta(minutes=5)  # The schedule is looked at each half minute.

logger = logging.getLogger(__name__)


def is_news(record: logging.LogRecord) -> bool:
    """What django-q2 logs, but for failures of our jobs: `running` has logged those, and this repeats their stack."""
    return not record.getMessage().startswith("Failed 'bookings.periodic")


logging.getLogger("django-q").addFilter(is_news)


class StopEvent:
    """What tells the sentinel to end. It looks each second, and ends all at once where `run_worker` was killed."""

    def __init__(self, event: Any) -> None:
        self._event, self._parent = event, os.getppid()

    def is_set(self) -> bool:
        return bool(self._event.is_set())

    def wait(self, seconds: float) -> bool:
        if os.getppid() != self._parent:
            os.killpg(0, signal.SIGKILL)
        return bool(self._event.wait(seconds))


class Sentinel(django_q.cluster.Sentinel):
    """The process that starts the others and looks after them; in a process group with them."""

    def __init__(self, stop_event: Any, *args: Any, **kwargs: Any) -> None:
        os.setpgid(0, 0)
        super().__init__(StopEvent(stop_event), *args, **kwargs)

    def reincarnate(self, process: BaseProcess) -> None:
        """Replaces a process that has ended by itself or took too long. Where one was killed, ends all."""
        if (process.exitcode or 0) < 0:
            logger.critical("Worker: process %s was killed (%s): all begin anew", process.pid, process.exitcode)
            os.killpg(0, signal.SIGKILL)
        super().reincarnate(process)


def work(
    told_to_end: Callable[[], bool], *, at_once: Callable[[], bool] = lambda: False, started: Callable[[], object]
) -> None:
    """Do what is due, until told to end; then wait for the jobs at work, or not where it shall end `at_once`.

    `started` is called once the processes are there. Signals are the caller's: django-q2 would stop from within the
    handler, and a second signal in the middle of that would block for ever.
    """
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    django_q.cluster.Sentinel = Sentinel
    while not told_to_end():
        connections.close_all()  # They must not be shared with the processes that follow.
        cluster = Cluster()
        for number, handler in handlers.items():
            signal.signal(number, handler)
        cluster.start()
        started()
        _watch(cluster, told_to_end)
        if at_once():
            _kill(cluster)
        elif not cluster.stop():
            logger.error("Worker: its processes have ended unasked and begin anew")
            _kill(cluster)  # Where the sentinel alone was killed, the others would go on.
            time.sleep(LOOK)


def _watch(cluster: Any, told_to_end: Callable[[], bool]) -> None:
    """Until told to end, or the processes have ended; ends them where they do nothing any more."""
    looked_at, was_overdue = time.monotonic(), False
    while cluster.sentinel.is_alive() and not told_to_end():
        time.sleep(LOOK)
        if time.monotonic() - looked_at >= STALL_LOOK:
            overdue = is_overdue()
            if overdue and was_overdue:  # Twice, since after an outage of the database it is for a moment.
                logger.critical("Worker: the schedule is not looked at any more: all begin anew")
                _kill(cluster)
            looked_at, was_overdue = time.monotonic(), overdue


def _kill(cluster: Any) -> None:
    with suppress(ProcessLookupError):
        os.killpg(cluster.sentinel.pid, signal.SIGKILL)
    cluster.sentinel.join()


def is_overdue() -> bool:
    """Has the schedule not been looked at for long? Unknown while the database is away, which is not for us to mend."""
    try:
        return (
            Schedule.objects.filter(func=schedules.FUNCTION, next_run__lt=timezone.now() - OVERDUE)
            .exclude(repeats=schedules.RESTING)
            .exists()
        )
    except DatabaseError:
        return False
    finally:
        connections.close_all()
