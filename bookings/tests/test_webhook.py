"""What the webhook answers, and what it keeps: the table of docs/architecture.md, row by row."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client

from bookings.cal import inbox, signature
from bookings.models import Booking, Message
from careercoach.testing import SECRET, WEBHOOK, body_of, problem, recorded, signed_post

pytestmark = pytest.mark.django_db

CREATED = body_of("booking_created_free")
UID = CREATED["payload"]["uid"]
KEPT = ("source", "trigger", "uid", "outcome", "error", "attempts")


def kept() -> list[tuple[Any, ...]]:
    return list(Message.objects.order_by("id").values_list(*KEPT))


def error(code: str, detail: str, *, kind: str = "client_error", retryable: bool = False) -> dict[str, Any]:
    return problem((code, detail, None), kind=kind, retryable=retryable)


@contextmanager
def failing(fails: Callable[[str], bool], failure: Exception) -> Iterator[None]:
    """A database that refuses some statements."""

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if fails(sql):
            raise failure
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


# --- 200 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/webhook/cal", "/api/webhook/cal/"])
def test_a_booking_is_applied_with_or_without_a_last_slash(path: str, client: Client) -> None:
    response = signed_post(client, CREATED, path=path)

    (message,) = Message.objects.all()
    assert (response.status_code, response.json()) == (200, {"message": message.pk, "outcome": "applied"})
    assert kept() == [("webhook", "BOOKING_CREATED", UID, "applied", "", 1)]
    assert list(Booking.objects.values_list("uid", "status")) == [(UID, "BOOKING_CREATED")]


def test_the_same_bytes_again_are_answered_from_what_became_of_them(client: Client) -> None:
    first = signed_post(client, CREATED)

    again = signed_post(client, CREATED)

    assert (again.status_code, again.json()) == (200, first.json())
    assert kept() == [("webhook", "BOOKING_CREATED", UID, "applied", "", 1)]


def test_the_same_news_in_other_bytes_is_kept_and_tells_nothing_new(client: Client) -> None:
    """Two subscriptions deliver twice, and differ in when they were sent."""
    signed_post(client, CREATED)
    earlier = CREATED | {"createdAt": "2026-11-23T18:00:00.000Z"}

    response = signed_post(client, earlier)

    assert (response.status_code, response.json()["outcome"]) == (200, "unchanged")
    assert kept() == [
        ("webhook", "BOOKING_CREATED", UID, "applied", "", 1),
        ("webhook", "BOOKING_CREATED", UID, "unchanged", "", 1),
    ]


@pytest.mark.parametrize(
    ("body", "trigger"),
    [
        (recorded("v602", "054"), "PING"),
        (recorded("v602", "097"), "OOO_CREATED"),
        (json.dumps({"triggerEvent": "WHAT_MAY_COME"}), "WHAT_MAY_COME"),
        (json.dumps({"triggerEvent": "X" * 100, "payload": "?"}), "X" * 64),
    ],
    ids=["ping", "ooo", "unknown", "long"],
)
def test_what_is_of_no_concern_is_kept_and_ignored(body: str, trigger: str, client: Client) -> None:
    response = signed_post(client, body)

    again = signed_post(client, body)

    assert (response.status_code, response.json()["outcome"]) == (200, "ignored")
    assert (again.status_code, again.json()) == (200, response.json())
    assert kept() == [("webhook", trigger, "", "ignored", "", 1)]
    assert Booking.objects.count() == 0


def test_a_booking_of_another_event_type_is_taken_and_shown_to_nobody(
    client: Client, settings: Any, alice: Any
) -> None:
    settings.CAL_EVENT_TYPE_IDS = [1]
    of_alice = json.dumps(CREATED).replace("jonas.berg@client.example", alice.email)

    response = signed_post(client, of_alice)

    assert response.status_code == 200
    assert kept() == [("webhook", "BOOKING_CREATED", UID, "applied", "", 1)]
    assert list(Booking.objects.values_list("user__user_id", "event_type")) == [("alice-1", 88021)]
    assert client.get("/api/bookings", {"userId": "alice-1"}).json()["results"] == []


@pytest.mark.parametrize("accept", ["text/html", "application/xml;q=0.1", "image/*", "nonsense", "", "*/*;q=0"])
def test_an_event_is_not_lost_over_what_the_sender_accepts(accept: str, client: Client) -> None:
    response = signed_post(client, CREATED, headers={"Accept": accept})

    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data", "application/xml", "x", ""])
def test_an_event_is_not_lost_over_its_content_type(content_type: str, client: Client) -> None:
    response = signed_post(client, CREATED, content_type=content_type)

    assert response.status_code == 200


def test_the_webhook_needs_no_api_key(client: Client, settings: Any) -> None:
    settings.API_KEYS = ["a-key"]

    assert signed_post(client, CREATED).status_code == 200
    assert client.get("/api/bookings", {"userId": "alice-1"}).status_code == 401


def test_two_uids_that_differ_by_case_are_two_bookings(client: Client) -> None:
    other = json.dumps(CREATED).replace(UID, UID.swapcase())

    signed_post(client, CREATED)
    signed_post(client, other)

    assert set(Booking.objects.values_list("uid", flat=True)) == {UID, UID.swapcase()}
    assert len(set(Booking.objects.values_list("reference", flat=True))) == 2


# --- 401 -------------------------------------------------------------------------------------------------------------

BAD_SIGNATURE = error(
    "bad_signature",
    "The signature in X-Cal-Signature-256 doesn't fit this body. The secret of the webhook at Cal.com must be one of "
    "CAL_WEBHOOK_SECRETS here.",
)
RAW = json.dumps(CREATED).encode()
FITTING = signature.sign(RAW, SECRET)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {signature.HEADER: ""},
        {signature.HEADER: signature.NO_SECRET},
        {signature.HEADER: signature.sign(RAW, "another-secret")},
        {signature.HEADER: signature.sign(RAW + b" ", SECRET)},
        {signature.HEADER: signature.sign(b"", SECRET)},
        {signature.HEADER: FITTING.upper()},
        {signature.HEADER: f"sha256={FITTING}"},
        {signature.HEADER: FITTING[:-1]},
        {signature.HEADER: f"{FITTING}, {FITTING}"},
        {signature.HEADER: "é" * 64},
        {signature.HEADER: "\ud800" * 64},
        {"X-Cal-Signature": FITTING},
    ],
)
def test_nothing_is_written_for_a_body_that_is_not_authentic(headers: dict[str, str], client: Client) -> None:
    response = client.post(WEBHOOK, RAW, content_type="application/json", headers=headers)

    assert (response.status_code, response.json()) == (401, BAD_SIGNATURE)
    assert kept() == []


@pytest.mark.parametrize("secrets", [[], [""]])
@pytest.mark.parametrize("claimed", [signature.NO_SECRET, "", signature.sign(RAW, "")])
def test_without_a_secret_of_ours_nothing_is_authentic(
    secrets: list[str], claimed: str, client: Client, settings: Any
) -> None:
    settings.CAL_WEBHOOK_SECRETS = secrets

    response = client.post(WEBHOOK, RAW, content_type="application/json", headers={signature.HEADER: claimed})

    assert (response.status_code, response.json()) == (401, BAD_SIGNATURE)
    assert kept() == []


def test_either_secret_fits_while_one_takes_over_from_the_other(client: Client, settings: Any) -> None:
    settings.CAL_WEBHOOK_SECRETS = ["the-old-one", "the-new-one"]

    answers = [
        signed_post(client, {"triggerEvent": secret}, secret=secret).status_code
        for secret in ("the-old-one", "the-new-one", "the-next-one")
    ]

    assert answers == [200, 200, 401]
    assert [trigger for _source, trigger, *_rest in kept()] == ["the-old-one", "the-new-one"]


# --- 405, 413 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/webhook/cal", "/api/webhook/cal/"])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_only_post_is_answered(method: str, path: str, client: Client) -> None:
    response = client.generic(method, path, RAW, headers={signature.HEADER: FITTING})

    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    if method != "HEAD":
        assert response.json() == error("method_not_allowed", f'Method "{method}" not allowed.')
    assert kept() == []


@pytest.mark.parametrize("path", ["/api/webhook", "/api/webhook/", "/api/webhook/cal//", "/api/webhook/cal/x"])
def test_another_path_is_not_the_webhook_and_leads_nowhere(path: str, client: Client) -> None:
    response = signed_post(client, CREATED, path=path)

    assert (response.status_code, response.json()) == (404, error("not_found", "Not found."))


def sized(size: int) -> bytes:
    document = json.dumps({"triggerEvent": "X"}).encode()
    return document + b" " * (size - len(document))


def test_a_body_larger_than_one_mebibyte_is_not_read(client: Client) -> None:
    response = signed_post(client, sized(1024 * 1024 + 1))

    assert (response.status_code, response.json()) == (413, error("too_large", "The body is larger than 1 MiB."))
    assert kept() == []


def test_a_body_that_claims_to_be_larger_is_not_read_either(client: Client) -> None:
    response = signed_post(client, CREATED, CONTENT_LENGTH=str(1024 * 1024 + 1))

    assert (response.status_code, response.json()) == (413, error("too_large", "The body is larger than 1 MiB."))


def test_a_body_of_one_mebibyte_is_read(client: Client) -> None:
    assert signed_post(client, sized(1024 * 1024)).status_code == 200


# --- 500, 503 --------------------------------------------------------------------------------------------------------

COULD_NOT_APPLY = error(
    "could_not_apply",
    "The message is kept, but could not be applied. It will be tried again.",
    kind="server_error",
)
DISK_FULL = RuntimeError("disk full")


@pytest.mark.parametrize(
    ("statement", "column"),
    [("INSERT INTO", "chain_reference"), ("UPDATE", "registers"), ("INSERT INTO", "changed_at")],
)
def test_a_message_that_we_fail_to_apply_is_kept_and_can_be_applied_later(
    statement: str, column: str, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.raise_request_exception = False

    with failing(lambda sql: sql.startswith(statement) and column in sql, DISK_FULL):
        response = signed_post(client, CREATED)

    assert (response.status_code, response.json()) == (500, COULD_NOT_APPLY)
    assert kept() == [("webhook", "BOOKING_CREATED", UID, "failed", "RuntimeError", 1)]
    assert "jonas" not in caplog.text.lower()

    message = inbox.process(Message.objects.get())

    assert kept() == [("webhook", "BOOKING_CREATED", UID, "applied", "", 2)]
    assert message.outcome == "applied"
    assert list(Booking.objects.values_list("uid", "status")) == [(UID, "BOOKING_CREATED")]


@pytest.mark.parametrize(
    "problem",
    [
        RuntimeError("no room for jonas.berg@client.example"),
        KeyError("jonas.berg@client.example"),
        IntegrityError(1062, "Duplicate entry 'jonas.berg@client.example' for key 'user.email'"),
        ValueError("of many", "lines\njonas.berg@client.example"),
    ],
    ids=lambda problem: type(problem).__name__,
)
def test_a_failure_is_logged_by_where_it_happened_and_never_by_whom_it_was_about(
    problem: Exception, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.raise_request_exception = False

    with failing(lambda sql: sql.startswith("INSERT INTO") and "changed_at" in sql, problem):
        response = signed_post(client, CREATED)

    written = [logging.Formatter().format(record) for record in caplog.records]
    assert response.status_code == 500
    assert [line for line in written if "jonas" in line.lower()] == []
    (ours,) = (line for line in written if line.startswith(f"Message {Message.objects.get().pk} could not be applied"))
    assert type(problem).__name__ in ours
    assert "in _record_locked\n    StatusChange.objects.bulk_create(timeline)" in ours


def test_a_failed_message_posted_again_is_tried_again(client: Client) -> None:
    client.raise_request_exception = False
    with failing(lambda sql: sql.startswith("INSERT") and "chain_reference" in sql, DISK_FULL):
        answers = [signed_post(client, CREATED).status_code for _twice in range(2)]

    answers.append(signed_post(client, CREATED).status_code)

    assert answers == [500, 500, 200]
    assert kept() == [("webhook", "BOOKING_CREATED", UID, "applied", "", 3)]


def test_a_message_whose_outcome_could_not_be_written_is_not_taken_for_applied(client: Client) -> None:
    """The outcome is in the transaction of the rows: where it can't be written, they aren't either."""
    client.raise_request_exception = False
    once = iter([True])
    with failing(lambda sql: sql.startswith("UPDATE") and "attempts" in sql and next(once, False), DISK_FULL):
        response = signed_post(client, CREATED)

    assert response.status_code == 500
    assert kept() == [("webhook", "BOOKING_CREATED", UID, "failed", "RuntimeError", 1)]
    assert list(Booking.objects.values_list("status", "registers")) == [("PENDING", {})]

    again = signed_post(client, CREATED)

    assert again.status_code == 200
    assert kept() == [("webhook", "BOOKING_CREATED", UID, "applied", "", 2)]
    assert list(Booking.objects.values_list("status", flat=True)) == ["BOOKING_CREATED"]


@pytest.mark.parametrize("problem", [OperationalError(2002, "can't connect"), InterfaceError(0, "")])
def test_while_the_database_is_away_cal_is_asked_to_come_again(problem: Exception, client: Client) -> None:
    client.raise_request_exception = False
    with failing(lambda sql: True, problem):
        response = signed_post(client, CREATED)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.json() == error(
        "database_unavailable", "The database can't be reached. Try again shortly.", kind="server_error", retryable=True
    )
    assert kept() == []


def test_a_message_that_waits_to_be_applied_is_applied_when_it_comes_again(client: Client) -> None:
    """The process may have died between keeping and applying."""
    inbox.receive(json.dumps(CREATED, ensure_ascii=False).encode())
    assert kept() == [("webhook", "", "", "received", "", 0)]

    response = signed_post(client, CREATED)

    assert response.status_code == 200
    assert kept() == [("webhook", "BOOKING_CREATED", UID, "applied", "", 1)]
