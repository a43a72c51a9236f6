"""One run at a time, whose row says how it ended, however it ended."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from bookings.cal import locks
from bookings.cal.client import Unauthorized
from bookings.cal.runs import KILLED, AlreadyRunning, Stopped, running
from bookings.models import Run, RunKind
from careercoach.testing import away

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)


def elsewhere(work: Callable[[], Any]) -> Any:
    """Do it in a thread with a connection of its own, as another process would."""
    answers: list[Any] = []

    def do() -> None:
        try:
            answers.append(work())
        except Exception as error:  # noqa: BLE001 it is the answer
            answers.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=do)
    thread.start()
    thread.join()
    return answers[0]


def begin(kind: RunKind = RunKind.BOOKINGS) -> Run:
    with running(kind, options={}) as it:
        return it.run


def test_a_second_run_says_who_is_at_it() -> None:
    with running(RunKind.BOOKINGS, options={"full": True}, now=NOW) as it:
        refused = elsewhere(begin)
        other_kind = elsewhere(lambda: begin(RunKind.COACHES))

    assert isinstance(refused, AlreadyRunning)
    assert str(refused) == (
        f"Not run: process {os.getpid()} on {it.run.host}, since 2026-11-23 19:00:00 UTC "
        f"(Resync of bookings {it.run.pk}) is at it."
    )
    assert isinstance(other_kind, Run)
    assert list(Run.objects.order_by("id").values_list("kind", "state")) == [("bookings", "done"), ("coaches", "done")]
    assert isinstance(elsewhere(begin), Run)


def test_a_lock_whose_holder_has_no_row_yet_is_busy_all_the_same() -> None:
    with locks.held("bookings"):
        refused = elsewhere(begin)

    assert str(refused) == "Not run: another process, which has only begun is at it."
    assert not Run.objects.exists()


def test_acts_for_the_staff_wait_for_nobody() -> None:
    with running(RunKind.ACT, options={}, alone=False), running(RunKind.ACT, options={}, alone=False):
        pass

    assert list(Run.objects.values_list("state", flat=True)) == ["done", "done"]


@pytest.mark.parametrize(
    ("problem", "state", "said"),
    [
        (Unauthorized("Invalid API Key", status=401), "failed", "401: Invalid API Key"),
        (Stopped("too many are gone"), "failed", "too many are gone"),
        (locks.LockLost(), "failed", "the lock was lost with the connection to the database"),
        (ValueError("jonas.berg@client.example"), "failed", "ValueError"),
        (KeyboardInterrupt(), "interrupted", "it was asked to stop"),
    ],
)
def test_how_a_run_ended_is_in_its_row(problem: BaseException, state: str, said: str) -> None:
    def work() -> None:
        with running(RunKind.BOOKINGS, options={}) as it:
            it.run.changed = 2
            raise problem

    with pytest.raises(type(problem)):
        work()

    run = Run.objects.get()
    assert (run.state, run.error, run.changed) == (state, said, 2)
    assert run.finished_at is not None


def test_a_run_that_was_killed_is_marked_by_the_next_of_its_kind() -> None:
    killed = [Run.objects.create(kind=kind, started_at=NOW) for kind in (RunKind.BOOKINGS, RunKind.ACT)]

    with running(RunKind.BOOKINGS, options={}, now=NOW + timedelta(hours=1)):
        pass

    rows = [(run.state, run.error) for run in Run.objects.filter(pk__in=[run.pk for run in killed]).order_by("id")]
    assert rows == [("interrupted", KILLED), ("running", "")]


def test_a_run_whose_end_cannot_be_written_says_what_ended_it() -> None:
    gone_away = OperationalError(2006, "Server has gone away")

    with pytest.raises(Stopped), running(RunKind.BOOKINGS, options={}), away(gone_away):
        raise Stopped("the first problem")

    assert Run.objects.get().state in ("running", "failed")


@pytest.mark.mysql
def test_a_lock_that_went_with_its_connection_is_noticed() -> None:
    def work() -> None:
        with running(RunKind.BOOKINGS, options={}) as it:
            it.save()
            connection.close()
            it.save()

    with pytest.raises(locks.LockLost):
        work()

    assert Run.objects.get().error == "the lock was lost with the connection to the database"


@pytest.mark.mysql
def test_releasing_a_lock_whose_connection_is_gone_is_no_problem() -> None:
    with locks.held("bookings"), connection.cursor() as cursor, suppress(OperationalError):
        cursor.execute("KILL CONNECTION_ID()")

    connection.close()
    assert isinstance(elsewhere(begin), Run)


def test_the_lock_of_a_database_in_a_file_is_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        return
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "db.sqlite3"))

    with locks.held("bookings"):
        assert [path.name for path in tmp_path.iterdir()] == ["db.sqlite3.bookings.lock"]
