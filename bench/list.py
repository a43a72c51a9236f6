"""What does GET /api/bookings cost, beside django-ninja's plain paginated list of the same rows?

In one process on a real MySQL: a whole request through Django's handler, with the same middlewares for both and 20
rows, of which some were moved. There are two databases, with 1,000 and with 1,000,000 bookings, and all is asked in
turns, so that whatever else the machine does falls on each alike. Told are medians: of this process's CPU, and of the
time with MySQL's in it. Ours is as it is deployed: it counts each call, and tells what moved sessions were before;
ninja does neither. `bare` is a function with the SQL of ninja's list.

    .venv/bin/pip install -r requirements-bench.txt
    DATABASE_URL=mysql://root@127.0.0.1:3307/careercoach_bench python bench/list.py [--rows 1000000] [--calls 300]
"""

import argparse
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import webhook
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import include, path
from ninja import NinjaAPI, Schema
from ninja.pagination import PageNumberPagination, paginate

from bookings.models import Booking
from users.models import User

FEW = 1_000
SHOWN, MOVED = 20, 4  # Sessions on the page, and those of them that were moved once.
UNREACHED = 10**6  # A limit that counts as any other and refuses nobody.
WARMING = 20  # Calls that aren't measured.
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


def cost(work: Any) -> tuple[float, float]:
    """Milliseconds of this process's CPU, and of the clock."""
    cpu, clock = time.process_time(), time.perf_counter()
    work()
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - clock) * 1000


def medians(spent: list[tuple[float, float]]) -> tuple[float, float]:
    cpu, clock = zip(*spent, strict=True)
    return statistics.median(cpu), statistics.median(clock)


def ways() -> dict[str, Any]:
    client = Client(headers={"Host": "127.0.0.1"})
    query = {"userId": "bench"}

    def ask(address: str, **headers: str) -> Any:
        answer = client.get(address, query, headers=headers)
        if answer.status_code not in (200, 304):
            sys.exit(f"{address}: {answer.status_code} {answer.content[:300]!r}")
        return answer

    def unlimited() -> None:
        settings.API_CALLS_PER_USER = settings.API_CALLS_PER_ADDRESS = 0
        ask("/api/bookings")
        settings.API_CALLS_PER_USER = settings.API_CALLS_PER_ADDRESS = UNREACHED

    rows, plain_rows = ask("/api/bookings").json()["results"], ask("/ninja/bookings").json()["items"]
    if [row["uid"] for row in rows] != [row["uid"] for row in plain_rows] or len(rows) != SHOWN:
        sys.exit("The two lists are not the same.")
    if sum(row["history"] != [] for row in rows) != MOVED:
        sys.exit("The moved sessions have no history.")
    etag = ask("/api/bookings").headers["ETag"]
    return {
        "bare": bare,
        "ours": lambda: ask("/api/bookings"),
        "ninja": lambda: ask("/ninja/bookings"),
        "ours, 304": lambda: ask("/api/bookings", **{"If-None-Match": etag}),
        "ours without limits": unlimited,
    }


def use(name: str) -> None:
    """Without leaving the connection, so that both databases can be asked in turns."""
    with connection.cursor() as cursor:
        cursor.execute(f"USE {name}")


def fill(name: str, rows: int) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    webhook.make_database()
    webhook.fill(rows)
    user = User.objects.create_user("bench@example.org", "Bench", user_id="bench")
    rows_of_user = list(Booking.objects.order_by("id")[100 : 100 + SHOWN + MOVED])
    Booking.objects.filter(id__in=[row.id for row in rows_of_user]).update(
        user=user, link="https://app.cal.com/video/x"
    )
    for head, earlier in zip(rows_of_user[:MOVED], rows_of_user[SHOWN:], strict=True):
        Booking.objects.filter(id=earlier.id).update(
            chain_reference=head.chain_reference, is_head=False, superseded_by=head.uid, status="BOOKING_CANCELLED"
        )


def measure(databases: Sequence[str], calls: int) -> dict[tuple[str, str], tuple[float, float]]:
    """By database and way: the medians of CPU and of the clock."""
    took: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    asked = {}
    for name in databases:
        use(name)
        asked[name] = ways()
    for number in range(calls + WARMING):
        for name in databases:
            use(name)
            for way, work in asked[name].items():
                spent = cost(work)
                if number >= WARMING:
                    took[name, way].append(spent)
    return {each: medians(spent) for each, spent in took.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=300, help="of each way, measured in each database")
    options = parser.parse_args()

    settings.ROOT_URLCONF = "__main__"
    settings.SECURE_SSL_REDIRECT = False
    settings.API_CALLS_PER_USER = settings.API_CALLS_PER_ADDRESS = UNREACHED
    many = connection.settings_dict["NAME"]
    few = f"{many}_few"
    for name, rows in ((few, FEW), (many, options.rows)):
        fill(name, rows)
    found = measure((few, many), options.calls)
    for name, rows in ((few, FEW), (many, options.rows)):
        told = [f"{way} {cpu:.2f} ({clock:.2f})" for (where, way), (cpu, clock) in found.items() if where == name]
        print(f"{rows:>9,} bookings, ms of CPU (of the clock): {', '.join(told)}")

    for what, one, other in (
        ("ours, of ninja's", (many, "ours"), (many, "ninja")),
        ("ours without limits, of ninja's", (many, "ours without limits"), (many, "ninja")),
        ("ours, of bare", (many, "ours"), (many, "bare")),
        ("ninja's, of bare", (many, "ninja"), (many, "bare")),
        ("ours with many bookings, of that with few", (many, "ours"), (few, "ours")),
    ):
        cpu, clock = (mine / theirs for mine, theirs in zip(found[one], found[other], strict=True))
        print(f"{what}: {cpu:.2f} ({clock:.2f})")


if __name__ == "__main__":
    main()
