"""The demo as a process: it starts from nothing, keeps its data, and ends when told to."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

import environ
import pytest
import requests
from django.contrib.auth import get_user_model

from careercoach.demo import __main__, desk, running
from careercoach.demo.models import EventType, Webhook

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Demo:
    """`python -m careercoach.demo` beside the test, with settings of production around it that it must not heed."""

    def __init__(self, data: Path, *options: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        around = {"CAL_EVENT_URL": "https://cal.com/real", "DATABASE_URL": "mysql://real/real", "DEBUG": "false"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "careercoach.demo", "--port", str(self.port), "--data", str(data), *options],
            cwd=ROOT,
            env=os.environ | around,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        self.said = "".join(takewhile(lambda line: "Ctrl-C" not in line, self.process.stdout))

    def ask(self, path: str, **parameters: str) -> dict:
        return requests.get(f"{self.url}{path}", parameters, timeout=20).json()

    def end(self) -> int:
        """As Ctrl-C; one that doesn't heed it is killed, so as not to trouble the tests after it."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.said += self.process.communicate(timeout=20)[0]
        finally:
            self.process.kill()
        return self.process.returncode


def test_it_starts_from_nothing_goes_on_and_starts_over(tmp_path):
    first = Demo(tmp_path)
    link = requests.post(f"{first.url}/api/booking-url", {"userId": "demo-alice"}, timeout=20).json()["url"]
    booked = first.ask("/api/bookings", userId="demo-alice")
    requests.post(f"{first.url}/api/users", {"userId": "kept", "name": "Kim", "email": "k@example.com"}, timeout=20)

    assert link.startswith(f"http://localhost:{first.port}/team/career-coach/coaching-session?")
    assert [each["status"] for each in booked["results"]] == ["BOOKING_CREATED", "NO_SHOW", "MEETING_ENDED"]
    assert first.end() == 0
    assert "The demo has ended" in first.said
    assert "Traceback" not in first.said
    [password] = re.findall(r"admin@example\.com  (\S+)", first.said)

    second = Demo(tmp_path)

    assert second.ask("/api/bookings", userId="kept")["count"] == 0
    assert password in second.said
    assert second.end() == 0

    third = Demo(tmp_path, "--reset", "--no-history")

    assert requests.get(f"{third.url}/api/bookings", {"userId": "kept"}, timeout=20).status_code == 404
    assert requests.get(f"{third.url}/api/bookings", {"userId": "demo-alice"}, timeout=20).status_code == 404
    assert password not in third.said
    assert third.end() == 0


