"""What Cal.com does with its bookings, and which webhooks it plans for it, in order."""

import json
from datetime import timedelta

import pytest

from careercoach.demo import desk, seed
from careercoach.demo.models import Booking, Delivery, Webhook
from careercoach.demo.tests.conftest import AT_TEN, NOW

pytestmark = [pytest.mark.django_db(databases=["default", "demo"]), pytest.mark.usefixtures("webhook", "ada")]

AT_ELEVEN = AT_TEN + timedelta(hours=1)
Status = Booking.Status


@pytest.fixture
def webhook(event_type) -> Webhook:
    return Webhook.objects.create(
        event_type=event_type, subscriber_url="http://ours.example/api/webhook/cal", secret="s", triggers=seed.TRIGGERS
    )


@pytest.fixture
def free_type(event_type):
    event_type.price = 0
    event_type.save()
    return event_type


@pytest.fixture
def opt_in_type(event_type):
    event_type.requires_confirmation = True
    event_type.save()
    return event_type


@pytest.fixture
def booked(event_type, alice) -> Booking:
    return desk.book(event_type=event_type, start=AT_TEN, booker=alice, now=NOW)


@pytest.fixture
def paid(booked) -> Booking:
    return desk.pay(booked, now=NOW)


def told() -> list[str]:
    """The triggers since the last call, in the order in which they will be sent."""
    planned = Delivery.objects.filter(sent_at=None).order_by("due_at", "id")
    triggers = [delivery.trigger for delivery in planned]
    planned.update(sent_at=NOW)
    return triggers


def bodies_of(booking: Booking) -> dict[str, dict]:
    return {delivery.trigger: json.loads(delivery.body) for delivery in booking.deliveries.order_by("id")}


def fresh(booking: Booking) -> Booking:
    return Booking.objects.get(pk=booking.pk)


def refusal(refused: pytest.ExceptionInfo[desk.Refused]) -> str:
    return refused.value.code


def test_a_paid_session_is_pending_until_it_is_paid(event_type, alice, ada):
    booking = desk.book(event_type=event_type, start=AT_TEN, booker=alice, now=NOW)

    assert (booking.status, booking.host, booking.awaits_payment) == (Status.PENDING, ada, True)
    assert told() == ["BOOKING_PAYMENT_INITIATED"]

    paid = desk.pay(booking, now=NOW)

    assert (paid.status, paid.paid_at, paid.awaits_payment) == (Status.ACCEPTED, NOW, False)
    assert told() == ["BOOKING_CREATED", "BOOKING_PAID"]
    assert paid.payment_intent.startswith("pi_")


def test_what_the_link_brought_travels_with_the_booking(booked):
    body = bodies_of(booked)["BOOKING_PAYMENT_INITIATED"]["payload"]

    assert body["responses"]["cc-ref"]["value"] == "signed"
    assert body["responses"]["email"]["value"] == "Alice@Example.com"


def test_a_free_session_is_confirmed_at_once(free_type, alice):
    booking = desk.book(event_type=free_type, start=AT_TEN, booker=alice, now=NOW)

    assert (booking.status, told()) == (Status.ACCEPTED, ["BOOKING_CREATED"])


def test_a_free_session_that_needs_confirmation_waits_for_the_coach(free_type, opt_in_type, alice):
    opt_in_type.price = 0
    booking = desk.book(event_type=opt_in_type, start=AT_TEN, booker=alice, now=NOW)

    assert (booking.status, booking.awaits_host, told()) == (Status.PENDING, True, ["BOOKING_REQUESTED"])

    confirmed = desk.confirm(booking, now=NOW)

    assert (confirmed.status, told()) == (Status.ACCEPTED, ["BOOKING_CREATED"])


def test_where_confirmation_is_required_the_payment_requests_it(opt_in_type, alice):
    booking = desk.pay(desk.book(event_type=opt_in_type, start=AT_TEN, booker=alice, now=NOW), now=NOW)

    assert (booking.status, told()) == (Status.PENDING, ["BOOKING_PAYMENT_INITIATED", "BOOKING_REQUESTED"])


