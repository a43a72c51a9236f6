"""Do webhooks still come? Held against bookings as the API tells them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookings.cal.client import CalUnavailable
from bookings.cal.doctor import arrivals
from bookings.cal.doctor.arrivals import Change, Mirrored
from bookings.domain.words import Lifecycle, Outcome, Source, Status, Why
from bookings.models import Booking, Message, StatusChange
from bookings.tests.doctor import said
from bookings.tests.sync import START, TYPE, UID, iso, upstream
from bookings.tests.sync import row as answer
from careercoach.testing import body_of

NOW = datetime(2026, 11, 23, 18, 40, tzinfo=UTC)
LAST = NOW - timedelta(hours=3)
HEARD = "the last webhook came 3 hours ago"


def row(
    uid: str = "one", *, created: float = -9, updated: float | None = None, status: str = "accepted"
) -> dict[str, Any]:
    """A booking that was made and changed so many minutes after the last webhook."""

    def told(minutes: float) -> str:
        return (LAST + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")

    changed = None if updated is None else told(updated)
    return {"uid": uid, "status": status, "createdAt": told(created), "updatedAt": changed}


HERE = Mirrored(is_cancelled=False, is_accepted=True, healed=False)


def change(minutes: float, *, missed: bool) -> Change:
    return Change(at=LAST + timedelta(minutes=minutes), missed=missed)


@pytest.mark.parametrize(
    ("told", "here", "expected"),
    [
        # Nothing after the last webhook.
        (row(), {}, []),
        (row(updated=-1), {}, []),
        # A booking that we don't have, or have from the API alone.
        (row(created=1), {}, [change(1, missed=True)]),
        (row(created=1, updated=2), {}, [change(1, missed=True)]),
        (
            row(updated=2),
            {"one": Mirrored(is_cancelled=False, is_accepted=True, healed=True)},
            [change(2, missed=True)],
        ),
        # Cancelled or accepted, and not here.
        (row(updated=2, status="cancelled"), {"one": HERE}, [change(2, missed=True)]),
        (
            row(updated=2),
            {"one": Mirrored(is_cancelled=False, is_accepted=False, healed=False)},
            [change(2, missed=True)],
        ),
        # The same here: what the last webhook told is written a little later, and a detail may change in silence.
        (row(updated=2), {"one": HERE}, []),
        (row(updated=6), {"one": HERE}, [change(6, missed=False)]),
        (row(updated=6, status="pending"), {"one": HERE}, [change(6, missed=False)]),
        (
            row(updated=1, status="rejected"),
            {"one": Mirrored(is_cancelled=True, is_accepted=False, healed=False)},
            [],
        ),
        # What can't be read says nothing.
        ({"uid": "one", "createdAt": "2026-13-45T00:00:00Z", "updatedAt": 7}, {}, []),
        ({"uid": "one", "createdAt": "2030-01-01T00:00:00"}, {}, []),
    ],
)
def test_a_webhook_is_missed_where_our_row_disagrees(told: Any, here: Any, expected: list[Change]) -> None:
    assert arrivals.changes([told], here, since=LAST) == expected


def test_changes_come_earliest_first() -> None:
    found = arrivals.changes([row("b", created=9), row("a", created=7), row("c", created=-7)], {}, since=LAST)

    assert found == [change(7, missed=True), change(9, missed=True)]


@pytest.mark.parametrize(
    ("found", "last", "expected"),
    [
        (
            [],
            LAST,
            ("green", f"{HEARD}, and nothing that it would have told has happened since"),
        ),
        ([], None, ("yellow", "no webhook has come yet")),
        (
            [change(151, missed=True)],
            LAST,
            ("yellow", f"{HEARD}; bookings changed since: 1, the first 29 minutes ago"),
        ),
        (
            [change(9, missed=False), change(150, missed=True), change(170, missed=True)],
            LAST,
            (
                "red",
                f"{HEARD}; bookings changed since: 2, the first 30 minutes ago. Webhooks are dead",
            ),
        ),
        (
            [change(1, missed=True)],
            None,
            ("red", "no webhook has come yet; bookings changed since: 1, the first 2 hours ago. Webhooks are dead"),
        ),
        (
            [change(9, missed=False)],
            LAST,
            ("yellow", f"{HEARD}; in details alone bookings changed since: 1"),
        ),
        (
            [change(170, missed=False)],
            LAST,
            ("green", f"{HEARD}, and nothing that it would have told has happened since"),
        ),
        (
            CalUnavailable("no answer", retryable=True),
            NOW - timedelta(days=3),
            ("yellow", "the last webhook came 3 days ago; what happened since was not looked at: no answer"),
        ),
    ],
)
def test_dead_webhooks_are_red_half_an_hour_after_the_first_that_was_missed(
    found: Any, last: datetime | None, expected: tuple[str, str]
) -> None:
    assert said(arrivals.still_come(found, last=last, now=NOW)) == expected


def test_a_clock_ahead_makes_no_age_below_nothing() -> None:
    assert "0 minutes ago" in arrivals.still_come([], last=NOW + timedelta(minutes=5), now=NOW).found


# --- Our side --------------------------------------------------------------------------------------------------------


def kept(number: int, *, source: Source = Source.WEBHOOK, trigger: str = "BOOKING_CREATED") -> Message:
    return Message.objects.create(
        source=source,
        trigger=trigger,
        digest=f"{number:064}",
        outcome=Outcome.APPLIED,
        received_at=NOW + timedelta(minutes=number),
    )


@pytest.mark.django_db
def test_the_last_webhook_is_no_test_and_no_answer_of_the_api() -> None:
    assert arrivals.last_webhook() is None

    kept(1)
    kept(2)
    kept(3, trigger="PING")
    kept(4, source=Source.API, trigger="api")

    assert arrivals.last_webhook() == NOW + timedelta(minutes=2)


@pytest.mark.django_db
def test_our_rows_are_told_with_who_changed_them_since() -> None:
    told = {"lifecycle": Lifecycle.ACCEPTED, "status": Status.BOOKING_CREATED}
    by_api, by_webhook = kept(1, source=Source.API), kept(2)
    for uid, message, minutes in (("healed", by_api, 1), ("told", by_webhook, 1), ("healed-before", by_api, -1)):
        booking = Booking.objects.create(uid=uid, **told)
        StatusChange.objects.create(
            booking=booking,
            new=Status.BOOKING_CREATED,
            why=Why.ACCEPTED,
            changed_at=LAST + timedelta(minutes=minutes),
            message=message,
        )
    Booking.objects.create(uid="gone", status=Status.BOOKING_CANCELLED, lifecycle=Lifecycle.CANCELLED)

    found = arrivals.mirrored(["healed", "told", "healed-before", "gone", "unknown"], since=LAST)

    assert found == {
        "healed": Mirrored(is_cancelled=False, is_accepted=True, healed=True),
        "told": HERE,
        "healed-before": HERE,
        "gone": Mirrored(is_cancelled=True, is_accepted=False, healed=False),
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "healed"),
    [
        ("", "NO_SHOW", True),
        ("PENDING", "NO_SHOW", True),
        ("BOOKING_CREATED", "NO_SHOW", False),
        ("MEETING_ENDED", "NO_SHOW", False),
        ("NO_SHOW", "MEETING_ENDED", False),
        ("NO_SHOW", "BOOKING_CREATED", False),
        ("NO_SHOW", "BOOKING_CANCELLED", True),
        ("BOOKING_CREATED", "BOOKING_CANCELLED", True),
        ("BOOKING_CANCELLED", "BOOKING_CREATED", True),
    ],
)
def test_only_a_change_that_is_announced_shows_that_a_webhook_was_missed(old: str, new: str, healed: bool) -> None:
    booking = Booking.objects.create(uid="one")
    StatusChange.objects.create(
        booking=booking, old=old, new=new, why=Why.ACCEPTED, changed_at=NOW, message=kept(1, source=Source.API)
    )

    assert arrivals.mirrored(["one"], since=LAST)["one"].healed is healed


def test_a_coach_s_absence_that_a_resync_heals_is_no_sign_of_dead_webhooks(
    post: Callable[..., None], settings: Any
) -> None:
    """Cal.com announces it to nobody, whoever marks it."""
    settings.CAL_EVENT_TYPE_IDS = [TYPE]
    post(body_of("booking_created_free"), body_of("meeting_ended_free"))
    marked_at = START + timedelta(hours=1)
    told = answer(updatedAt=iso(marked_at), absentHost=True)
    heard = marked_at - timedelta(minutes=20)
    Message.objects.update(received_at=heard)

    with upstream() as cal:
        cal.rows = [told]
        cal.resync(now=marked_at + timedelta(minutes=4))

    assert Booking.objects.get().status == Status.NO_SHOW
    found = arrivals.changes([told], arrivals.mirrored([UID], since=heard), since=heard)
    assert found == [Change(at=marked_at, missed=False)]
    finding = arrivals.still_come(found, last=heard, now=marked_at + timedelta(hours=1))
    assert said(finding) == (
        "yellow",
        "the last webhook came 80 minutes ago; in details alone bookings changed since: 1",
    )
