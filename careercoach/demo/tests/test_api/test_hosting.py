"""What a host does over the API: marks who was absent, confirms, declines, and is replaced."""

import json
from typing import Any

import pytest

from careercoach.demo import post
from careercoach.demo.models import Account, Booking, Host
from careercoach.demo.tests.conftest import Receiver, host
from careercoach.demo.tests.test_api import Caller, like, sent, without_time

pytestmark = pytest.mark.django_db(databases=["default", "demo"])

ERROR = {"code": "TRPCError", "message": "Bad request: Please check your request data and try again"}


# --- Absence ---------------------------------------------------------------------------------------------------------


def mark(cal: Caller, booking: Booking, **body: Any) -> Any:
    return cal.post(f"bookings/{booking.uid}/mark-absent", body)


def test_an_absent_attendee_does_not_move_updated_at(cal: Caller, begun: Booking, subscribed: Receiver) -> None:
    before = cal.get(f"bookings/{begun.uid}").data
    people = [{"email": "Alice@Example.com", "absent": True}, {"email": "nobody@example.com", "absent": True}]

    told = mark(cal, begun, attendees=people).data

    assert told["attendees"][0]["absent"] is True
    assert told["updatedAt"] == before["updatedAt"]
    assert sent(subscribed) == ["BOOKING_NO_SHOW_UPDATED"]
    assert mark(cal, begun, attendees=[people[0] | {"absent": False}]).data["attendees"][0]["absent"] is False


def test_an_absent_host_does_and_is_not_announced(cal: Caller, begun: Booking, subscribed: Receiver) -> None:
    before = cal.get(f"bookings/{begun.uid}").data

    told = mark(cal, begun, host=True).data

    assert told["absentHost"] is True
    assert told["updatedAt"] > before["updatedAt"]
    assert sent(subscribed) == []
    assert mark(cal, begun, host=False).data["absentHost"] is False


def test_nobody_is_absent_before_the_start(cal: Caller, booking: Booking) -> None:
    status, message = mark(cal, booking, host=True).error

    assert (status, message.partition(".")[0]) == (
        400,
        "Bookings can only be marked as absent after their scheduled start time",
    )


def test_what_can_not_be_marked_is_a_failure_of_the_server(cal: Caller, begun: Booking, member: Account) -> None:
    failed = (500, "Failed to update no-show status")
    as_its_host = mark(cal, begun, host=True)
    Booking.objects.update(status=Booking.Status.CANCELLED)
    of_a_cancelled_one = mark(cal, begun, host=True)
    Account.objects.update(user_id=5)

    assert as_its_host.status == 200
    assert of_a_cancelled_one.error == failed
    assert mark(cal, begun, host=True).error == failed


@pytest.mark.parametrize(
    "body",
    [
        {"host": "yes"},
        {"attendees": "all"},
        {"attendees": ["a@example.com"]},
        {"attendees": [{"email": "a@example.com"}]},
        {"attendees": [{"absent": True}]},
    ],
)
def test_marks_have_their_shape(cal: Caller, begun: Booking, body: Any) -> None:
    assert mark(cal, begun, **body).status == 400


# --- Confirm and decline ---------------------------------------------------------------------------------------------


def test_a_pending_one_is_confirmed_once(cal: Caller, pending: Booking, subscribed: Receiver) -> None:
    told = cal.post(f"bookings/{pending.uid}/confirm").data
    again = cal.post(f"bookings/{pending.uid}/confirm")

    assert told["status"] == "accepted"
    assert sent(subscribed) == ["BOOKING_CREATED"]
    assert (again.status, without_time(again.body)) == (
        400,
        like("v602/084", **{"8epRvTHSiA1eJGXftjk2nD": pending.uid}),
    )


def test_a_pending_one_is_declined_once_and_the_reason_is_not_told(
    cal: Caller, pending: Booking, subscribed: Receiver
) -> None:
    told = cal.post(f"bookings/{pending.uid}/decline", {"reason": "No time"}).data

    assert (told["status"], told["cancellationReason"]) == ("rejected", "")
    assert "No time" not in json.dumps(told)
    assert sent(subscribed) == ["BOOKING_REJECTED"]
    assert cal.post(f"bookings/{pending.uid}/decline").body["error"] == ERROR


def test_neither_by_somebody_else(cal: Caller, pending: Booking, member: Account) -> None:
    Account.objects.update(user_id=5)

    for action in ("confirm", "decline"):
        assert cal.post(f"bookings/{pending.uid}/{action}").status == 401


# --- Reassign --------------------------------------------------------------------------------------------------------


def test_the_round_robin_picks_another_host_and_says_nothing(
    cal: Caller, near: Booking, bob: Host, subscribed: Receiver
) -> None:
    post.send_due()
    subscribed.came.clear()

    told = cal.post(f"bookings/{near.uid}/reassign").data

    email = "bob@coaches.example"
    assert told == {
        "bookingUid": near.uid,
        "reassignedTo": {"id": 81, "name": "Bob", "email": email, "displayEmail": email},
    }
    assert cal.get(f"bookings/{near.uid}").data["hosts"][0]["id"] == 81
    assert sent(subscribed) == []


def test_it_goes_to_the_host_who_is_named(cal: Caller, near: Booking, bob: Host) -> None:
    host(90, "Priya")

    said = cal.post(f"bookings/{near.uid}/reassign/90", {"reason": "Speaks Tamil"})

    assert said.data["reassignedTo"]["id"] == 90


def test_nobody_else_is_free(cal: Caller, near: Booking) -> None:
    host(90, "Away", is_away=True)
    host(91, "Other", is_host=False)
    busy = (400, "Can't reassign the booking because no other host is available at that time.")

    assert cal.post(f"bookings/{near.uid}/reassign").error == busy
    assert cal.post(f"bookings/{near.uid}/reassign/90").error == busy
    assert cal.post(f"bookings/{near.uid}/reassign/91").error == (
        400,
        "User with id=91 is not a valid Round Robin host",
    )


def test_nobody_of_that_number(cal: Caller, near: Booking) -> None:
    host(90, "Gone", is_gone=True)

    for number in (90, 999):
        assert cal.post(f"bookings/{near.uid}/reassign/{number}").error == (
            404,
            f"User with id={number} was not found in the database",
        )


def test_only_a_confirmed_one_is_reassigned(cal: Caller, near: Booking, bob: Host) -> None:
    Booking.objects.update(status=Booking.Status.PENDING)

    assert cal.post(f"bookings/{near.uid}/reassign").body == {
        "statusCode": 400,
        "message": "Booking is not confirmed",
    }


def test_only_an_admin_reassigns(cal: Caller, near: Booking, bob: Host, member: Account) -> None:
    assert cal.post(f"bookings/{near.uid}/reassign").status == 403
    assert cal.post(f"bookings/{near.uid}/reassign/81").status == 403
    Account.objects.update(is_personal=True)
    assert cal.post(f"bookings/{near.uid}/reassign").status == 200
