"""What does GET /api/bookings cost, beside django-ninja's plain paginated list of the same rows?

In one process on a real MySQL: the CPU of a whole request through Django's handler, with the same middlewares for both
and 20 rich rows, in turns, first with 1,000 bookings in the table, then with 1,000,000. Neither counts calls, as ninja
doesn't by itself; what that costs is told apart. `bare` is a function with the same SQL.

    .venv/bin/pip install -r requirements-bench.txt
    DATABASE_URL=mysql://root@127.0.0.1:3307/careercoach_bench python bench/list.py [--rows 1000000] [--calls 300]
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import webhook
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.urls import include, path
from ninja import NinjaAPI, Schema
from ninja.pagination import PageNumberPagination, paginate

from bookings.models import Booking
from users.models import User

ninja = NinjaAPI(urls_namespace="bench")


class Coach(Schema):
    name: str
    username: str
    time_zone: str


class Row(Schema):
    """What a plain list would give: columns as they are."""

    chain_reference: str
    uid: str
    status: str
    why: str
    title: str
    coach: Coach | None
    starts_at: Any
    ends_at: Any
    client_time_zone: str
    payment: str
    price: int | None
    currency: str
    link: str
    has_recording: bool
    has_transcript: bool


@ninja.get("/bookings", response=list[Row])
@paginate(PageNumberPagination, page_size=20)
def plain(request: Any, userId: str) -> Any:  # noqa: N803 the API's name
    user = User.objects.get(user_id=userId)
    return Booking.objects.filter(user=user, is_head=True).select_related("coach").defer("registers")


urlpatterns = [path("ninja/", ninja.urls), path("", include("careercoach.urls"))]


def bare() -> bytes:
    """The same SQL, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM user WHERE user_id = 'bench'")
        (user,) = cursor.fetchone()
        cursor.execute("SELECT COUNT(*) FROM booking WHERE user_id = %s AND is_head", [user])
        (count,) = cursor.fetchone()
        cursor.execute(
            "SELECT b.chain_reference, b.uid, b.status, b.why, b.title, c.name, c.username, c.time_zone, b.starts_at,"
            " b.ends_at, b.client_time_zone, b.payment, b.price, b.currency, b.link FROM booking b"
            " LEFT JOIN coach c ON c.id = b.coach_id WHERE b.user_id = %s AND b.is_head"
            " ORDER BY b.starts_at DESC, b.id DESC LIMIT 20",
            [user],
        )
        return json.dumps({"count": count, "results": cursor.fetchall()}, default=str).encode()


def cpu(work: Any) -> float:
    """Milliseconds of this process's CPU."""
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1000


def measure(calls: int) -> dict[str, float]:
    client = Client(headers={"Host": "127.0.0.1"})
    query = {"userId": "bench"}
    etag = client.get("/api/bookings", query).headers["ETag"]

    def ask(address: str, **headers: str) -> None:
        answer = client.get(address, query, headers=headers)
        if answer.status_code not in (200, 304):
            sys.exit(f"{address}: {answer.status_code} {answer.content[:300]!r}")

    def limited() -> None:
        with override_settings(API_CALLS_PER_USER=10**6, API_CALLS_PER_ADDRESS=10**6):
            ask("/api/bookings")

    ways = {
        "bare": bare,
        "ours": lambda: ask("/api/bookings"),
        "ninja": lambda: ask("/ninja/bookings"),
        "ours, 304": lambda: ask("/api/bookings", **{"If-None-Match": etag}),
        "ours with limits": limited,
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(calls + 20):
        for name, work in ways.items():
            spent = cpu(work)
            if number >= 20:
                took[name].append(spent)
    return {name: statistics.median(each) for name, each in took.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=300, help="of each way, measured at each size")
    options = parser.parse_args()

    settings.ROOT_URLCONF = "__main__"
    settings.SECURE_SSL_REDIRECT = False
    settings.API_CALLS_PER_USER = settings.API_CALLS_PER_ADDRESS = 0
    webhook.make_database()
    found: dict[int, dict[str, float]] = {}
    for rows in (1000, options.rows):
        webhook.fill(rows)
        if rows == 1000:
            user = User.objects.create_user("bench@example.org", "Bench", user_id="bench")
            ids = list(Booking.objects.order_by("id").values_list("id", flat=True)[100:120])
            Booking.objects.filter(id__in=ids).update(user=user, link="https://app.cal.com/video/x")
        found[rows] = measure(options.calls)
        print(
            f"{rows:>9,} bookings: " + ", ".join(f"{name} {ms:.2f} ms" for name, ms in found[rows].items()), flush=True
        )
    few, many = found.values()
    print(
        f"ours is {many['ours'] / many['ninja']:.2f} of ninja's CPU, and {many['ours'] / many['bare']:.1f} times bare"
    )
    print(f"ours with many rows is {many['ours'] / few['ours']:.2f} of that with few")


if __name__ == "__main__":
    main()
