"""manage.py process_messages: what was kept and not applied is applied."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test import Client

from bookings.cal import inbox
from bookings.models import Booking, Message
from careercoach.testing import body_of, signed_post

pytestmark = pytest.mark.django_db


def process(**options: Any) -> str:
    out = StringIO()
    call_command("process_messages", stdout=out, stderr=out, **options)
    return out.getvalue()


def kept(name: str) -> Message:
    """A message that was received when the process died."""
    return inbox.receive(json.dumps(body_of(name)).encode())


def outcomes() -> list[str]:
    return list(Message.objects.order_by("id").values_list("outcome", flat=True))


def test_what_was_received_and_not_processed_is_processed() -> None:
    kept("booking_created_free")
    kept("booking_cancelled")

    assert process() == "2 processed, 0 failed.\n"
    assert outcomes() == ["applied", "applied"]
    assert Booking.objects.get().status == "BOOKING_CANCELLED"


def test_it_goes_on_past_one_that_fails_and_says_so(client: Client) -> None:
    signed_post(client, "not JSON")
    kept("booking_created_free")
    Message.objects.update(outcome="failed")

    with pytest.raises(CommandError, match="1 of 2 messages failed"):
        process(failed=True)

    assert outcomes() == ["failed", "applied"]


def test_a_number_that_no_message_can_have_is_refused() -> None:
    with pytest.raises(CommandError, match="There is no message 99999999999999999999, 10000000000000000000000"):
        process(id=[10**22, 99999999999999999999])


def test_what_a_failure_says_of_people_is_not_printed() -> None:
    message = kept("booking_created_free")
    problem = IntegrityError(1062, "Duplicate entry 'jonas.berg@client.example' for key 'user.email'")

    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("INSERT INTO") and "status_change" in sql:
            raise problem
        return execute(sql, *rest)

    out = StringIO()
    with connection.execute_wrapper(refuse), pytest.raises(CommandError):
        call_command("process_messages", stdout=out, stderr=out)

    assert out.getvalue().splitlines() == [
        f"Message {message.pk} (BOOKING_CREATED): IntegrityError: 1062",
        "0 processed, 1 failed.",
    ]


def test_messages_are_named_whatever_became_of_them() -> None:
    first, second = kept("booking_created_free"), kept("booking_cancelled")
    process()

    assert process(id=[first.pk]) == "1 processed, 0 failed.\n"
    assert list(Message.objects.order_by("id").values_list("attempts", "outcome")) == [(2, "applied"), (1, "applied")]
    assert second.pk != first.pk


def test_a_message_that_does_not_exist_is_named() -> None:
    with pytest.raises(CommandError, match=r"There is no message 404, 405\."):
        process(id=[404, 405])
