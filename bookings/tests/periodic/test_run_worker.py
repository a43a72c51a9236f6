"""manage.py run_worker: alone with a cluster that only pretends, and once for real, in processes of its own."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django_q.cluster
import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from bookings.periodic import cluster, schedules
from careercoach.testing import away

# --- The command -----------------------------------------------------------------------------------------------------


class Pretended:
    """What of django-q2's cluster is used; `then` is done at each start."""

    def __init__(self, then: Callable[["Pretended"], object]) -> None:
        self.sentinel, self.pid, self._then, self.alive, self.starts = self, 4711, then, True, 0

    def __call__(self) -> "Pretended":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # As the genuine one sets its own.
        return self

    def start(self) -> None:
        self.alive = True
        self.starts += 1
        self._then(self)

    def is_alive(self) -> bool:
        return self.alive

    def join(self) -> None:
        self.alive = False

    def stop(self) -> bool:
        return self.alive


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Pretended]]:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    handlers = {number: signal.getsignal(number) for number in numbers}

    def pretend(then: Callable[[Pretended], object]) -> Pretended:
        made = Pretended(then)
        monkeypatch.setattr(cluster, "Cluster", made)
        monkeypatch.setattr(cluster, "LOOK", 0.01)
        monkeypatch.setattr(cluster.connections, "close_all", lambda: None)  # The test's own is in memory.
        return made

    monkeypatch.setattr(django_q.cluster, "Sentinel", django_q.cluster.Sentinel)  # Put back afterwards.
    monkeypatch.setattr("os.killpg", lambda *_: None)  # Its number may be that of somebody else's processes.
    yield pretend
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.django_db(transaction=True)  # django-q2 would close a connection within a transaction.
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_writes_the_schedule_begins_what_is_due_and_ends_when_told(
    number: signal.Signals, pretend: Callable[..., Pretended], capsys: pytest.CaptureFixture[str]
) -> None:
    def told_twice(_cluster: Pretended) -> None:
        """As where both a terminal and the process that started it tell it."""
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)

    pretended = pretend(told_twice)

    call_command("run_worker")

    assert pretended.starts == 1
    assert schedules.exist()
    assert capsys.readouterr().out == (
        "The periodic work is being done; the admin has it under Scheduled tasks. Ctrl-C or SIGTERM ends it.\n"
    )
    assert {each.task["group"] for each in OrmQ.objects.all()} >= {"retry_messages", "end_meetings"}


@pytest.mark.django_db(transaction=True)
def test_it_ends_at_once_with_the_process_that_started_it(
    pretend: Callable[..., Pretended], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"said\n")
    pretended = pretend(lambda _cluster: threading.Timer(0.05, os.close, (writing,)).start())
    killed: list[tuple[int, int]] = []
    monkeypatch.setattr("os.killpg", lambda *group: killed.append(group))

    with os.fdopen(reading) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        call_command("run_worker", "--with-parent")

    assert (pretended.starts, killed) == (1, [(4711, signal.SIGKILL)])
    assert capsys.readouterr().out == ""  # Whoever started it has its own way to end it.


# --- Its processes ---------------------------------------------------------------------------------------------------


def test_processes_that_ended_unasked_begin_anew(pretend: Callable[..., Pretended]) -> None:
    """The third time it is told to end before they can."""
    pretended = pretend(lambda pretended: setattr(pretended, "alive", False))

    cluster.work(lambda: pretended.starts == 3, started=lambda: None)

    assert pretended.starts == 3
    assert django_q.cluster.Sentinel is cluster.Sentinel


