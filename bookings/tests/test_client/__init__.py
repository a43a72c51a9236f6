"""Shared by the tests of the API client: a server that answers over real HTTP what a test tells it to, and a clock."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bookings.cal.client import CalApi, Configuration, Transport

KEY = "cal_live_0123456789abcdef"
NOW = datetime(2026, 11, 23, 18, 40, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in, with header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def route(self) -> str:
        return urlsplit(self.path).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class Said:
    """An answer; `cut` closes the connection in the middle of it, `silent` before a word of it.

    `drip` are the seconds between its bytes.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False
    silent: bool = False
    drip: float = 0


def said(data: Any = None, *, status: int = 200, pagination: Any = None, **headers: str) -> Said:
    """A success in Cal.com's envelope; header names with _ for -."""
    document = {"status": "success", "data": data} | ({} if pagination is None else {"pagination": pagination})
    return Said(status, json.dumps(document).encode(), named(headers))


def failed(status: int, document: Any, **headers: str) -> Said:
    """Any other answer: JSON, or as it is."""
    body = document.encode() if isinstance(document, str) else json.dumps(document).encode()
    return Said(status, body, named(headers))


def shape_a(status: int, code: str, message: str, details: Any = None) -> Said:
    """Nest's error in Cal.com's envelope."""
    error = {"code": code, "message": message} | ({} if details is None else {"details": details})
    return failed(status, {"status": "error", "timestamp": "2026-11-23T18:40:00.000Z", "path": "/v2/x", "error": error})


def named(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", "-"), value) for name, value in headers.items())


Script = Callable[[Asked], Said]


@dataclass
class Cal:
    """The server: what it was asked, and what it says next, either in turn or to everything."""

    address: str
    asked: list[Asked] = field(default_factory=list)
    answers: list[Said] = field(default_factory=list)
    always: Script | None = None

    def says(self, *answers: Said) -> None:
        self.answers = list(answers)

    def answer(self, asked: Asked) -> Said:
        self.asked.append(asked)
        if self.always:
            return self.always(asked)
        return self.answers.pop(0) if self.answers else failed(599, "The test told the server no answer to this.")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # In one piece, else each answer waits for the other side's acknowledgement.
    cal: Cal

    def answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        it = self.cal.answer(Asked(self.command, self.path, headers, self.rfile.read(length)))
        if it.silent:
            self.close_connection = True
            return
        self.send_response_only(it.status)
        for name, value in it.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(it.body) + it.cut))
        self.end_headers()
        if it.drip:
            self.drip(it)
            return
        self.wfile.write(it.body)
        self.close_connection = self.close_connection or it.cut

    def drip(self, it: Said) -> None:
        self.close_connection = True
        with suppress(OSError):  # Whoever asked hangs up long before the end.
            deque(map(partial(self._drop, wait=it.drip), it.body))

    def _drop(self, byte: int, *, wait: float) -> None:
        self.wfile.write(bytes([byte]))
        self.wfile.flush()
        time.sleep(wait)

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 the names are http.server's

    def log_message(self, *_: Any) -> None:
        """Nothing on the screen of whoever runs the tests."""


@contextmanager
def serving() -> Iterator[Cal]:
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.cal = cal = Cal(f"http://127.0.0.1:{server.server_port}/v2")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield cal
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class FakeClock:
    """Stands still, except for what is slept, which takes no time."""

    moment: datetime = NOW
    slept: list[float] = field(default_factory=list)
    ticks: float = 0  # Seconds that pass at each look.

    def now(self) -> datetime:
        self.moment += timedelta(seconds=self.ticks)
        return self.moment

    def sleep(self, seconds: float, /) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


def api_of(address: str, clock: FakeClock, *, key: str = KEY, **options: Any) -> CalApi:
    """The client, with waiting that takes no time and no chance in it."""
    account = {name: options.pop(name) for name in ("team_id", "event_type_ids") if name in options}
    configuration = Configuration(base_url=address, key=key, **account)
    transport = Transport(
        base_url=address, key=key, clock=clock, **{"jitter": lambda: 1.0, "timeout": (2, 2)} | options
    )
    return CalApi(configuration, transport)
