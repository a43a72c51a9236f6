"""GET /api/bookings?userId&uid=: Cal.com leads the browser back, often before its webhook is here."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from bookings.cal import asking, finding, links, slots
from bookings.domain.projection import reference
from bookings.domain.words import Source
from bookings.models import Booking, Message
from bookings.tests.test_client import KEY, Cal, Said, failed, said, serving, shape_a
from careercoach.testing import body_of, pass_by, problem
from users.models import User

pytestmark = pytest.mark.django_db

UID = "7hQ2mXk9sVb4TzLr8cNpYe"
START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
AWAY = failed(503, "away")
UNKNOWN = shape_a(404, "NotFoundException", "Booking with uid=x was not found in the database")


@pytest.fixture
def cal(settings: Any) -> Iterator[Cal]:
    cache.clear()
    with serving() as server:
        settings.CAL_API_BASE_URL, settings.CAL_API_KEY = server.address, KEY
        yield server


def booking(user: User | None, *, uid: str = UID, event_type: int | None = 501, **more: Any) -> Said:
    """As the API tells of it."""
    row = {
        "id": 9001,
        "uid": uid,
        "title": "Coaching",
        "status": "accepted",
        "hosts": [{"id": 4101, "name": "Ada Coach", "email": "ada@coach.example", "timeZone": "Europe/Paris"}],
        "attendees": [{"name": "A", "email": "someone@example.org", "timeZone": "Europe/Berlin", "absent": False}],
        "start": START.isoformat(),
        "end": (START + timedelta(minutes=30)).isoformat(),
        "eventType": None if event_type is None else {"id": event_type, "slug": "coaching"},
        "location": "https://app.cal.com/video/x",
        "createdAt": datetime.now(UTC).isoformat(),
        "updatedAt": datetime.now(UTC).isoformat(),
        "metadata": {} if user is None else {"cc_ref": links.user_token(user)},
        "bookingFieldsResponses": {"name": "A", "email": "someone@example.org"},
    }
    return said(row | more)


def come_back(client: Client, user: str = "alice-1", uid: str = UID, **more: str) -> Any:
    return client.get("/api/bookings", {"userId": user, "uid": uid} | more)


def waits(answer: Any) -> bool:
    return (answer.status_code, answer.headers.get("Retry-After"), answer.json()) == (202, "2", {"state": "waiting"})


def test_a_booking_that_is_known_is_answered_without_asking(
    client: Client, alice: User, cal: Cal, post: Callable[..., None]
) -> None:
    body = body_of("booking_created_free")
    body["payload"]["metadata"] = {"cc_ref": links.user_token(alice)}
    post(body)

    answer, listed = come_back(client), client.get("/api/bookings", {"userId": "alice-1"})

    assert (answer.status_code, answer.json()) == (200, listed.json())
    assert (answer.json()["count"], cal.asked) == (1, [])


def test_a_booking_that_is_not_known_is_asked_for_and_recorded(client: Client, alice: User, cal: Cal) -> None:
    cal.says(booking(alice))

    first, again = come_back(client), come_back(client)

    (row,) = first.json()["results"]
    assert (first.status_code, row["uid"], row["status"]) == (200, UID, "BOOKING_CREATED")
    assert again.json() == first.json()
    assert list(Message.objects.values_list("source", "uid")) == [(Source.API, UID)]
    assert len(cal.asked) == 1


def test_one_that_was_moved_meanwhile_is_told_by_its_newest(
    client: Client, alice: User, cal: Cal, post: Callable[..., None]
) -> None:
    token = {"metadata": {"cc_ref": links.user_token(alice)}}
    first, moved = body_of("booking_created_free"), body_of("booking_rescheduled")
    first["payload"] |= token
    moved["payload"] |= token | {"uid": "newer", "rescheduleUid": UID}
    post(first, moved)

    (row,) = come_back(client).json()["results"]

    assert (row["bookingId"], row["uid"]) == (reference(UID), "newer")


@pytest.mark.parametrize(
    "told",
    [UNKNOWN, failed(503, "away"), failed(429, {}), Said(silent=True), failed(200, "<html>"), shape_a(401, "X", "no")],
    ids=["unknown", "away", "too many", "silent", "unreadable", "no key"],
)
def test_while_nobody_knows_it_one_is_asked_to_come_again(told: Said, client: Client, alice: User, cal: Cal) -> None:
    cal.says(told)

    answers = [come_back(client) for _each in range(3)]

    assert all(map(waits, answers))
    assert len(cal.asked) == 1  # An unknown uid is remembered for a minute, and a failure for some seconds.
    assert not Booking.objects.exists()


@pytest.mark.parametrize(("told", "after"), [(UNKNOWN, 60), (AWAY, 10)], ids=["unknown", "away"])
def test_it_is_asked_for_again_after_a_minute_and_after_a_failure_sooner(
    told: Said, after: int, client: Client, alice: User, cal: Cal
) -> None:
    cal.says(told, booking(alice))

    first = come_back(client)
    pass_by(after - 5)
    before = come_back(client)
    pass_by(5 + 1)
    then = come_back(client)

    assert [each.status_code for each in (first, before, then)] == [202, 202, 200]
    assert len(cal.asked) == 2


def test_an_answer_that_drips_is_not_waited_for(
    client: Client, alice: User, cal: Cal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "WITHIN", 0.3)
    cal.says(replace(booking(alice), drip=0.05))
    began = time.monotonic()

    assert waits(come_back(client))
    assert time.monotonic() - began < 5


def test_how_long_anybody_waits_for_it() -> None:
    """In all, and still within the time in which nobody else asks."""
    connect, piece = finding.PATIENCE

    assert finding.WITHIN == 3
    assert finding.WITHIN + connect + piece < finding.ASKING < asking.LONGEST
    assert slots.WITHIN + sum(slots.PATIENCE) < asking.LONGEST


@pytest.mark.parametrize("uid", ["../me", "..", "a/b", "a?b", "a%2Fb", "ü", "a.b"])
def test_what_is_no_uid_of_cal_coms_is_not_asked_for(uid: str, client: Client, alice: User, cal: Cal) -> None:
    """It would be part of an address, and lead elsewhere."""
    assert waits(come_back(client, uid=uid))
    assert cal.asked == []


def test_without_a_key_for_cal_com_the_webhook_is_waited_for(client: Client, alice: User, settings: Any) -> None:
    settings.CAL_API_KEY = ""
    cache.clear()

    assert waits(come_back(client))


def test_another_users_booking_is_not_found(client: Client, alice: User, charlie: User, cal: Cal) -> None:
    cal.says(booking(charlie))

    asked_for, known = come_back(client), come_back(client)

    expected = problem(
        ("booking_not_found", "This user has no booking with this bookingId or uid.", None), kind="client_error"
    )
    assert [(each.status_code, each.json()) for each in (asked_for, known)] == [(404, expected)] * 2
    assert come_back(client, "charlie-1").status_code == 200


def test_one_that_belongs_to_nobody_is_asked_for_and_waited_for(client: Client, alice: User, cal: Cal) -> None:
    """The webhooks after a payment don't tell whose it is; the API does."""
    cal.says(booking(None))

    answers = [come_back(client) for _each in range(3)]

    assert all(map(waits, answers))
    assert len(cal.asked) == 1  # What Cal.com has answered is remembered for a minute.
    cache.clear()
    cal.says(booking(alice, updatedAt=(datetime.now(UTC) + timedelta(seconds=1)).isoformat()))

    assert come_back(client).status_code == 200
    assert len(cal.asked) == 2


