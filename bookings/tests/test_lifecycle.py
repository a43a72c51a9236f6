"""A booking's way through its life, told by Cal.com's own bodies."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bookings.cal import links
from bookings.domain.projection import reference
from bookings.models import Booking, Message, StatusChange
from careercoach.testing import all_recorded, body_of, recorded
from coaches.models import Coach
from users.models import User

OLD = "7hQ2mXk9sVb4TzLr8cNpYe"
NEW = "kW5uJf3RtA6oGdE1xPqM9Z"

Post = Callable[..., None]


def status(uid: str = OLD) -> str:
    return Booking.objects.get(uid=uid).status


def changed(name: str, *, created_at: str | None = None, **payload: Any) -> dict[str, Any]:
    """A body with other values in its payload."""
    body = body_of(name)
    body.get("payload", body).update(payload)
    if created_at is not None:
        body["createdAt"] = created_at
    return body


@pytest.fixture
def jonas(db: None) -> User:
    """The client of the bodies built from Cal.com's source."""
    return User.objects.create_user("jonas.berg@client.example", "Jonas Berg", user_id="jonas-1")


def test_a_paid_booking_from_the_form_to_its_end(post: Post) -> None:
    seen = []
    for name in ("booking_payment_initiated", "booking_created_after_payment", "booking_paid", "meeting_ended"):
        post(body_of(name))
        booking = Booking.objects.get(uid=OLD)
        seen.append((booking.status, booking.payment))

    assert seen == [
        ("PENDING", "due"),
        ("BOOKING_CREATED", "presumed"),
        ("BOOKING_CREATED", "paid"),
        ("MEETING_ENDED", "paid"),
    ]
    assert (booking.price, booking.currency, booking.payment_id, booking.payment_intent) == (
        9000,
        "usd",
        60233,
        "pi_3RExampleCareerCoach01",
    )
    assert booking.link == "https://app.cal.com/video/7hQ2mXk9sVb4TzLr8cNpYe"
    assert list(StatusChange.objects.values_list("old", "new", "why", "expected", "message__trigger")) == [
        ("", "PENDING", "payment_due", True, "BOOKING_PAYMENT_INITIATED"),
        ("PENDING", "BOOKING_CREATED", "accepted", True, "BOOKING_CREATED"),
        ("BOOKING_CREATED", "MEETING_ENDED", "ended", True, "MEETING_ENDED"),
    ]


@pytest.mark.parametrize("payment_required", [False, True])
def test_a_booking_that_is_never_paid_never_ends(post: Post, settings: Any, payment_required: bool) -> None:
    settings.CAL_PAYMENT_REQUIRED = payment_required

    post(body_of("booking_payment_initiated"), body_of("meeting_started"), body_of("meeting_ended"))

    assert status() == "PENDING"


def test_paid_and_waiting_for_the_coach_is_pending_until_the_coach_accepts(post: Post) -> None:
    post(body_of("booking_payment_initiated"), body_of("booking_paid_requires_confirmation"))
    assert (status(), Booking.objects.get().payment) == ("PENDING", "paid")

    post(body_of("booking_requested_after_payment"))
    assert status() == "PENDING"

    post(changed("booking_created_after_payment", created_at="2026-11-23T19:00:00.000Z"))
    assert status() == "BOOKING_CREATED"


def test_a_request_that_comes_after_the_payment_presumes_it(post: Post) -> None:
    post(body_of("booking_payment_initiated"), body_of("booking_requested_after_payment"))

    assert (status(), Booking.objects.get().payment) == ("PENDING", "presumed")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (None, "BOOKING_CREATED"),
        ("ACCEPTED", "BOOKING_CREATED"),
        ("PENDING", "PENDING"),
        ("CANCELLED", "BOOKING_CANCELLED"),
        ("REJECTED", "BOOKING_CANCELLED"),
        ("SOMETHING_NEW", "PENDING"),
    ],
)
def test_a_payment_tells_the_status_at_cal_com(post: Post, told: str | None, expected: str) -> None:
    post(changed("booking_paid", status=told))

    assert (status(), Booking.objects.get().payment) == (expected, "paid")


