"""A small pool of coaches, so that a test can say who is free when."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from careercoach.demo import desk
from careercoach.demo.models import EventType, Host

NOW = datetime(2030, 3, 4, 8, 0, tzinfo=UTC)  # A Monday.
AT_TEN = datetime(2030, 3, 5, 10, 0, tzinfo=UTC)
WEEK = {str(day): [["09:00", "17:00"]] for day in range(5)}


@pytest.fixture
def event_type() -> EventType:
    return EventType.objects.create(
        pk=501,
        team_id=12,
        team_name="Career Coach",
        team_slug="career-coach",
        slug="coaching-session",
        title="Career coaching session",
        length=30,
        price=4900,
        currency="usd",
        site="http://cal.example",
        success_redirect_url="http://front.example/",
    )


def host(number: int, name: str, zone: str = "UTC", **more: object) -> Host:
    username = name.lower()
    given = {"email": f"{username}@coaches.example", "username": username, "time_zone": zone, "hours": WEEK}
    return Host.objects.create(pk=number, name=name, **(given | more))


@pytest.fixture
def ada() -> Host:
    return host(77, "Ada")


@pytest.fixture
def bob() -> Host:
    return host(81, "Bob")


@pytest.fixture
def alice() -> desk.Booker:
    return desk.Booker(name="Alice", email="Alice@Example.com", time_zone="Europe/Paris", answers={"cc-ref": "signed"})


@pytest.fixture
def charlie() -> desk.Booker:
    return desk.Booker(name="Charlie", email="charlie@example.com", time_zone="UTC")


@dataclass
class Receiver:
    """A server that takes webhooks: what came, whole, and what it answers."""

    url: str = ""
    status: int = 200
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.came.append((dict(self.headers), body))
            self.send_response(receiver.status)
            self.send_header("Location", f"{receiver.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/api/webhook/cal"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield receiver
    server.shutdown()
    server.server_close()
