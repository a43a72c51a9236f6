"""What the staff have done at Cal.com: with a reason, once, and shown when the fact comes back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bookings.cal import commands
from bookings.cal.commands import Act, Impossible, Refused, Unavailable, Unsure
from bookings.models import Booking, Run, StatusChange
from bookings.tests.sync import NOW, START, UID, Upstream, row
from bookings.tests.test_client import Asked, Said, failed, said, shape_a
from careercoach.testing import body_of
from coaches.models import Coach
from users.models import User

pytestmark = pytest.mark.django_db

ALREADY = "Can't cancel booking with uid=x because it has been cancelled already."


@pytest.fixture
def booking(post: Callable[..., None], cal: Upstream) -> Booking:
    post(body_of("booking_created_free"))
    cal.rows = [row()]
    return Booking.objects.get()


def acts(cal: Upstream, answer: Said, **changes: Any) -> None:
    """Cal.com does what it is asked to, if there are changes, and answers so."""

    def act(asked: Asked) -> Said | None:
        if asked.method != "POST":
            return None
        if changes:
            cal.change(at=cal.clock.moment, **changes)
        return answer

    cal.broken = act


def cancel(cal: Upstream, booking: Booking, sam: User, *, reason: str = "The coach is ill", at: Any = NOW) -> Act:
    cal.clock.moment = at
    with cal.api() as api:
        return commands.cancel(booking, by=sam, reason=reason, api=api, now=cal.clock.now)


def sent(cal: Upstream) -> list[Any]:
    return [asked.json for asked in cal.asked if asked.method == "POST"]


def test_a_cancellation_is_shown_when_cal_com_tells_of_it(cal: Upstream, booking: Booking, sam: User) -> None:
    acts(cal, said(row()), status="cancelled", cancellationReason="The coach is ill")

    act = cancel(cal, booking, sam, reason=" The coach is ill ")

    assert (act.is_sent, act.is_shown, act.booking.status) == (True, True, "BOOKING_CANCELLED")
    assert (act.booking.reason, act.booking.cancelled_by) == ("The coach is ill", "sam@example.org")
    assert sent(cal) == [{"cancellationReason": "The coach is ill"}]
    assert cal.calls == [f"/bookings/{UID}", f"/bookings/{UID}/cancel", f"/bookings/{UID}"]
    run = Run.objects.get()
    assert (run.kind, run.state, run.by, run.calls) == ("act", "done", sam, 3)
    assert run.options == {"act": "cancel", "uid": UID, "reason": "The coach is ill"}
    change = StatusChange.objects.order_by("id").last()
    assert change is not None
    assert (change.new, change.by, change.message and change.message.run) == ("BOOKING_CANCELLED", sam, run)


def test_a_cancellation_that_cal_com_has_not_written_yet_is_not_claimed(
    cal: Upstream, booking: Booking, sam: User
) -> None:
    acts(cal, said(row()))

    act = cancel(cal, booking, sam)

    assert (act.is_sent, act.is_shown, act.booking.status) == (True, False, "BOOKING_CREATED")


def test_who_cancelled_already_is_left_with_the_name(cal: Upstream, booking: Booking, sam: User) -> None:
    cal.change(at=NOW, status="cancelled", cancelledByEmail="jonas.berg@client.example")

    act = cancel(cal, booking, sam)

    assert (act.is_sent, act.is_shown, act.booking.cancelled_by) == (False, True, "jonas.berg@client.example")
    assert sent(cal) == []
    assert StatusChange.objects.filter(by=sam).count() == 0


@pytest.mark.parametrize(
    ("answer", "is_ours"),
    [
        (shape_a(400, "BadRequestException", ALREADY), False),  # Somebody else was faster.
        (Said(silent=True), True),
        (failed(500, "error code: 524"), True),
        (failed(200, "<html>"), True),
    ],
)
def test_what_was_done_though_cal_com_did_not_say_so_is_success(
    cal: Upstream, booking: Booking, sam: User, answer: Said, is_ours: bool
) -> None:
    acts(cal, answer, status="cancelled")

    act = cancel(cal, booking, sam)

    assert (act.is_sent, act.is_shown) == (is_ours, True)
    assert act.booking.cancelled_by == ("sam@example.org" if is_ours else "")
    assert len(sent(cal)) == 1


@pytest.mark.parametrize(
    ("answer", "problem", "words"),
    [
        (shape_a(400, "BadRequestException", "Booking has ended"), Refused, "^Cal.com refuses: .*Booking has ended$"),
        (Said(silent=True), Unsure, "no answer that says whether it was done: .* Look again in some minutes.$"),
        (failed(200, "<html>"), Unsure, "no answer that says whether it was done"),
        (failed(429, "", Retry_After="1"), Unavailable, "can't be reached, and nothing was done"),
    ],
)
def test_what_was_not_done_says_why_and_is_not_tried_again(
    cal: Upstream, booking: Booking, sam: User, answer: Said, problem: type[Exception], words: str
) -> None:
    acts(cal, answer)

    with pytest.raises(problem, match=words):
        cancel(cal, booking, sam)

    run = Run.objects.get()
    assert (run.state, len(sent(cal))) == ("failed", 1)
    assert "Cal.com" in run.error
    assert Booking.objects.get().status == "BOOKING_CREATED"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (failed(503, "down"), Unavailable),
        (shape_a(404, "NotFoundException", "Booking was not found"), Refused),
    ],
)
def test_nothing_is_sent_where_the_booking_cannot_be_read(
    cal: Upstream, booking: Booking, sam: User, answer: Said, problem: type[Exception]
) -> None:
    cal.broken = lambda asked: answer

    with pytest.raises(problem):
        cancel(cal, booking, sam)

    assert sent(cal) == []


def test_where_it_cannot_be_read_afterwards_the_webhook_will_tell(cal: Upstream, booking: Booking, sam: User) -> None:
    cal.broken = lambda asked: said(row()) if asked.method == "POST" else failed(503, "down") if sent(cal) else None

    act = cancel(cal, booking, sam)

    assert (act.is_sent, act.is_shown) == (True, False)


@pytest.mark.parametrize(
    ("reason", "at", "words"),
    [(" ", NOW, "Give a reason."), ("Ill", START + timedelta(days=1), "The time of the booking has passed.")],
)
def test_what_cannot_be_asked_is_not_sent(
    cal: Upstream, booking: Booking, sam: User, reason: str, at: Any, words: str
) -> None:
    with pytest.raises(Impossible, match=words):
        cancel(cal, booking, sam, reason=reason, at=at)

    assert sent(cal) == []


def test_without_a_key_nothing_can_be_asked(booking: Booking, sam: User, settings: Any) -> None:
    settings.CAL_API_KEY = ""

    with pytest.raises(Impossible, match="CAL_API_KEY is not set"):
        commands.cancel(booking, by=sam, reason="Ill")


def test_the_client_of_the_settings_is_closed_again(cal: Upstream, booking: Booking, sam: User, settings: Any) -> None:
    settings.CAL_API_KEY, settings.CAL_API_BASE_URL = "cal_key", cal.address
    acts(cal, said(row()), status="cancelled")
    Booking.objects.update(starts_at=None, ends_at=None)

    assert commands.cancel(booking, by=sam, reason="Ill").is_sent


# --- Reassign --------------------------------------------------------------------------------------------------------

BOB = {"id": 81, "name": "Bob", "email": "bob@coach.example", "username": "bob"}


@pytest.mark.parametrize("chosen", [True, False])
def test_another_coach(cal: Upstream, booking: Booking, sam: User, chosen: bool) -> None:
    bob = Coach.objects.create(cal_user_id=81, name="Bob")
    acts(cal, said({"bookingUid": UID}), hosts=[BOB])

    with cal.api() as api:
        act = commands.reassign(booking, to=bob if chosen else None, by=sam, reason="Ill", api=api, now=cal.clock.now)

    assert (act.is_sent, act.is_shown, act.booking.coach) == (True, True, bob)
    assert sent(cal) == [{"reason": "Ill"} if chosen else {}]
    assert cal.calls[1] == f"/bookings/{UID}/reassign" + ("/81" if chosen else "")
    assert Run.objects.get().options == {
        "act": "reassign",
        "uid": UID,
        "reason": "Ill",
        "to": 81 if chosen else None,
    }


def test_a_coach_who_has_it_already_is_not_asked_for_again(cal: Upstream, booking: Booking, sam: User) -> None:
    with cal.api() as api:
        act = commands.reassign(booking, to=booking.coach, by=sam, reason="Ill", api=api, now=cal.clock.now)

    assert (act.is_sent, act.is_shown, sent(cal)) == (False, True, [])


# --- Attendance ------------------------------------------------------------------------------------------------------


def mark(cal: Upstream, booking: Booking, sam: User, *, at: Any = None, **who: bool) -> Act:
    cal.clock.moment = at or START + timedelta(minutes=20)
    with cal.api() as api:
        return commands.mark_absent(booking, by=sam, reason="Nobody came", api=api, now=cal.clock.now, **who)


def test_the_client_is_marked_by_the_address_as_cal_com_has_it(cal: Upstream, booking: Booking, sam: User) -> None:
    theirs = {"name": "Jonas", "email": "Jonas.Berg@client.example", "timeZone": "UTC", "absent": False}
    cal.rows[0]["attendees"] = [{"email": "guest@example.org", "absent": False}, theirs]
    acts(cal, said(row()), attendees=[theirs | {"absent": True}])

    act = mark(cal, booking, sam, client=True)

    assert sent(cal) == [{"attendees": [{"email": "Jonas.Berg@client.example", "absent": True}]}]
    assert (act.is_shown, act.booking.status) == (True, "NO_SHOW")
    acts(cal, said(row()), attendees=[theirs])
    act = mark(cal, booking, sam, at=START + timedelta(minutes=25), client=False)
    assert (act.is_shown, act.booking.status) == (True, "BOOKING_CREATED")


def test_the_coach_is_marked(cal: Upstream, booking: Booking, sam: User) -> None:
    acts(cal, said(row()), absentHost=True)

    act = mark(cal, booking, sam, coach=True)

    assert sent(cal) == [{"host": True}]
    assert (act.is_shown, act.booking.why) == (True, "coach_absent")
    assert Run.objects.get().options["coach"] is True


def test_nobody_is_absent_before_the_start(cal: Upstream, booking: Booking, sam: User) -> None:
    with pytest.raises(Impossible, match="before the meeting has begun"):
        mark(cal, booking, sam, at=START - timedelta(minutes=1), client=True)

    assert sent(cal) == []


def test_a_client_without_an_address_cannot_be_marked(cal: Upstream, sam: User) -> None:
    booking = Booking.objects.create(uid="nameless")
    cal.rows = [row("nameless", attendees=[], bookingFieldsResponses={})]

    with pytest.raises(Impossible, match="address is not known"):
        mark(cal, booking, sam, client=True)


def test_somebody_has_to_be_marked(booking: Booking, sam: User) -> None:
    with pytest.raises(ValueError, match="Say of whom"):
        commands.mark_absent(booking, by=sam, reason="Ill")
