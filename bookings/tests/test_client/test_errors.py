"""Every shape of error that Cal.com has, and what it is to us (api_v2.md §1.5)."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.cal.client import (
    CalApi,
    CalError,
    CalRefused,
    Conflict,
    Forbidden,
    NoSuchRoute,
    NotFound,
    RateLimited,
    Subscription,
    Unauthorized,
    UnreadableAnswer,
)
from bookings.tests.test_client import Cal, Said, failed, said, shape_a

UID = "7hQ2mXk9sVb4TzLr8cNpYe"
DAY = date(2026, 12, 15)
GONE = f"Booking with uid={UID} was not found in the database"
CANCELLED = f"Can't cancel booking with uid={UID} because it has been cancelled already."


@pytest.mark.parametrize(
    ("answer", "kind", "code", "message"),
    [
        (
            shape_a(400, "BadRequestException", CANCELLED, {"message": CANCELLED, "statusCode": 400}),
            CalRefused,
            "BadRequestException",
            "Can't cancel booking with uid=… because it has been cancelled already.",
        ),
        (
            shape_a(400, "BadRequestException", "Bad request", "no host is free"),
            CalRefused,
            "BadRequestException",
            "Bad request: no host is free",
        ),
        (shape_a(400, "TRPCError", "Bad request"), CalRefused, "TRPCError", "Bad request"),
        (
            shape_a(401, "UnauthorizedException", "CustomThrottlerGuard - Invalid API Key"),
            Unauthorized,
            "UnauthorizedException",
            "CustomThrottlerGuard - Invalid API Key",
        ),
        (shape_a(403, "ForbiddenException", "not an admin"), Forbidden, "ForbiddenException", "not an admin"),
        (
            shape_a(404, "NotFoundException", GONE),
            NotFound,
            "NotFoundException",
            "Booking with uid=… was not found in the database",
        ),
        (shape_a(409, "CONFLICT", "Webhook exists"), Conflict, "CONFLICT", "Webhook exists"),
        (shape_a(422, "UNPROCESSABLE", "no hosts"), CalRefused, "UNPROCESSABLE", "no hosts"),
        (
            failed(400, {"statusCode": 400, "message": "Cancellation reason is required"}),
            CalRefused,
            "",
            "Cancellation reason is required",
        ),
        (
            failed(400, {"statusCode": 400, "message": ["a is wrong", 5, "b too"], "error": "Bad Request"}),
            CalRefused,
            "",
            "a is wrong; b too",
        ),
        (failed(404, {"statusCode": 404, "message": "Not here"}), NotFound, "", "Not here"),
        (failed(400, {"status": "error", "error": "Something"}), CalRefused, "", "Something"),
        (failed(403, "<html><title>Attention Required! | Cloudflare</title></html>"), Forbidden, "", "no reason given"),
        (failed(400, "error code: 1020\n"), CalRefused, "", "error code: 1020"),
        (failed(400, ""), CalRefused, "", "no reason given"),
        (failed(400, [1]), CalRefused, "", "no reason given"),
        (failed(400, {"error": {"code": "not a word", "message": 7, "details": 7}}), CalRefused, "", "no reason given"),
        (failed(400, {"error": {"details": "only here"}}), CalRefused, "", "only here"),
    ],
)
def test_a_refusal_says_which_and_why(
    cal: Cal, api: CalApi, answer: Said, kind: type[CalRefused], code: str, message: str
) -> None:
    cal.says(answer)

    with pytest.raises(CalRefused) as raised:
        api.booking(UID)

    it = raised.value
    assert (type(it), it.code, it.message, it.status, it.call) == (
        kind,
        code,
        message,
        answer.status,
        "GET /bookings/{uid}",
    )


def test_validation_errors_name_fields_and_rules_and_nothing_that_we_sent(cal: Cal, api: CalApi) -> None:
    errors = [
        {
            "target": {"secret": "the-webhook-secret"},
            "value": ["NOPE"],
            "property": "triggers",
            "children": [],
            "constraints": {"isEnum": "NOPE is not one of the following values: ..."},
        },
        {
            "property": "attendees",
            "value": [{"email": "nora@kunde.example"}],
            "children": [
                {
                    "property": "0",
                    "children": [
                        {"property": "email", "value": "nora", "constraints": {"isEmail": "nora", "max": "nora"}}
                    ],
                }
            ],
        },
        {"property": "not a name", "constraints": {"isString": "x"}},
        "no problem",
    ]
    cal.says(shape_a(400, "BadRequestException", "Bad Request Exception", {"errors": errors}))

    with pytest.raises(CalRefused) as raised:
        api.create_webhook(Subscription(url="https://x.example", triggers=["NOPE"], secret="the-webhook-secret"))

    assert str(raised.value) == (
        "POST /webhooks: 400 BadRequestException: Bad Request Exception: "
        "triggers (isEnum), attendees.0.email (isEmail, max)"
    )


def test_a_thousand_problems_are_not_all_named(cal: Cal, api: CalApi) -> None:
    many = [{"property": f"field{number}", "constraints": {"isInt": ""}} for number in range(1000)]
    deep: Any = []
    for _ in range(300):
        deep = [{"property": "a", "children": deep}]
    cal.says(
        shape_a(400, "X", "No", {"errors": many}),
        shape_a(400, "X", "No", {"errors": deep}),
    )

    with pytest.raises(CalRefused) as raised:
        api.booking(UID)
    assert raised.value.message.startswith("No: field0 (isInt), field1 (isInt), ")
    assert raised.value.message.count("isInt") == 10

    with pytest.raises(CalRefused) as raised:
        api.booking(UID)
    assert raised.value.message == "No"


@pytest.mark.parametrize(
    "answer",
    [
        shape_a(404, "NotFoundException", f"Cannot GET /v2/bookings/{UID}"),
        failed(404, {"statusCode": 404, "message": f"Cannot GET /v2/bookings/{UID}", "error": "Not Found"}),
        failed(404, "<html><body><h1>404 Not Found</h1>nginx</body></html>"),
        failed(404, {"statusCode": 404}),
        failed(404, "default backend - 404"),
    ],
)
def test_a_wrong_address_does_not_say_that_a_booking_is_gone(cal: Cal, api: CalApi, answer: Said) -> None:
    cal.says(answer)

    with pytest.raises(NoSuchRoute) as raised:
        api.booking(UID)

    assert not isinstance(raised.value, NotFound)
    assert "CAL_API_BASE_URL" in raised.value.message


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (failed(200, "<!DOCTYPE html><html>Maintenance</html>"), "no JSON object"),
        (failed(200, "[1, 2]"), "no JSON object"),
        (failed(200, '{"status": "success", "data": {"price": NaN}}'), "no JSON object"),
        (failed(200, '{"status": "success", "data": {"price": 1e999}}'), "no JSON object"),
        (failed(200, "[" * 100_000), "no JSON object"),
        (failed(200, '{"status": "success", "data": {"id": ' + "9" * 5000 + "}}"), "no JSON object"),
        (Said(200, b"\xff\xfe\xff"), "no JSON object"),
        (failed(200, {"data": {"id": 1}}), "neither data nor an error"),
        (failed(200, {"status": "error", "error": {"message": "x"}}), "neither data nor an error"),
        (failed(200, {"status": "success"}), "no object"),
        (failed(200, {"status": "success", "data": [1]}), "no object"),
        (failed(200, ""), "no object"),
        (failed(307, "", Location="https://elsewhere.example/v2/me?key=x"), "a redirect"),
        (failed(304, ""), "a redirect"),
        (failed(101, ""), "no JSON object"),
    ],
)
def test_what_is_neither_data_nor_an_error_is_unreadable(cal: Cal, api: CalApi, answer: Said, message: str) -> None:
    cal.says(answer)

    with pytest.raises(UnreadableAnswer, match=rf"^GET /me: (\d+: )?{message}"):
        api.me()


def test_numbers_with_a_fraction_are_read(cal: Cal, api: CalApi) -> None:
    cal.says(failed(200, '{"status": "success", "data": {"rating": 4.5}}'))

    assert api.me() == {"rating": 4.5}


def test_too_many_calls_are_an_error_of_their_own(cal: Cal, connect: Callable[..., CalApi]) -> None:
    cal.says(shape_a(429, "ThrottlerException", "ThrottlerException: Too Many Requests"))

    with pytest.raises(RateLimited) as raised:
        connect(patience=0).me()

    assert (raised.value.status, raised.value.retry_after, raised.value.message) == (429, 60, "too many calls")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["status", "data", "error", "message", "details", "errors", "pagination", "uid", "start", "id"]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
envelopes = st.fixed_dictionaries(
    {"status": st.sampled_from(["success", "error"]) | json_values, "data": json_values},
    optional={
        "error": json_values,
        "pagination": json_values
        | st.fixed_dictionaries(
            {"nextCursor": st.text(max_size=2) | st.none() | st.integers() | json_values},
            optional={"hasMore": st.booleans() | json_values, "itemsPerPage": json_values, "totalItems": json_values},
        ),
    },
)


def as_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


headers = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "Date",
                "Retry-After",
                "X-Request-Id",
                "X-RateLimit-Remaining-Default",
                "X-RateLimit-Reset-Default",
                "X-RateLimit-Reset",
                "Content-Encoding",
                "Content-Type",
                "Location",
                "Set-Cookie",
            ]
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30)
        | st.integers(-1, 10**12).map(str)
        | st.sampled_from(["gzip", "Mon, 23 Nov 2026 18:38:40 GMT", "Mon, 99 Nov 99999 18:38:40 -9999", "0", "0"]),
    ),
    max_size=4,
)


@settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    status=st.sampled_from([200, 201, 204, 302, 400, 401, 404, 409, 429, 500, 503, 524]) | st.integers(200, 999),
    body=st.binary() | json_values.map(as_bytes) | envelopes.map(as_bytes),
    headers=headers,
    ask=st.sampled_from(
        [
            lambda api: api.me(),
            lambda api: api.booking(UID),
            lambda api: api.cancel(UID, reason="x"),
            lambda api: [page.rows for page in api.bookings(take=2)],
            lambda api: [page.rows for page in api.memberships()],
            lambda api: api.event_types(),
            lambda api: api.slots(1, start=DAY, end=DAY, time_zone="UTC"),
            lambda api: api.webhooks(),
            lambda api: api.delete_webhook("0b0b0b"),
        ]
    ),
)
def test_any_answer_is_data_or_one_of_our_errors(
    cal: Cal,
    connect: Callable[..., CalApi],
    status: int,
    body: bytes,
    headers: list[tuple[str, str]],
    ask: Callable[[CalApi], Any],
) -> None:
    cal.always = lambda _: Said(status, body, tuple(headers))
    api = connect(patience=0)

    error = None
    try:
        data = ask(api)
    except CalError as raised:
        data, error = None, raised
    finally:
        api.close()

    assert isinstance(data, dict | list) or error or data is None
    assert len(str(error)) < 500
    assert error is None or error.__context__ is None  # What is below may hold the key.


def test_what_is_said_of_a_success_is_not_looked_into(cal: Cal, api: CalApi) -> None:
    cal.says(said({"error": "a field like any other"}))

    assert api.me() == {"error": "a field like any other"}
