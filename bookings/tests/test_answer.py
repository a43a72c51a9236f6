"""What API v2 answers, read from genuine answers, agrees with what the webhooks told."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from bookings.cal import inbox
from bookings.cal.payloads.answer import read_answer
from bookings.cal.payloads.fields import PayloadError
from bookings.domain.words import Source
from bookings.models import Booking
from bookings.tests.test_stories import STORIES
from careercoach.testing import BODIES, body_of

ASKED_AT = datetime(2026, 11, 23, 19, 10, tzinfo=UTC)
UID = "7hQ2mXk9sVb4TzLr8cNpYe"

ROW: dict[str, Any] = {
    "id": 930114,
    "uid": UID,
    "title": "Coaching 30 min between Maya Lindqvist and Jonas Berg",
    "status": "accepted",
    "hosts": [
        {
            "id": 4101,
            "name": "Maya Lindqvist",
            "email": "maya@coach.example",
            "username": "maya",
            "timeZone": "Europe/Stockholm",
        }
    ],
    "attendees": [
        {"name": "Jonas Berg", "email": "jonas.berg@client.example", "timeZone": "Europe/Berlin", "absent": False}
    ],
    "start": "2026-12-03T14:00:00.000Z",
    "end": "2026-12-03T14:30:00.000Z",
    "eventType": {"id": 88021, "slug": "coaching-30"},
    "eventTypeId": 88021,
    "location": f"https://app.cal.com/video/{UID}",
    "absentHost": False,
    "cancellationReason": "",
    "cancelledByEmail": "",
    "createdAt": "2026-11-23T18:05:30.000Z",
    "updatedAt": "2026-11-23T18:07:05.000Z",
    "metadata": {},
    "bookingFieldsResponses": {"name": "Jonas Berg", "email": "jonas.berg@client.example"},
}


def answer(*, asked_at: datetime = ASKED_AT, **values: Any) -> None:
    """The API answers with this booking, and it is recorded as the resync will."""
    document = {"requestedAt": asked_at.isoformat(), "booking": ROW | values}
    inbox.process(inbox.receive(json.dumps(document).encode(), source=Source.API))


def genuine(version: str) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Every booking object in the genuine answers of one version's instance, with when it was asked for."""
    for path in sorted((BODIES / "recorded" / f"api_{version}").glob("*.json")):
        record = json.loads(path.read_text())
        if record["request"]["headers"].get("cal-api-version") != "2024-08-13":
            continue
        document = json.loads(record["response_body_raw"])
        asked_at = parsedate_to_datetime(dict(record["response_headers"])["Date"])
        data = document.get("data")
        for row in data if isinstance(data, list) else [data]:
            if isinstance(row, dict) and "uid" in row and "hosts" in row:
                yield asked_at, row


@pytest.mark.parametrize(("version", "port"), [("v602", "3000"), ("v620", "3002")])
def test_genuine_answers_contradict_no_webhook(post: Callable[..., None], version: str, port: str) -> None:
    for story in STORIES:
        if f"localhost:{port}" in "".join(story):
            post(*story)
    before = {booking.uid: booking for booking in Booking.objects.exclude(format="seats")}

    for asked_at, row in genuine(version):
        document = {"requestedAt": asked_at.isoformat(), "booking": row}
        inbox.process(inbox.receive(json.dumps(document).encode(), source=Source.API))

    differing = {
        uid: (booking.status, Booking.objects.get(uid=uid).status)
        for uid, booking in before.items()
        if booking.status != Booking.objects.get(uid=uid).status
    }
    assert differing == EXPECTED_HEALING[version]


