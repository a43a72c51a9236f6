"""Runs the demo: databases, an admin, the server; beside it our worker, and Cal.com's clock, which sends what's due."""

import logging
import secrets
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.servers.basehttp import run as serve
from django.core.wsgi import get_wsgi_application
from django.utils import timezone

from careercoach.demo import desk, post, seed
from careercoach.demo.models import EventType
from careercoach.demo.router import DATABASE

TICK = 0.5  # Seconds between looks at the clock and at what is due.
PATIENCE = 8.0  # Seconds for the periodic work to end in.
ADMIN = "admin@example.com"


def run(*, host: str, port: int, site: str, data: Path, with_history: bool) -> int:
    """Until Ctrl-C. The webhook goes to this very server, over HTTP, as Cal.com's would."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("migrate", database=DATABASE, verbosity=0, interactive=False)
    password = make_admin(data / "admin-password")
    # By its number: a name such as localhost may lead to another protocol, and is looked up at each delivery.
    server = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 compares, doesn't listen
    event_type = seed.prepare(
        site=site, webhook_url=f"{server}/api/webhook/cal", secret=settings.CAL_WEBHOOK_SECRETS[0]
    )
    stop = threading.Event()
    worker = Worker()

    def beside() -> None:
        logging.getLogger("django.server").setLevel(logging.ERROR)  # A line for each request would hide the addresses.
        if with_history:
            start_history(event_type, server=server)
        worker.start()
        print(greeting(site=site, password=password), flush=True)
        keep_time(stop, work=tick)

    thread = threading.Thread(target=beside, name="cal.com", daemon=True)
    try:
        serve(host, port, get_wsgi_application(), threading=True, on_bind=lambda _port: thread.start())
    except KeyboardInterrupt:
        pass
    except OSError as error:
        print(f"The demo can't listen on {host}, port {port}: {error.strerror}. --host 127.0.0.1 always can.")
        return 1
    finally:
        stop.set()
        if thread.is_alive():
            thread.join(timeout=5)
        worker.end()
    print("\nThe demo has ended; its data are kept. make demo goes on, make demo-reset starts over.")
    return 0


class Worker:
    """Our periodic work, in processes of its own as in production. They end with this one, however this one ends."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """In a session of its own, so that Ctrl-C is told it once, by us."""
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "run_worker", "--with-parent", "--skip-checks"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def end(self) -> None:
        """Lets the jobs at work end, for some seconds; what is cut short is done again the next time."""
        if self._process is None:
            return
        with self._process:  # Which closes its standard input, and waits.
            try:
                self._process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()


def make_admin(password_file: Path) -> str:
    """The admin's password, made at the first start and kept beside the data, so that each start can print it."""
    if not password_file.exists():
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(9))
    password = password_file.read_text()
    users = get_user_model()
    if not users.objects.filter(email=ADMIN).exists():
        users.objects.create_superuser(email=ADMIN, name="Demo Admin", password=password)
    return password


def start_history(event_type: EventType, *, server: str) -> None:
    """Signs the demo users up and plays their history; a failure is told, and the demo goes on without."""
    try:
        seed.history(event_type, links=seed.sign_up(site=server), now=timezone.now())
        post.send_due()
    except Exception:  # noqa: BLE001 whatever it is, the pages work without it
        traceback.print_exc()


def keep_time(stop: threading.Event, *, work: Callable[[], None], tick: float = TICK) -> None:
    """Cal.com's clock, until it is stopped."""
    while not stop.wait(tick):
        try:
            work()
        except Exception:  # noqa: BLE001 one bad tick must not stop the clock
            traceback.print_exc()


def tick() -> None:
    """Tells of meetings that begin and end, and sends what the wire held back."""
    desk.run_clock(timezone.now())
    post.send_due()


def greeting(*, site: str, password: str) -> str:
    return f"""
Career Coach is ready. Nothing is charged, nobody is mailed, and nothing leaves this machine.

  Book a session         {site}/
  Play Cal.com           {site}/demo/
  Operations (admin)     {site}/admin/    {ADMIN}  {password}

Ctrl-C ends it."""
