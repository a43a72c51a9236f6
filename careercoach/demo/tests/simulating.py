"""What the tests of cal_simulate share: our own webhook over HTTP, servers that answer amiss, and what is said."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import CommandError, call_command
from django.core.servers.basehttp import WSGIServer
from django.db import connections
from django.test.testcases import LiveServerThread, QuietWSGIRequestHandler

from careercoach.testing import SECRET

START = datetime(2030, 3, 5, 10, 0, tzinfo=UTC)


class OneAtATime(LiveServerThread):
    """pytest-django's live_server answers several requests at once, and SQLite's database in memory has but one
    connection for all of them; here they wait for each other."""

    def _create_server(self, connections_override: Any = None) -> WSGIServer:
        return WSGIServer((self.host, self.port), QuietWSGIRequestHandler, allow_reuse_address=False)


@contextmanager
def serving() -> Iterator[str]:
    """The address of our own webhook, served over HTTP, for a test with a transactional database."""
    shared = {each.alias: each for each in connections.all() if each.vendor == "sqlite"}
    for each in shared.values():
        each.inc_thread_sharing()
    server = OneAtATime("127.0.0.1", StaticFilesHandler, connections_override=shared)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None
    yield f"http://127.0.0.1:{server.port}/api/webhook/cal"
    server.terminate()
    for each in shared.values():
        each.dec_thread_sharing()


def simulate(story: str, url: str, capsys: pytest.CaptureFixture[str], *options: str, secret: str = SECRET) -> str:
    call_command("cal_simulate", story, "--url", url, "--secret", secret, "--start", START.isoformat(), *options)
    return capsys.readouterr().out


@contextmanager
def answering(status: int, body: bytes = b"", *, location: str = "", after: float = 0) -> Iterator[str]:
    """The address of a server that answers this to every post, after so many seconds."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            patience.wait(after)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    patience = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    serving = threading.Thread(target=server.serve_forever, args=(0.05,))
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/api/webhook/cal"
    patience.set()
    server.shutdown()
    serving.join()
    server.server_close()


def fails(capsys: pytest.CaptureFixture[str], url: str, *options: str, secret: str = SECRET) -> tuple[list[str], str]:
    """What is said of the posts, and the error at the end. A CommandError is exit code 1."""
    with pytest.raises(CommandError) as caught:
        simulate("paid", url, capsys, *options, secret=secret)
    lines = capsys.readouterr().out.splitlines()[1:]
    return [line.partition("  ")[0] + "  " + line.rpartition("  ")[2] for line in lines[:-1]] + lines[-1:], str(
        caught.value
    )
