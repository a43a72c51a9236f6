"""The client against every genuine answer that was recorded: what it asks is what was asked, what comes is read."""

import json
import re
from collections.abc import Callable
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from bookings.cal.client import (
    CalApi,
    CalError,
    CalRefused,
    CalUnavailable,
    NoSuchRoute,
    NotFound,
    Subscription,
    Unauthorized,
    UnreadableAnswer,
)
from bookings.cal.client.exchange import VERSIONS, Call
from bookings.tests.test_client import Asked, Cal, Said
from careercoach.testing import BODIES

RECORDS = sorted((BODIES / "recorded").glob("api_*/*.json"))
every_record = pytest.mark.parametrize("path", RECORDS, ids=lambda path: f"{path.parent.name}-{path.stem}")


def read(path: Path) -> tuple[Asked, Said]:
    record = json.loads(path.read_text())
    request = record["request"]
    body = b"" if request["body"] is None else json.dumps(request["body"]).encode()
    asked = Asked(request["method"], request["path"], request["headers"], body)
    answer = Said(record["status"], record["response_body_raw"].encode(), tuple(map(tuple, record["response_headers"])))
    return asked, answer


def first_rows(api: CalApi, asked: Asked) -> Any:
    """Sorts and filters differ from what we ask, which is no matter to the answer."""
    return next(api.bookings(take=int(asked.query.get("take", 100)))).rows


def subscription(asked: Asked) -> Subscription:
    return Subscription(
        url=asked.json["subscriberUrl"], triggers=asked.json["triggers"], secret=asked.json.get("secret", "")
    )


def attendees(asked: Asked) -> dict[str, bool]:
    return {each["email"]: each["absent"] for each in asked.json.get("attendees", [])}


UID = r"/v2/bookings/(?P<uid>[^/?]+)"
OPERATIONS: dict[str, Callable[[CalApi, Asked, str], Any]] = {
    r"GET /v2/me": lambda api, asked, uid: api.me(),
    rf"GET {UID}": lambda api, asked, uid: api.booking(uid),
    r"GET /v2/bookings": lambda api, asked, uid: first_rows(api, asked),
    rf"POST {UID}/cancel": lambda api, asked, uid: api.cancel(uid, reason=asked.json["cancellationReason"]),
    rf"POST {UID}/confirm": lambda api, asked, uid: api.confirm(uid),
    rf"POST {UID}/decline": lambda api, asked, uid: api.decline(uid, reason=asked.json["reason"]),
    rf"POST {UID}/mark-absent": lambda api, asked, uid: api.mark_absent(
        uid, host=asked.json.get("host"), attendees=attendees(asked)
    ),
    r"GET /v2/event-types": lambda api, asked, uid: api.event_types(),
    r"GET /v2/slots": lambda api, asked, uid: api.slots(
        int(asked.query["eventTypeId"]),
        start=date.fromisoformat(asked.query["start"]),
        end=date.fromisoformat(asked.query["end"]),
        time_zone=asked.query["timeZone"],
    ),
    r"GET /v2/webhooks": lambda api, asked, uid: api.webhooks(),
    r"POST /v2/webhooks": lambda api, asked, uid: api.create_webhook(subscription(asked)),
}


def operation(asked: Asked) -> Callable[[CalApi], Any] | None:
    for pattern, perform in OPERATIONS.items():
        found = re.fullmatch(pattern, f"{asked.method} {asked.route}")
        if found:
            return lambda api: perform(api, asked, found.groupdict().get("uid", ""))
    return None


def refusal(path: Path, status: int) -> type[CalError]:
    if "by_seat" in path.stem:
        return NoSuchRoute  # Which 6.0.2 doesn't have.
    return {401: Unauthorized, 404: NotFound, 500: CalUnavailable}.get(status, CalRefused)


@every_record
def test_every_answer_is_data_or_the_right_error(cal: Cal, connect: Callable[..., CalApi], path: Path) -> None:
    asked, answer = read(path)
    cal.says(answer)
    api = connect(patience=0)
    call = Call(method=asked.method, route=asked.route.removeprefix("/v2"), query=asked.query)

    if answer.status < 400:
        data = api._transport.call(call).data
        assert data == json.loads(answer.body)["data"]
    else:
        with pytest.raises(refusal(path, answer.status)) as raised:
            api._transport.call(call)
        assert raised.value.request_id == dict(answer.headers)["X-Request-Id"]
        assert "@" not in str(raised.value)

    assert api.last_exchange is not None
    assert api.last_exchange.server_date == parsedate_to_datetime(dict(answer.headers)["Date"])


@every_record
def test_what_we_do_is_asked_and_read_as_it_was_recorded(cal: Cal, connect: Callable[..., CalApi], path: Path) -> None:
    asked, answer = read(path)
    perform = operation(asked)
    cal.says(answer)
    api = connect(patience=0)
    if perform is None:
        return

    version = asked.headers.get("cal-api-version")
    if answer.status >= 400:
        with pytest.raises(refusal(path, answer.status)):
            perform(api)
    elif "/bookings" in asked.path and version != VERSIONS["bookings"]:
        with pytest.raises(
            UnreadableAnswer, match="version"
        ):  # It answers in the shape of 2024-04-15, and says nothing.
            perform(api)
    else:
        assert perform(api) == json.loads(answer.body)["data"]
        sent = cal.asked[0]
        assert (sent.method, sent.route) == (asked.method, asked.route)
        assert sent.headers.get("cal-api-version") in (version, None)
        assert {**(asked.json or {}), **(sent.json or {})} == (sent.json or {}) | optional(asked)


def optional(asked: Asked) -> dict[str, Any]:
    """What was recorded with it and we never send: a template."""
    return {name: value for name, value in (asked.json or {}).items() if name == "payloadTemplate"}


def test_the_limit_is_read_from_genuine_headers(cal: Cal, api: CalApi) -> None:
    """120 a minute, and the seconds that are left of it (085 to 087)."""
    _, answer = read(BODIES / "recorded" / "api_v602" / "087_rl2.json")
    none_left = tuple((name, "0" if "Remaining" in name else value) for name, value in answer.headers)
    at_that_time = parsedate_to_datetime(dict(answer.headers)["Date"])
    cal.says(Said(answer.status, answer.body, none_left), answer)
    api._transport._clock.moment = at_that_time  # type: ignore[attr-defined]

    api.me()
    api.me()

    assert api._transport._clock.slept == [60]  # type: ignore[attr-defined]