@pytest.mark.parametrize(
    ("name", "by", "reason", "asked"),
    [
        ("booking_cancelled", "jonas.berg@client.example", "Something came up", False),
        ("booking_cancelled_by_host", "maya@coach.example", "Coach is ill", False),
        (
            "booking_cancelled_request_reschedule",
            "maya@coach.example",
            "Please reschedule. I have to be in court that morning",
            True,
        ),
    ],
)
def test_a_cancelled_booking_says_who_and_why(post: Post, name: str, by: str, reason: str, asked: bool) -> None:
    post(body_of("booking_created_free"), body_of(name))

    booking = Booking.objects.get()
    assert (booking.status, booking.why, booking.lifecycle) == ("BOOKING_CANCELLED", "cancelled", "cancelled")
    assert (booking.cancelled_by, booking.reason, booking.reschedule_requested) == (by, reason, asked)


def test_an_older_cal_com_asks_for_another_time_without_a_flag(post: Post) -> None:
    post(recorded("v602", "093"))

    booking = Booking.objects.get()
    assert (booking.status, booking.reschedule_requested, booking.coach) == ("BOOKING_CANCELLED", True, None)


def test_a_declined_booking_says_why(post: Post) -> None:
    post(body_of("booking_requested"), body_of("booking_rejected"))

    booking = Booking.objects.get()
    assert (booking.status, booking.why, booking.reason) == (
        "BOOKING_CANCELLED",
        "rejected",
        "I am travelling that week.",
    )


def test_a_payment_after_cancelling_revives_the_booking_and_is_marked(post: Post) -> None:
    post(body_of("booking_payment_initiated"), body_of("booking_cancelled"))
    post(changed("booking_paid", created_at="2026-11-26T00:00:00.000Z"))

    assert status() == "BOOKING_CREATED"
    assert list(StatusChange.objects.values_list("old", "new", "expected")) == [
        ("", "PENDING", True),
        ("PENDING", "BOOKING_CANCELLED", True),
        ("BOOKING_CANCELLED", "BOOKING_CREATED", False),
    ]


# --- Reschedule ------------------------------------------------------------------------------------------------------


def test_a_paid_booking_moved_by_its_client_stays_one_entry(post: Post, client: Client, jonas: User) -> None:
    def entries() -> list[tuple[str, str, str, str]]:
        page = client.get("/api/bookings", {"userId": "jonas-1"}).json()["results"]
        return [(each["bookingId"], each["status"], each["payment"]["state"], each["startTime"]) for each in page]

    post(body_of("booking_payment_initiated"), body_of("booking_created_after_payment"), body_of("booking_paid"))
    ((booking_id, *_rest),) = entries()
    post(body_of("booking_requested_reschedule_of_paid"))
    assert entries() == [(booking_id, "PENDING", "paid", "2026-12-05T09:00:00Z")]

    post(
        changed(
            "booking_created_after_payment",
            created_at="2026-11-27T09:00:00.000Z",
            uid=NEW,
            bookingId=930377,
            startTime="2026-12-05T09:00:00.000Z",
            endTime="2026-12-05T09:30:00.000Z",
        )
    )
    assert entries() == [(booking_id, "BOOKING_CREATED", "paid", "2026-12-05T09:00:00Z")]

    # What still comes for the old uid: its planned events, and the payment provider's second word.
    post(body_of("meeting_started"), body_of("meeting_ended"))
    post(changed("booking_paid", created_at="2026-11-28T00:00:00.000Z"))
    assert entries() == [(booking_id, "BOOKING_CREATED", "paid", "2026-12-05T09:00:00Z")]
    assert status(OLD) == "BOOKING_CANCELLED"
    assert Booking.objects.get(uid=NEW).payment_intent == "pi_3RExampleCareerCoach01"


@pytest.mark.parametrize("backwards", [False, True])
def test_a_chain_may_be_long(post: Post, backwards: bool) -> None:
    steps = [
        changed(
            "booking_rescheduled",
            created_at=f"2026-11-27T{step // 60:02}:{step % 60:02}:00.000Z",
            uid=f"step{step}",
            rescheduleUid=f"step{step - 1}",
        )
        for step in range(1, 70)
    ]

    post(changed("booking_paid", uid="step0"), *(steps[::-1] if backwards else steps))

    head = Booking.objects.get(is_head=True)
    assert (head.uid, head.chain_reference, head.payment) == ("step69", reference("step0"), "paid")


def test_a_flat_body_tells_of_the_booking_before_it_too(post: Post) -> None:
    post(changed("meeting_ended_free", uid=NEW, fromReschedule=OLD))

    assert list(Booking.objects.order_by("uid").values_list("uid", "status", "superseded_by")) == [
        (OLD, "BOOKING_CANCELLED", NEW),
        (NEW, "MEETING_ENDED", ""),
    ]


