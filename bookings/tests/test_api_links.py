"""The links that a front-end asks for: to book, to cancel and to move a session."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from bookings.cal import links
from bookings.domain.projection import reference
from bookings.models import Booking, Obstacle
from careercoach.testing import body_of, problem
from users.models import User

pytestmark = pytest.mark.django_db

Post = Callable[..., None]
UID = "7hQ2mXk9sVb4TzLr8cNpYe"
NOW = datetime.now(UTC)


def session(user: User, *, hours: float = 24, uid: str = UID, **payload: Any) -> dict[str, Any]:
    """A session of half an hour for this user, so many hours from now."""
    body = body_of("booking_created_free")
    start = datetime.now(UTC) + timedelta(hours=hours)
    body["payload"] |= {"uid": uid, "metadata": {"cc_ref": links.user_token(user)}}
    body["payload"] |= {"startTime": start.isoformat(), "endTime": (start + timedelta(minutes=30)).isoformat()}
    body["payload"] |= payload
    return body


def ask(client: Client, way: str, **given: Any) -> Any:
    return client.post(f"/api/{way}", given, content_type="application/json")


def refused(code: str, detail: str, attr: str | None = None, *, kind: str = "client_error") -> dict[str, Any]:
    return problem((code, detail, attr), kind=kind)


# --- To book ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["booking-url", "booking-url/"])
def test_the_page_to_book_on(way: str, client: Client, alice: User) -> None:
    response = ask(client, way, userId="alice-1")

    assert (response.status_code, response.json()) == (200, {"url": links.booking_url(alice)})
    token = links.user_token(alice)
    assert parse_qsl(urlsplit(response.json()["url"]).query) == [
        ("name", "Alice Client"),
        ("email", "alice@example.org"),
        ("metadata[cc_ref]", token),
        ("cc-ref", token),
    ]


TOMORROW = (NOW + timedelta(days=1)).replace(hour=23, minute=30, second=0)


@pytest.mark.parametrize(
    ("start", "zone", "query"),
    [
        (TOMORROW, "", {"date": f"{TOMORROW:%Y-%m-%d}"}),
        (TOMORROW, "Asia/Shanghai", {"date": f"{TOMORROW + timedelta(days=1):%Y-%m-%d}", "cal.tz": "Asia/Shanghai"}),
        (TOMORROW.astimezone(timezone(timedelta(hours=8))), "", {"date": f"{TOMORROW:%Y-%m-%d}"}),
        (f"{TOMORROW:%Y-%m-%dt%H:%M:%S}z", "", {"date": f"{TOMORROW:%Y-%m-%d}"}),
        (f"{TOMORROW:%Y-%m-%dT%H:%MZ}", "", {"date": f"{TOMORROW:%Y-%m-%d}"}),
    ],
    ids=["in UTC", "in Shanghai", "told in Shanghai's time", "in small letters", "without seconds"],
)
def test_the_page_opens_on_the_slot_that_was_chosen(
    start: datetime | str, zone: str, query: dict[str, str], client: Client, alice: User
) -> None:
    told = start if isinstance(start, str) else start.isoformat()
    given = {"userId": "alice-1", "start": told} | ({"timeZone": zone} if zone else {})

    url = ask(client, "booking-url", **given).json()["url"]

    found = dict(parse_qsl(urlsplit(url).query))
    assert found == dict(parse_qsl(urlsplit(links.booking_url(alice)).query)) | query | {
        "slot": f"{TOMORROW:%Y-%m-%dT%H:%M:%S}.000Z"
    }


@pytest.mark.parametrize(
    ("given", "code", "attr"),
    [
        ({"start": NOW.isoformat()}, "passed", "start"),
        ({"start": "9999-12-31T23:59:59-12:00"}, "passed", "start"),
        ({"start": "2030-01-01T09:00:00"}, "no_offset", "start"),
        ({"start": "2030-01-01"}, "no_offset", "start"),
        ({"start": "soon"}, "invalid", "start"),
        ({"start": "2030-01-01T09:00:60Z"}, "invalid", "start"),
        ({"start": "2030-W01-2T09:00:00Z"}, "invalid", "start"),
        ({"start": "20300101T090000Z"}, "invalid", "start"),
        ({"start": "２０３０-01-01T09:00:00Z"}, "invalid", "start"),
        ({"start": "2030-01-01T09:00:00Z\n"}, "invalid", "start"),
        ({"start": "0001-01-01T00:00:00+14:00"}, "passed", "start"),
        ({"timeZone": "Berlin"}, "unknown_zone", "timeZone"),
    ],
)
def test_a_start_that_can_not_be_is_named(
    given: dict[str, str], code: str, attr: str, client: Client, alice: User
) -> None:
    answer = ask(client, "booking-url", userId="alice-1", **given)

    assert answer.status_code == 400
    assert [(each["code"], each["attr"]) for each in answer.json()["errors"]] == [(code, attr)]


def test_without_a_page_to_book_on_there_is_no_link(client: Client, alice: User, settings: Any) -> None:
    client.raise_request_exception = False
    settings.CAL_EVENT_URL = ""

    response = ask(client, "booking-url", userId="alice-1")

    detail = "CAL_EVENT_URL is not set, so there is no page to book on."
    assert (response.status_code, response.json()) == (503, refused("not_configured", detail, kind="server_error"))


# --- To cancel, and to move ------------------------------------------------------------------------------------------

CANCEL = f"https://cal.com/booking/{UID}?cancel=true&allRemainingBookings=false&cancelledBy=jonas.berg%40client.example"
MOVE = f"https://cal.com/reschedule/{UID}?rescheduledBy=jonas.berg%40client.example"
WAYS = [("bookings/cancel", CANCEL), ("bookings/reschedule", MOVE)]


@pytest.mark.parametrize("booking_id", [UID, reference(UID)])
@pytest.mark.parametrize(("way", "url"), [*WAYS, ("bookings/cancel/", CANCEL)])
def test_the_page_to_change_a_session_on(
    way: str, url: str, booking_id: str, client: Client, post: Post, alice: User
) -> None:
    post(session(alice))

    response = ask(client, way, userId="alice-1", bookingId=booking_id)

    assert (response.status_code, response.json()) == (200, {"url": url})


def test_a_link_changes_nothing(client: Client, post: Post, alice: User) -> None:
    post(session(alice))
    before = list(Booking.objects.values())

    for way, _url in WAYS:
        ask(client, way, userId="alice-1", bookingId=UID)

    assert list(Booking.objects.values()) == before


@pytest.mark.parametrize(("way", "url"), WAYS)
def test_parameters_may_come_in_the_query_or_a_form(
    way: str, url: str, client: Client, post: Post, alice: User
) -> None:
    post(session(alice))
    given = {"userId": "alice-1", "bookingId": UID}

    answers = [client.post(f"/api/{way}?userId=alice-1&bookingId={UID}"), client.post(f"/api/{way}", given)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"url": url})] * 2


@pytest.mark.parametrize(("way", "_url"), WAYS)
def test_what_can_not_be_found_has_no_page(
    way: str, _url: str, client: Client, post: Post, alice: User, charlie: User
) -> None:
    post(session(alice))

    nameless = ask(client, way)
    unknown = ask(client, way, userId="nobody", bookingId=UID)
    of_another = ask(client, way, userId="charlie-1", bookingId=UID)
    missing = ask(client, way, userId="charlie-1", bookingId="does-not-exist")

    assert nameless.json()["errors"] == [
        {"code": "required", "detail": "This field is required.", "attr": "userId"},
        {"code": "required", "detail": "This field is required.", "attr": "bookingId"},
    ]
    assert unknown.json()["errors"][0]["code"] == "user_not_found"
    assert of_another.json() == refused("booking_not_found", "This user has no booking with this bookingId or uid.")
    assert missing.json() == refused("booking_not_found", "This user has no booking with this bookingId or uid.")
    assert [each.status_code for each in (nameless, unknown, of_another, missing)] == [400, 404, 404, 404]


CANCELLED = refused("already_cancelled", "The booking is cancelled already.")
PASSED = refused("already_passed", "The time of the booking has passed.")
CANCEL_OFF = refused("cancelling_disabled", "Bookings of this kind can't be cancelled.")
MOVE_OFF = refused("rescheduling_disabled", "Bookings of this kind can't be moved.")


@pytest.mark.parametrize(
    ("told", "cancel", "move"),
    [
        ({"hours": -0.25}, (200, CANCEL), (200, MOVE)),
        ({"hours": -0.75}, (409, PASSED), (409, PASSED)),
        ({"disableCancelling": True}, (409, CANCEL_OFF), (200, MOVE)),
        ({"disableRescheduling": True}, (200, CANCEL), (409, MOVE_OFF)),
        ({"disableCancelling": True, "disableRescheduling": True, "hours": -1}, (409, PASSED), (409, PASSED)),
        ({"startTime": None, "endTime": None}, (200, CANCEL), (200, MOVE)),
    ],
    ids=["going on", "over", "no cancelling", "no moving", "over and neither", "without a time"],
)
def test_what_can_not_be_changed_any_more_has_no_page(
    told: dict[str, Any], cancel: tuple[int, Any], move: tuple[int, Any], client: Client, post: Post, alice: User
) -> None:
    post(session(alice, **told))

    for (way, _url), (status, expected) in zip(WAYS, (cancel, move), strict=True):
        response = ask(client, way, userId="alice-1", bookingId=UID)

        assert (response.status_code, response.json()) == (status, expected if status == 409 else {"url": expected})


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"triggerEvent": "BOOKING_CANCELLED", "payload": {"uid": UID}}, CANCELLED),
        ({"triggerEvent": "BOOKING_REJECTED", "payload": {"uid": UID}}, CANCELLED),
        ({"triggerEvent": "MEETING_ENDED", "uid": UID}, PASSED),
        ({"triggerEvent": "AFTER_HOSTS_CAL_VIDEO_NO_SHOW", "payload": {"bookingUid": UID}}, PASSED),
    ],
    ids=["cancelled", "rejected", "ended", "missed"],
)
def test_a_session_that_is_done_with_has_no_page(
    event: dict[str, Any], expected: dict[str, Any], client: Client, post: Post, alice: User
) -> None:
    post(session(alice), {"createdAt": NOW.isoformat()} | event)

    for way, _url in WAYS:
        response = ask(client, way, userId="alice-1", bookingId=UID)

        assert (response.status_code, response.json()) == (409, expected)


def test_the_earlier_name_of_a_chain_leads_to_the_page_of_the_newest(client: Client, post: Post, alice: User) -> None:
    moved = session(alice, uid="second", rescheduleUid=UID)
    post(session(alice), moved | {"triggerEvent": "BOOKING_RESCHEDULED"})

    response = ask(client, "bookings/cancel", userId="alice-1", bookingId=reference(UID))

    assert response.json() == {"url": CANCEL.replace(UID, "second")}


@pytest.mark.parametrize("way", ["bookings/cancel", "bookings/reschedule", "booking-url", "users"])
def test_these_are_asked_for_by_post_only(way: str, client: Client, alice: User) -> None:
    response = client.get(f"/api/{way}", {"userId": "alice-1", "bookingId": UID})

    assert (response.status_code, response.json()) == (
        405,
        refused("method_not_allowed", 'Method "GET" not allowed.'),
    )


# --- When there is a meeting to go to --------------------------------------------------------------------------------


SOON = NOW + timedelta(minutes=11)


@pytest.mark.parametrize(
    ("values", "obstacle"),
    [
        ({}, None),
        ({"ends_at": None}, None),
        ({"starts_at": None}, None),
        ({"starts_at": NOW + timedelta(minutes=10)}, None),
        ({"starts_at": SOON, "ends_at": SOON}, Obstacle.EARLY),
        ({"ends_at": NOW}, Obstacle.PASSED),
        ({"link": ""}, Obstacle.NO_LINK),
        ({"status": "PENDING"}, Obstacle.UNCONFIRMED),
        ({"status": "BOOKING_CANCELLED"}, Obstacle.CANCELLED),
        ({"status": "MEETING_ENDED"}, Obstacle.PASSED),
    ],
)
def test_a_meeting_can_be_joined_from_shortly_before_until_it_is_over(
    values: dict[str, Any], obstacle: Obstacle | None
) -> None:
    known = {
        "status": "BOOKING_CREATED",
        "link": "https://cal.com/video/x",
        "starts_at": NOW,
        "ends_at": NOW + timedelta(minutes=1),
    }

    assert Booking(**known | values).obstacle_to_join(now=NOW) == obstacle


def test_a_booking_is_called_by_its_reference() -> None:
    assert str(Booking(chain_reference="CC-7K3P9-QX2MD")) == "CC-7K3P9-QX2MD"
    assert Booking(status="BOOKING_CANCELLED").obstacle_to_cancel(now=NOW) == Obstacle.CANCELLED
