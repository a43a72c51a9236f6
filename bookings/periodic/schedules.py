"""The jobs in the database, where workers look. Written from code by each worker that starts; safe to repeat.

What the staff may do there is to run a job now and to let one rest; resting ones keep resting. All else follows the
table of jobs, so that a deploy that changes it changes the schedule.
"""

from datetime import UTC, datetime

from django.conf import settings
from django.db.models import QuerySet
from django_q.models import Schedule

from bookings.cal import locks
from bookings.periodic.jobs import DAY, JOBS, MINUTE, Job

FUNCTION = "bookings.periodic.running.run"
ALWAYS, RESTING = -1, 0  # django-q2's `repeats`.


def wanted() -> list[Job]:
    """Without a key for Cal.com's API webhooks alone are heard, as the settings promise."""
    return [job for job in JOBS if settings.CAL_API_KEY or not job.asks_cal]


def of(job: Job) -> "QuerySet[Schedule]":
    return Schedule.objects.filter(func=FUNCTION, name=job.name)


def exist() -> bool:
    """Has a worker ever written it?"""
    return Schedule.objects.filter(func=FUNCTION).exists()


def write(*, now: datetime) -> None:
    """Make the schedule that of the table, and what must be made up for due now.

    Two workers that start at once would make each row twice, so the second leaves it to the first.
    """
    try:
        with locks.held("schedules"):
            for job in wanted():
                _write(job, now=now)
            Schedule.objects.filter(func=FUNCTION).exclude(name__in=[job.name for job in wanted()]).delete()
    except locks.Busy:
        return


def _write(job: Job, *, now: datetime) -> None:
    row = of(job).order_by("id").first() or Schedule(name=job.name, func=FUNCTION, repeats=ALWAYS, next_run=None)
    of(job).exclude(pk=row.pk).delete()
    row.args = repr(job.name)
    row.kwargs = repr({"q_options": {"timeout": int(job.timeout.total_seconds())}})
    row.schedule_type = Schedule.DAILY if job.every == DAY else Schedule.MINUTES
    row.minutes = None if job.every == DAY else job.every // MINUTE
    latest = first_run(job, now=now)
    if row.next_run is None:  # It has never run.
        row.next_run = now if job.at_start else latest
    row.next_run = min(row.next_run, latest)
    row.save(update_fields=None if row.pk is None else ["args", "kwargs", "schedule_type", "minutes", "next_run"])


def keep_hour(job: Job, *, now: datetime) -> None:
    """Let a daily job be due at its hour next, though it runs at another: django-q2 adds a day to when it was due."""
    if job.at is not None:
        due = first_run(job, now=now)
        of(job).filter(next_run__gt=due).update(next_run=due)


def first_run(job: Job, *, now: datetime) -> datetime:
    """Now, or for a daily job at its next hour."""
    if job.at is None:
        return now if job.at_start or job.every == MINUTE else now + job.every
    at = datetime.combine(now.astimezone(UTC).date(), job.at, tzinfo=UTC)
    return at if at >= now else at + DAY
