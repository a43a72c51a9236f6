"""cal_simulate over real HTTP: what each story leaves in the mirror, and what the options change in it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from bookings.cal import links
from bookings.models import Booking, Message
from careercoach.demo.stories import STORIES
from careercoach.demo.tests.simulating import START, serving, simulate
from careercoach.testing import SECRET, signed_post
from coaches.models import Coach
from users.models import User

pytestmark = pytest.mark.django_db(transaction=True)

NEXT_DAY = START + timedelta(days=1)
ROBIN, KIM = "robin@coaches.example", "kim.stand-in@coaches.example"


@pytest.fixture
def deployment(transactional_db: None) -> Iterator[str]:
    with serving() as url:
        yield url


def rows() -> list[tuple[Any, ...]]:
    """Every booking, whole enough to tell what happened to it; first the earliest."""
    told = Booking.objects.order_by("starts_at", "status").select_related("coach")
    return [
        (each.status, each.why, each.payment, each.starts_at, each.coach.email if each.coach else "") for each in told
    ]


# What each story leaves: status, why, payment, start, coach; the earliest session first.
BOOKED = ("BOOKING_CREATED", "accepted", "paid", START, ROBIN)
CANCELLED = ("BOOKING_CANCELLED", "cancelled", "paid", START, ROBIN)
MOVED = ("BOOKING_CANCELLED", "superseded", "paid", START, ROBIN)
OUTCOMES: dict[str, list[tuple[Any, ...]]] = {
    "free": [("BOOKING_CREATED", "accepted", "unknown", START, ROBIN)],
    "unpaid": [("PENDING", "payment_due", "due", START, ROBIN)],
    "paid": [BOOKED],
    "declined": [("PENDING", "payment_due", "due", START, ROBIN)],
    "cancelled": [CANCELLED],
    "cancelled-by-coach": [CANCELLED],
    "rescheduled": [MOVED, ("BOOKING_CREATED", "accepted", "paid", NEXT_DAY, ROBIN)],
    "rescheduled-by-client": [MOVED, ("BOOKING_CREATED", "accepted", "paid", NEXT_DAY, ROBIN)],
    "request-reschedule": [CANCELLED],
    "rejected": [("BOOKING_CANCELLED", "rejected", "presumed", START, ROBIN)],
    "ended": [("MEETING_ENDED", "ended", "paid", START, ROBIN)],
    "no-show": [("NO_SHOW", "client_absent", "paid", START, ROBIN)],
    "coach-no-show": [("NO_SHOW", "coach_absent", "paid", START, ROBIN)],
    "no-show-undone": [("MEETING_ENDED", "ended", "paid", START, ROBIN)],
    "reassigned": [("BOOKING_CREATED", "accepted", "paid", START, KIM)],
    "paid-after-cancelling": [BOOKED],
    "out-of-order": [BOOKED],
    "repeated": [BOOKED],
    "ping": [],
}


def test_every_story_is_tried() -> None:
    assert {*OUTCOMES, "storm"} == set(STORIES)


@pytest.mark.parametrize("story", OUTCOMES)
def test_a_story_leaves_its_bookings(story: str, deployment: str, capsys: pytest.CaptureFixture[str]) -> None:
    simulate(story, deployment, capsys)

    assert rows() == OUTCOMES[story]


def test_stories_of_a_free_session_end_in_the_same_status(deployment: str, capsys: pytest.CaptureFixture[str]) -> None:
    stories = [name for name in OUTCOMES if STORIES[name].for_free]
    left = {}
    for story in stories:
        simulate(story, deployment, capsys, "--price", "0")
        left[story] = [(row[0], row[2]) for row in rows()]
        Booking.objects.all().delete()

    assert left == {story: [(row[0], "unknown") for row in OUTCOMES[story]] for story in stories}


def test_a_storm_ends_as_if_all_had_come_in_order(
    deployment: str, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    said = simulate("storm", deployment, capsys, "--count", "16", "--seed", "tempest")
    after_the_storm = rows()
    told = simulate("storm", deployment, capsys, "--count", "16", "--seed", "tempest", "--dry-run").splitlines()
    Message.objects.all().delete()
    Booking.objects.all().delete()
    for body in sorted(set(told), key=lambda line: json.loads(line).get("createdAt", "later")):
        signed_post(client, body)

    assert after_the_storm == rows()
    assert len(after_the_storm) >= 16
    assert len({row[0] for row in after_the_storm}) == 5
    assert len(told) > len(set(told))
    assert f"{len(told)} of {len(told)} posted, {len(told)} answered 200." in said


def test_a_storm_of_free_sessions_leaves_out_what_needs_a_payment(
    deployment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    simulate("storm", deployment, capsys, "--count", "8", "--price", "0", "--seed", "breeze")

    assert {row[2] for row in rows()} == {"unknown"}


def test_the_booking_is_that_of_the_user_whose_link_is_given(
    deployment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    alice = User.objects.create_user("alice@example.org", "Alice Client", user_id="alice-1")
    link = links.booking_url(alice)

    simulate("paid", deployment, capsys, "--booking-url", link)

    booking = Booking.objects.get()
    assert (booking.user, booking.linked_by, booking.client_name, booking.client_email, booking.site) == (
        alice,
        "token",
        "Alice Client",
        "alice@example.org",
        "https://cal.com",
    )


def test_options_say_who_meets_whom_and_where(deployment: str, capsys: pytest.CaptureFixture[str]) -> None:
    who = ["--name", "Lin", "--email", "lin@example.cn", "--coach-name", "Ada", "--coach-email", "ada@coach.example"]

    simulate("unpaid", deployment, capsys, *who, "--price", "9000", "--event-type-id", "7", "--site", "http://cal.test")

    booking = Booking.objects.get()
    assert (booking.client_name, booking.client_email, booking.price, booking.event_type, booking.site) == (
        "Lin",
        "lin@example.cn",
        9000,
        7,
        "http://cal.test",
    )
    assert list(Coach.objects.values_list("name", "email")) == [("Ada", "ada@coach.example")]


def test_the_same_seed_makes_the_same_bookings_and_another_makes_others(
    deployment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    simulate("paid", deployment, capsys, "--seed", "one")
    simulate("paid", deployment, capsys, "--seed", "one", "--pause", "0.01")
    assert Booking.objects.count() == 1

    simulate("paid", deployment, capsys, "--seed", "two")
    simulate("paid", deployment, capsys)
    simulate("paid", deployment, capsys)
    assert Booking.objects.count() == 4


def test_without_a_start_the_session_is_tomorrow_on_the_half_hour(
    deployment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked_at = timezone.now()

    call_command("cal_simulate", "paid", "--url", deployment, "--secret", SECRET)

    start = Booking.objects.get().starts_at
    assert start.minute in (0, 30)
    assert timedelta(days=1) < start - asked_at <= timedelta(days=1, minutes=31)


def test_the_secret_of_this_deployment_is_taken_where_none_is_given(
    deployment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("cal_simulate", "ping", "--url", deployment)

    assert capsys.readouterr().out.splitlines()[-1] == "1 of 1 posted, 1 answered 200."


def test_each_post_is_told_with_its_answer(deployment: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = simulate("repeated", deployment, capsys, "--seed", "s").splitlines()

    uid = Booking.objects.get().uid
    assert said == [
        f"repeated: 6 messages to {deployment}, --seed s",
        f"200  BOOKING_PAYMENT_INITIATED       {uid}  applied",
        f"200  BOOKING_PAYMENT_INITIATED       {uid}  applied",
        f"200  BOOKING_CREATED                 {uid}  applied",
        f"200  BOOKING_CREATED                 {uid}  applied",
        f"200  BOOKING_PAID                    {uid}  applied",
        f"200  BOOKING_PAID                    {uid}  applied",
        "6 of 6 posted, 6 answered 200.",
    ]


def test_a_dry_run_prints_the_bodies_and_posts_nothing(deployment: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = simulate("paid", deployment, capsys, "--dry-run").splitlines()

    assert [json.loads(line)["triggerEvent"] for line in told] == [
        "BOOKING_PAYMENT_INITIATED",
        "BOOKING_CREATED",
        "BOOKING_PAID",
    ]
    assert Message.objects.count() == 0


def test_stories_are_listed_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("cal_simulate", "--list")

    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == list(STORIES)
    assert max(map(len, said)) <= 120
