"""Cancelling and moving over the API: what is answered, what is sent by webhook, and how each is refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from careercoach.demo import desk, post
from careercoach.demo.models import Account, Booking, EventType, Host
from careercoach.demo.tests.conftest import AT_TEN, NOW, Receiver
from careercoach.demo.tests.test_api import A_DAY, Caller, book, like, sent, soon, without_time

pytestmark = pytest.mark.django_db(databases=["default", "demo"])

HOUR = timedelta(hours=1)


# --- Cancel ----------------------------------------------------------------------------------------------------------


def test_a_cancelled_booking_is_told_and_announced_and_names_nobody(
    cal: Caller, booking: Booking, subscribed: Receiver
) -> None:
    post.send_due()
    subscribed.came.clear()

    told = cal.post(f"bookings/{booking.uid}/cancel", {"cancellationReason": "Ill"}).data

    assert (told["status"], told["cancellationReason"], told["cancelledByEmail"]) == ("cancelled", "Ill", "")
    assert sent(subscribed) == ["BOOKING_CANCELLED"]
    announced = json.loads(subscribed.came[-1][1])
    assert "cancelledBy" not in announced["payload"]
    assert announced["createdAt"] <= told["updatedAt"]


def test_it_can_not_be_cancelled_again(cal: Caller, booking: Booking) -> None:
    path = f"bookings/{booking.uid}/cancel"
    cal.post(path, {"cancellationReason": "Ill"})

    said = cal.post(path, {"cancellationReason": "Ill"})

    assert (said.status, without_time(said.body)) == (400, like("v602/041", **{"4QzZoPckJdNWizMDuBPKjr": booking.uid}))


@pytest.mark.parametrize("reason", [{}, {"cancellationReason": " "}])
def test_the_host_gives_a_reason_in_the_words_of_the_core(cal: Caller, booking: Booking, reason: Any) -> None:
    said = cal.post(f"bookings/{booking.uid}/cancel", reason)

    assert (said.status, said.body) == (400, {"statusCode": 400, "message": "Cancellation reason is required"})
    assert cal.post(f"bookings/{booking.uid}/cancel", reason, key=None).status == 200


def test_what_is_over_or_may_not_be_cancelled_stays(
    cal: Caller, begun: Booking, booking: Booking, event_type: EventType
) -> None:
    reason = {"cancellationReason": "Ill"}
    over = cal.post(f"bookings/{begun.uid}/cancel", reason)
    EventType.objects.update(disable_cancelling=True)

    assert over.body == {"statusCode": 400, "message": "Cannot cancel a booking that has already ended"}
    assert cal.post(f"bookings/{booking.uid}/cancel", reason).error == (
        400,
        "This event type does not allow cancellations",
    )


def test_no_such_booking(cal: Caller) -> None:
    not_found = "Booking with uid=none was not found in the database"
    reschedule = cal.post("bookings/none/reschedule", {"start": "2030-03-05T10:00:00Z"})

    assert cal.post("bookings/none/cancel").error == (404, "Booking with uid=none not found")
    assert cal.post("bookings/none/mark-absent").error == (404, "Booking with uid=none not found.")
    assert reschedule.error == (404, not_found)
    for action in ("confirm", "decline", "reassign", "reassign/77"):
        assert cal.post(f"bookings/none/{action}").error == (404, not_found)


def test_a_reason_is_a_text(cal: Caller, booking: Booking) -> None:
    said = cal.post(f"bookings/{booking.uid}/cancel", {"cancellationReason": 5})

    assert said.body["error"]["details"]["errors"] == [
        {
            "target": {"cancellationReason": 5},
            "property": "cancellationReason",
            "children": [],
            "constraints": {"isString": "cancellationReason must be a string"},
            "value": 5,
        }
    ]


def test_the_oldest_version_cancels_too_and_answers_otherwise(cal: Caller, booking: Booking) -> None:
    said = cal.post(f"bookings/{booking.uid}/cancel", {"cancellationReason": "Ill"}, version=None)

    assert (said.status, said.data) == (
        201,
        {"bookingId": booking.pk, "bookingUid": booking.uid, "onlyRemovedAttendee": False},
    )


# --- Move ------------------------------------------------------------------------------------------------------------


def move(cal: Caller, booking: Booking, start: datetime, **body: str) -> Any:
    return cal.post(f"bookings/{booking.uid}/reschedule", {"start": start.isoformat(), **body}, key=None)


def test_a_move_makes_a_new_booking_with_all_that_the_old_one_had(
    cal: Caller, event_type: EventType, ada: Host, subscribed: Receiver
) -> None:
    booker = desk.Booker(
        name="Alice",
        email="Alice@Example.com",
        time_zone="Europe/Paris",
        notes="Hello",
        guests=("g@example.com",),
        answers={"cc-ref": "signed"},
        metadata={"cc_ref": "signed"},
    )
    old = book(event_type, booker, soon(), at=datetime.now(UTC))
    post.send_due()
    subscribed.came.clear()

    said = move(cal, old, soon() + HOUR, rescheduledBy=ada.email, reschedulingReason="Train")

    told, before = said.data, cal.get(f"bookings/{old.uid}").data
    assert said.status == 201
    assert (told["status"], told["start"][11:19]) == ("accepted", "11:00:00")
    assert (told["reschedulingReason"], told["rescheduledByEmail"]) == ("Train", ada.email)
    assert (told["rescheduledFromUid"], before["rescheduledToUid"]) == (old.uid, told["uid"])
    assert told["metadata"] == {"cc_ref": "signed"}
    assert told["bookingFieldsResponses"] == before["bookingFieldsResponses"] | {"rescheduledReason": "Train"}
    assert told["attendees"] == before["attendees"]
    assert sent(subscribed) == ["BOOKING_RESCHEDULED"]


def test_a_paid_one_moved_by_anybody_else_waits_for_its_host(
    cal: Caller, event_type: EventType, ada: Host, alice: desk.Booker, personal: Account
) -> None:
    old = book(event_type, alice, soon(), at=datetime.now(UTC))

    by_client = move(cal, old, soon() + HOUR).data
    by_the_host_alone = cal.post(f"bookings/{by_client['uid']}/reschedule", {"start": soon().isoformat()}).data

    assert (by_client["status"], by_client["rescheduledByEmail"]) == ("pending", None)
    assert "reschedulingReason" in by_client
    assert by_the_host_alone["status"] == "accepted"


def test_what_is_cancelled_can_not_be_moved(cal: Caller, booking: Booking) -> None:
    desk.cancel(booking, reason="Ill", by="", now=NOW)

    said = move(cal, booking, AT_TEN + HOUR)

    assert (said.status, without_time(said.body)) == (400, like("v602/083", qiyXuBs51Ba7i5QuM7JJyu=booking.uid))


def test_nor_what_was_moved_already(cal: Caller, event_type: EventType, booking: Booking, alice: desk.Booker) -> None:
    new = desk.book(event_type=event_type, start=AT_TEN + HOUR, booker=alice, now=NOW, moving=booking)

    status, message = move(cal, booking, AT_TEN).error

    assert (status, f"already to booking with uid={new.uid}. You" in message) == (400, True)


def test_nor_what_its_host_asked_to_move(cal: Caller, booking: Booking) -> None:
    desk.request_reschedule(booking, reason="Ill", now=NOW)

    assert "already to booking with uid=undefined." in move(cal, booking, AT_TEN).error[1]


def test_what_was_declined_is_not_found_by_the_core(cal: Caller, booking: Booking) -> None:
    Booking.objects.update(status=Booking.Status.REJECTED)

    said = move(cal, booking, AT_TEN)

    assert (said.status, said.body) == (404, {"statusCode": 404, "message": "Could not find original booking"})


def test_times_to_which_nothing_can_be_moved(
    cal: Caller, event_type: EventType, ada: Host, alice: desk.Booker, charlie: desk.Booker
) -> None:
    now = datetime.now(UTC)
    old, _other = book(event_type, alice, soon(), at=now), book(event_type, charlie, soon() + HOUR, at=now)

    past, taken = move(cal, old, now - A_DAY), move(cal, old, soon() + HOUR)
    EventType.objects.update(disable_rescheduling=True)

    assert without_time(past.body)["error"] == like("v602/056")["error"]
    assert without_time(taken.body)["error"] == like("v602/057")["error"]
    assert move(cal, old, soon() + 2 * HOUR).error == (400, "This event type does not allow rescheduling")
    assert cal.get(f"bookings/{old.uid}").data["status"] == "accepted"


def test_a_move_needs_a_start(cal: Caller, booking: Booking) -> None:
    said = cal.post(f"bookings/{booking.uid}/reschedule", {})

    assert said.body["error"]["details"]["errors"] == [
        {
            "target": {},
            "property": "start",
            "children": [],
            "constraints": {"isDefined": "start should not be null or undefined"},
        }
    ]
