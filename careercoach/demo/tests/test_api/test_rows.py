"""What a row of a booking says and what it never does, in both versions."""

from datetime import timedelta
from typing import Any

import pytest

from careercoach.demo import desk
from careercoach.demo.models import Booking, EventType, Host
from careercoach.demo.tests.conftest import AT_TEN, NOW
from careercoach.demo.tests.test_api import Caller, book

pytestmark = pytest.mark.django_db(databases=["default", "demo"])

HOUR = timedelta(hours=1)


# --- What a row says, and what it doesn't ----------------------------------------------------------------------------


def row(cal: Caller, booking: Booking) -> dict[str, Any]:
    return cal.get(f"bookings/{booking.uid}").data


def test_a_row_says_nothing_of_money(cal: Caller, event_type: EventType, ada: Host, alice: desk.Booker) -> None:
    """Not even whether a pending one waits for it, or for its host."""
    paid, unpaid = book(event_type, alice, AT_TEN), book(event_type, alice, AT_TEN + HOUR, paid=False)
    told = [row(cal, each) for each in (paid, unpaid)]

    assert [each["status"] for each in told] == ["accepted", "pending"]
    assert told[0].keys() == told[1].keys()
    assert not [key for each in told for key in each if "pa" in key.lower() or "price" in key.lower()]


def test_an_empty_text_stands_where_nobody_cancelled(
    cal: Caller, event_type: EventType, ada: Host, alice: desk.Booker
) -> None:
    told = row(cal, book(event_type, alice, AT_TEN))

    assert (told["cancellationReason"], told["cancelledByEmail"], told["rescheduledByEmail"]) == ("", "", None)
    assert told.keys().isdisjoint({"reschedulingReason", "rescheduledFromUid", "rescheduledToUid"})


def test_a_host_whose_account_is_gone_is_unknown(
    cal: Caller, event_type: EventType, ada: Host, alice: desk.Booker
) -> None:
    booking = book(event_type, alice, AT_TEN)
    Host.objects.update(is_gone=True)

    assert row(cal, booking)["hosts"] == [
        dict.fromkeys(("id", "name", "email", "username", "timeZone"), "unknown"),
    ]


def test_metadata_come_without_the_videos_address(
    cal: Caller, event_type: EventType, ada: Host, alice: desk.Booker
) -> None:
    booking = book(event_type, alice, AT_TEN, metadata={"cc_ref": "token", "videoCallUrl": "http://cal.example/v"})

    told = row(cal, booking)

    assert (told["metadata"], told["bookingFieldsResponses"]["cc-ref"]) == ({"cc_ref": "token"}, "signed")
    assert told["location"] == told["meetingUrl"] == f"http://cal.example/video/{booking.uid}"


def test_who_moved_it_stands_in_both_rows(cal: Caller, event_type: EventType, ada: Host, alice: desk.Booker) -> None:
    old = book(event_type, alice, AT_TEN)
    new = desk.book(event_type=event_type, start=AT_TEN + HOUR, booker=alice, now=NOW, moving=old, reason="Train")

    before, after = row(cal, old), row(cal, new)

    assert (before["status"], before["rescheduledToUid"], before["rescheduledByEmail"]) == (
        "cancelled",
        new.uid,
        alice.email,
    )
    assert (after["rescheduledFromUid"], after["rescheduledByEmail"]) == (old.uid, alice.email)
    # On a page the reason stands among the answers; only the API's own has a place of its own.
    assert (after["bookingFieldsResponses"]["rescheduleReason"], "reschedulingReason" in after) == ("Train", False)


def test_a_row_that_was_never_changed_has_no_updated_at(
    cal: Caller, event_type: EventType, ada: Host, alice: desk.Booker
) -> None:
    booking = book(event_type, alice, AT_TEN, updated_at=None)

    assert row(cal, booking)["updatedAt"] is None
    assert cal.get("bookings", version=None).data["bookings"][0]["updatedAt"] is None


@pytest.mark.parametrize(
    ("columns", "confirmation", "link"),
    [
        ({"status": "ACCEPTED"}, False, "own"),
        ({"status": "ACCEPTED", "paid_at": None}, False, ""),  # Its host was faster than the money.
        ({"status": "PENDING", "paid_at": None}, False, ""),
        ({"status": "PENDING"}, True, ""),
        ({"status": "PENDING", "from_reschedule": "before"}, False, "before"),
        ({"status": "CANCELLED"}, False, "own"),
        ({"status": "CANCELLED"}, True, ""),
        ({"status": "CANCELLED", "paid_at": None}, False, ""),
        ({"status": "REJECTED"}, False, ""),
    ],
)
def test_the_link_is_there_once_it_was_confirmed(
    cal: Caller,
    event_type: EventType,
    ada: Host,
    alice: desk.Booker,
    columns: dict[str, Any],
    confirmation: bool,
    link: str,
) -> None:
    booking = book(event_type, alice, AT_TEN, **columns)
    EventType.objects.update(requires_confirmation=confirmation)

    expected = f"http://cal.example/video/{booking.uid if link == 'own' else link}" if link else ""
    assert row(cal, booking)["location"] == (expected or "integrations:daily")
    assert cal.get(f"bookings/{booking.uid}", version=None).data["metadata"].get("videoCallUrl", "") == expected


# --- The oldest version ----------------------------------------------------------------------------------------------


def test_the_oldest_list_goes_by_a_cursor_and_shows_upcoming_ones(cal: Caller, six: dict[str, Booking]) -> None:
    def told(**query: Any) -> tuple[list[str], int, int | None]:
        data = cal.get("bookings", version=None, **query).data
        return [each["responses"]["name"] for each in data["bookings"]], data["totalCount"], data["nextCursor"]

    assert told(take=1) == (["upcoming", "upcoming pending"], 2, None)
    assert told(limit=1) == (["upcoming"], 2, 1)
    assert told(limit=1, cursor=1) == (["upcoming pending"], 2, None)
    assert told(**{"filters[status]": "cancelled"})[0] == ["cancelled", "rejected"]
    assert cal.get("bookings", version=None, limit="x").status == 400


def test_the_oldest_list_tells_what_was_paid(cal: Caller, six: dict[str, Booking]) -> None:
    paid, unpaid = cal.get("bookings", version=None).data["bookings"]

    assert (paid["paid"], len(paid["payment"]), len(paid["references"])) == (True, 1, 1)
    assert (unpaid["paid"], unpaid["payment"], unpaid["references"]) == (False, [], [])


def test_an_unknown_uid_in_the_oldest_version(cal: Caller) -> None:
    assert cal.get("bookings/none", version=None).error == (404, "Booking with UID=none does not exist.")
