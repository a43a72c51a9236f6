"""What only a rare order of things shows: each of these guards was once without a test."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.models import Booking
from bookings.tests.sync import START, UID, Upstream, iso, row, statuses
from careercoach.testing import body_of

Post = Callable[..., None]

pytestmark = pytest.mark.django_db

EMAIL = "jonas.berg@client.example"
MARKED_AT = START + timedelta(minutes=10)
AFTER = START + timedelta(hours=2)


def marked(*, absent: bool = True, at: datetime = MARKED_AT) -> dict[str, Any]:
    """The webhook by which Cal.com announces that the client was absent, or was not after all."""
    body = body_of("no_show_updated_guest")
    body["createdAt"] = iso(at)
    body["payload"]["attendees"] = [{"email": EMAIL, "noShow": absent}]
    return body


def answered(*, absent: bool) -> dict[str, Any]:
    return row(attendees=[{"name": "Jonas Berg", "email": EMAIL, "timeZone": "Europe/Berlin", "absent": absent}])


@pytest.mark.parametrize("seconds", [1, 120, 299])
def test_an_absence_that_was_taken_back_unannounced_is_taken_back_here_within_five_minutes(
    cal: Upstream, post: Post, seconds: int
) -> None:
    """An answer is believed to be of five minutes ago, since Cal.com announces before it writes; but not of this."""
    post(body_of("booking_created_free"), body_of("meeting_ended_free"), marked())
    cal.rows = [answered(absent=False)]

    cal.resync(now=MARKED_AT + timedelta(seconds=seconds))

    assert statuses() == {UID: "MEETING_ENDED"}


@pytest.mark.parametrize("absent", [True, False])
def test_a_webhook_of_before_comes_too_late_after_an_answer_that_only_confirmed(
    cal: Upstream, post: Post, absent: bool
) -> None:
    """Marked, taken back, marked again, or the other way round: the last webhook was lost, the one before is late."""
    post(body_of("booking_created_free"), body_of("meeting_ended_free"))
    cal.rows = [answered(absent=not absent)]
    cal.resync(now=START + timedelta(minutes=5))
    post(marked(absent=absent))
    cal.rows = [answered(absent=absent)]

    runs = [cal.resync(now=AFTER + timedelta(minutes=minutes)) for minutes in (0, 10)]
    post(marked(absent=not absent, at=MARKED_AT + timedelta(minutes=1)))

    assert statuses() == {UID: "NO_SHOW" if absent else "MEETING_ENDED"}
    assert [run.messages.count() for run in runs] == [1, 0]


def test_what_was_answered_before_the_start_is_confirmed_after_it(cal: Upstream, post: Post) -> None:
    """Our clock is behind Cal.com's, where the session has begun and both were marked."""
    post(body_of("booking_created_free"), body_of("meeting_ended_free"))
    cal.rows = [answered(absent=True) | {"absentHost": True}]

    runs = [cal.resync(now=now) for now in (START - timedelta(minutes=1), AFTER, AFTER + timedelta(minutes=10))]
    post(marked(absent=False))

    assert Booking.objects.get().client_absent is True
    assert [run.messages.count() for run in runs] == [1, 1, 0]


def test_asking_for_one_booking_ends_no_other(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"))
    cal.rows = [row("another")]

    cal.resync(now=AFTER, uids=("another",))

    assert statuses() == {UID: "BOOKING_CREATED", "another": "BOOKING_CREATED"}