def test_a_coach_who_confirms_before_the_money_is_there_does_it_silently(booked):
    told()
    confirmed = desk.confirm(booked, now=NOW)
    desk.pay(confirmed, now=NOW)

    assert (fresh(booked).status, fresh(booked).paid_at, told()) == (Status.ACCEPTED, NOW, [])


def test_whoever_clicks_first_has_the_slot(booked, event_type, charlie):
    with pytest.raises(desk.Refused) as refused:
        desk.book(event_type=event_type, start=AT_TEN, booker=charlie, now=NOW)

    assert refusal(refused) == "slot_taken"
    assert Booking.objects.count() == 1


def test_the_same_person_at_the_same_time_gets_the_same_booking(booked, event_type, alice, bob):
    told()
    again = desk.book(event_type=event_type, start=AT_TEN, booker=alice, now=NOW)

    assert (again, told()) == (booked, [])


def test_the_free_coach_who_was_booked_least_recently_gets_it(event_type, alice, charlie, ada, bob):
    first = desk.book(event_type=event_type, start=AT_TEN, booker=alice, now=NOW)
    second = desk.book(event_type=event_type, start=AT_ELEVEN, booker=charlie, now=NOW + timedelta(minutes=1))
    third = desk.book(
        event_type=event_type, start=AT_ELEVEN + timedelta(hours=1), booker=alice, now=NOW + timedelta(minutes=2)
    )

    assert [first.host, second.host, third.host] == [ada, bob, ada]


def test_a_second_payment_is_refused(paid):
    with pytest.raises(desk.Refused) as refused:
        desk.pay(paid, now=NOW)

    assert refusal(refused) == "already_paid"


def test_a_payment_after_cancelling_revives_the_booking(booked):
    desk.cancel(booked, reason="", by="alice@example.com", now=NOW)
    told()
    desk.pay(booked, now=NOW)

    assert (fresh(booked).status, told()) == (Status.ACCEPTED, ["BOOKING_CREATED", "BOOKING_PAID"])


def test_a_payment_after_cancelling_is_refused_where_somebody_else_has_the_slot(booked, event_type, charlie):
    desk.cancel(booked, reason="", by="alice@example.com", now=NOW)
    desk.book(event_type=event_type, start=AT_TEN, booker=charlie, now=NOW)
    with pytest.raises(desk.Refused) as refused:
        desk.pay(booked, now=NOW)

    assert refusal(refused) == "slot_taken"


def test_cancelling_tells_who_and_why_and_frees_the_slot(paid, event_type, charlie):
    told()
    cancelled = desk.cancel(paid, reason="I have the job!", by="alice@example.com", now=NOW)
    body = bodies_of(paid)["BOOKING_CANCELLED"]["payload"]

    assert (cancelled.status, told()) == (Status.CANCELLED, ["BOOKING_CANCELLED"])
    assert (body["cancelledBy"], body["cancellationReason"]) == ("alice@example.com", "I have the job!")
    assert desk.book(event_type=event_type, start=AT_TEN, booker=charlie, now=NOW).status == Status.PENDING


@pytest.mark.parametrize(
    ("change", "more", "code"),
    [
        ({"status": Status.CANCELLED}, {}, "already_cancelled"),
        ({"ended_at": NOW}, {}, "already_over"),
        ({"end": NOW}, {}, "already_over"),
        ({}, {"by_host": True, "reason": "  "}, "reason_required"),
    ],
)
def test_what_cannot_be_cancelled(paid, change, more, code):
    Booking.objects.filter(pk=paid.pk).update(**change)
    with pytest.raises(desk.Refused) as refused:
        desk.cancel(paid, **({"reason": "", "by": "alice@example.com", "now": NOW} | more))

    assert refusal(refused) == code