def test_operators_try_their_commands_on_its_data_while_it_runs(tmp_path):
    demo = Demo(tmp_path)
    where = ["--port", str(demo.port), "--data", str(tmp_path)]

    done = subprocess.run(
        [sys.executable, "-m", "careercoach.demo", *where, "rebuild", "-v", "2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (demo.end(), done.returncode) == (0, 0)
    assert " 6 bookings compared: 0 differ" in done.stdout


def test_a_port_that_is_in_use_is_said_with_the_cure(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert __main__.main(["--port", str(port)]) == 1

    assert f"make demo PORT={port + 1}" in capsys.readouterr().out


def test_an_address_that_is_not_this_machine_s_is_said(tmp_path):
    demo = Demo(tmp_path, "--host", "192.0.2.1", "--no-history")  # Reserved for documentation: nobody has it.

    assert demo.process.wait(timeout=20) == 1
    assert demo.end() == 1
    assert demo.said == (
        f"The demo can't listen on 192.0.2.1, port {demo.port}: Cannot assign requested address. "
        "--host 127.0.0.1 always can.\n"
    )


@pytest.mark.parametrize("port", ["0", "-5", "65536"])
def test_a_port_that_is_none_is_said(port, capsys):
    with pytest.raises(SystemExit) as ended:
        __main__.main(["--port", port])

    assert ended.value.code == 2
    assert f"{port} is no port" in capsys.readouterr().err


@pytest.mark.parametrize("options", [(), ("--reset",)])
def test_a_command_without_data_or_that_would_throw_them_away_is_not_done(options, tmp_path, capsys):
    if options:
        (tmp_path / __main__.OURS).touch()

    with pytest.raises(SystemExit) as ended:
        __main__.main(["--data", str(tmp_path / "data" if not options else tmp_path), *options, "resync_bookings"])

    assert ended.value.code == 2
    assert "a demo that was started once" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == [__main__.OURS] * len(options)


def test_to_start_over_throws_away_the_demos_own_files_only(tmp_path):
    for name in ("cal.sqlite3", "cal.sqlite3-wal", "careercoach.sqlite3", "admin-password", "thesis.txt"):
        (tmp_path / name).touch()

    __main__.throw_away(tmp_path)

    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_may_be_called_as_it_likes():
    data = Path("/tmp/50%20 #1?/陈")

    around = __main__.environment(site="http://localhost:8000", data=data)

    for url, file in (
        (around["DATABASE_URL"], "careercoach.sqlite3"),
        (f"sqlite:///{around['DEMO_DATABASE']}", "cal.sqlite3"),
    ):
        assert environ.Env.db_url_config(url)["NAME"] == str(data / file)


@pytest.mark.django_db
def test_the_admin_has_one_password_for_as_long_as_the_data_live(tmp_path):
    file = tmp_path / "admin-password"
    password = running.make_admin(file)

    assert running.make_admin(file) == password
    assert get_user_model().objects.get(email=running.ADMIN).check_password(password)
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.django_db(databases=["default", "demo"])
def test_a_history_that_cannot_be_played_does_not_stop_the_demo(event_type, capsys):
    running.start_history(event_type, server="http://127.0.0.1:9")

    assert "ConnectionError" in capsys.readouterr().err


def test_one_bad_tick_does_not_stop_the_clock(capsys):
    stop = threading.Event()
    ticks = []

    def work() -> None:
        ticks.append("tick")
        if len(ticks) == 2:
            stop.set()
        raise OSError("disk full")

    running.keep_time(stop, work=work, tick=0.001)

    assert (len(ticks), capsys.readouterr().err.count("OSError: disk full")) == (2, 2)


@pytest.mark.django_db(databases=["default", "demo"])
def test_a_tick_ends_what_is_over_and_tells_it_at_once(event_type, ada, alice, receiver):
    Webhook.objects.create(event_type=event_type, subscriber_url=receiver.url, secret="s", triggers=["MEETING_ENDED"])
    long_ago = datetime(2020, 1, 6, 10, 0, tzinfo=UTC)
    booked = desk.book(event_type=event_type, start=long_ago + timedelta(days=1), booker=alice, now=long_ago)
    desk.pay(booked, now=long_ago)

    running.tick()

    assert [json.loads(body)["triggerEvent"] for _, body in receiver.came] == ["MEETING_ENDED"]


@pytest.mark.parametrize(("does", "code"), [("sys.stdin.read()", 0), ("time.sleep(60)", -signal.SIGKILL)])
def test_the_worker_ends_with_the_demo_and_is_not_waited_for_too_long(does, code, monkeypatch):
    begun = []

    def pretend(command, **options):
        assert command[1:] == ["manage.py", "run_worker", "--with-parent", "--skip-checks"]
        begun.append(popen([sys.executable, "-c", f"import sys, time; {does}"], **options))
        return begun[0]

    popen = subprocess.Popen
    monkeypatch.setattr(running.subprocess, "Popen", pretend)
    monkeypatch.setattr(running, "PATIENCE", 20 if code == 0 else 0.1)
    worker = running.Worker()
    worker.end()  # Ended before it began: nothing to do.
    worker.start()
    worker.end()

    assert [process.returncode for process in begun] == [code]


@pytest.mark.django_db(databases=["default", "demo"])
def test_the_tables_are_apart():
    EventType.objects.using("demo").count()

    assert EventType.objects.db == "demo"
    assert get_user_model().objects.db == "default"


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


SHOW = "import django; django.setup(); from django.core.management import call_command as c; "


def test_it_is_mounted_with_demo_only():
    code = SHOW + "from django.urls import resolve; print(resolve('/').view_name)"
    settings = "careercoach.settings"

    with_it = python(code, DJANGO_SETTINGS_MODULE=settings, DEMO="true")
    without = python(code, DJANGO_SETTINGS_MODULE=settings, DEMO="false")

    assert (with_it.stdout.strip(), without.stdout.strip()) == (
        "demo-front-end",
        "django.views.generic.base.RedirectView",
    )


def test_it_is_refused_outside_debug():
    code = SHOW + "c('check')"
    real = {"DJANGO_SETTINGS_MODULE": "careercoach.settings", "DEMO": "true", "SECRET_KEY": "x" * 50}

    outside = python(code, **real, DEBUG="false", ALLOWED_HOSTS="coach.example.com")
    inside = python(code, **real, DEBUG="true")

    assert "demo.E001" in outside.stderr
    assert (inside.returncode, "demo.E001" in inside.stderr) == (0, False)
