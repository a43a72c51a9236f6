"""Bookings that are over, of which Cal.com did not tell."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bookings.cal import inbox
from bookings.cal.sync import end_meetings
from bookings.domain.words import Source
from bookings.models import Booking, Message, Run, StatusChange
from bookings.tests.sync import START, UID, Upstream, counts, iso, row, statuses, told
from careercoach.testing import body_of

Post = Callable[..., None]

pytestmark = pytest.mark.django_db

END = START + timedelta(minutes=30)
OVER = END + timedelta(minutes=5)


def end(*, at: datetime = OVER, dry_run: bool = False) -> Run:
    return end_meetings(now=lambda: at, dry_run=dry_run)


def test_what_is_over_is_ended_once_with_its_cause(post: Post) -> None:
    post(body_of("booking_created_free"))

    run, again = end(), end(at=OVER + timedelta(minutes=1))

    assert (statuses(), counts(run)) == ({UID: "MEETING_ENDED"}, (1, 0, 1, 0, 0))
    assert ("status", "BOOKING_CREATED", "MEETING_ENDED", "ended") in [each[1:] for each in told(run)]
    change = StatusChange.objects.order_by("id").last()
    assert change is not None
    assert change.message is not None
    assert (change.as_of, change.message.source, change.message.run) == (END, Source.CLOCK, run)
    assert (again.pk, again.state, Run.objects.count()) == (None, "done", 1)


def test_cal_com_has_some_minutes_to_say_it_first(post: Post) -> None:
    post(body_of("booking_created_free"))

    end(at=OVER - timedelta(seconds=1))

    assert statuses() == {UID: "BOOKING_CREATED"}


def test_cal_coms_own_word_takes_the_place_of_the_clocks(post: Post) -> None:
    post(body_of("booking_created_free"))
    end()

    post(body_of("meeting_ended_free"))

    assert statuses() == {UID: "MEETING_ENDED"}
    assert Booking.objects.get().registers["told"]["ended"][1] == 0


def test_the_clock_alone_makes_no_booking_count(post: Post) -> None:
    post(body_of("booking_payment_initiated"))

    assert end().pk is None
    inbox.process(inbox.receive(b'{"uid": "%s", "ended": "2026-12-03T14:30:00Z"}' % UID.encode(), source=Source.CLOCK))
    assert statuses() == {UID: "PENDING"}


def test_after_a_kill_the_same_is_said_again_and_nothing_twice(post: Post) -> None:
    """The message was kept, and not applied."""
    post(body_of("booking_created_free"))
    body = b'{"uid": "%s", "ended": "%s"}' % (UID.encode(), END.isoformat().encode())
    inbox.receive(body, source=Source.CLOCK)

    end()

    assert list(Message.objects.order_by("id").values_list("source", "outcome")) == [
        ("webhook", "applied"),
        ("clock", "applied"),
    ]


def test_one_that_fails_keeps_nobody_from_the_next(post: Post) -> None:
    post(body_of("booking_created_free"))
    other = body_of("booking_created_free")
    other["payload"]["uid"] = "other"
    post(other)
    Booking.objects.filter(uid=UID).update(uid="not a uid")

    run = end()

    assert (counts(run), statuses()) == ((2, 0, 1, 0, 1), {"not a uid": "BOOKING_CREATED", "other": "MEETING_ENDED"})


def test_a_dry_run_ends_nothing(post: Post) -> None:
    post(body_of("booking_created_free"))

    run = end(dry_run=True)

    assert (statuses(), counts(run)) == ({UID: "BOOKING_CREATED"}, (1, 0, 1, 0, 0))
    assert {done for *_rest, done in told(run)} == {"nothing"}


def test_a_resync_ends_what_is_over_and_counts_it_once(cal: Upstream, post: Post) -> None:
    """Read and unchanged, read and changed, or not read at all."""
    for uid in ("unread", "changed"):
        other = body_of("booking_created_free")
        other["payload"]["uid"] = uid
        post(other)
    post(body_of("booking_created_free"))
    cal.rows = [row(), row("changed", title="Renamed", updatedAt="2026-12-01T00:00:00.000Z")]

    run = cal.resync(now=OVER)
    again = cal.resync(now=OVER + timedelta(minutes=10))

    assert set(statuses().values()) == {"MEETING_ENDED"}
    assert (counts(run), counts(again)) == ((3, 0, 3, 0, 0), (2, 2, 0, 0, 0))


def test_a_lost_cancellation_is_no_end(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"))
    cal.rows = [row(status="cancelled", updatedAt="2026-12-01T00:00:00.000Z")]

    cal.resync(now=OVER)

    assert list(StatusChange.objects.values_list("new", "expected")) == [
        ("BOOKING_CREATED", True),
        ("BOOKING_CANCELLED", True),
    ]


def test_a_dry_run_foretells_no_end_of_what_it_foretells_otherwise(cal: Upstream, post: Post) -> None:
    """That it would be cancelled by then is undone, and the clock finds it as it was."""
    post(body_of("booking_created_free"))
    cal.rows = [row(status="cancelled", updatedAt=iso(START))]

    looked, run = cal.resync(now=OVER, dry_run=True), cal.resync(now=OVER)

    assert [each[:4] for each in told(looked)] == [each[:4] for each in told(run)]


def test_what_changes_meanwhile_is_left_to_whoever_changed_it(post: Post) -> None:
    """Ended by Cal.com's own word after we looked: the message says nothing new."""
    post(body_of("booking_created_free"))
    moments = iter([OVER])

    def now() -> datetime:
        moment = next(moments, None)
        if moment is None:
            post_ended = body_of("meeting_ended_free")
            if Message.objects.count() == 1:
                post(post_ended)
        return moment or OVER

    run = end_meetings(now=now)

    assert (counts(run), statuses()) == ((0, 0, 0, 0, 0), {UID: "MEETING_ENDED"})