def test_a_type_can_forbid_cancelling_and_moving(paid, event_type, alice):
    event_type.disable_cancelling = event_type.disable_rescheduling = True
    event_type.save()
    with pytest.raises(desk.Refused) as cancelling:
        desk.cancel(paid, reason="", by="", now=NOW)
    with pytest.raises(desk.Refused) as moving:
        desk.book(event_type=event_type, start=AT_ELEVEN, booker=alice, now=NOW, moving=paid)

    assert (refusal(cancelling), refusal(moving)) == ("cancelling_disabled", "rescheduling_disabled")


def test_a_paid_session_that_its_client_moves_waits_for_the_coach(paid, event_type, alice):
    told()
    moved = desk.book(event_type=event_type, start=AT_ELEVEN, booker=alice, now=NOW, moving=paid)

    assert (moved.status, moved.awaits_host, moved.paid_at) == (Status.PENDING, True, NOW)
    assert (moved.from_reschedule, moved.uid != paid.uid) == (paid.uid, True)
    assert (fresh(paid).status, fresh(paid).rescheduled) == (Status.CANCELLED, True)
    assert told() == ["BOOKING_REQUESTED"]
    assert bodies_of(moved)["BOOKING_REQUESTED"]["payload"]["rescheduleUid"] == paid.uid

    desk.confirm(moved, now=NOW)

    assert told() == ["BOOKING_CREATED"]
    assert "rescheduleUid" not in bodies_of(moved)["BOOKING_CREATED"]["payload"]


def test_however_often_it_is_moved_it_stays_one_entry_in_calendars(paid, event_type, alice):
    moved = paid
    for hours in (1, 2):
        start = AT_ELEVEN + timedelta(hours=hours)
        moved = desk.book(event_type=event_type, start=start, booker=alice, now=NOW, moving=moved)
        desk.confirm(moved, now=NOW)
    desk.cancel(moved, reason="", by="", now=NOW)

    told_last = bodies_of(moved)["BOOKING_CANCELLED"]["payload"]
    assert (told_last["iCalUID"], told_last["iCalSequence"]) == (f"{paid.uid}@Cal.com", 3)


def test_the_end_of_the_meeting_that_was_moved_away_still_comes(paid, event_type, alice):
    desk.book(event_type=event_type, start=AT_ELEVEN, booker=alice, now=NOW, moving=paid)
    told()

    assert (desk.run_clock(AT_TEN + timedelta(minutes=30)), told()) == (1, ["MEETING_STARTED", "MEETING_ENDED"])


def test_a_session_that_its_coach_moves_is_confirmed_at_once(paid, event_type, alice, ada):
    told()
    moved = desk.book(
        event_type=event_type, start=AT_ELEVEN, booker=alice, now=NOW, moving=paid, by_host=True, reason="A train"
    )
    body = bodies_of(moved)["BOOKING_RESCHEDULED"]["payload"]

    assert (moved.status, moved.paid_at, told()) == (Status.ACCEPTED, NOW, ["BOOKING_RESCHEDULED"])
    assert (body["rescheduleUid"], body["rescheduledBy"]) == (paid.uid, ada.email)
    assert desk.run_clock(AT_TEN + timedelta(minutes=30)) == 0


def test_an_unpaid_session_that_is_moved_still_waits_for_its_payment(booked, event_type, alice):
    told()
    moved = desk.book(event_type=event_type, start=AT_ELEVEN, booker=alice, now=NOW, moving=booked)

    assert (moved.awaits_payment, told()) == (True, ["BOOKING_PAYMENT_INITIATED"])


def test_metadata_of_the_old_booking_stays_in_the_row(event_type, charlie):
    who = desk.Booker(name="C", email="c@example.com", time_zone="UTC", metadata={"cc_ref": "signed"})
    old = desk.book(event_type=event_type, start=AT_TEN, booker=who, now=NOW)
    moved = desk.book(event_type=event_type, start=AT_ELEVEN, booker=charlie, now=NOW, moving=old)

    assert fresh(moved).metadata == {"cc_ref": "signed"}
    assert bodies_of(moved)["BOOKING_PAYMENT_INITIATED"]["payload"]["metadata"] == {}