@pytest.mark.django_db
def test_processes_that_do_nothing_any_more_are_ended(
    pretend: Callable[..., Pretended], monkeypatch: pytest.MonkeyPatch
) -> None:
    schedules.write(now=timezone.now())
    ended: list[tuple[int, int]] = []
    monkeypatch.setattr(cluster, "STALL_LOOK", 0.01)
    monkeypatch.setattr("os.killpg", lambda *group: ended.append(group))

    def stall(pretended: Pretended) -> None:
        late = timedelta(minutes=6) if pretended.starts == 1 else timedelta()
        Schedule.objects.update(next_run=timezone.now() - late)

    pretended = pretend(stall)

    cluster.work(lambda: pretended.starts == 2, started=lambda: None)

    assert set(ended) == {(4711, signal.SIGKILL)}


@pytest.mark.django_db
def test_what_rests_and_what_can_t_be_asked_is_not_overdue(pretend: Callable[..., Pretended]) -> None:
    pretend(lambda _cluster: None)
    schedules.write(now=timezone.now())
    assert not cluster.is_overdue()

    Schedule.objects.update(next_run=timezone.now() - timedelta(hours=1))
    assert cluster.is_overdue()

    with away(OperationalError(2002, "Can't connect")):
        assert not cluster.is_overdue()

    Schedule.objects.update(repeats=schedules.RESTING)
    assert not cluster.is_overdue()


@pytest.mark.parametrize(
    ("exit_code", "expected"), [(None, ["replaced"]), (0, ["replaced"]), (-9, ["all ended", "replaced"])]
)
def test_where_a_process_was_killed_all_end(
    exit_code: int | None, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In truth it ends itself with the others, and replaces nothing any more."""
    done: list[str] = []
    monkeypatch.setattr("os.setpgid", lambda *_: None)
    monkeypatch.setattr("os.killpg", lambda *_: done.append("all ended"))
    base = cluster.Sentinel.__mro__[1]
    monkeypatch.setattr(base, "__init__", lambda self, stop_event: None)
    monkeypatch.setattr(base, "reincarnate", lambda self, process: done.append("replaced"))

    cluster.Sentinel(threading.Event()).reincarnate(SimpleNamespace(pid=1, exitcode=exit_code))

    assert done == expected


def test_where_the_parent_was_killed_all_end(monkeypatch: pytest.MonkeyPatch) -> None:
    event, ended = threading.Event(), []
    monkeypatch.setattr("os.killpg", lambda *group: ended.append(group))
    looked_at = cluster.StopEvent(event)

    assert (looked_at.wait(0.001), looked_at.is_set(), ended) == (False, False, [])
    event.set()
    monkeypatch.setattr("os.getppid", lambda: 1)
    assert (looked_at.wait(0.001), looked_at.is_set(), ended) == (True, True, [(0, signal.SIGKILL)])


def test_failures_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """By us, in short; django-q2 would say the same with its own stack."""
    for said in ("Failed 'bookings.periodic.running.run' (one) - JobFailed : Traceback", "Failed to pull a task"):
        logging.getLogger("django-q").error(said)

    assert caplog.messages == ["Failed to pull a task"]


# --- A health check --------------------------------------------------------------------------------------------------


def check() -> str:
    out = StringIO()
    call_command("run_worker", "--check", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_health_check_fails_where_the_work_doesn_t_go_on() -> None:
    with pytest.raises(CommandError, match="doesn't go on"):
        check()

    schedules.write(now=timezone.now())
    assert check() == ""

    Schedule.objects.filter(name="prune_messages").update(repeats=0)
    assert check().startswith("prune_messages was put to rest → ")

    Schedule.objects.update(next_run=timezone.now() - timedelta(hours=1))
    with pytest.raises(CommandError, match="doesn't go on"):
        check()


# --- For real --------------------------------------------------------------------------------------------------------

PATIENCE = 60.0  # Seconds.

# Let a job be due now, as the action in the admin does, and have it queued without waiting for half a minute.
DUE = """
from django.utils import timezone
from django_q.models import Schedule
from django_q.scheduler import scheduler
Schedule.objects.filter(name="end_meetings").update(next_run=timezone.now())
scheduler()
"""
RESULTS = """
import json
from django_q.models import Task
print(json.dumps(sorted(Task.objects.values_list("group", "success"))))
"""


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., Any]:
    """Our project in processes of its own, on a database in a file."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "DEBUG": "true",
        "CAL_API_KEY": "",
        "LOG_LEVEL": "ERROR",
    }
    manage = [sys.executable, "-W", "error", "manage.py"]

    def shell(*arguments: str, **options: Any) -> Any:
        run = options.pop("run", subprocess.run)
        return run([*manage, *arguments], cwd=project.BASE_DIR, env=environment, **options)

    shell("migrate", "--verbosity", "0", check=True)
    return shell


