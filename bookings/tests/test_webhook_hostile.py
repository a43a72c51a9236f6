"""Authentic bodies that are broken or strange: each is answered 200 or 422, kept, and never anything else."""

import copy
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.test import Client

from bookings.models import Booking, Message
from careercoach.testing import BODIES, all_recorded, body_of, problem, recorded, signed_post

pytestmark = pytest.mark.django_db

CREATED = body_of("booking_created_free")
ENDED = body_of("meeting_ended")
UID = CREATED["payload"]["uid"]
ABSENT = object()
Path = tuple[str | int, ...]


def changed(document: Any, path: Path, value: Any) -> Any:
    """A copy with one value replaced, or taken out."""
    document = copy.deepcopy(document)
    *way, last = path
    node = document
    for step in way:
        node = node[step]
    if value is ABSENT:
        del node[last]
    else:
        node[last] = value
    return document


def posted(client: Client, body: Any) -> Any:
    """Escaped JSON: what Python can't encode as UTF-8 goes over the wire all the same."""
    return signed_post(client, json.dumps(body) if isinstance(body, dict) else body)


def failed(response: Any, detail: str) -> None:
    """It was answered 422 with this detail, and kept as failed with the same."""
    assert (response.status_code, response.json()) == (
        422,
        problem(("unreadable", detail, None), kind="client_error"),
    )
    kept = Message.objects.values_list("trigger", "uid", "outcome", "error", "attempts")
    assert list(kept) == [("", "", "failed", detail, 1)]
    assert Booking.objects.count() == 0


# --- 422 -------------------------------------------------------------------------------------------------------------

RAW = json.dumps(CREATED).encode()
NO_OBJECT = "The body is not a JSON object. Does the webhook at Cal.com have a custom template?"
NO_TRIGGER = "triggerEvent: is missing. Does the webhook at Cal.com have a custom template?"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (RAW[:-1], None),
        (b"", "Expecting value: line 1 column 1 (char 0)"),
        (b" ", "Expecting value: line 1 column 2 (char 1)"),
        (b"\x00" + RAW, "Expecting value: line 1 column 1 (char 0)"),
        (RAW + b"\x00", None),
        (RAW + RAW, None),
        (RAW.replace(b'"title"', b'\xff"title"'), None),
        (RAW.replace(b"Jonas", b"J\xf6nas"), None),
        (RAW.decode().encode("utf-16"), None),
        (RAW.decode().encode("utf-32-le"), None),
        (b"\xef\xbb\xbf" + RAW, "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"),
        (b"triggerEvent=BOOKING_CREATED&uid=x", "Expecting value: line 1 column 1 (char 0)"),
        (b"payload=%7B%22triggerEvent%22%3A%22PING%22%7D", "Expecting value: line 1 column 1 (char 0)"),
        (b"[" * 100_000, None),
        (b'{"a":' * 100_000, None),
        (b'{"triggerEvent":"PING","length":NaN}', "NaN is not JSON"),
        (b'{"triggerEvent":"PING","length":Infinity}', "Infinity is not JSON"),
        (b'{"triggerEvent":"PING","length":-Infinity}', "-Infinity is not JSON"),
        (b'{"triggerEvent":"PING","length":' + b"9" * 5_000 + b"}", None),
        (b'{"triggerEvent":"PI\nNG"}', "Invalid control character at: line 1 column 20 (char 19)"),
        (b"{'triggerEvent':'PING'}", None),
    ],
)
def test_what_is_not_json_is_kept_as_failed(body: bytes, why: str | None, client: Client) -> None:
    response = signed_post(client, body)

    detail = response.json()["errors"][0]["detail"]
    assert detail.startswith("The body is not JSON: ")
    if why is not None:
        assert detail == f"The body is not JSON: {why}"
    failed(response, detail)


def test_a_byte_that_is_not_utf8_is_not_taken_for_an_escape(client: Client) -> None:
    response = signed_post(client, b'{"triggerEvent":"PING","title":"a\\\xff"}')

    assert response.status_code == 422


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("[]", NO_OBJECT),
        (f"[{json.dumps(CREATED)}]", NO_OBJECT),
        ("false", NO_OBJECT),
        ("null", NO_OBJECT),
        ("0", NO_OBJECT),
        ("1e999", NO_OBJECT),
        ('"text"', NO_OBJECT),
        (json.dumps(json.dumps(CREATED)), NO_OBJECT),
        ("{}", NO_TRIGGER),
        ('{"triggerEvent":null}', NO_TRIGGER),
        ('{"triggerEvent":""}', NO_TRIGGER),
        ('{"triggerEvent":" "}', NO_TRIGGER),
        ('{"triggerEvent":7}', NO_TRIGGER),
        ('{"triggerEvent":["BOOKING_CREATED"]}', NO_TRIGGER),
        (recorded("v602", "092"), NO_TRIGGER),
        (recorded("v602", "095"), NO_TRIGGER),
    ],
)
def test_a_body_of_another_shape_is_kept_as_failed(body: str, detail: str, client: Client) -> None:
    failed(signed_post(client, body), detail)


