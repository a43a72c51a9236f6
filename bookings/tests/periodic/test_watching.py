"""Does the periodic work go on? For the doctor, colour by colour."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django_q.models import Schedule, Task

from bookings.periodic import schedules, watching
from bookings.tests.doctor import said
from bookings.tests.periodic.conftest import NOW
from careercoach.testing import away

pytestmark = pytest.mark.django_db


@pytest.fixture
def scheduled(settings: Any) -> None:
    """A worker has just looked: everything is due later."""
    settings.CAL_API_KEY = "cal_live_0123456789abcdef"
    schedules.write(now=NOW)
    Schedule.objects.update(next_run=NOW + timedelta(minutes=1))


def found() -> list[tuple[str, str]]:
    return [said(each) for each in watching.findings(now=NOW)]


def test_where_no_worker_ever_ran_it_is_said() -> None:
    assert found() == [("yellow", "no worker has ever run: nothing is retried, resynced or pruned")]


@pytest.mark.usefixtures("scheduled")
def test_where_all_runs_as_planned_there_is_one_line(result: Callable[..., Task]) -> None:
    result("end_meetings", ago=1)
    result("resync_bookings", ago=20, success=False)
    result("resync_bookings", ago=10)

    assert found() == [("green", "all 5 jobs run as planned")]


@pytest.mark.usefixtures("scheduled")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"next_run": NOW - timedelta(minutes=4)}, ("green", "all 5 jobs run as planned")),
        (
            {"next_run": NOW - timedelta(minutes=6)},
            ("red", "resync_bookings is due since 2026-11-25 11:54 UTC: no worker runs"),
        ),
        ({"repeats": 0}, ("yellow", "resync_bookings was put to rest")),
        ({"name": "somebody's"}, ("yellow", "resync_bookings is not in the schedule")),
    ],
)
def test_a_job_that_is_not_run_is_named(change: dict[str, Any], expected: tuple[str, str]) -> None:
    Schedule.objects.filter(name="resync_bookings").update(**change)

    assert found() == [expected]


@pytest.mark.usefixtures("scheduled")
@pytest.mark.parametrize(
    ("succeeded", "failed", "expected"),
    [
        (12, 1, ("yellow", "resync_bookings failed the last time")),
        (36, 1, ("red", "resync_bookings fails again and again")),
        (None, 1, ("yellow", "resync_bookings failed the last time")),
        (None, 40, ("red", "resync_bookings fails again and again")),
        (66, 90, ("green", "all 5 jobs run as planned")),
        (68, 90, ("red", "resync_bookings has said nothing since 2026-11-25 10:52 UTC, though it was started")),
    ],
)
def test_a_job_that_fails_or_hangs_is_named(
    succeeded: int | None, failed: int, expected: tuple[str, str], result: Callable[..., Task]
) -> None:
    if succeeded is not None:
        result("resync_bookings", ago=succeeded)
    result("resync_bookings", ago=failed, success=False)

    assert found() == [expected]


def test_a_database_that_is_away_is_said() -> None:
    with away(OperationalError(2002, "Can't connect")):
        assert found() == [("yellow", "not looked at: our database could not be asked (OperationalError)")]
