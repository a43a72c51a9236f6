"""Shared by the tests of the stand-in's API v2: a caller with a key, and the genuine answers to compare with."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from careercoach.demo import desk
from careercoach.demo.models import Booking, EventType
from careercoach.demo.tests.conftest import Receiver
from careercoach.testing import BODIES

KEY = "cal_key_of_the_tests"
BOOKINGS, EVENT_TYPES, SLOTS = "2024-08-13", "2024-06-14", "2024-09-04"

EVERYTHING = [
    "past",
    "past pending",
    "upcoming",
    "upcoming pending",
    "cancelled",
    "rejected",
]  # One booking of each kind.

LONG_AGO = datetime(2020, 3, 3, 10, 0, tzinfo=UTC)  # A Tuesday, at ten.
A_DAY = timedelta(days=1)


def soon(days: int = 3) -> datetime:
    """Ten o'clock on a weekday within reach of the real clock, at least so many days ahead."""
    day = (datetime.now(UTC) + days * A_DAY).replace(hour=10, minute=0, second=0, microsecond=0)
    return day + max(8 - day.isoweekday(), 0) * A_DAY if day.isoweekday() > 5 else day


@dataclass(frozen=True, slots=True)
class Said:
    status: int
    body: Any
    headers: Any

    @property
    def data(self) -> Any:
        assert self.status < 300, self.body
        return self.body["data"]

    @property
    def error(self) -> tuple[int, str]:
        """Status and message, of either shape."""
        return self.status, self.body["error"]["message"] if "error" in self.body else self.body["message"]


class Caller:
    """Asks the API in the version of bookings, with the key, unless told otherwise."""

    def __init__(self) -> None:
        self._client = Client()

    def get(self, path: str, **how: Any) -> Said:
        return self.ask("GET", path, **how)

    def post(self, path: str, body: Any = None, **how: Any) -> Said:
        return self.ask("POST", path, {} if body is None else body, **how)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: str | None = BOOKINGS,
        key: str | None = KEY,
        **query: Any,
    ) -> Said:
        headers = ({} if version is None else {"cal-api-version": version}) | (
            {} if key is None else {"Authorization": f"Bearer {key}"}
        )
        text = body if isinstance(body, str) else json.dumps(body)
        more = {} if body is None else {"data": text, "content_type": "application/json"}
        answer = self._client.generic(method, f"/v2/{path}", headers=headers, query_params=query, **more)
        return Said(answer.status_code, json.loads(answer.content), answer.headers)


def book(
    event_type: EventType,
    booker: desk.Booker,
    start: datetime,
    *,
    paid: bool = True,
    at: datetime | None = None,
    **columns: Any,
) -> Booking:
    """A booking, made at the desk a day before unless told, with some columns as wanted."""
    now = at or start - A_DAY
    booking = desk.book(event_type=event_type, start=start, booker=booker, now=now)
    if paid and event_type.price:
        booking = desk.pay(booking, now=now)
    if columns:
        Booking.objects.filter(pk=booking.pk).update(**columns)
        booking.refresh_from_db()
    return booking


def sent(receiver: Receiver) -> list[str]:
    return [json.loads(body)["triggerEvent"] for _headers, body in receiver.came]


def recorded() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every genuine answer of the API, by "v602/028"."""
    for path in sorted((BODIES / "recorded").glob("api_*/*.json")):
        yield f"{path.parent.name[4:]}/{path.stem[:3]}", json.loads(path.read_text())


RECORDED = dict(recorded())


def genuine(name: str) -> Any:
    """The body of one of them."""
    return json.loads(RECORDED[name]["response_body_raw"])


def like(name: str, **ours: str) -> Any:
    """A genuine body with our words in the place of its own, and without the time of day."""
    text = RECORDED[name]["response_body_raw"]
    for word, ours_ in ours.items():
        text = text.replace(word, ours_)
    return without_time(json.loads(text))


def without_time(body: Any) -> Any:
    return {key: value for key, value in body.items() if key != "timestamp"}