def test_a_booking_that_names_itself_as_the_one_before_is_no_reschedule(post: Post) -> None:
    post(changed("booking_rescheduled", rescheduleUid=NEW))

    assert list(Booking.objects.values_list("uid", "status")) == [(NEW, "BOOKING_CREATED")]


# --- Absence ---------------------------------------------------------------------------------------------------------


def test_a_no_show_that_is_taken_back_goes_back(post: Post) -> None:
    post(body_of("booking_created_free"), body_of("no_show_updated_guest"))
    assert status() == "NO_SHOW"

    post(body_of("no_show_updated_guest_unmarked"))
    assert status() == "BOOKING_CREATED"

    post(body_of("meeting_ended_free"))
    assert status() == "MEETING_ENDED"


def test_taking_back_the_clients_absence_leaves_the_coachs(post: Post) -> None:
    post(
        body_of("booking_created_free"),
        body_of("after_hosts_no_show"),
        body_of("no_show_updated_guest"),
        body_of("no_show_updated_guest_unmarked"),
    )

    booking = Booking.objects.get()
    assert (booking.status, booking.why) == ("NO_SHOW", "coach_absent")


def test_only_the_subject_of_an_event_is_believed_on_absence(post: Post) -> None:
    hosts = body_of("after_hosts_no_show")
    hosts["payload"]["attendees"][0]["noShow"] = True
    ended = changed("meeting_ended_free", noShowHost=True)

    post(body_of("booking_created_free"), hosts, ended)

    booking = Booking.objects.get()
    assert (booking.client_absent, booking.coach_absent) == (None, True)


def test_the_end_of_a_meeting_after_a_no_show_changes_nothing(post: Post) -> None:
    post(body_of("booking_created_free"), body_of("after_guests_no_show"), body_of("meeting_ended_free"))

    assert status() == "NO_SHOW"


def test_an_absence_alone_makes_no_session(post: Post) -> None:
    post(body_of("no_show_updated_guest"))

    assert status() == "PENDING"


def test_attendees_without_an_address_say_nothing(post: Post) -> None:
    nobody = [{"email": None, "noShow": True}, {"noShow": True}, "nobody"]

    post(changed("no_show_updated_several", attendees=nobody), changed("after_guests_no_show", guests=nobody))

    assert list(Booking.objects.values_list("status", "client_absent")) == [("BOOKING_CREATED", None)]
    assert list(Message.objects.order_by("id").values_list("outcome", flat=True)) == ["unchanged", "applied"]


# --- Coach, link and the rest ----------------------------------------------------------------------------------------


def test_the_coach_is_the_organizer_and_changes_by_reassignment_only(post: Post) -> None:
    post(body_of("booking_created_free"))
    assert str(Booking.objects.get().coach) == "Maya Lindqvist"

    cancelled = changed("booking_cancelled")
    cancelled["payload"]["organizer"] |= {"id": 9, "name": "An Admin", "email": "admin@coach.example"}
    post(body_of("booking_reassigned_documented"), cancelled)

    assert str(Booking.objects.get().coach) == "Tom Adeyemi"
    assert list(Coach.objects.order_by("name").values_list("name", "time_zone")) == [
        ("Maya Lindqvist", "Europe/Stockholm"),
        ("Tom Adeyemi", "Europe/London"),
    ]


def test_an_organizer_without_an_id_finds_a_coach_by_address_and_makes_none(post: Post) -> None:
    nameless = body_of("booking_created_free")
    del nameless["payload"]["organizer"]["id"]

    post(nameless)
    assert (Coach.objects.count(), Booking.objects.get().coach) == (0, None)

    named = changed("booking_created_free", uid="another", bookingId=1)
    post(named)
    assert {str(booking.coach) for booking in Booking.objects.all()} == {"Maya Lindqvist"}

    post(changed("recording_ready", uid="third"))
    assert str(Booking.objects.get(uid="third").coach) == "Maya Lindqvist"


