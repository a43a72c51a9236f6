"""What every call goes through: key, version, limit, and the shapes of refusals."""

import uuid
from typing import Any

import pytest

from careercoach.demo import desk
from careercoach.demo.api.limits import Limiter
from careercoach.demo.models import EventType, Host
from careercoach.demo.tests.conftest import AT_TEN
from careercoach.demo.tests.test_api import EVENT_TYPES, SLOTS, Caller, Said, book, like, without_time

pytestmark = pytest.mark.django_db(databases=["default", "demo"])

BAD_KEY = "CustomThrottlerGuard - Invalid API Key"


# --- The key ---------------------------------------------------------------------------------------------------------


def test_without_a_key_it_is_refused_in_cal_coms_words(cal: Caller) -> None:
    said = cal.get("me", key=None)

    assert (said.status, without_time(said.body)) == (401, like("v602/004"))
    assert said.headers["X-RateLimit-Limit-Default"] == "800"


def test_a_wrong_key_is_refused_before_anything_is_counted(cal: Caller) -> None:
    said = cal.get("me", key="cal_wrong")

    assert (said.status, without_time(said.body)) == (401, like("v602/003"))
    assert "X-RateLimit-Limit-Default" not in said.headers


def test_no_key_fits_where_none_is_set(cal: Caller, settings: Any) -> None:
    settings.CAL_API_KEY = ""

    assert cal.get("me", key="cal_any").error == (401, BAD_KEY)


def test_a_uid_alone_opens_and_cancels(cal: Caller, event_type: EventType, ada: Host, alice: desk.Booker) -> None:
    booking = book(event_type, alice, AT_TEN)

    assert cal.get(f"bookings/{booking.uid}", key=None).data["attendees"][0]["email"] == "Alice@Example.com"
    assert cal.post(f"bookings/{booking.uid}/cancel", key=None).data["status"] == "cancelled"


def test_but_a_wrong_key_is_refused_there_too(
    cal: Caller, event_type: EventType, ada: Host, alice: desk.Booker
) -> None:
    booking = book(event_type, alice, AT_TEN)

    assert cal.get(f"bookings/{booking.uid}", key="cal_wrong").error == (401, BAD_KEY)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "bookings"),
        ("GET", "teams"),
        ("GET", "teams/12/bookings"),
        ("GET", "teams/12/memberships"),
        ("GET", "teams/12/event-types"),
        ("GET", "webhooks"),
        ("POST", "teams/12/event-types/501/webhooks"),
        ("POST", "bookings/uid/mark-absent"),
        ("POST", "bookings/uid/confirm"),
        ("POST", "bookings/uid/decline"),
        ("POST", "bookings/uid/reassign"),
        ("POST", "bookings/uid/reassign/77"),
    ],
)
def test_all_else_needs_a_key(cal: Caller, method: str, path: str) -> None:
    said = cal.ask(method, path, key=None)

    assert (said.status, said.body["error"]["message"].partition(".")[0]) == (
        401,
        "ApiAuthStrategy - No authentication method provided",
    )


# --- The version -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [None, "2099-01-01", "2026-05-01", "latest", "2024-04-15", "2024-06-14"])
def test_a_version_that_is_missing_or_unknown_is_silently_the_oldest(
    cal: Caller, event_type: EventType, ada: Host, alice: desk.Booker, version: str | None
) -> None:
    booking = book(event_type, alice, AT_TEN)

    one = cal.get(f"bookings/{booking.uid}", version=version)
    listed = cal.get("bookings", version=version)

    assert (one.data["startTime"], "start" in one.data) == ("2030-03-05T10:00:00.000Z", False)
    assert listed.data.keys() == {"bookings", "recurringInfo", "totalCount", "nextCursor"}
    assert "pagination" not in listed.body


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("bookings", "2024-09-04"),
        ("bookings/uid", "2024-09-04"),
        ("event-types", "2024-08-13"),
        ("event-types/501", None),
        ("slots", "2024-06-14"),
        ("slots", None),
    ],
)
def test_a_known_version_that_the_path_has_not_is_a_404(cal: Caller, path: str, version: str | None) -> None:
    said = cal.get(path, version=version)

    assert said.error == (404, f"Cannot GET /v2/{path}")
    assert "X-RateLimit-Limit-Default" not in said.headers


@pytest.mark.parametrize("path", ["me", "teams", "webhooks", "teams/12/event-types", "teams/12/bookings"])
@pytest.mark.parametrize("version", [None, "2024-04-15", EVENT_TYPES, SLOTS, "2099-01-01"])
def test_other_paths_answer_in_every_version(cal: Caller, event_type: EventType, path: str, version: str) -> None:
    assert cal.get(path, version=version).status == 200


@pytest.mark.parametrize("action", ["reschedule", "mark-absent", "confirm", "decline", "reassign"])
def test_the_oldest_version_knows_no_other_action_than_cancelling(cal: Caller, action: str) -> None:
    assert cal.post(f"bookings/uid/{action}", version=None).error == (404, f"Cannot POST /v2/bookings/uid/{action}")


