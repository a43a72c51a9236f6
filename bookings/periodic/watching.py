"""Does the periodic work go on? Findings for the doctor, from what the workers wrote."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Max
from django_q.models import Schedule, Task

from bookings.cal.doctor.findings import Finding, green, red, yellow
from bookings.periodic import schedules
from bookings.periodic.jobs import Job

LATE = timedelta(minutes=5)  # Workers look at the schedule each half minute.
START = "Start a worker: manage.py run_worker, or docker compose up -d worker."


def findings(*, now: datetime) -> Iterator[Finding]:
    """One for each job that is not as it should be, else one for all."""
    try:
        rows = {row.name: row for row in Schedule.objects.filter(func=schedules.FUNCTION)}
        done = Task.objects.values("group", "success").annotate(at=Max("stopped"))
        last = {(each["group"], each["success"]): each["at"] for each in done}
    except DatabaseError as error:
        cure = "See DATABASE_URL, whether the server runs, and manage.py migrate."
        yield yellow("periodic", f"not looked at: our database could not be asked ({type(error).__name__})", cure)
        return
    if not rows:
        yield yellow("periodic", "no worker has ever run: nothing is retried, resynced or pruned", START)
        return
    amiss = [
        finding
        for job in schedules.wanted()
        if (finding := _of(job, rows.get(job.name), last.get((job.name, True)), last.get((job.name, False)), now=now))
    ]
    yield from amiss or [green("periodic", f"all {len(rows)} jobs run as planned")]


def _of(
    job: Job, row: Schedule | None, succeeded: datetime | None, failed: datetime | None, *, now: datetime
) -> Finding | None:
    if row is None:
        return yellow("periodic", f"{job.name} is not in the schedule", "Restart the worker, which puts it there.")
    if row.repeats == schedules.RESTING:
        return yellow("periodic", f"{job.name} was put to rest", "In the admin, under scheduled tasks: Resume.")
    if now - row.next_run > LATE:
        return red("periodic", f"{job.name} is due since {row.next_run:%Y-%m-%d %H:%M} UTC: no worker runs", START)
    if failed and (succeeded is None or failed > succeeded):
        cure = "The admin has what it said, under tasks; the worker's log has where."
        if now - (succeeded or failed) > 3 * job.every + LATE:
            return red("periodic", f"{job.name} fails again and again", cure)
        return yellow("periodic", f"{job.name} failed the last time", cure)
    if succeeded and now - succeeded > 3 * job.every + job.timeout + LATE:
        since = f"{job.name} has said nothing since {succeeded:%Y-%m-%d %H:%M} UTC"
        return red("periodic", f"{since}, though it was started", "Restart the worker.")
    return None