@pytest.mark.parametrize(
    ("payload", "link"),
    [
        ({"metadata": {"videoCallUrl": "https://meet.example/x"}}, "https://meet.example/x"),
        ({"metadata": {}, "location": "https://zoom.example/j/1"}, "https://zoom.example/j/1"),
        ({"metadata": {}, "location": "integrations:daily"}, f"https://cal.com/video/{OLD}"),
        (
            {"metadata": {}, "location": "integrations:daily", "bookerUrl": "https://acme.cal.com/"},
            f"https://acme.cal.com/video/{OLD}",
        ),
        ({"metadata": {}, "location": "integrations:daily", "uid": "a/b?c"}, "https://cal.com/video/a%2Fb%3Fc"),
        ({"metadata": {}, "location": "integrations:daily", "uid": "\U0001f600" * 100}, ""),
        ({"metadata": {}, "location": "integrations:google:meet"}, ""),
        ({"metadata": {"videoCallUrl": "javascript:alert(1)"}, "location": "Main Street 1"}, ""),
        ({"metadata": {"videoCallUrl": "https://[broken"}, "location": "https://"}, ""),
    ],
)
def test_the_link_to_join(post: Post, payload: dict[str, Any], link: str) -> None:
    post(changed("booking_created_free", **payload))

    assert links.join_url(Booking.objects.get()) == link


def test_a_link_that_nobody_told_is_on_the_site_of_today(post: Post, settings: Any) -> None:
    """Reading a message again must give the same facts, whatever the settings have become."""
    post(changed("booking_created_free", metadata={}, location="integrations:daily", bookerUrl=None))
    settings.CAL_WEB_BASE_URL = "https://cal.example"

    booking = Booking.objects.get()

    assert (booking.link, links.join_url(booking)) == (f"/video/{OLD}", f"https://cal.example/video/{OLD}")


def test_a_booking_without_a_link_can_not_be_joined() -> None:
    assert links.join_url(Booking(uid="x")) == ""


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("Mars/Olympus", ""),
        ("../../etc/passwd", ""),
        ("Europe", ""),
        (5, ""),
    ],
)
def test_only_a_time_zone_that_exists_is_kept(post: Post, told: Any, kept: str) -> None:
    body = body_of("booking_created_free")
    body["payload"]["attendees"][0]["timeZone"] = told

    post(body)

    assert Booking.objects.get().client_time_zone == kept


def test_a_recording_and_a_transcript_exist(post: Post) -> None:
    post(body_of("booking_created_free"), body_of("recording_ready"), body_of("transcription"))

    booking = Booking.objects.get()
    assert (booking.has_recording, booking.has_transcript, booking.status) == (True, True, "BOOKING_CREATED")


def test_a_snapshot_fills_only_what_nothing_else_told(post: Post) -> None:
    post(changed("meeting_ended_free", title="Stale", startTime="2026-12-09T14:00:00Z", endTime="2026-12-09T14:30:00Z"))
    assert Booking.objects.get().title == "Stale"

    post(body_of("booking_created_free"))
    booking = Booking.objects.get()
    assert (booking.title, booking.starts_at.isoformat()) == (
        "Coaching 30 min between Maya Lindqvist and Jonas Berg",
        "2026-12-03T14:00:00+00:00",
    )
    assert booking.status == "MEETING_ENDED"


def test_a_wrapped_snapshot_is_read_like_a_flat_one(post: Post) -> None:
    flat = body_of("meeting_ended_free")
    trigger = flat.pop("triggerEvent")

    post({"triggerEvent": trigger, "createdAt": "2026-12-03T14:30:01.000Z", "payload": flat})

    assert status() == "MEETING_ENDED"


def test_a_snapshot_without_times_is_taken(post: Post) -> None:
    post(changed("meeting_ended_free", startTime=None, endTime=None))

    assert (status(), Booking.objects.get().starts_at) == ("MEETING_ENDED", None)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"seatsPerTimeSlot": 3}, "seats"),
        ({"attendeeSeatId": "one"}, "seats"),
        ({"recurringEvent": {"freq": 2, "count": 3}}, "series"),
        ({"schedulingType": "COLLECTIVE"}, "collective"),
        ({}, "single"),
    ],
)
def test_what_is_not_sold_here_is_taken_and_shown(post: Post, payload: dict[str, Any], expected: str) -> None:
    post(changed("booking_created_free", **payload))

    assert (Booking.objects.get().format, status()) == (expected, "BOOKING_CREATED")


def test_a_free_booking_does_not_count_where_payment_is_required(post: Post, settings: Any) -> None:
    settings.CAL_PAYMENT_REQUIRED = True

    post(body_of("booking_created_free"))
    assert (status(), Booking.objects.get().why) == ("PENDING", "free")

    post(body_of("meeting_ended_free"), body_of("no_show_updated_guest"))
    assert status() == "PENDING"


def test_every_genuine_body_is_taken(post: Post) -> None:
    bodies = [record["body_raw"] for name, record in all_recorded() if "TEMPLATED" not in name]

    post(*bodies)

    assert len(bodies) == 103
    assert Booking.objects.count() == 40