BEYOND = 2**63
UNREADABLE: list[tuple[Path, Any, str]] = [
    (("payload",), ABSENT, "payload: is not a JSON object"),
    (("payload",), None, "payload: is not a JSON object"),
    (("payload",), [CREATED["payload"]], "payload: is not a JSON object"),
    (("payload",), "text", "payload: is not a JSON object"),
    (("payload", "uid"), ABSENT, "payload.bookingUid: is missing"),
    (("payload", "uid"), None, "payload.bookingUid: is missing"),
    (("payload", "uid"), "", "payload.uid: is missing"),
    (("payload", "uid"), 7, "payload.uid: is not a string"),
    (("payload", "uid"), False, "payload.uid: is not a string"),
    (("payload", "uid"), ["x"], "payload.uid: is not a string"),
    (("payload", "uid"), "u" * 101, "payload.uid: is longer than 100 characters"),
    (("payload", "uid"), "x\x00", "payload.uid: holds white space or a control character"),
    (("payload", "uid"), "x\ud800", "payload.uid: holds white space or a control character"),
    (("payload", "uid"), " x", "payload.uid: holds white space or a control character"),
    (("payload", "uid"), "x\n", "payload.uid: holds white space or a control character"),
    (("payload", "rescheduleUid"), 7, "payload.rescheduleUid: is not a string"),
    (("payload", "rescheduleUid"), "u" * 101, "payload.rescheduleUid: is longer than 100 characters"),
    *(
        (("payload", *path), value, f"payload.{'.'.join(path)}: {detail}")
        for path in [("bookingId",), ("eventTypeId",), ("organizer", "id"), ("paymentId",)]
        for value, detail in [
            (BEYOND, "is beyond 63 bits"),
            (10**400, "is beyond 63 bits"),
            (-1, "is beyond 63 bits"),
            (1.5, "is not a whole number"),
            (1e300, "is beyond 63 bits"),
        ]
    ),
    (("createdAt",), ABSENT, "createdAt: is missing"),
    (("createdAt",), None, "createdAt: is missing"),
    (("createdAt",), "", "createdAt: is not an ISO 8601 time"),
    (("createdAt",), "yesterday", "createdAt: is not an ISO 8601 time"),
    (("createdAt",), "\ud800", "createdAt: is not an ISO 8601 time"),
    (("createdAt",), 1_795_000_000, "createdAt: is not an ISO 8601 time"),
    (("createdAt",), ["2026-11-23T18:05:30Z"], "createdAt: is not an ISO 8601 time"),
    (("createdAt",), "2026-11-23T18:05:30", "createdAt: is a time without a zone"),
    (("createdAt",), "2026-11-23", "createdAt: is a time without a zone"),
    (("createdAt",), "10000-01-01T00:00:00Z", "createdAt: is not an ISO 8601 time"),
    (("createdAt",), "+010000-01-01T00:00:00.000Z", "createdAt: is not an ISO 8601 time"),
    (("createdAt",), "9999-12-31T23:59:59-01:00", "createdAt: is beyond the calendar"),
    (("createdAt",), "0001-01-01T00:00:00+01:00", "createdAt: is beyond the calendar"),
    (("createdAt",), "1969-12-31T23:59:59Z", "createdAt: is before 1970"),
    (("payload", "startTime"), "2026-12-03T14:00:00", "payload.startTime: is a time without a zone"),
    (("payload", "endTime"), "at noon", "payload.endTime: is not an ISO 8601 time"),
    (("payload", "endTime"), "2026-12-03T13:59:59Z", "payload.endTime: is before the start"),
]


@pytest.mark.parametrize(("path", "value", "detail"), UNREADABLE)
def test_a_value_that_must_be_right_and_is_not_is_named(path: Path, value: Any, detail: str, client: Client) -> None:
    failed(posted(client, changed(CREATED, path, value)), detail)


@pytest.mark.parametrize(
    ("path", "value", "detail"),
    [
        (("payload",), [], "payload: is not a JSON object"),
        (("uid",), ABSENT, "bookingUid: is missing"),
        (("uid",), 7, "uid: is not a string"),
        (("id",), BEYOND, "id: is beyond 63 bits"),
        (("endTime",), "soon", "endTime: is not an ISO 8601 time"),
        (("fromReschedule",), 7, "fromReschedule: is not a string"),
    ],
)
def test_the_same_goes_for_a_flat_body(path: Path, value: Any, detail: str, client: Client) -> None:
    failed(posted(client, changed(ENDED, path, value)), detail)


def test_a_body_that_can_not_be_read_is_tried_again_when_it_comes_again(client: Client) -> None:
    for _twice in range(2):
        assert signed_post(client, "false").status_code == 422

    assert list(Message.objects.values_list("outcome", "error", "attempts")) == [("failed", NO_OBJECT, 2)]


# --- 200 -------------------------------------------------------------------------------------------------------------


