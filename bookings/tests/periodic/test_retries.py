"""Failed messages are tried again after growing pauses, and only those for which that could help."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from bookings.cal import inbox
from bookings.domain.words import Outcome
from bookings.models import Booking, Message
from bookings.periodic import retries
from bookings.tests.periodic.conftest import NOW
from careercoach.testing import body_of, signed_post

pytestmark = pytest.mark.django_db


def test_pauses_grow_up_to_a_day() -> None:
    pauses = [retries.pause_after(attempts) / timedelta(minutes=1) for attempts in (0, 1, 2, 3, 4, 11, 12, 13, 500)]

    assert pauses == [1, 1, 2, 4, 8, 1024, 1440, 1440, 1440]


def failed(*, attempts: int, ago: timedelta | None, **other: Any) -> Message:
    """A message that failed as often, the last time so long ago."""
    number = Message.objects.count()
    told = {"uid": "one", "trigger": "BOOKING_CREATED", "outcome": Outcome.FAILED} | other
    return Message.objects.create(
        source="webhook",
        digest=f"{number:064}",
        attempts=attempts,
        received_at=NOW - timedelta(days=9),
        processed_at=None if ago is None else NOW - ago,
        **told,
    )


@pytest.mark.parametrize(
    ("attempts", "pause"), [(0, 1), (1, 1), (2, 2), (3, 4), (7, 64), (11, 1024), (12, 1440), (40, 1440)]
)
def test_a_message_is_due_once_its_pause_is_over(attempts: int, pause: int) -> None:
    failed(attempts=attempts, ago=timedelta(minutes=pause) - timedelta(seconds=1))
    due = failed(attempts=attempts, ago=timedelta(minutes=pause))

    assert list(retries.due(now=NOW)) == [due]


def test_what_is_read_and_has_no_outcome_is_due_and_what_can_t_be_read_never_is() -> None:
    failed(attempts=1, ago=timedelta(days=99), uid="", trigger="")
    failed(attempts=1, ago=timedelta(days=99), outcome=Outcome.APPLIED)
    never = failed(attempts=1, ago=None)
    forgotten = failed(attempts=0, ago=None, outcome=Outcome.RECEIVED, uid="", trigger="")
    at_work = failed(attempts=0, ago=None, outcome=Outcome.RECEIVED)
    Message.objects.filter(pk=at_work.pk).update(received_at=NOW - timedelta(seconds=119))

    assert list(retries.due(now=NOW)) == [never, forgotten]


def test_a_message_that_can_t_be_read_is_kept_without_a_uid(client: Client) -> None:
    """By this they are told apart: the reader knows no other failure."""
    unreadable = body_of("booking_created_free")
    unreadable["payload"]["uid"] = "x" * 1000
    for body in ("false", unreadable):
        assert signed_post(client, body).status_code == 422

    assert set(Message.objects.values_list("uid", "outcome")) == {("", "failed")}
    assert not retries.due(now=timezone.now() + timedelta(days=2)).exists()


def test_what_failed_while_the_database_was_slow_is_applied_later(client: Client) -> None:
    def too_slow(execute: Any, sql: str, *rest: Any) -> Any:
        if "status_change" in sql and sql.startswith("INSERT"):
            raise OperationalError(3024, "Query execution was interrupted")
        return execute(sql, *rest)

    client.raise_request_exception = False
    with connection.execute_wrapper(too_slow):
        assert signed_post(client, body_of("booking_created_free")).status_code == 500
        at = timezone.now() + timedelta(minutes=1)
        assert str(retries.retry(now=at)) == "0 processed, 1 failed again"

    assert str(retries.retry(now=at)) == "0 processed, 0 failed again"
    assert str(retries.retry(now=at + timedelta(minutes=2))) == "1 processed, 0 failed again"
    assert Message.objects.values_list("outcome", "attempts").get() == ("applied", 3)
    assert Booking.objects.get().status == "BOOKING_CREATED"


def test_one_that_fails_keeps_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "AT_ONCE", 1)
    failed(attempts=1, ago=timedelta(days=1), body="no longer JSON")
    inbox.receive(b'{"triggerEvent":"PING"}', now=NOW - timedelta(hours=1))

    assert str(retries.retry(now=NOW)) == "1 processed, 1 failed again"
