"""The one door: what gets in its way is tried again, whole."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from bookings import services
from bookings.cal import inbox
from bookings.domain.registers import Fact, Register, Stamp
from bookings.models import Booking, Message, StatusChange
from careercoach.testing import body_of
from coaches.models import Coach

pytestmark = pytest.mark.django_db(transaction=True)

DEADLOCK = OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")
WAITED = OperationalError(1205, "Lock wait timeout exceeded; try restarting transaction")


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


@pytest.mark.parametrize("problem", [DEADLOCK, WAITED], ids=["deadlock", "lock wait timeout"])
def test_what_others_got_in_the_way_of_is_tried_again_whole(problem: OperationalError) -> None:
    with connection.execute_wrapper(failing(problem, times=2)):
        message = inbox.process(kept())

    assert (message.outcome, Message.objects.get().outcome, Message.objects.get().attempts) == ("applied", "applied", 1)
    assert list(StatusChange.objects.values_list("old", "new")) == [("", "BOOKING_CREATED")]


def test_the_last_attempt_may_be_the_one_that_succeeds() -> None:
    with connection.execute_wrapper(failing(DEADLOCK, times=services.ATTEMPTS - 1)):
        message = inbox.process(kept())

    assert (message.outcome, Booking.objects.get().status) == ("applied", "BOOKING_CREATED")


def test_what_deadlocks_for_ever_is_kept_as_failed_and_can_be_processed_again() -> None:
    message = kept()

    with connection.execute_wrapper(failing(DEADLOCK, times=services.ATTEMPTS)), pytest.raises(OperationalError):
        inbox.process(message)

    assert (message.outcome, Message.objects.get().outcome) == ("failed", "failed")
    assert Booking.objects.get().registers == {}
    inbox.process(Message.objects.get())
    assert (Message.objects.get().outcome, Booking.objects.get().status) == ("applied", "BOOKING_CREATED")


def test_within_a_transaction_of_somebody_else_nothing_is_tried_again() -> None:
    """A deadlock undoes all of it, and so more than could be done again here."""
    message = kept()
    facts = inbox.read(message).facts

    with connection.execute_wrapper(failing(DEADLOCK, times=1)), pytest.raises(OperationalError), transaction.atomic():
        services.record(facts, message=message)

    assert Booking.objects.count() == 0


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


def test_what_was_recorded_says_which_bookings_are_new_and_which_changed() -> None:
    """Also where it was about others that it told nothing new of."""
    message = kept()
    stamp = Stamp(datetime(2026, 11, 24, tzinfo=UTC), 2, message.digest[:16])

    def told(uid: str, title: str) -> Fact:
        return Fact(uid, Register.TITLE, title, stamp)

    first = services.record([told("a", "A"), told("b", "B")], message=message)
    again = services.record([told("a", "A")], message=message)
    later = Stamp(stamp.moment + timedelta(1), stamp.rank, stamp.digest)
    more = services.record([Fact("b", Register.TITLE, "BB", later), told("a", "A"), told("c", "C")], message=message)

    assert [(each.created, each.changed) for each in (first, again, more)] == [
        (("a", "b"), ("a", "b")),
        ((), ()),
        (("c",), ("b", "c")),
    ]
    assert [sorted(each.bookings) for each in (first, again, more)] == [["a", "b"], ["a"], ["a", "b", "c"]]


def test_a_coach_who_adopts_bookings_changes_them() -> None:
    coach = Coach.objects.create(cal_user_id=4101, email="ada@coach.example")
    for uid, email in (("hers", coach.email), ("another's", "other@coach.example"), ("nobody's", "")):
        Booking.objects.create(uid=uid, coach_email=email)
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    Booking.objects.update(updated_at=long_ago)
    now = datetime(2026, 11, 24, tzinfo=UTC)

    assert services.adopt(coach, now=now) == 1

    assert set(Booking.objects.values_list("uid", "coach", "updated_at")) == {
        ("hers", coach.pk, now),
        ("another's", None, long_ago),
        ("nobody's", None, long_ago),
    }
