"""What does each page of the back office cost with 1,000,000 bookings and 3,000,000 rows of timeline?

Fills two databases (see `filling`), with 10,000 bookings and with 1,000,000, and asks for every list, every choice of
every filter, search by every key, and the pages of single rows from both in turns, as a superuser and as Operations.
Prints the least wall time of some rounds, since others use the machine too, the median of this process's CPU, and
queries; and marks what takes more than a second, 1.5 times as long as with the few where as many rows are shown, or
another number of queries: one less where no row shown has what is looked up beside.

    DATABASE_URL=mysql://root@127.0.0.1:3307/office_bench python bench/office.py [--rounds 7] [--only booking] [--keep]

`--keep` leaves the databases in place; the next run uses them as they are.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import filling
import seeds
from django.conf import settings
from django.contrib.admin.views.main import ChangeList
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import setup_test_environment, teardown_test_environment
from django.urls import reverse

from bookings.domain.words import Payment, Status
from bookings.models import Booking, Message, Run
from users.models import User

SLOWEST, RATIO = 1000, 1.5
NOISE = 15  # Milliseconds by which the times of one and the same page differ on a busy machine.
LISTS = (
    ("bookings", "attention"),
    ("bookings", "booking"),
    ("bookings", "message"),
    ("bookings", "run"),
    ("bookings", "difference"),
    ("bookings", "act"),
    ("users", "user"),
    ("coaches", "coach"),
)


@dataclass(slots=True)
class Asked:
    """What one page cost at one size."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    queries: set[int] = field(default_factory=set)
    rows: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="in which each page is asked for once at each size")
    parser.add_argument("--only", default="", help="pages whose name begins so")
    parser.add_argument("--keep", action="store_true", help="the databases, for another run")
    options = parser.parse_args()

    many = connection.settings_dict["NAME"]
    few = many.replace("bench", "small_bench")
    filling.fill({few: filling.FEW, many: filling.MANY})
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES |= {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    broken = 0
    for person in (seeds.STAFF, seeds.OPERATIONS):
        print(f"\n{person}\n{_line('page', 'few: ms', 'cpu', 'many: ms', 'cpu', 'ratio', 'queries', 'rows')}")
        clients = {name: _logged_in(name, person) for name in (few, many)}
        pages = {name: _pages_in(name, client, options.only) for name, client in clients.items()}
        broken += sum(_told(name, *costs) for name, costs in measure(pages, clients, options.rounds))
    print(f"\n{broken} broke a limit: {SLOWEST} ms, {RATIO} times (and {NOISE} ms) the few, as many queries")
    if not options.keep:
        filling.drop(few)
        filling.drop(many)


def _logged_in(database: str, person: str) -> Client:
    filling.use(database)
    client = Client(headers={"Host": "testserver"})
    client.force_login(User.objects.get(email=person))
    return client


def _pages_in(database: str, client: Client, only: str) -> dict[str, str]:
    filling.use(database)
    with _watched():
        return {name: address for name, address in _pages(client) if name.startswith(only)}


def measure(
    pages: dict[str, dict[str, str]], clients: dict[str, Client], rounds: int
) -> Iterator[tuple[str, list[Asked]]]:
    """Each page by its name, and what it costs at each size: asked for in turns, after a look at it that warms up."""
    for name in next(iter(pages.values())):
        costs = [Asked() for _client in clients]
        for number in range(rounds + 1):
            for asked, (database, client) in zip(costs, clients.items(), strict=True):
                filling.use(database)
                if number:
                    _ask(client, pages[database][name], asked)
                else:
                    asked.rows = _look(client, pages[database][name])
        yield name, costs


def _look(client: Client, address: str) -> int:
    """How many rows a list shows. What tells us costs time too, so it isn't there when that is measured."""
    with _watched():
        changelist = (client.get(address).context or {}).get("cl")
    return len(changelist.result_list) if changelist else 0


@contextmanager
def _watched() -> Iterator[None]:
    setup_test_environment()
    yield
    teardown_test_environment()


def _ask(client: Client, address: str, asked: Asked) -> None:
    queries = []

    def count(execute: Any, sql: str, *others: Any) -> Any:
        queries.append(sql)
        return execute(sql, *others)

    with connection.execute_wrapper(count):
        began, used = time.perf_counter(), time.process_time()
        response = client.get(address)
        wall, cpu = time.perf_counter() - began, time.process_time() - used
    if response.status_code != 200:
        sys.exit(f"{address}: {response.status_code}")
    asked.wall.append(wall * 1000)
    asked.cpu.append(cpu * 1000)
    asked.queries.add(len(queries))


def _told(name: str, few: Asked, many: Asked) -> bool:
    """Prints the line; true where it breaks a limit."""
    before, after = min(few.wall), min(many.wall)
    wrong = []
    if after > SLOWEST:
        wrong.append("SLOW")
    if after > before * RATIO and after - before > NOISE and many.rows == few.rows:
        wrong.append("GROWS")
    if few.queries != many.queries or len(few.queries) > 1:
        wrong.append("QUERIES")
    queries = "/".join("-".join(map(str, sorted(size.queries))) for size in (few, many))
    rows = f"{few.rows}/{many.rows}"
    milliseconds = (before, statistics.median(few.cpu), after, statistics.median(many.cpu))
    told = (f"{number:.0f}" for number in milliseconds)
    print(_line(name, *told, f"{after / before:.2f}", queries, rows), *wrong, flush=True)
    return bool(wrong)


def _line(name: str, *columns: str) -> str:
    return f"{name[:58]:<58}" + "".join(f"{column:>9}" for column in columns)


# --- The pages -------------------------------------------------------------------------------------------------------


def _pages(client: Client) -> Iterator[tuple[str, str]]:
    """The address of each, by its name, in the database that is asked now: the same rows have other keys in others."""
    yield "dashboard", reverse("admin:index")
    for app, table in LISTS:
        address = reverse(f"admin:{app}_{table}_changelist")
        changelist = client.get(address).context["cl"]
        yield table, address
        last = changelist.paginator.num_pages
        yield f"{table}, last page", f"{address}?p={last}"
        for name, query in _choices(changelist):
            yield f"{table}, {name}", f"{address}{query}"
        for name, query in _others(table, last):
            yield f"{table}, {name}", f"{address}?{urlencode(query)}"
    moved = _first(Booking.objects.exclude(superseded_by=""))
    for row in (_paid(), moved, _message(), Run.objects.latest("id"), _paid().user, moved.coach):
        page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        yield f"{row._meta.model_name}'s page{', moved' if row == moved else ''}", page


def _choices(changelist: ChangeList) -> Iterator[tuple[str, str]]:
    """Each that a filter offers, but for those that are typed or chosen from a long list."""
    for spec in changelist.filter_specs:
        for choice in spec.choices(changelist):
            if "query_string" in choice and not choice["selected"]:
                yield f"{spec.title}: {choice['display']}", choice["query_string"]


def _first(rows: QuerySet[Any]) -> Any:
    """The same in both databases: the first of those that are in the first copy."""
    return rows.filter(uid__startswith=seeds.MARK).earliest("id")


def _paid() -> Booking:
    return _first(Booking.objects.exclude(user=None).exclude(payment_intent="").exclude(refund_id=""))


def _message() -> Message:
    return _first(Message.objects.exclude(uid=""))


def _others(table: str, last: int) -> Iterator[tuple[str, dict[str, object]]]:
    """What is typed, and what people put together."""
    booking, message = _paid(), _message()
    if table in ("booking", "attention", "act", "difference"):
        searches = {
            "reference": booking.reference.lower(),
            "uid": booking.uid,
            "address": booking.client_email,
            "Stripe payment": booking.payment_intent,
            "Stripe refund": booking.refund_id,
            "rare name": seeds.RARE,
            "frequent name": seeds.FREQUENT,
            "one letter": "a",
            "nobody's name": "Nobody at all",
        }
    else:
        searches = {
            "message": {"uid": message.uid, "digest": message.digest, "nothing": "nothing"},
            "run": {"number": "7"},
            "user": {
                "user ID": booking.user.user_id,
                "address": booking.user.email,
                "rare name": "Xanthippe",
                "frequent name": seeds.FREQUENT,
                "nobody's name": "Nobody at all",
            },
            "coach": {"name": seeds.FREQUENT},
        }[table]
    for name, term in searches.items():
        yield f"search by {name}", {"q": term}
    yield "page 2", {"p": min(2, last)}
    if table == "booking":
        yield from _combined(booking, last)


def _combined(booking: Booking, last: int) -> Iterator[tuple[str, dict[str, object]]]:
    coach = {"coach__id__exact": booking.coach_id}
    yield "first first", {"o": "3"}
    yield "first first, last page", {"o": "3", "p": last}
    yield "of a user", {"user": booking.user.user_id}
    yield "of a coach", coach
    yield "of a coach, first first", coach | {"o": "3"}
    yield "between two days", {"starts_at_from": "2026-01-01", "starts_at_to": "2026-01-31"}
    yield "of a coach from a day on", coach | {"starts_at_from": "2026-06-01"}
    yield "no-shows of a coach", coach | {"status__exact": Status.NO_SHOW}
    yield "no-shows, first first", {"status__exact": Status.NO_SHOW, "o": "3"}
    yield "ended ahead: none", {"status__exact": Status.MEETING_ENDED, "starts": "upcoming"}
    yield "ended and due: none", {"status__exact": Status.MEETING_ENDED, "payment__exact": Payment.DUE}
    yield "pending and paid: none", {"status__exact": Status.PENDING, "payment__exact": Payment.PAID}
    yield "no-shows due of a coach: none", coach | {"status__exact": Status.NO_SHOW, "payment__exact": Payment.DUE}
    yield "no-shows called so", {"status__exact": Status.NO_SHOW, "q": seeds.FREQUENT}


if __name__ == "__main__":
    main()
