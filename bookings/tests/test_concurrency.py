"""Many connections at once, on MySQL: nothing is lost, nothing deadlocks into the open, each booking is one row."""

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from bookings.domain.words import Outcome
from bookings.models import Booking, Message
from bookings.tests.test_stories import STORIES, rows
from careercoach.testing import body_of, signed_post
from coaches.models import Coach
from users.models import User

CONNECTIONS = 16

pytestmark = [pytest.mark.mysql, pytest.mark.django_db(transaction=True)]


def at_once(work: Callable[[Any], Any], over: list[Any]) -> list[Any]:
    """Do the work for each, 16 at a time, each in a thread with a connection of its own."""

    def with_own_connection(each: Any) -> Any:
        try:
            return work(each)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return list(pool.map(with_own_connection, over))


def post_status(body: str) -> int:
    status: int = signed_post(Client(raise_request_exception=False), body).status_code
    return status


def chain_of(length: int) -> list[str]:
    """A booking that was moved again and again, and cancelled at last; each step tells of its neighbour only."""
    bodies = []
    for step in range(length):
        body = body_of("booking_rescheduled")
        body["createdAt"] = f"2026-11-27T08:12:{step:02}.000Z"
        body["payload"] |= {"uid": f"step{step:02}", "bookingId": step, "rescheduleUid": f"step{step - 1:02}"}
        bodies.append(json.dumps(body))
    last = body_of("booking_cancelled")
    last["createdAt"] = "2026-11-28T00:00:00.000Z"
    last["payload"]["uid"] = f"step{length - 1:02}"
    return [*bodies, json.dumps(last)]


def test_the_events_of_one_booking_at_once() -> None:
    (story,) = [each for each in STORIES if any('"wzuhcMtd2FdBRuGRTtLmQV"' in body for body in each)]
    for body in story:
        post_status(body)
    expected = rows()
    Message.objects.all().delete()
    Booking.objects.all().delete()

    storm = [body for body in story for _copy in range(4)]
    random.shuffle(storm)
    answers = at_once(post_status, storm)

    assert answers == [200] * len(storm)
    assert rows() == expected
    assert Message.objects.count() == len(story)
    assert Coach.objects.count() == 1


def test_a_chain_at_once() -> None:
    story = chain_of(12)
    random.shuffle(story)

    answers = at_once(post_status, [*story, *story])

    assert answers == [200] * (2 * len(story))
    chain = Booking.objects.order_by("uid")
    assert len({booking.chain_reference for booking in chain}) == 1
    assert [(booking.is_head, booking.status) for booking in chain if booking.is_head] == [(True, "BOOKING_CANCELLED")]
    assert chain.count() == 13
    assert set(Message.objects.values_list("outcome", flat=True)) <= {Outcome.APPLIED, Outcome.UNCHANGED}


def test_many_bookings_of_one_coach_at_once() -> None:
    bodies = []
    for number in range(48):
        body = body_of("booking_created_free")
        body["createdAt"] = f"2026-11-23T18:05:{number:02}.000Z"
        body["payload"] |= {"uid": f"booking{number:02}", "bookingId": number}
        bodies.append(json.dumps(body))

    answers = at_once(post_status, bodies)

    assert answers == [200] * len(bodies)
    assert Booking.objects.filter(status="BOOKING_CREATED", coach__cal_user_id=4101).count() == len(bodies)


def test_signing_up_while_the_booking_comes_loses_neither() -> None:
    """Whoever commits first, the other sees it."""

    def book(number: int) -> int:
        body = body_of("booking_created_free")
        body["payload"] |= {"uid": f"booking{number:02}", "bookingId": number}
        body["payload"]["responses"]["email"]["value"] = f"client{number}@example.org"
        return post_status(json.dumps(body))

    def sign_up(number: int) -> int:
        person = {"name": "Client", "email": f"client{number}@example.org"}
        status: int = Client().post("/api/users", person, content_type="application/json").status_code
        return status

    answers = at_once(lambda task: task[0](task[1]), [(do, n) for n in range(24) for do in (book, sign_up)])

    assert answers == [200, 201] * 24
    users = dict(User.objects.values_list("email", "id"))
    assert {booking.user_id == users[booking.client_email] for booking in Booking.objects.all()} == {True}


def test_one_person_who_signs_up_many_times_at_once_is_one_user() -> None:
    def sign_up(_number: int) -> int:
        person = {"userId": "business-7", "name": "Alice", "email": "alice@example.org"}
        status: int = Client().post("/api/users", person, content_type="application/json").status_code
        return status

    answers = at_once(sign_up, list(range(16)))

    assert sorted(answers) == [200] * 15 + [201]
    assert list(User.objects.values_list("user_id", "email")) == [("business-7", "alice@example.org")]
