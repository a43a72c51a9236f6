"""How long does Cal.com, and with it the person who books, wait for our answer?

Posts whole paid lives of bookings, signed, one after the other on one connection, to gunicorn with a real MySQL: first
with 1,000 bookings in the table, then with 1,000,000. Prints median and 95th percentile of each.

    DATABASE_URL=mysql://root@127.0.0.1:3307/careercoach_bench python bench/webhook.py [--rows 1000000] [--lives 250]
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
BODIES = ROOT / "bookings" / "tests" / "cal" / "payloads"
LIFE = ("booking_payment_initiated", "booking_created_after_payment", "booking_paid", "meeting_ended")
SECRET = "secret-of-the-benchmark"
LIMITS = "limits: median 30 ms, 95th percentile 100 ms"

os.environ.setdefault("DATABASE_URL", "mysql://root@127.0.0.1:3307/careercoach_bench")
os.environ["DJANGO_SETTINGS_MODULE"] = "careercoach.settings"
os.environ["CAL_WEBHOOK_SECRETS"] = SECRET
os.environ["DEBUG"] = "false"
os.environ["SECRET_KEY"] = "key-of-the-benchmark"
os.environ["ALLOWED_HOSTS"] = "127.0.0.1"
os.environ["LOG_LEVEL"] = "WARNING"
sys.path.insert(0, str(ROOT))

import django  # noqa: E402 settings are read from the environment, which is set above

django.setup()

from django.core.management import call_command  # noqa: E402 this and what follows needs the apps loaded
from django.db import connection  # noqa: E402 the same

from bookings.cal import inbox, signature  # noqa: E402 the same


def make_database() -> None:
    name = connection.settings_dict["NAME"]
    if connection.vendor != "mysql" or "bench" not in name:
        sys.exit("DATABASE_URL must name a MySQL database with `bench` in its name: it is dropped first.")
    connection.settings_dict["NAME"] = None
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0)


def life(uid: str, number: int) -> list[bytes]:
    """What Cal.com posts in the life of one paid booking."""
    bodies = []
    for name in LIFE:
        document = json.loads((BODIES / f"{name}.json").read_text())
        payload = document.get("payload", document)
        payload["uid"] = uid
        payload["responses"]["email"]["value"] = f"client{number}@example.org"
        if "organizer" in payload:
            payload["organizer"]["id"] = 4100 + number % 20
        bodies.append(json.dumps(document).encode())
    return bodies


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW COLUMNS FROM {table}")
        return [f"`{row[0]}`" for row in cursor.fetchall() if row[0] != "id"]


def fill(rows: int) -> None:
    """Copy one real booking, with its messages and its timeline, under other keys until there are this many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM booking")
        (have,) = cursor.fetchone()
        if have == 0:
            for body in life("template", 0):
                inbox.process(inbox.receive(body))
            have = 1
        for first in range(have, rows, 100_000):
            last = min(first + 100_000, rows)
            cursor.execute("DROP TEMPORARY TABLE IF EXISTS number")
            cursor.execute("CREATE TEMPORARY TABLE number (n INT PRIMARY KEY)")
            for step in range(first, last, 1000):
                cursor.execute(
                    "INSERT INTO number VALUES " + ",".join(f"({n})" for n in range(step, min(step + 1000, last)))
                )
            _copy(
                cursor,
                "booking",
                {
                    "uid": "CONCAT('filled', n)",
                    "reference": "CONCAT('CC-', LPAD(n, 11, '0'))",
                    "chain_reference": "CONCAT('CC-', LPAD(n, 11, '0'))",
                    "client_email": "CONCAT('client', n, '@filled.example')",
                    "starts_at": "DATE_ADD('2025-01-01', INTERVAL (n * 7919) % 1000000 MINUTE)",
                    "ends_at": "DATE_ADD('2025-01-01 00:30', INTERVAL (n * 7919) % 1000000 MINUTE)",
                },
            )
            _copy(cursor, "message", {"uid": "CONCAT('filled', n)", "digest": "SHA2(n, 256)", "body": "'{}'"})
        cursor.execute("ANALYZE TABLE booking, message, status_change")


def _copy(cursor: Any, table: str, other: dict[str, str]) -> None:
    names = columns(table)
    values = ", ".join(other.get(name.strip("`"), f"t.{name}") for name in names)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM number,"
        f" (SELECT * FROM {table} ORDER BY id LIMIT 1) AS t"
    )


def serve() -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "careercoach.wsgi", "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", "gthread", "--threads", "2", "--log-level", "warning"),
        ],
        cwd=ROOT,
    )
    url = f"http://127.0.0.1:{port}"
    for _attempt in range(100):
        try:
            requests.get(f"{url}/readyz", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return server, url
    sys.exit("gunicorn did not start.")


def measure(url: str, *, lives: int, prefix: str) -> list[float]:
    """Milliseconds of each answer."""
    session = requests.Session()
    took = []
    for number in range(lives):
        for body in life(f"{prefix}{number}", number):
            headers = {signature.HEADER: signature.sign(body, SECRET), "Content-Type": "application/json"}
            started = time.perf_counter()
            answer = session.post(f"{url}/api/webhook/cal", data=body, headers=headers, timeout=30)
            took.append((time.perf_counter() - started) * 1000)
            answer.raise_for_status()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--lives", type=int, default=250, help="of four messages each, measured at each size")
    options = parser.parse_args()

    make_database()
    for rows in (1000, options.rows):
        fill(rows)
        server, url = serve()
        try:
            measure(url, lives=10, prefix=f"warm{rows}-")
            took = measure(url, lives=options.lives, prefix=f"measured{rows}-")
        finally:
            server.terminate()
            server.wait()
        percentile = statistics.quantiles(took, n=100)
        print(
            f"{rows:>9,} bookings: {len(took)} webhooks, median {statistics.median(took):.1f} ms, "
            f"95th percentile {percentile[94]:.1f} ms, slowest {max(took):.1f} ms",
            flush=True,
        )
    print(LIMITS)


if __name__ == "__main__":
    main()