def children(pid: int) -> list[int]:
    """Of Linux's own list."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def lives(pid: int) -> bool:
    """One that has ended may stay in the list until somebody asks how."""
    stat = Path(f"/proc/{pid}/stat")
    state = stat.read_text().rpartition(")")[2].split()[0] if stat.exists() else "gone"
    return state not in ("Z", "gone")


def await_results(shell: Callable[..., Any], count: int) -> list[list[Any]]:
    end = time.monotonic() + PATIENCE
    found: list[list[Any]] = []
    while len(found) < count and time.monotonic() < end:
        time.sleep(0.3)
        done = shell("shell", "--no-imports", "-c", RESULTS, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
    return found


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the processes as Linux lists them")
def test_after_a_worker_was_killed_the_work_goes_on_and_all_end_together(shell: Callable[..., Any]) -> None:
    worker = shell("run_worker", "--with-parent", run=subprocess.Popen, stdin=subprocess.PIPE)
    begun: set[int] = set()
    try:
        first = await_results(shell, 2)
        (sentinel,) = children(worker.pid)
        begun |= {sentinel, *children(sentinel)}
        for pid in begun - {sentinel}:  # Both that work, that which hands out, and that which writes results.
            os.kill(pid, signal.SIGKILL)
        shell("shell", "--no-imports", "-c", DUE, check=True)
        second = await_results(shell, 3)
        (another,) = children(worker.pid)
        begun |= {another, *children(another)}
    finally:
        worker.stdin.close()  # As when the process that started it has died.
        code = worker.wait(PATIENCE)

    assert first == [["end_meetings", True], ["retry_messages", True]]
    assert second == [["end_meetings", True], ["end_meetings", True], ["retry_messages", True]]
    assert len(begun) == 10
    assert code == 0
    assert [pid for pid in begun if lives(pid)] == []


def processes_of(worker: int, *, but: set[int]) -> set[int]:
    """The sentinel and its four, once all are there; those that are, when patience ends."""
    end = time.monotonic() + PATIENCE
    found: set[int] = set()
    while len(found) < 5 and time.monotonic() < end:
        time.sleep(0.1)
        found = {pid for sentinel in set(children(worker)) - but for pid in (sentinel, *children(sentinel))}
    return found


def await_end(pids: set[int]) -> set[int]:
    """Those that still live when patience ends."""
    end = time.monotonic() + PATIENCE
    while any(map(lives, pids)) and time.monotonic() < end:
        time.sleep(0.1)
    return set(filter(lives, pids))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the processes as Linux lists them")
def test_where_the_sentinel_or_its_parent_was_killed_nobody_works_on(shell: Callable[..., Any]) -> None:
    """With the code of before a deployment, and told by no SIGTERM."""
    worker = shell("run_worker", run=subprocess.Popen)
    first = processes_of(worker.pid, but=set())
    second, left = set[int](), set[int]()
    try:
        os.kill(next(iter(set(children(worker.pid)) & first)), signal.SIGKILL)
        left = await_end(first)
        second = processes_of(worker.pid, but=first)
    finally:
        worker.kill()
        worker.wait()
        left |= await_end(second)
        for pid in first | second:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    assert (len(first), len(second), left) == (5, 5, set())
