"""What a worker calls: one at a time, failures that are seen and say nothing of people, and again sooner after them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import IntegrityError
from django.utils import timezone
from django_q.models import Schedule, Task

from bookings.periodic import running, schedules
from bookings.periodic.jobs import BY_NAME, DAY, JOBS, MINUTE, Job
from bookings.periodic.running import JobFailed
from bookings.tests.periodic.conftest import held_elsewhere

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the resync do something else."""

    def replace(work: Callable[[], str]) -> None:
        was = BY_NAME["resync_bookings"]
        changed = {name: getattr(was, name) for name in Job.__slots__} | {"work": work}
        monkeypatch.setitem(BY_NAME, "resync_bookings", Job(**changed))

    return replace


def raises(error: BaseException) -> Callable[[], str]:
    def work() -> str:
        raise error

    return work


def test_a_job_says_what_it_did(job: Callable[..., None]) -> None:
    job(lambda: "12 seen. " + "x" * 5000)

    assert running.run("resync_bookings") == "12 seen. " + "x" * 991


def test_a_job_that_is_running_elsewhere_is_not_run(job: Callable[..., None]) -> None:
    job(raises(AssertionError("run twice")))

    with held_elsewhere("job.resync_bookings"):
        said = running.run("resync_bookings")

    assert said == "not run: it is still running, here or on another machine"


def test_that_another_run_holds_the_command_s_own_lock_is_no_failure(job: Callable[..., None]) -> None:
    job(raises(CommandError("Not run: process 7 is at it.", returncode=75)))

    assert running.run("resync_bookings") == "Not run: process 7 is at it."


def test_a_failure_of_a_command_is_told_in_its_words(
    job: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    job(raises(CommandError("2 of 9 failed.")))

    with pytest.raises(JobFailed, match=r"^2 of 9 failed\.$"):
        running.run("resync_bookings")

    assert [record.getMessage() for record in caplog.records] == ["Job resync_bookings failed: 2 of 9 failed."]


def test_what_any_other_failure_says_is_neither_logged_nor_kept(
    job: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    job(raises(IntegrityError(1062, "Duplicate entry 'jonas.berg@client.example'")))

    with pytest.raises(JobFailed) as caught:
        running.run("resync_bookings")

    assert str(caught.value) == "IntegrityError: the log says where"
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert "Job resync_bookings failed: IntegrityError" in caplog.text
    assert "in work" in caplog.text
    assert "jonas" not in caplog.text


def test_a_worker_s_own_end_is_no_failure_of_the_job(job: Callable[..., None]) -> None:
    """django-q2 ends what takes too long by SystemExit, and sees to the rest."""
    job(raises(SystemExit(1)))

    with pytest.raises(SystemExit):
        running.run("resync_bookings")


@pytest.mark.parametrize(("failures", "minutes"), [(1, 1), (2, 2), (3, 4), (4, 5), (99, 5)])
def test_after_failures_a_job_is_due_sooner_than_it_would_be(failures: int, minutes: int) -> None:
    assert running.pause_after(failures, every=10 * MINUTE) == minutes * MINUTE
    assert running.pause_after(failures, every=MINUTE) == MINUTE
    assert running.pause_after(99, every=DAY) == DAY / 2


def test_a_failed_job_is_due_again_by_the_failures_since_its_last_success(
    job: Callable[..., None], result: Callable[..., Task], settings: Any
) -> None:
    settings.CAL_API_KEY = "cal_live_0123456789abcdef"
    now = timezone.now()
    schedules.write(now=now)
    row = Schedule.objects.filter(name="resync_bookings")
    job(raises(CommandError("Cal.com is away")))

    def due_after_failing() -> int:
        row.update(next_run=now + BY_NAME["resync_bookings"].every)
        with pytest.raises(JobFailed):
            running.run("resync_bookings")
        return round((row.get().next_run - timezone.now()) / MINUTE)

    assert due_after_failing() == 1
    result("resync_bookings", ago=9, success=False, now=now)
    assert due_after_failing() == 2
    result("resync_bookings", ago=8, now=now)
    result("end_meetings", ago=1, success=False, now=now)
    assert due_after_failing() == 1
    result("resync_bookings", ago=3, success=False, now=now)
    result("resync_bookings", ago=2, success=False, now=now)
    assert due_after_failing() == 2
    assert {each.name for each in Schedule.objects.filter(next_run__gt=now + timedelta(minutes=1))} >= {
        "resync_bookings",
        "prune_messages",
    }


def test_a_daily_job_that_runs_at_another_time_is_due_at_its_hour_again() -> None:
    now = timezone.now()
    schedules.write(now=now)
    row = Schedule.objects.filter(name="prune_messages")
    row.update(next_run=now + 2 * DAY)

    running.run("prune_messages")

    assert row.get().next_run in {
        schedules.first_run(BY_NAME["prune_messages"], now=at) for at in (now, timezone.now())
    }


def test_each_job_of_the_table_runs(settings: Any) -> None:
    """Against nothing: an empty database, and no Cal.com."""
    settings.CAL_API_KEY = ""
    said = {}
    for each in JOBS:
        try:
            said[each.name] = running.run(each.name)
        except JobFailed as error:
            said[each.name] = f"failed: {error}"

    no_key = "failed: CAL_API_KEY is not set: make a key at Cal.com, Settings, API keys."
    assert said == {
        "retry_messages": "0 processed, 0 failed again",
        "end_meetings": "0 seen, 0 unchanged, 0 changed, 0 created, 0 failed.\nNothing changed.",
        "resync_bookings": no_key,
        "resync_coaches": no_key,
        "prune_messages": "0 messages deleted, 0 old ones kept as failed; 0 runs and 0 results of jobs deleted",
    }


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(JOBS)