@pytest.mark.parametrize(
    ("change", "code"),
    [({"status": Status.CANCELLED}, "already_cancelled"), ({"ended_at": NOW}, "already_over")],
)
def test_what_cannot_be_moved(paid, event_type, alice, change, code):
    Booking.objects.filter(pk=paid.pk).update(**change)
    with pytest.raises(desk.Refused) as refused:
        desk.book(event_type=event_type, start=AT_ELEVEN, booker=alice, now=NOW, moving=paid)

    assert refusal(refused) == code


def test_a_booking_is_moved_once(paid, event_type, alice):
    desk.book(event_type=event_type, start=AT_ELEVEN, booker=alice, now=NOW, moving=paid)
    with pytest.raises(desk.Refused) as refused:
        desk.book(event_type=event_type, start=AT_TEN, booker=alice, now=NOW, moving=paid)

    assert refusal(refused) == "already_moved"


def test_a_coach_who_asks_for_another_time_cancels_and_the_client_may_move(paid, event_type, alice):
    told()
    desk.request_reschedule(paid, reason="I am ill", now=NOW)

    assert (fresh(paid).status, told()) == (Status.CANCELLED, ["BOOKING_CANCELLED"])

    moved = desk.book(event_type=event_type, start=AT_ELEVEN, booker=alice, now=NOW, moving=paid)

    assert (moved.from_reschedule, moved.status, told()) == (paid.uid, Status.PENDING, ["BOOKING_REQUESTED"])


def test_a_cancelled_booking_cannot_be_asked_to_move(paid):
    desk.cancel(paid, reason="", by="", now=NOW)
    with pytest.raises(desk.Refused) as refused:
        desk.request_reschedule(paid, reason="", now=NOW)

    assert refusal(refused) == "already_cancelled"


def test_a_declined_session_frees_the_slot(opt_in_type, alice, ada):
    booking = desk.pay(desk.book(event_type=opt_in_type, start=AT_TEN, booker=alice, now=NOW), now=NOW)
    told()
    rejected = desk.reject(booking, reason="No time", now=NOW)

    assert (rejected.status, told()) == (Status.REJECTED, ["BOOKING_REJECTED"])
    assert bodies_of(booking)["BOOKING_REJECTED"]["payload"]["rejectionReason"] == "No time"


@pytest.mark.parametrize("change", [desk.confirm, lambda booking, now: desk.reject(booking, reason="", now=now)])
def test_only_what_waits_can_be_confirmed_or_declined(paid, change):
    with pytest.raises(desk.Refused) as refused:
        change(paid, now=NOW)

    assert refusal(refused) == "nothing_to_confirm"


def test_another_coach_takes_over_with_and_without_a_word(paid, bob, ada):
    told()
    silent = desk.reassign(paid, to=bob, announce=False, now=NOW)

    assert (silent.host, silent.title, told()) == (bob, "Career coaching session between Bob and Alice", [])

    back = desk.reassign(paid, to=ada, announce=True, now=NOW)

    assert (back.uid, back.host, told()) == (paid.uid, ada, ["BOOKING_REASSIGNED"])


def test_a_coach_who_is_busy_or_a_booking_that_waits_is_not_reassigned(paid, event_type, charlie, bob):
    other = desk.book(event_type=event_type, start=AT_TEN, booker=charlie, now=NOW)
    with pytest.raises(desk.Refused) as busy:
        desk.reassign(paid, to=bob, announce=True, now=NOW)
    with pytest.raises(desk.Refused) as waiting:
        desk.reassign(other, to=bob, announce=True, now=NOW)

    assert (refusal(busy), refusal(waiting)) == ("host_busy", "not_confirmed")


