"""Shared by the tests of the resync: a Cal.com that answers over real HTTP with its quirks, and the client for it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bookings.cal.client import CalApi
from bookings.cal.sync import Options, resync
from bookings.models import Booking, Run
from bookings.tests.test_client import Asked, FakeClock, Said, api_of, said, serving, shape_a

TYPE = 88021  # Of the bodies built from Cal.com's source.
OTHER_TYPE = 99
NOW = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)  # After booking_created_free, ten days before its session.
START = datetime(2026, 12, 3, 14, 0, tzinfo=UTC)
UID = "7hQ2mXk9sVb4TzLr8cNpYe"


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def row(uid: str = UID, *, start: datetime = START, made_at: datetime | None = None, **values: Any) -> dict[str, Any]:
    """A booking as the API has it, which agrees with booking_created_free."""
    made_at = made_at or datetime(2026, 11, 23, 18, 5, 31, 204000, tzinfo=UTC)
    return {
        "id": 930114,
        "uid": uid,
        "title": "Coaching 30 min between Maya Lindqvist and Jonas Berg",
        "status": "accepted",
        "hosts": [{"id": 4101, "name": "Maya Lindqvist", "email": "maya@coach.example", "username": "maya"}],
        "attendees": [
            {
                "name": "Jonas Berg",
                "email": "jonas.berg@client.example",
                "timeZone": "Europe/Berlin",
                "absent": False,
            }
        ],
        "start": iso(start),
        "end": iso(start + timedelta(minutes=30)),
        "eventType": {"id": TYPE, "slug": "coaching-30"},
        "eventTypeId": TYPE,
        "location": f"https://app.cal.com/video/{uid}",
        "absentHost": False,
        "cancellationReason": "",
        "cancelledByEmail": "",
        "createdAt": iso(made_at),
        "updatedAt": iso(made_at),
        "metadata": {},
        "bookingFieldsResponses": {"name": "Jonas Berg", "email": "jonas.berg@client.example"},
        "icsUid": f"{uid}@Cal.com",
        **values,
    }


FILTERS: dict[str, Callable[[dict[str, Any], str], bool]] = {
    "afterUpdatedAt": lambda row, limit: (row["updatedAt"] or row["createdAt"]) >= limit,
    "beforeUpdatedAt": lambda row, limit: (row["updatedAt"] or row["createdAt"]) <= limit,
    "afterStart": lambda row, limit: row["start"] >= limit,
    "beforeEnd": lambda row, limit: row["end"] <= limit,
}


@dataclass
class Upstream:
    """Bookings at Cal.com, and the quirks with which it tells of them (api_v2.md §2.4, §9).

    `broken` may answer instead, by path and query; `before` happens before each answer.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    types: list[int] = field(default_factory=lambda: [TYPE])
    asked: list[Asked] = field(default_factory=list)
    broken: Callable[[Asked], Said | None] = lambda asked: None
    address: str = ""
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))

    def answer(self, asked: Asked) -> Said:
        self.asked.append(asked)
        broken = self.broken(asked)
        if broken is not None:
            return broken
        route = asked.route.removeprefix("/v2")
        if route == "/event-types":
            return said([{"id": number} for number in self.types])
        if route == "/me":
            return said({"id": 1, "organizationId": None})
        if route == "/bookings":
            return self._list(asked.query)
        uid = route.rpartition("/")[2]
        found = [each for each in self.rows if each["uid"] == uid]
        missing = f"Booking with uid={uid} was not found in the database"
        return said(found[0]) if found else shape_a(404, "NotFoundException", missing)

    def _list(self, query: dict[str, str]) -> Said:
        rows = sorted(self.rows, key=lambda each: (each["createdAt"], each["uid"]))
        wanted = {int(number) for number in query.get("eventTypeIds", "").split(",") if number}
        if wanted & set(self.types):  # A filter that matches nothing is dropped, and all are given.
            rows = [each for each in rows if each["eventTypeId"] in wanted]
        total = len(rows)  # Counted without the filters on updatedAt.
        for name, fits in FILTERS.items():
            if name in query:
                rows = [each for each in rows if fits(each, query[name])]
        take, skip = int(query["take"]), int(query["skip"])
        paging = {"totalItems": total, "hasNextPage": skip + take < total}
        return said(rows[skip : skip + take], pagination=paging)

    @property
    def calls(self) -> list[str]:
        return [asked.route.removeprefix("/v2") for asked in self.asked]

    def change(self, uid: str = UID, *, at: datetime, **values: Any) -> None:
        """Cal.com changes a booking without a word."""
        (found,) = [each for each in self.rows if each["uid"] == uid]
        found |= values | {"updatedAt": iso(at)}

    def api(self, **options: Any) -> CalApi:
        return api_of(self.address, self.clock, **options)

    def resync(self, *, now: datetime | None = None, **options: Any) -> Run:
        """A run with these options, at this moment by our clock and Cal.com's."""
        self.clock.moment = now or self.clock.moment
        with self.api() as api:
            return resync(api, Options(**options), now=self.clock.now)


@contextmanager
def upstream() -> Iterator[Upstream]:
    with serving() as server:
        cal = Upstream(address=server.address)
        server.always = cal.answer
        yield cal


def counts(run: Run) -> tuple[int, int, int, int, int]:
    """seen, unchanged, changed, created, failed."""
    run.refresh_from_db()
    return run.seen, run.unchanged, run.changed, run.created, run.failed


def told(run: Run) -> list[tuple[str, str, Any, Any, str]]:
    return list(run.differences.order_by("id").values_list("uid", "field", "ours", "theirs", "done"))


def statuses() -> dict[str, str]:
    return dict(Booking.objects.values_list("uid", "status"))


def body(document: Any) -> str:
    return json.dumps(document)
