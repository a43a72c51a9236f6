"""Messages are kept before they are understood, applied once, and can be processed again at any time."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, connection

from bookings.cal import inbox
from bookings.cal.payloads.fields import PayloadError
from bookings.domain.words import Source
from bookings.models import Booking, Message, StatusChange
from careercoach.testing import BODIES, body_of
from users.models import User

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
CREATED = json.dumps(body_of("booking_created_free")).encode()
UID = body_of("booking_created_free")["payload"]["uid"]
SHOWN = ("source", "trigger", "uid", "outcome", "error", "attempts", "received_at", "processed_at")


def kept() -> list[tuple[Any, ...]]:
    return list(Message.objects.order_by("id").values_list(*SHOWN))


def answer(name: str, **changes: Any) -> bytes:
    """An answer of the API as sync keeps it: the booking, and when it was asked for."""
    record = json.loads((BODIES / "recorded" / f"{name}.json").read_text())
    booking = json.loads(record["response_body_raw"])["data"] | changes
    return json.dumps({"requestedAt": NOW.isoformat(), "booking": booking}).encode()


@contextmanager
def meanwhile(happens: Callable[[], None]) -> Iterator[None]:
    """Something happens just before the row of a booking is made."""
    waiting = [happens]

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if waiting and sql.startswith("INSERT") and "chain_reference" in sql:
            waiting.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


def fails(why: str) -> Callable[[], None]:
    def happens() -> None:
        raise RuntimeError(why)

    return happens


# --- Keep ------------------------------------------------------------------------------------------------------------


def test_a_message_is_kept_before_anything_is_concluded_from_it() -> None:
    message = inbox.receive(CREATED, now=NOW)

    assert kept() == [("webhook", "", "", "received", "", 0, NOW, None)]
    assert Booking.objects.count() == 0
    assert str(message) == f"Webhook {message.pk}"


def test_the_same_bytes_are_the_same_message() -> None:
    first = inbox.receive(CREATED, now=NOW)

    again = inbox.receive(CREATED, now=LATER)

    assert again == first
    assert kept() == [("webhook", "", "", "received", "", 0, NOW, None)]


def test_the_hour_is_read_where_nobody_says_it() -> None:
    before = datetime.now(UTC)

    message = inbox.process(inbox.receive(CREATED))

    after = datetime.now(UTC)
    assert message.processed_at is not None
    assert before <= message.received_at <= message.processed_at <= after


# --- Process ---------------------------------------------------------------------------------------------------------


def test_a_message_notes_what_became_of_it() -> None:
    message = inbox.process(inbox.receive(CREATED, now=NOW), now=LATER)

    assert kept() == [("webhook", "BOOKING_CREATED", UID, "applied", "", 1, NOW, LATER)]
    assert str(message) == f"BOOKING_CREATED {message.pk}"
    (change,) = StatusChange.objects.all()
    assert (change.booking.uid, change.message, change.changed_at, str(change)) == (
        UID,
        message,
        LATER,
        "· → Booked",
    )


def test_what_was_applied_stays_applied_however_often_it_is_processed() -> None:
    message = inbox.process(inbox.receive(CREATED, now=NOW), now=NOW)
    rows = list(Booking.objects.values())

    again = [inbox.process(Message.objects.get(), now=LATER).outcome for _twice in range(2)]

    assert again == ["applied", "applied"]
    assert kept() == [("webhook", "BOOKING_CREATED", UID, "applied", "", 3, NOW, LATER)]
    assert list(Booking.objects.values()) == rows
    assert list(StatusChange.objects.values_list("message", "new")) == [(message.pk, "BOOKING_CREATED")]


def test_what_was_applied_stays_applied_even_if_it_fails_later() -> None:
    """A field that is read today may be refused tomorrow; what was concluded from it stays."""
    message = inbox.process(inbox.receive(CREATED, now=NOW), now=NOW)
    Message.objects.update(body="{")

    with pytest.raises(PayloadError):
        inbox.process(Message.objects.get(), now=LATER)

    message.refresh_from_db()
    assert (message.outcome, message.attempts, message.processed_at) == ("applied", 2, LATER)
    assert message.error.startswith("The body is not JSON: ")


def test_of_an_error_nobody_foresaw_only_the_kind_is_kept() -> None:
    """Staff who may not see bodies read it, and what it says may repeat values."""
    message = inbox.receive(CREATED, now=NOW)

    with meanwhile(fails("jonas.berg@client.example")), pytest.raises(RuntimeError):
        inbox.process(message, now=NOW)

    assert kept() == [("webhook", "BOOKING_CREATED", UID, "failed", "RuntimeError", 1, NOW, NOW)]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PayloadError("payload.uid: missing"), "PayloadError: payload.uid: missing"),
        (OSError(28, "No space left on device"), "OSError: 28"),
        (DataError(1366, "Incorrect string value for jonas"), "DataError: 1366"),
        (DataError("jonas is too long"), "DataError"),
        (KeyError("jonas"), "KeyError"),
    ],
)
def test_what_went_wrong_is_told_in_short(error: Exception, said: str) -> None:
    assert inbox.in_short(error) == said


def test_a_failed_message_can_be_processed_again_once_its_cause_is_gone() -> None:
    with meanwhile(fails("full")), pytest.raises(RuntimeError):
        inbox.process(inbox.receive(CREATED, now=NOW), now=NOW)

    inbox.process(Message.objects.get(), now=LATER)

    assert kept() == [("webhook", "BOOKING_CREATED", UID, "applied", "", 2, NOW, LATER)]


# --- Read ------------------------------------------------------------------------------------------------------------


def test_an_answer_of_the_api_is_a_message_too() -> None:
    body = answer("api_v602/014_booking_10_paid_and_confirmed")

    inbox.process(inbox.receive(body, source=Source.API, now=NOW), now=NOW)

    assert kept() == [("api", "api", "p9EPsrZabCAUpFDXaNGbxX", "applied", "", 1, NOW, NOW)]
    assert list(Booking.objects.values_list("uid", "status", "coach__name", "client_email")) == [
        ("p9EPsrZabCAUpFDXaNGbxX", "BOOKING_CREATED", "Anna Müller", "paula@kunde.example")
    ]


def test_an_answer_of_the_api_that_can_not_be_read_is_kept_as_failed() -> None:
    body = answer("api_v602/014_booking_10_paid_and_confirmed", uid=7)

    with pytest.raises(PayloadError, match=r"^uid: is not a string$"):
        inbox.process(inbox.receive(body, source=Source.API, now=NOW), now=NOW)

    assert kept() == [("api", "", "", "failed", "uid: is not a string", 1, NOW, NOW)]


@pytest.mark.parametrize("source", [Source.CLOCK, Source.OPS])
@pytest.mark.parametrize(("body", "missing"), [("{}", "uid"), ('{"uid": "a"}', "ended|at")])
def test_a_message_of_our_own_that_we_did_not_make_is_not_applied(source: Source, body: str, missing: str) -> None:
    message = inbox.receive(body.encode(), source=source, now=NOW)

    with pytest.raises(PayloadError, match=f"^({missing}): is missing$"):
        inbox.process(message)


# --- Sign-up ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def jonas() -> User:
    """He signs up with the address that the bodies name."""
    return User.objects.create_user("jonas.berg@client.example", "Jonas Berg", user_id="jonas-1")


def test_signing_up_is_a_message_for_each_booking() -> None:
    booking = inbox.process(inbox.receive(CREATED, now=NOW), now=NOW)
    jonas = User.objects.create_user("jonas.berg@client.example", "Jonas Berg", user_id="jonas-1")

    assert inbox.attribute(jonas, now=LATER) == 1
    assert inbox.attribute(jonas, now=LATER + timedelta(hours=1)) == 0

    assert kept() == [
        ("webhook", "BOOKING_CREATED", UID, "applied", "", 1, NOW, NOW),
        ("sign_up", "sign_up", UID, "applied", "", 1, LATER, LATER),
    ]
    message = Message.objects.get(source=Source.SIGN_UP)
    assert (message.linked_user, message.linked_by, message.pk > booking.pk) == (jonas, "email", True)
    assert json.loads(message.body) == {
        "uid": UID,
        "userId": "jonas-1",
        "email": "jonas.berg@client.example",
        "asOf": "2026-11-23T18:05:31.204000+00:00",
        "rank": 2,
        "snapshot": False,
        "at": "2026-11-24T10:30:00+00:00",
    }
    assert list(Booking.objects.values_list("user", "linked_by")) == [(jonas.pk, "email")]


def test_whoever_signs_up_while_a_message_is_applied_gets_the_booking() -> None:
    """They don't see our booking yet, and we did not see them."""

    def signs_up() -> None:
        user = User.objects.create_user("jonas.berg@client.example", "Jonas Berg", user_id="jonas-1")
        assert inbox.attribute(user, now=NOW) == 0

    with meanwhile(signs_up):
        inbox.process(inbox.receive(CREATED, now=NOW), now=NOW)

    assert list(Booking.objects.values_list("user__user_id", "linked_by")) == [("jonas-1", "email")]
    assert [source for source, *_rest in kept()] == ["webhook", "sign_up"]