def test_the_clock_tells_of_the_start_and_then_of_the_end(paid):
    told()

    assert (desk.run_clock(AT_TEN - timedelta(seconds=1)), told()) == (0, [])
    assert (desk.run_clock(AT_TEN), told()) == (1, ["MEETING_STARTED"])
    assert (desk.run_clock(AT_TEN), told()) == (0, [])
    assert (desk.run_clock(AT_TEN + timedelta(minutes=30)), told()) == (1, ["MEETING_ENDED"])
    assert (desk.run_clock(AT_TEN + timedelta(minutes=31)), told()) == (0, [])


def test_meetings_show_the_day_of_confirmation(paid, bob):
    desk.reassign(paid, to=bob, announce=False, now=NOW)
    desk.let_time_pass(paid, now=NOW, to_end=True)
    body = bodies_of(paid)["MEETING_ENDED"]

    assert (body["title"], "payload" in body) == ("Career coaching session between Ada and Alice", False)


def test_time_passes_for_nobody_who_is_not_confirmed(booked):
    with pytest.raises(desk.Refused) as refused:
        desk.let_time_pass(booked, now=NOW, to_end=True)

    assert refusal(refused) == "not_confirmed"


def test_a_client_who_is_absent_is_marked_and_unmarked(paid):
    started = desk.let_time_pass(paid, now=NOW, to_end=False)
    told()
    before = fresh(paid).updated_at
    desk.mark_client(started, absent=True, now=NOW + timedelta(minutes=1))

    assert (fresh(paid).no_show, fresh(paid).updated_at, told()) == (True, before, ["BOOKING_NO_SHOW_UPDATED"])

    desk.mark_client(started, absent=False, now=NOW)

    assert (fresh(paid).no_show, told()) == (False, ["BOOKING_NO_SHOW_UPDATED"])


def test_a_coach_who_is_absent_is_marked_silently(paid):
    desk.let_time_pass(paid, now=NOW, to_end=False)
    told()
    desk.mark_host(paid, absent=True, now=NOW)

    assert (fresh(paid).no_show_host, told()) == (True, [])


@pytest.mark.parametrize(
    ("client_absent", "host_absent", "triggers"),
    [
        (True, False, ["AFTER_GUESTS_CAL_VIDEO_NO_SHOW"]),
        (False, True, ["AFTER_HOSTS_CAL_VIDEO_NO_SHOW"]),
        (True, True, ["AFTER_HOSTS_CAL_VIDEO_NO_SHOW", "AFTER_GUESTS_CAL_VIDEO_NO_SHOW"]),
    ],
)
def test_cal_video_notices_who_did_not_come(paid, client_absent, host_absent, triggers):
    desk.let_time_pass(paid, now=NOW, to_end=False)
    told()
    desk.watch_room(paid, client_absent=client_absent, host_absent=host_absent, now=NOW)

    assert (fresh(paid).no_show, fresh(paid).no_show_host) == (client_absent, host_absent)
    assert told() == triggers


def test_nobody_is_absent_before_the_start_or_from_what_is_cancelled(paid):
    with pytest.raises(desk.Refused) as early:
        desk.mark_client(paid, absent=True, now=NOW)
    desk.cancel(paid, reason="", by="", now=NOW)
    with pytest.raises(desk.Refused) as cancelled:
        desk.mark_host(paid, absent=True, now=AT_TEN)

    assert (refusal(early), refusal(cancelled)) == ("not_started", "not_confirmed")


def test_a_webhook_hears_only_what_it_asked_for(webhook, event_type, alice):
    webhook.triggers = ["BOOKING_PAID"]
    webhook.save()
    Webhook.objects.create(event_type=event_type, subscriber_url="http://off.example/", triggers=[], active=False)
    desk.pay(desk.book(event_type=event_type, start=AT_TEN, booker=alice, now=NOW), now=NOW)

    assert told() == ["BOOKING_PAID"]
