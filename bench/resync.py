"""How long does a resync take where nothing has changed, and does its memory stay flat?

Makes 1,000 bookings by a first resync from a source in this process, which answers at once, and more with the same code
in bulk; then sweeps all of them again with 1,000 and with 200,000 bookings, each in a process of its own, whose peak of
memory is printed; then an incremental run, with its calls. Cal.com allows 120 calls a minute of at most 250 bookings:
500 bookings a second.

    DATABASE_URL=mysql://root@127.0.0.1:3307/careercoach_bench python bench/resync.py [--bookings 200000]
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from webhook import ROOT, make_database

from bookings import columns
from bookings.cal.client import Exchange, NotFound, Page
from bookings.cal.payloads import own
from bookings.cal.payloads.answer import read_answer
from bookings.cal.sync import Options, resync
from bookings.domain.projection import project, reference
from bookings.domain.registers import encode, fold
from bookings.models import Booking, Run
from coaches.models import Coach

TYPE = 501
LIMIT = "limits: 500 bookings a second, memory as with 1,000, a handful of calls"
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
TAKE = 250


def row(number: int) -> dict[str, Any]:
    """One every five minutes since BEGAN, half an hour each, a week after it was made; one in ten is cancelled."""
    made_at = BEGAN + timedelta(minutes=5 * number)
    start = made_at + timedelta(days=7)
    uid = f"booking{number:015}"
    client = {"name": f"Client {number}", "email": f"client{number}@example.org"}
    return {
        "id": number + 1,
        "uid": uid,
        "title": f"Coaching between Coach {number % 20} and Client {number}",
        "description": "",
        "hosts": [
            {
                "id": 4100 + number % 20,
                "name": f"Coach {number % 20}",
                "email": f"coach{number % 20}@example.org",
                "username": f"coach{number % 20}",
                "timeZone": "Europe/Berlin",
            }
        ],
        "status": "accepted" if number % 10 else "cancelled",
        "cancellationReason": "" if number % 10 else "Ill",
        "cancelledByEmail": "",
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=30)).isoformat(),
        "duration": 30,
        "eventTypeId": TYPE,
        "eventType": {"id": TYPE, "slug": "coaching"},
        "location": f"https://app.cal.com/video/{uid}",
        "absentHost": False,
        "createdAt": made_at.isoformat(),
        "updatedAt": made_at.isoformat(),
        "metadata": {},
        "rating": None,
        "icsUid": f"{uid}@Cal.com",
        "attendees": [{**client, "timeZone": "Europe/Paris", "language": "en", "absent": False}],
        "guests": [],
        "bookingFieldsResponses": {**client, "notes": "", "guests": []},
    }


class Source:
    """Cal.com in this process, with so many bookings; answers at once, and parses JSON as the client does."""

    def __init__(self, bookings: int) -> None:
        self.count = bookings
        self.last_exchange: Exchange | None = None

    def bookings(self, *, updated_after: datetime | None = None, **limits: Any) -> Iterator[Page]:
        wanted = (
            number
            for number in range(self.count)
            if _fits(BEGAN + timedelta(minutes=5 * number), updated_after=updated_after, **limits)
        )
        full = True
        while full:
            now = datetime.now(UTC)
            self.last_exchange = Exchange(asked_at=now, answered_at=now, server_date=now, request_id="")
            rows = json.loads(json.dumps([row(number) for number in islice(wanted, TAKE)]))
            full = len(rows) == TAKE
            yield Page(rows=rows, total=self.count, exchange=self.last_exchange)

    def booking(self, uid: str) -> dict[str, Any]:
        raise NotFound("no such booking")


def _fits(
    made_at: datetime,
    *,
    updated_after: datetime | None = None,
    starts_after: datetime | None = None,
    ends_before: datetime | None = None,
    **_others: Any,
) -> bool:
    start = made_at + timedelta(days=7)
    return (
        (updated_after is None or made_at >= updated_after)
        and (starts_after is None or start >= starts_after)
        and (ends_before is None or start + timedelta(minutes=30) <= ends_before)
    )


def fill(bookings: int) -> None:
    """The rows that a first resync would have made, all at once: to record each by itself takes hours."""
    coaches: dict[int | None, int] = dict(Coach.objects.values_list("cal_user_id", "id"))
    now = datetime.now(UTC)
    for first in range(Booking.objects.count(), bookings, 1000):
        rows = []
        for number in range(first, min(first + 1000, bookings)):
            told = row(number)
            reading = read_answer(told, requested_at=now, digest="0" * 64)
            # And ended by the clock, as that run would have done, else the next would do it for each.
            ended = own.ended(reading.uid, ends_at=datetime.fromisoformat(told["end"]))
            facts = () if told["status"] == "cancelled" else own.read_ended(json.loads(ended), digest="0" * 64).facts
            registers = fold({}, (*reading.facts, *facts))
            projection = project({reading.uid: registers}, payment_required=False)[reading.uid]
            values = columns.of(projection) | {"coach_id": coaches[projection.coach]}
            name = reference(reading.uid)
            rows.append(Booking(uid=reading.uid, reference=name, registers=encode(registers), **values))
        Booking.objects.bulk_create(rows)


def sweep(bookings: int, what: str, **options: Any) -> Run:
    source: Any = Source(bookings)
    began, used = time.perf_counter(), time.process_time()
    run = resync(source, Options(**options))
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{what:<22} {run.seen:>8,} seen: {run.unchanged:,} unchanged, {run.changed:,} changed, {run.created:,} new, "
        f"{run.failed} failed, {run.calls} calls: {seconds:.1f} s ({cpu:.1f} s of this process), "
        f"{run.seen / seconds:,.0f} a second, peak {megabytes:.0f} MiB",
        flush=True,
    )
    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bookings", type=int, default=200_000)
    parser.add_argument("--only", choices=["first", "full", "incremental"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    settings.CAL_EVENT_TYPE_IDS = [TYPE]
    if options.only:
        name = {"first": "first", "full": "unchanged, all", "incremental": "incremental"}[options.only]
        sweep(options.bookings, name, full=options.only != "incremental")
        return
    make_database()
    print(LIMIT, flush=True)
    for bookings in (1_000, options.bookings):
        fill(bookings if bookings > 1_000 else 0)
        for only in ("first", "full", "incremental") if bookings == 1_000 else ("full", "incremental"):
            command = [sys.executable, __file__, "--only", only, "--bookings", str(bookings)]
            subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