def test_texts_are_cut_to_their_columns(client: Client) -> None:
    long = "é" * 5_000
    body = body_of("booking_cancelled")
    payload = body["payload"]
    payload["title"] = payload["currency"] = payload["iCalUID"] = long
    payload["cancellationReason"] = payload["cancelledBy"] = payload["attendees"][0]["timeZone"] = long
    payload["responses"]["name"]["value"] = {"firstName": long, "lastName": long}
    payload["bookerUrl"] = payload["location"] = f"https://{'e' * 5_000}"

    response = posted(client, body)

    columns = ("title", "currency", "calendar_uid", "reason", "cancelled_by", "client_time_zone", "client_name")
    assert response.status_code == 200
    assert list(Booking.objects.values_list(*columns, "link", "site")) == [
        ("é" * 255, "é" * 8, "é" * 255, "é" * 1000, "é" * 254, "", f"{'é' * 100} {'é' * 99}", "", "")
    ]


def test_what_no_database_can_hold_is_replaced(client: Client) -> None:
    body = changed(CREATED, ("payload", "title"), "a\ud800b\x00c")
    body["payload"]["organizer"]["name"] = "\udfff"
    body["payload"]["oneTimePassword"] = "so-that-the-body-is-written-anew"
    body["payload"]["extra\ud800"] = "\x00"

    response = posted(client, body)

    assert response.status_code == 200
    assert list(Booking.objects.values_list("title", "coach__name")) == [("a\ufffdb\ufffdc", "\ufffd")]


def test_letters_beyond_the_basic_plane_are_kept(client: Client) -> None:
    response = posted(client, changed(CREATED, ("payload", "title"), "职业辅导 🎓 𝕏"))

    assert response.status_code == 200
    assert list(Booking.objects.values_list("title", flat=True)) == ["职业辅导 🎓 𝕏"]


@pytest.mark.parametrize("secret", [None, "a-live-credential"])
def test_a_number_beyond_all_bounds_in_a_field_that_nobody_reads_does_no_harm(
    secret: str | None, client: Client
) -> None:
    body = json.dumps(changed(CREATED, ("payload", "oneTimePassword"), secret))

    response = signed_post(client, body.replace('"length": 30', '"length": 1e999'))

    assert response.status_code == 200
    assert Message.objects.filter(body__contains="1e999").exclude(body__contains="a-live-credential").count() == 1


def test_an_address_that_fits_no_column_says_nothing(client: Client) -> None:
    address = f"{'a' * 288}@example.org"
    body = changed(CREATED, ("payload", "responses", "email", "value"), address)
    body["payload"]["attendees"][0]["email"] = address

    response = posted(client, body)

    assert response.status_code == 200
    assert list(Booking.objects.values_list("client_email", "status")) == [("", "BOOKING_CREATED")]


def test_keys_that_nobody_knows_are_ignored(client: Client) -> None:
    body = CREATED | {"version": 2, "more": {"payload": {"uid": 7}}}
    body["payload"] = body["payload"] | {"rootBookingUid": 7, "assignmentReason": [{}], "": "", "__proto__": {}}

    assert posted(client, body).status_code == 200
    assert list(Booking.objects.values_list("uid", flat=True)) == [UID]


# --- A walk over every body, breaking one thing at a time ------------------------------------------------------------

NEEDED = {"triggerEvent", "createdAt", "payload", "uid", "bookingUid"}


@cache
def documents() -> tuple[dict[str, Any], ...]:
    built = [json.loads(path.read_text()) for path in sorted((BODIES / "payloads").glob("*.json"))]
    genuine = [json.loads(record["body_raw"]) for _name, record in all_recorded()]
    return tuple(each for each in [*built, *genuine] if isinstance(each, dict) and "triggerEvent" in each)


def paths(node: Any, way: Path = ()) -> Iterator[Path]:
    """To every value of a document; of lists, the first element stands for all."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*way, key)
            yield from paths(value, (*way, key))
    elif isinstance(node, list) and node:
        yield (*way, 0)
        yield from paths(node[0], (*way, 0))


@cache
def places() -> dict[Path, dict[str, Any]]:
    """Every path that any body has, each with the first body that has it."""
    return {path: document for document in reversed(documents()) for path in paths(document)}


def test_the_walk_knows_the_way() -> None:
    assert len(documents()) > 120
    assert len(places()) > 400


@pytest.mark.parametrize("value", [[7], {"value": ["x"]}, "x\ud800\x00", -1.5], ids=ascii)
def test_whatever_is_odd_in_a_body_is_taken_or_refused_and_never_fails(value: Any, client: Client) -> None:
    client.raise_request_exception = False

    answers = {path: posted(client, changed(document, path, value)).status_code for path, document in places().items()}

    assert {path: answer for path, answer in answers.items() if answer not in (200, 422)} == {}


def test_all_that_is_optional_may_be_null(client: Client) -> None:
    shapes = {(each["triggerEvent"], *sorted(each.get("payload") or each)): each for each in documents()}
    for document in shapes.values():
        bare = {key: value if key in NEEDED else None for key, value in document.items()}
        if isinstance(bare.get("payload"), dict):
            bare["payload"] = {key: value if key in NEEDED else None for key, value in bare["payload"].items()}

        assert posted(client, bare).status_code == 200, bare
