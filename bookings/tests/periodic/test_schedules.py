"""The jobs in the database: written from code, again and again, and what the staff changed there."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django_q.models import OrmQ, Schedule
from django_q.scheduler import scheduler

from bookings.periodic import schedules
from bookings.periodic.jobs import BY_NAME, DAY, JOBS, MINUTE
from bookings.tests.periodic.conftest import NOW, held_elsewhere

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _key(settings: Any) -> None:
    settings.CAL_API_KEY = "cal_live_0123456789abcdef"


def rows() -> dict[str, tuple[Any, ...]]:
    columns = ("schedule_type", "minutes", "next_run", "repeats")
    return {row.name: tuple(getattr(row, column) for column in columns) for row in Schedule.objects.order_by("pk")}


def at(hour: int, minute: int) -> datetime:
    return NOW.replace(hour=hour, minute=minute) + DAY


EXPECTED = {
    "retry_messages": ("I", 1, NOW, -1),
    "end_meetings": ("I", 1, NOW, -1),
    "resync_bookings": ("I", 4, NOW, -1),
    "resync_coaches": ("D", None, NOW, -1),  # There is no pool of coaches before.
    "prune_messages": ("D", None, at(3, 30), -1),
}


def test_each_job_is_in_the_schedule_once_however_often_it_is_written() -> None:
    for _ in range(3):
        schedules.write(now=NOW)

    assert rows() == EXPECTED
    assert Schedule.objects.count() == len(JOBS)
    assert set(Schedule.objects.values_list("func", flat=True)) == {"bookings.periodic.running.run"}


def test_what_webhooks_missed_is_asked_for_within_five_minutes() -> None:
    a_look_at_the_schedule, a_run = MINUTE / 2, MINUTE / 2

    assert BY_NAME["resync_bookings"].every + a_look_at_the_schedule + a_run <= 5 * MINUTE


def test_without_a_key_nothing_asks_cal_com(settings: Any) -> None:
    schedules.write(now=NOW)
    settings.CAL_API_KEY = ""

    schedules.write(now=NOW)

    assert set(rows()) == {"retry_messages", "end_meetings", "prune_messages"}


def test_what_the_staff_let_rest_keeps_resting_and_all_else_follows_the_code() -> None:
    schedules.write(now=NOW)
    Schedule.objects.filter(name="resync_bookings").update(repeats=0, minutes=7, args="'x'", next_run=NOW + 9 * DAY)
    Schedule.objects.create(name="end_meetings", func=schedules.FUNCTION, schedule_type="I", next_run=NOW)
    Schedule.objects.create(name="a job that is gone", func=schedules.FUNCTION, next_run=NOW)
    strangers = Schedule.objects.create(name="somebody else's", func="math.sqrt", next_run=NOW)

    schedules.write(now=NOW)

    expected = EXPECTED | {"resync_bookings": ("I", 4, NOW, 0), "somebody else's": ("O", None, NOW, -1)}
    assert rows() == expected
    assert Schedule.objects.get(name="resync_bookings").args == "'resync_bookings'"
    assert Schedule.objects.filter(pk=strangers.pk).exists()


def test_a_run_that_is_due_sooner_stays_due() -> None:
    schedules.write(now=NOW)
    overdue = NOW - timedelta(hours=5)
    Schedule.objects.update(next_run=overdue)

    schedules.write(now=NOW)

    assert {each[2] for each in rows().values()} == {overdue}


def test_a_daily_job_has_its_hour() -> None:
    job = BY_NAME["resync_coaches"]
    three = NOW.replace(hour=3)

    found = [schedules.first_run(job, now=three + timedelta(minutes=minutes)) for minutes in (-1, 0, 1)]

    assert found == [three, three, three + DAY]


def test_a_daily_job_that_has_run_waits_for_its_hour_however_often_a_worker_starts() -> None:
    schedules.write(now=NOW)
    Schedule.objects.filter(name="resync_coaches").update(next_run=at(3, 0))

    schedules.write(now=NOW)

    assert rows()["resync_coaches"] == ("D", None, at(3, 0), -1)


def test_a_daily_job_that_ran_at_another_time_is_due_at_its_hour_again() -> None:
    schedules.write(now=NOW)
    Schedule.objects.update(next_run=NOW + DAY)

    for job in JOBS:
        schedules.keep_hour(job, now=NOW)

    due = {name: each[2] for name, each in rows().items() if each[2] != NOW + DAY}
    assert due == {"resync_coaches": at(3, 0), "prune_messages": at(3, 30)}


def test_a_worker_that_starts_at_the_same_time_leaves_it_to_the_other() -> None:
    with held_elsewhere("schedules"):
        schedules.write(now=NOW)

    assert not schedules.exist()


@pytest.mark.django_db(transaction=True)  # It would close a connection within a transaction.
def test_the_scheduler_of_django_q_queues_what_is_due_once() -> None:
    """What we write is what it reads: the name as argument, the time-out of the job, the group by which it is found."""
    schedules.write(now=NOW)
    Schedule.objects.exclude(name="resync_bookings").update(repeats=0)

    scheduler()
    scheduler()

    queued = OrmQ.objects.get().task
    assert (queued["func"], queued["args"], queued["group"], queued["timeout"]) == (
        "bookings.periodic.running.run",
        ("resync_bookings",),
        "resync_bookings",
        3000,
    )
    assert Schedule.objects.get(name="resync_bookings").next_run > NOW


def test_no_time_out_is_longer_than_the_queue_s_own(settings: Any) -> None:
    longest = max(job.timeout.total_seconds() for job in JOBS)

    assert longest <= settings.Q_CLUSTER["timeout"] < settings.Q_CLUSTER["retry"]


def test_none_of_our_own_indexes_is_partial() -> None:
    """MySQL has none; the check that says so is silenced for django-q2, which has one."""
    ours = [model for model in apps.get_models() if model._meta.app_label in ("bookings", "coaches", "users")]
    indexes = [index for model in ours for index in model._meta.indexes]

    assert len(indexes) > 10
    assert [index.name for index in indexes if index.condition is not None] == []