# --- The limit -------------------------------------------------------------------------------------------------------


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_every_answer_says_how_many_calls_are_left(cal: Caller, settings: Any) -> None:
    settings.DEMO_API_LIMIT = 120

    cal.get("me")
    said = cal.get("nothing-known", version=None), cal.get("bookings", take=300)

    told = {name: value for name, value in said[1].headers.items() if "RateLimit" in name}
    assert said[0].status == 404
    assert said[1].status == 400
    assert told == {
        "X-RateLimit-Limit-Default": "120",
        "X-RateLimit-Remaining-Default": "118",
        "X-RateLimit-Reset-Default": "60",
    }


def test_who_calls_too_often_is_refused_as_cal_com_does(cal: Caller, settings: Any) -> None:
    settings.DEMO_API_LIMIT = 2

    calls = [cal.get("me") for _ in range(4)]

    assert [(each.status, each.headers["X-RateLimit-Remaining-Default"]) for each in calls] == [
        (200, "1"),
        (200, "0"),
        (429, "0"),
        (429, "0"),
    ]
    assert "Retry-After" not in calls[-1].headers
    words = "CustomThrottlerGuard - Too many requests. Please try again later."
    assert calls[-1].body["error"] == {"code": "ThrottlerException", "message": words, "details": words}
    assert cal.get("me", key=None).status == 401  # Callers without a key are counted by themselves.


def test_a_window_lasts_a_minute_from_its_first_call(settings: Any) -> None:
    settings.DEMO_API_LIMIT = 120
    clock = Clock()
    limiter = Limiter(clock)

    first = limiter.call("key")
    clock.seconds = 59.5
    late = limiter.call("key")
    clock.seconds = 60
    anew = limiter.call("key")

    assert [(each.remaining, each.reset) for each in (first, late, anew)] == [(119, 60), (118, 1), (119, 60)]


def test_a_block_lasts_a_minute_from_the_call_too_many(settings: Any) -> None:
    settings.DEMO_API_LIMIT = 1
    clock = Clock()
    limiter = Limiter(clock)

    def call_at(seconds: float) -> tuple[bool, int]:
        clock.seconds = seconds
        standing = limiter.call("key")
        return standing.blocked, standing.reset

    assert [call_at(each) for each in (0, 50, 61, 109, 110)] == [
        (False, 60),
        (True, 60),
        (True, 49),
        (True, 1),
        (False, 60),
    ]


# --- Refusals --------------------------------------------------------------------------------------------------------


def same(said: Said, name: str, **ours: str) -> None:
    assert without_time(said.body) == like(name, **ours)


def test_an_unknown_uid_and_an_unknown_path_differ(cal: Caller) -> None:
    same(cal.get("bookings/doesnotexist123"), "v602/027")
    same(cal.get("bookings/by-seat/2b23c142-f745-4870-bf85-145fb76d41ef"), "v602/078")
    assert cal.ask("PUT", "me").error == (404, "Cannot PUT /v2/me")


def test_a_query_against_the_rules_is_told_back(cal: Caller) -> None:
    same(cal.get("bookings", status="foo"), "v602/033")
    same(cal.get("bookings", take=300), "v602/065")


@pytest.mark.parametrize(
    ("query", "constraints"),
    [
        ({"take": "0"}, {"take": {"min": "take must not be less than 1"}}),
        ({"skip": "-1"}, {"skip": {"min": "skip must not be less than 0"}}),
        ({"take": "x"}, {"take": {"isNumber": "take must be a number conforming to the specified constraints"}}),
        (
            {"eventTypeIds": "1,x"},
            {"eventTypeIds": {"isNumber": "eventTypeIds must be a number conforming to the specified constraints"}},
        ),
        ({"sortStart": "up"}, {"sortStart": {"isEnum": 'SortOrder must be either "asc" or "desc".'}}),
        (
            {"afterUpdatedAt": "today", "beforeEnd": "x"},
            {
                "beforeEnd": {"isISO8601": "beforeEnd must be a valid ISO 8601 date string"},
                "afterUpdatedAt": {"isISO8601": "afterUpdatedAt must be a valid ISO 8601 date string"},
            },
        ),
    ],
)
def test_each_rule_of_a_query(cal: Caller, query: dict[str, str], constraints: dict[str, Any]) -> None:
    said = cal.get("bookings", **query)

    assert said.status == 400
    assert {each["property"]: each["constraints"] for each in said.body["error"]["details"]["errors"]} == constraints


@pytest.mark.parametrize(("body", "status"), [("{", 400), ("[1]", 404), ("", 404)])
def test_a_body_that_is_no_json_is_refused(cal: Caller, body: str, status: int) -> None:
    assert cal.ask("POST", "bookings/none/cancel", body).status == status


def test_every_answer_has_an_id_and_its_type(cal: Caller) -> None:
    headers = [cal.get(path).headers for path in ("me", "nowhere")]

    assert [each["Content-Type"] for each in headers] == ["application/json; charset=utf-8"] * 2
    assert len({uuid.UUID(each["X-Request-Id"]) for each in headers}) == 2


def test_nobody_needs_a_token_against_forgery(event_type: EventType) -> None:
    from django.test import Client  # noqa: PLC0415 the one that checks

    answer = Client(enforce_csrf_checks=True).post("/v2/bookings/none/cancel", {}, content_type="application/json")

    assert answer.status_code == 404
