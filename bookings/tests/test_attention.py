"""What needs somebody is kept as it becomes known: it ceases, opens again, and stays settled where nothing is new."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from bookings import attention, services
from bookings.cal import inbox, links, staff
from bookings.cal.payloads import staff as payloads
from bookings.cal.payloads.fields import PayloadError
from bookings.domain.attention import Condition
from bookings.models import Attention, AttentionState, Booking, Message
from careercoach.testing import body_of, signed_post
from coaches.models import Coach
from users.models import User

pytestmark = pytest.mark.django_db


def conditions() -> list[str]:
    return list(Attention.objects.order_by("weight").values_list("condition", flat=True))


def settle(sam: User) -> None:
    for case in Attention.objects.all():
        assert attention.settle(case, by=sam, note="It is well.", now=timezone.now())


@pytest.fixture
def jonas() -> User:
    return User.objects.create_user("jonas.berg@client.example", "Jonas Berg")


@pytest.fixture
def cancelled(post: Callable[..., None], jonas: User) -> Booking:
    post(body_of("booking_created_after_payment"), body_of("booking_paid"), body_of("booking_cancelled"))
    return Booking.objects.get()


def test_a_condition_ceases_when_the_facts_say_so(cancelled: Booking, sam: User) -> None:
    before = conditions()
    now = timezone.now()

    staff.record_refund(cancelled, refund_id="re_1", amount=4000, note="", by=sam, now=now)
    partly = conditions()
    staff.record_refund(cancelled, refund_id="re_2", amount=5000, note="", by=sam, now=now + timedelta(seconds=1))

    assert (before, partly, conditions()) == (["paid_cancelled"], ["paid_cancelled"], [])
    cancelled.refresh_from_db()
    assert (cancelled.refunded, cancelled.refund_id) == (9000, "re_2")


def test_a_settled_case_opens_again_when_the_facts_change(cancelled: Booking, sam: User) -> None:
    settle(sam)
    services.review([cancelled.uid], now=timezone.now())
    (same,) = Attention.objects.all()

    staff.record_refund(cancelled, refund_id="re_1", amount=4000, note="", by=sam, now=timezone.now())
    (other,) = Attention.objects.all()

    assert (same.state, same.note, same.settled_by) == (AttentionState.SETTLED, "It is well.", sam)
    assert (other.state, other.note, other.settled_by, other.settled_at) == (AttentionState.OPEN, "", None, None)


def test_a_case_that_has_changed_meanwhile_is_not_settled(cancelled: Booking, sam: User) -> None:
    (read,) = Attention.objects.all()
    staff.record_refund(cancelled, refund_id="re_1", amount=4000, note="", by=sam, now=timezone.now())

    assert attention.settle(read, by=sam, note="", now=timezone.now()) is False


def test_a_case_holds_since_it_was_first_told(cancelled: Booking) -> None:
    since = Attention.objects.get().since

    Attention.objects.update(since=since - timedelta(hours=1))
    services.review([cancelled.uid], now=timezone.now())
    earlier = Attention.objects.get().since
    Attention.objects.update(since=since + timedelta(hours=1))
    services.review([cancelled.uid], now=timezone.now())

    assert (earlier, Attention.objects.get().since) == (since - timedelta(hours=1), since)


def test_a_case_is_as_old_when_a_part_was_refunded(cancelled: Booking, sam: User) -> None:
    """Whatever told the cancellation anew in between, as a resync does."""
    long_ago = Attention.objects.get().since - timedelta(days=7)
    Attention.objects.update(since=long_ago)

    staff.record_refund(cancelled, refund_id="re_1", amount=4000, note="", by=sam, now=timezone.now())

    assert Attention.objects.get().since == long_ago


def test_what_holds_later_is_open_then(post: Callable[..., None], jonas: User) -> None:
    post(body_of("booking_payment_initiated"))
    case = Attention.objects.get(condition=Condition.UNPAID)

    before, then = (Attention.objects.open(now=case.since + timedelta(seconds=each)) for each in (-1, 0))

    assert (case in before, case in then) == (False, True)


def test_a_change_that_nobody_expected_stays_until_it_is_settled(
    post: Callable[..., None], jonas: User, sam: User
) -> None:
    post(body_of("after_guests_no_show"), body_of("booking_cancelled"))
    found = conditions()
    settle(sam)
    services.review([Booking.objects.get().uid], now=timezone.now())

    assert Condition.UNEXPECTED in found
    assert set(Attention.objects.values_list("state", flat=True)) == {AttentionState.SETTLED}


def test_a_booking_of_another_event_type_needs_nobody(cancelled: Booking, settings: Any) -> None:
    settings.CAL_EVENT_TYPE_IDS = [1]
    Attention.objects.create(
        booking=cancelled, condition=Condition.UNEXPECTED, weight=1, since=timezone.now(), about="x"
    )

    output = StringIO()
    call_command("review_attention", stdout=output)

    assert (conditions(), output.getvalue()) == ([], "1 bookings reviewed.\n")


def test_a_change_that_nobody_expected_of_another_event_type_needs_nobody(
    post: Callable[..., None], jonas: User, settings: Any
) -> None:
    post(body_of("after_guests_no_show"))
    settings.CAL_EVENT_TYPE_IDS = [1]

    post(body_of("booking_cancelled"))

    assert Booking.objects.get().event_type is not None
    assert conditions() == []


def test_a_settled_case_of_a_payment_opens_again_with_another_price(
    post: Callable[..., None], jonas: User, sam: User
) -> None:
    body = body_of("booking_payment_initiated")
    post(body)
    settle(sam)
    services.review([Booking.objects.get().uid], now=timezone.now())
    same = Attention.objects.get(condition=Condition.UNPAID).state

    body["payload"]["price"] += 1000
    post({**body, "createdAt": "2026-11-24T08:00:00.000Z"})

    assert (same, Attention.objects.get(condition=Condition.UNPAID).state) == (
        AttentionState.SETTLED,
        AttentionState.OPEN,
    )


def test_a_coach_who_becomes_known_is_no_longer_unknown(post: Callable[..., None], jonas: User) -> None:
    body = body_of("booking_created_free")
    del body["payload"]["organizer"]["id"]
    post(body)
    before = conditions()
    coach = Coach.objects.create(cal_user_id=1, email=body["payload"]["organizer"]["email"])

    adopted = services.adopt(coach, now=timezone.now())

    assert (before, adopted, conditions()) == (["coach_unknown", "email_only"], 1, ["email_only"])


def test_the_address_of_a_user_is_compared_anew(post: Callable[..., None], jonas: User) -> None:
    body = body_of("booking_created_free")
    body["payload"]["metadata"] = {"cc_ref": links.user_token(jonas)}
    post(body)
    before = conditions()
    jonas.email = "work@client.example"
    jonas.save()

    inbox.attribute(jonas)

    assert (before, conditions()) == ([], ["other_address"])


# --- Messages --------------------------------------------------------------------------------------------------------


def test_a_message_that_failed_needs_somebody_until_it_is_applied(client: Client, sam: User) -> None:
    signed_post(client, "no JSON")
    message = Message.objects.get()
    first = Attention.objects.get()
    settle(sam)

    attention.note_outcome(message, error=message.error, now=timezone.now())
    same = Attention.objects.get().state
    attention.note_outcome(message, error="Another one.", now=timezone.now())
    other = Attention.objects.get().state
    Message.objects.update(outcome="applied")
    attention.note_outcome(message, error="", now=timezone.now())

    assert (first.condition, first.message) == (Condition.FAILED_MESSAGE, message)
    assert (same, other) == (AttentionState.SETTLED, AttentionState.OPEN)
    assert conditions() == []


def test_two_who_find_a_message_failed_make_one_case(client: Client) -> None:
    signed_post(client, "no JSON")
    message = Message.objects.get()
    Attention.objects.all().delete()

    def faster(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("SAVEPOINT") and not Attention.objects.exists():
            Attention.objects.create(
                message=message, condition=Condition.FAILED_MESSAGE, weight=0, since=timezone.now()
            )
        return execute(sql, *rest)

    with connection.execute_wrapper(faster):
        attention.note_outcome(message, error="x", now=timezone.now())

    assert conditions() == ["failed_message"]


# --- What the staff tell us ------------------------------------------------------------------------------------------


def test_what_the_staff_say_is_replayed_by_a_rebuild(
    post: Callable[..., None], jonas: User, alice: User, sam: User, settings: Any
) -> None:
    settings.CAL_PAYMENT_REQUIRED = True
    post(body_of("booking_created_free"))
    booking = Booking.objects.get()
    now = timezone.now()
    free = conditions()

    staff.accept_as_free(booking, note="a friend", by=sam, now=now)
    staff.link(booking, to=alice, note="she said so", by=sam, now=now)
    staff.record_payment(booking, payment_id="pi_1", amount=4900, note="", by=sam, now=now)

    booking.refresh_from_db()
    assert (free, conditions()) == (["free", "email_only"], [])
    shown = (booking.status, booking.user, booking.linked_by, booking.payment, booking.payment_intent)
    assert shown == ("BOOKING_CREATED", alice, "ops", "paid", "pi_1")
    assert (booking.paid_amount, booking.accepted_as_free) == (4900, True)
    assert list(Message.objects.filter(source="ops").values_list("by", flat=True)) == [sam.pk] * 3
    assert [change.by for change in booking.timeline.all()][-1] == sam
    call_command("rebuild", stdout=StringIO())  # Raises where the rebuilt row is another.


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"act": "free", "at": "2026-12-01T00:00:00Z"}, "uid: is missing"),
        ({"act": "free", "uid": "u"}, "at: is missing"),
        ({"act": "dance", "uid": "u", "at": "2026-12-01T00:00:00Z"}, "act: is unknown"),
    ],
)
def test_a_body_that_we_did_not_make_is_refused(document: dict[str, str], problem: str) -> None:
    with pytest.raises(PayloadError, match=problem):
        payloads.read(document, digest="d")
