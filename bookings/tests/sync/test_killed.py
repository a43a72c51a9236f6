"""A run that is killed −9 at any point: the next one completes the work, and nothing is recorded twice.

Each kill is of a real process at its own database, while it reads from a server in the test.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bookings.cal.rebuild import rebuild
from bookings.models import Booking, Difference, Message, Run, StatusChange
from bookings.tests.sync import TYPE, Upstream, row
from bookings.tests.test_client import KEY

ROOT = Path(__file__).resolve().parents[3]
BOOKINGS = 60

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the test's database for another process: SQLite's is in memory, so it gets a file of its own."""
    if connection.vendor == "mysql":
        at = connection.settings_dict
        yield f"mysql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
        return
    url = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment(url, ""), check=True)
    in_memory = connection.connection  # With its last connection a database in memory goes.
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "db.sqlite3"))
    connection.connection = None
    yield url
    connection.close()
    connection.connection = in_memory


def environment(url: str, api: str) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "careercoach.settings",
        "DATABASE_URL": url,
        "CAL_API_BASE_URL": api,
        "CAL_API_KEY": KEY,
        "CAL_TEAM_ID": "",
        "CAL_EVENT_TYPE_IDS": str(TYPE),
        "CAL_PAYMENT_REQUIRED": "false",
        "LOG_LEVEL": "ERROR",
    }


def start(cal: Upstream, url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "resync_bookings", "--full"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(url, cal.address), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_whenever_it_is_killed_the_next_run_completes_the_work(cal: Upstream, database: str) -> None:
    now = timezone.now()
    for number in range(BOOKINGS):
        made_at = now - timedelta(hours=number)
        past = row(f"uid{number:03}", start=now - timedelta(days=1), made_at=made_at)
        cal.rows.append(past if number % 3 else past | {"status": "cancelled"})
    # Some of these are too early to have done anything, and some too late.
    for _kill in range(4):
        before = Run.objects.count()
        process = start(cal, database)
        while Run.objects.count() == before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.communicate()

    last = start(cal, database)
    out, error = last.communicate(timeout=60)

    assert last.returncode == 0, (out, error)
    assert Booking.objects.filter(status="MEETING_ENDED").count() == BOOKINGS * 2 // 3
    assert Booking.objects.filter(status="BOOKING_CANCELLED").count() == BOOKINGS // 3
    assert Run.objects.latest("id").state == "done"
    assert not Run.objects.unfinished().exists()
    # Nothing twice: one way through its statuses for each booking, and each difference told once at most.
    assert StatusChange.objects.filter(old="").count() == BOOKINGS
    assert StatusChange.objects.filter(new="MEETING_ENDED").count() == BOOKINGS * 2 // 3
    told = Difference.objects.filter(done__in=["created", "ended"], field="status").values_list("uid", "done")
    assert len(told) == len(set(told))
    # And none lost: what a run changed and what it tells of it are one transaction.
    assert {uid for uid, done in told if done == "created"} == {f"uid{number:03}" for number in range(BOOKINGS)}
    assert last_word(cal, database) == b"Nothing changed."
    # What was kept when it was killed, and came again since.
    shown = list(Booking.objects.order_by("uid").values_list("uid", "status", "title"))
    call_command("process_messages", stdout=StringIO())
    assert not Message.objects.filter(outcome="received").exists()
    assert list(Booking.objects.order_by("uid").values_list("uid", "status", "title")) == shown
    assert StatusChange.objects.filter(old="").count() == BOOKINGS
    Booking.objects.update(updated_at=now - timedelta(minutes=1))
    assert rebuild(tell=pytest.fail, progress=str).differing == 0


def last_word(cal: Upstream, database: str) -> bytes:
    out, _error = start(cal, database).communicate(timeout=60)
    return out.splitlines()[-1]
