"""The jobs: what each does, how often, and how long it may take."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from bookings.periodic import pruning, retries

PRUNED = gettext_noop("%(messages)s; %(runs)d runs and %(results)d results of jobs deleted")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`work` says in a line or two what it did. A daily one has an hour, UTC; `asks_cal` wants CAL_API_KEY.

    After `timeout` the worker is ended and another takes its place. `at_start`: what was missed while no worker ran is
    made up for at once; a daily one doesn't wait for its hour the first time.
    """

    name: str
    label: Any
    every: timedelta
    work: Callable[[], str]
    timeout: timedelta
    at: time | None = None
    asks_cal: bool = False
    at_start: bool = False


def _command(name: str, *, lines: int) -> Callable[[], str]:
    """The first lines of what a command says: those after them may name people. Raises CommandError as it does."""

    def work() -> str:
        out = StringIO()
        call_command(name, stdout=out, stderr=out)
        return "\n".join(out.getvalue().splitlines()[:lines])

    return work


def _retry() -> str:
    return str(retries.retry(now=timezone.now()))


def _prune() -> str:
    call_command("clearsessions")
    now = timezone.now()
    messages, runs, results = pruning.prune(now=now), pruning.prune_runs(now=now), pruning.prune_results(now=now)
    return PRUNED % {"messages": messages, "runs": runs, "results": results}


JOBS: tuple[Job, ...] = (
    Job(name="retry_messages", label=_("Failed messages, again"), every=MINUTE, work=_retry, timeout=10 * MINUTE),
    Job(
        name="end_meetings",
        label=_("Meetings that are over"),
        every=MINUTE,
        work=_command("end_meetings", lines=2),
        timeout=10 * MINUTE,
    ),
    Job(
        name="resync_bookings",
        label=_("Resync of bookings"),
        every=4 * MINUTE,  # With the worker's half minute, what webhooks missed is here within five: decision 15.
        work=_command("resync_bookings", lines=2),
        timeout=50 * MINUTE,
        asks_cal=True,
        at_start=True,
    ),
    Job(
        name="resync_coaches",
        label=_("Resync of coaches"),
        every=DAY,
        at=time(3, 0),
        work=_command("resync_coaches", lines=2),
        timeout=10 * MINUTE,
        asks_cal=True,
        at_start=True,
    ),
    Job(
        name="prune_messages",
        label=_("Old messages, deleted"),
        every=DAY,
        at=time(3, 30),
        work=_prune,
        timeout=50 * MINUTE,
    ),
)
BY_NAME = {job.name: job for job in JOBS}
