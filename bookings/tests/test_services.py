"""The one door: what gets in its way is tried again, whole."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from bookings import services
from bookings.cal import inbox
from bookings.models import Booking, Message, StatusChange
from careercoach.testing import body_of

pytestmark = pytest.mark.django_db(transaction=True)

DEADLOCK = OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")


def kept() -> Message:
    return inbox.receive(json.dumps(body_of("booking_created_free")).encode())


def failing(problem: OperationalError, *, times: int) -> Callable[..., Any]:
    """The timeline can't be written so many times: the last statement but one of the transaction."""
    left = [times]

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT INTO") and "status_change" in sql and left[0]:
            left[0] -= 1
            raise problem
        return execute(sql, params, many, context)

    return wrapper


def test_the_victim_of_a_deadlock_is_tried_again_whole() -> None:
    with connection.execute_wrapper(failing(DEADLOCK, times=2)):
        message = inbox.process(kept())

    assert (message.outcome, Message.objects.get().outcome, Message.objects.get().attempts) == ("applied", "applied", 1)
    assert list(StatusChange.objects.values_list("old", "new")) == [("", "BOOKING_CREATED")]


def test_what_deadlocks_for_ever_is_kept_as_failed_and_can_be_processed_again() -> None:
    message = kept()

    with connection.execute_wrapper(failing(DEADLOCK, times=services.ATTEMPTS)), pytest.raises(OperationalError):
        inbox.process(message)

    assert (message.outcome, Message.objects.get().outcome) == ("failed", "failed")
    assert Booking.objects.get().registers == {}
    inbox.process(Message.objects.get())
    assert (Message.objects.get().outcome, Booking.objects.get().status) == ("applied", "BOOKING_CREATED")


def test_other_problems_are_not_tried_again() -> None:
    gone = OperationalError(2006, "Server has gone away")

    with connection.execute_wrapper(failing(gone, times=1)), pytest.raises(OperationalError, match="2006"):
        inbox.process(kept())

    assert Message.objects.get().outcome == "failed"


def test_a_row_that_another_connection_makes_first_is_the_one() -> None:
    uid = body_of("booking_created_free")["payload"]["uid"]
    made: list[Booking] = []

    def overtake(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith("SELECT") and "booking" in sql and not made:  # Between our look and our insert.
            made.append(Booking(uid=uid, reference="CC-7C60H-MF76P", chain_reference="CC-7C60H-MF76P"))
            made[0].save()
        return result

    with connection.execute_wrapper(overtake):
        inbox.process(kept())

    assert list(Booking.objects.values_list("pk", "status")) == [(made[0].pk, "BOOKING_CREATED")]