# What only the API knows, for no webhook was sent of it (recorded/README.md, "Silent").
EXPECTED_HEALING = {
    "v602": {
        "8epRvTHSiA1eJGXftjk2nD": ("BOOKING_CREATED", "NO_SHOW"),  # The coach was marked absent.
        "a14YFgrtdFve2wUfqti1gb": ("BOOKING_CREATED", "BOOKING_CANCELLED"),  # The rest of a series.
        "gPeWqnobknBVyhTbbY7V4d": ("PENDING", "BOOKING_CREATED"),  # The coach accepted before the payment.
    },
    "v620": {
        "9BWA7XTcDwWBkbxAHNW7FE": ("BOOKING_CREATED", "BOOKING_CANCELLED"),  # The community edition's team webhooks.
    },
}


def test_a_booking_that_only_the_api_tells(db: None) -> None:
    answer()

    booking = Booking.objects.get()
    assert (booking.status, booking.payment, str(booking.coach)) == ("BOOKING_CREATED", "unknown", "Maya Lindqvist")
    assert (booking.client_email, booking.client_time_zone) == ("jonas.berg@client.example", "Europe/Berlin")
    assert (booking.event_type, booking.number, booking.link) == (88021, 930114, f"https://app.cal.com/video/{UID}")


def test_an_accepted_that_only_the_api_tells_counts_and_stays_due(post: Callable[..., None]) -> None:
    post(body_of("booking_payment_initiated"))

    answer()

    booking = Booking.objects.get()
    assert (booking.status, booking.payment) == ("BOOKING_CREATED", "due")


def test_an_answer_from_before_cal_com_wrote_the_cancellation_does_not_undo_it(post: Callable[..., None]) -> None:
    post(body_of("booking_created_free"), body_of("booking_cancelled"))
    cancelled_at = datetime(2026, 11, 25, 16, 40, 0, 118000, tzinfo=UTC)

    answer(asked_at=cancelled_at + timedelta(seconds=61))

    assert Booking.objects.get().status == "BOOKING_CANCELLED"


def test_an_answer_heals_a_lost_cancellation_and_an_absence(post: Callable[..., None]) -> None:
    post(body_of("booking_created_free"))

    answer(absentHost=True)
    assert Booking.objects.get().status == "NO_SHOW"

    answer(status="cancelled", cancellationReason="Ill", updatedAt="2026-11-24T00:00:00.000Z")
    booking = Booking.objects.get()
    assert (booking.status, booking.reason) == ("BOOKING_CANCELLED", "Ill")


def test_both_ends_of_a_reschedule_are_told_by_either_row(db: None) -> None:
    answer(rescheduledToUid="new")
    answer(uid="newer", rescheduledFromUid="new")

    assert list(Booking.objects.order_by("uid").values_list("uid", "superseded_by", "is_head")) == [
        (UID, "new", False),
        ("new", "newer", False),
        ("newer", "", True),
    ]


def test_placeholders_are_not_stored(db: None) -> None:
    answer(
        hosts=[{"id": "unknown", "name": "unknown", "email": "unknown"}],
        bookingFieldsResponses={"name": "unknown", "email": "unknown"},
        attendees=[{"email": "unknown", "absent": True}],
        location="unknown",
        status="awaiting_host",
        eventType=None,
        updatedAt=None,
    )

    booking = Booking.objects.get()
    assert (booking.coach, booking.client_email, booking.client_name, booking.link) == (None, "", "", "")
    assert (booking.status, booking.event_type) == ("PENDING", 88021)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"attendees": [{"email": "a@example.org", "seatUid": "one"}]}, "seats"),
        ({"recurringBookingUid": "series"}, "series"),
        ({}, "single"),
    ],
)
def test_what_is_not_sold_here_is_shown(db: None, values: dict[str, Any], expected: str) -> None:
    answer(**values)

    assert Booking.objects.get().format == expected


@pytest.mark.parametrize("document", [None, [], "text", {}, {"uid": ""}, {"uid": 5}, {"uid": "a", "id": -1}])
def test_an_answer_that_cannot_be_read_says_so(document: Any) -> None:
    with pytest.raises(PayloadError):
        read_answer(document, requested_at=ASKED_AT, digest="d" * 64)