def test_a_client_guessed_from_the_attendees_links_nobody(jonas: User) -> None:
    """Attendees may hold guests and other hosts, in any order."""
    document = body_of("booking_created_free")
    del document["payload"]["responses"]

    inbox.process(inbox.receive(json.dumps(document).encode(), now=NOW), now=NOW)

    assert inbox.attribute(jonas) == 0
    assert list(Booking.objects.values_list("user", "linked_by", "client_email")) == [
        (None, "nobody", "jonas.berg@client.example")
    ]


def test_a_booking_of_a_client_whom_nobody_knows_belongs_to_nobody() -> None:
    document = body_of("booking_created_free")
    del document["payload"]["responses"]
    document["payload"]["attendees"] = []

    inbox.process(inbox.receive(json.dumps(document).encode(), now=NOW), now=NOW)

    assert list(Booking.objects.values_list("user", "linked_by", "client_email")) == [(None, "nobody", "")]


def test_a_message_stays_about_whom_it_was_first_found_to_be_about(jonas: User) -> None:
    inbox.process(inbox.receive(CREATED, now=NOW), now=NOW)
    jonas.email = "jonas@elsewhere.example"
    jonas.save()
    User.objects.create_user("jonas.berg@client.example", "Another Jonas", user_id="jonas-2")

    inbox.process(Message.objects.get(), now=LATER)

    assert list(Message.objects.values_list("linked_user", "linked_by")) == [(jonas.pk, "email")]
    assert list(Booking.objects.values_list("user", "linked_by")) == [(jonas.pk, "email")]
