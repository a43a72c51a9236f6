"""What a worker calls: one job, at most once at a time on all machines, and a failure that can be seen.

What a job raises may hold addresses of people, and the worker writes it to the log and to a table. So what went wrong
is told in short, without it.
"""

import logging
import traceback
from datetime import datetime, timedelta

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from django_q.models import Schedule, Task

from bookings.cal import locks
from bookings.periodic import schedules
from bookings.periodic.jobs import BY_NAME, MINUTE, Job

LENGTH = 1000  # Letters that are kept of what a job says.
BUSY = 75  # The exit code of a command that found another run of its kind at work.
ELSEWHERE = _("not run: it is still running, here or on another machine")
BROKEN = _("%(kind)s: the log says where")

logger = logging.getLogger(__name__)


class JobFailed(Exception):
    """A job did not do what it should; its message says what is wrong, and no data."""


def run(name: str) -> str:
    """Do the job, and say what came of it. Raises JobFailed; then the job is due again sooner than it would be.

    Safe to repeat, as each job is.
    """
    job = BY_NAME[name]
    schedules.keep_hour(job, now=timezone.now())
    try:
        with locks.held(f"job.{name}"):
            return job.work()[:LENGTH]
    except locks.Busy:
        return ELSEWHERE
    except CommandError as error:
        if error.returncode == BUSY:
            return str(error)[:LENGTH]
        problem = str(error)[:LENGTH]
        logger.error("Job %s failed: %s", name, problem)
    except Exception as error:  # noqa: BLE001 whatever it is, it is told without what it says
        # Where it happened, line by line of code; what was wrong may repeat values, addresses of people among them.
        frames = "".join(traceback.format_tb(error.__traceback__))
        logger.error("Job %s failed: %s\n%s", name, type(error).__name__, frames)
        problem = BROKEN % {"kind": type(error).__name__}
    _again_sooner(job, now=timezone.now())
    raise JobFailed(problem)


def pause_after(failures: int, *, every: timedelta) -> timedelta:
    """1, 2, 4 … minutes after so many failures one after the other, never longer than half of the job's own pause.

    A resync that fails at the very end of Cal.com's outage must not put off the next beyond five minutes.
    """
    return min(2 ** min(failures - 1, 11) * MINUTE, max(every / 2, MINUTE))


def _again_sooner(job: Job, *, now: datetime) -> None:
    """An hour's outage at Cal.com is over for us a minute or so after it is for them."""
    results = Task.objects.filter(group=job.name)
    last_success = results.filter(success=True).order_by("-stopped").values_list("stopped", flat=True).first()
    failures = results.filter(success=False)
    if last_success is not None:
        failures = failures.filter(stopped__gt=last_success)
    soon = now + pause_after(failures.count() + 1, every=job.every)
    Schedule.objects.filter(name=job.name, next_run__gt=soon).update(next_run=soon)