@pytest.mark.parametrize(("event_type", "code"), [(501, 200), (502, 202), (None, 202)])
def test_of_event_types_that_are_not_ours_nothing_is_recorded(
    event_type: int | None, code: int, client: Client, alice: User, cal: Cal, settings: Any
) -> None:
    settings.CAL_EVENT_TYPE_IDS = [501]
    cal.says(booking(alice, event_type=event_type))

    answers = [come_back(client).status_code for _each in range(2)]

    assert (answers, len(cal.asked), Booking.objects.count()) == ([code] * 2, 1, int(code == 200))


def test_what_can_not_be_read_is_kept_as_failed(client: Client, alice: User, cal: Cal) -> None:
    cal.says(booking(alice, start="soon"))

    assert waits(come_back(client))
    assert Message.objects.get().outcome == "failed"


def test_look_ups_take_twenty_calls_a_minute_and_no_more(client: Client, alice: User, cal: Cal) -> None:
    cal.always = lambda asked: UNKNOWN
    for number in range(6):
        User.objects.create_user(f"u{number}@example.org", "U", user_id=f"user-{number}")

    answers = [come_back(client, f"user-{number % 6}", uid=f"u{number}") for number in range(23)]

    assert all(map(waits, answers))
    assert len(cal.asked) == 20


def test_one_who_looks_for_what_nobody_knows_leaves_calls_for_others(
    client: Client, alice: User, charlie: User, cal: Cal
) -> None:
    cal.says(*[UNKNOWN] * 5, booking(alice))

    answers = [come_back(client, "charlie-1", uid=f"u{number}") for number in range(23)]
    answers.append(come_back(client, "charlie-1"))  # Of whom nobody is asked any more, so that nobody waits for it.

    assert all(map(waits, answers))
    assert len(cal.asked) == 5
    assert come_back(client).status_code == 200


def test_it_has_to_fit_the_other_filters_too(client: Client, alice: User, cal: Cal) -> None:
    cal.says(booking(alice))

    assert come_back(client, status="PENDING").json()["results"] == []
