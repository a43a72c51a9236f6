"""GET /api/bookings and /api/bookings/{bookingId}: a user's own bookings, and nobody else's."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.cal import links
from bookings.domain.projection import reference
from bookings.models import Booking, StatusChange
from careercoach.testing import body_of, problem
from users.models import User

pytestmark = pytest.mark.django_db

Post = Callable[..., None]
HOUR = timedelta(hours=1)
NOW = datetime.now(UTC).replace(microsecond=0)


def shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def session(
    uid: str, user: User, *, start: datetime = NOW + 24 * HOUR, name: str = "booking_created_free", **payload: Any
) -> dict[str, Any]:
    """A session of half an hour for this user, as Cal.com announces it."""
    body = body_of(name)
    described = body["payload"]
    described |= {"uid": uid, "startTime": shown(start), "endTime": shown(start + HOUR / 2)} | payload
    described["metadata"] = {"cc_ref": links.user_token(user)} | payload.get("metadata", {})
    return body


def listed(client: Client, user: User, **query: Any) -> list[str]:
    response = client.get("/api/bookings", {"userId": user.user_id} | query)
    assert response.status_code == 200, response.content
    return [each["uid"] for each in response.json()["results"]]


def get(client: Client, booking_id: str, user: User) -> Any:
    return client.get(f"/api/bookings/{booking_id}", {"userId": user.user_id})


def refused(code: str, detail: str, attr: str | None = None, *, kind: str = "client_error") -> dict[str, Any]:
    return problem((code, detail, attr), kind=kind)


UID = "7hQ2mXk9sVb4TzLr8cNpYe"
START = NOW + 24 * HOUR
PAGES = "jonas.berg%40client.example"
ALLOWED = {"allowed": True, "reason": None, "reasonLabel": None}


def forbidden(code: str, label: str) -> dict[str, Any]:
    return {"allowed": False, "reason": code, "reasonLabel": label}


EARLY = forbidden("too_early", "The meeting is not open yet.")
PASSED = forbidden("already_passed", "The time of the booking has passed.")
AS_SHOWN = {
    "bookingId": reference(UID),
    "uid": UID,
    "status": "BOOKING_CREATED",
    "statusLabel": "Booked",
    "reason": "accepted",
    "reasonLabel": "accepted",
    "title": "Coaching 30 min between Maya Lindqvist and Jonas Berg",
    "coach": {"name": "Maya Lindqvist", "username": "maya-lindqvist", "timeZone": "Europe/Stockholm"},
    "startTime": shown(START),
    "endTime": shown(START + HOUR / 2),
    "timeZone": "Europe/Berlin",
    "joinOpensAt": shown(START - HOUR / 6),
    "payment": {"state": "presumed", "stateLabel": "Presumed", "listPrice": 9000, "currency": "usd"},
    "links": {
        "manage": f"https://cal.com/booking/{UID}",
        "cancel": f"https://cal.com/booking/{UID}?cancel=true&allRemainingBookings=false&cancelledBy={PAGES}",
        "reschedule": f"https://cal.com/reschedule/{UID}?rescheduledBy={PAGES}",
        "join": f"https://app.cal.com/video/{UID}",
        "ics": f"http://testserver/api/bookings/{reference(UID)}.ics?userId=alice-1",
    },
    "can": {"cancel": ALLOWED, "reschedule": ALLOWED, "join": EARLY},
    "history": [],
    "hasRecording": False,
    "hasTranscript": False,
}


@pytest.fixture
def paid(post: Post, alice: User) -> Booking:
    """Alice's paid session of tomorrow."""
    video = {"videoCallUrl": f"https://app.cal.com/video/{UID}"}
    post(session(UID, alice, start=START, name="booking_created_after_payment", metadata=video))
    return Booking.objects.get()


def test_a_session_on_cal_video_is_joined_on_its_own_site(client: Client, post: Post, alice: User) -> None:
    post(session(UID, alice, start=START, metadata={}, location="integrations:daily", bookerUrl="https://acme.cal.com"))

    (only,) = client.get("/api/bookings", {"userId": "alice-1"}).json()["results"]

    assert only["links"]["join"] == f"https://acme.cal.com/video/{UID}"


# --- The list --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/bookings", "/api/bookings/"])
def test_a_booking_as_the_list_shows_it(path: str, client: Client, alice: User, paid: Booking) -> None:
    response = client.get(path, {"userId": "alice-1"})

    assert (response.status_code, response.json()) == (
        200,
        {"count": 1, "next": None, "previous": None, "results": [AS_SHOWN]},
    )


def test_a_booking_of_which_nearly_nothing_is_told(client: Client, post: Post, alice: User) -> None:
    post(
        {
            "triggerEvent": "BOOKING_REQUESTED",
            "createdAt": "2026-11-23T18:00:00Z",
            "payload": {"uid": UID, "status": "PENDING", "metadata": {"cc_ref": links.user_token(alice)}},
        }
    )

    (row,) = client.get("/api/bookings", {"userId": "alice-1"}).json()["results"]

    assert row == AS_SHOWN | {
        "status": "PENDING",
        "statusLabel": "Pending",
        "reason": "unconfirmed",
        "reasonLabel": "not confirmed yet",
        "title": "",
        "coach": None,
        "startTime": None,
        "endTime": None,
        "timeZone": "",
        "payment": {"state": "unknown", "stateLabel": "Unknown", "listPrice": None, "currency": ""},
        "links": {
            "manage": f"https://cal.com/booking/{UID}",
            "cancel": f"https://cal.com/booking/{UID}?cancel=true&allRemainingBookings=false",
            "reschedule": f"https://cal.com/reschedule/{UID}",
            "join": None,
            "ics": None,
        },
        "joinOpensAt": None,
        "can": {
            "cancel": ALLOWED,
            "reschedule": ALLOWED,
            "join": forbidden("not_confirmed", "The booking is not confirmed yet."),
        },
    }


def test_a_booking_that_is_over_leads_nowhere_but_to_its_page(client: Client, post: Post, alice: User) -> None:
    post(session(UID, alice, start=NOW - HOUR))

    (row,) = client.get("/api/bookings", {"userId": "alice-1"}).json()["results"]

    nowhere = {"manage": f"https://cal.com/booking/{UID}", "cancel": None, "reschedule": None, "join": None}
    assert row["links"] == nowhere | {"ics": AS_SHOWN["links"]["ics"]}
    assert row["can"] == {"cancel": PASSED, "reschedule": PASSED, "join": PASSED}


def test_recordings_are_mentioned_and_not_linked(client: Client, post: Post, alice: User, paid: Booking) -> None:
    post(body_of("recording_ready"), body_of("transcription"))

    text = client.get("/api/bookings", {"userId": "alice-1"}).content.decode()

    (row,) = json.loads(text)["results"]
    assert (row["hasRecording"], row["hasTranscript"]) == (True, True)
    assert "token=" not in text
    assert "Signature" not in text


def test_nobody_sees_the_bookings_of_another(client: Client, post: Post, alice: User, charlie: User) -> None:
    """Nor the coach's address, nor what others typed."""
    post(session("of-alice", alice), session("of-charlie", charlie, title="Charlie's secret"))
    orphan = session("of-nobody", alice)
    orphan["payload"]["metadata"] = {}
    post(orphan)

    response = client.get("/api/bookings", {"userId": "alice-1"})

    assert [row["uid"] for row in response.json()["results"]] == ["of-alice"]
    assert response.json()["count"] == 1
    assert [word for word in ("harlie", "nobody", "maya@coach") if word in response.content.decode()] == []


@pytest.mark.parametrize(
    ("allowed", "expected"), [([], ["a", "b", "c"]), ([1], ["a", "c"]), ([2], ["b", "c"]), ([3], ["c"])]
)
def test_bookings_of_other_event_types_are_in_no_list(
    allowed: list[int], expected: list[str], client: Client, post: Post, alice: User, settings: Any
) -> None:
    post(*(session(uid, alice, eventTypeId=number) for uid, number in [("a", 1), ("b", 2), ("c", None)]))

    settings.CAL_EVENT_TYPE_IDS = allowed

    assert sorted(listed(client, alice)) == expected
    assert [uid for uid in "abc" if get(client, uid, alice).status_code == 200] == expected


# --- Filters, order, pages -------------------------------------------------------------------------------------------


@pytest.fixture
def five(post: Post, alice: User, charlie: User) -> None:
    """One session of each kind, and one of somebody else's at the same hour."""
    absent = {"attendees": [{"email": "jonas.berg@client.example", "noShow": True}], "bookingUid": "missed"}
    post(
        session("soon", alice, start=NOW + HOUR),
        session("later", alice, start=NOW + 48 * HOUR),
        session("cancelled", alice, start=NOW + 24 * HOUR, name="booking_cancelled"),
        session("missed", alice, start=NOW - 48 * HOUR),
        {"triggerEvent": "BOOKING_NO_SHOW_UPDATED", "createdAt": shown(NOW), "payload": absent},
        session("past", alice, start=NOW - 24 * HOUR),
        {"triggerEvent": "MEETING_ENDED", "uid": "past"},
        session("asked", alice, name="booking_requested", startTime=None, endTime=None),
        session("of-charlie", charlie, start=NOW + HOUR),
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["later", "cancelled", "soon", "past", "missed", "asked"]),
        ({"when": "upcoming"}, ["asked", "soon", "cancelled", "later"]),
        ({"when": "past"}, ["past", "missed"]),
        ({"status": "BOOKING_CREATED"}, ["later", "soon"]),
        ({"status": "BOOKING_CREATED", "when": "upcoming"}, ["soon", "later"]),
        ({"status": "BOOKING_CANCELLED"}, ["cancelled"]),
        ({"status": "MEETING_ENDED"}, ["past"]),
        ({"status": "NO_SHOW"}, ["missed"]),
        ({"status": "PENDING"}, ["asked"]),
        ({"status": "NO_SHOW", "when": "upcoming"}, []),
        ({"status": ["PENDING", "BOOKING_CREATED"]}, ["later", "soon", "asked"]),
        ({"status": ["BOOKING_CREATED", "PENDING"], "when": "upcoming"}, ["asked", "soon", "later"]),
        ({"status": ["NO_SHOW", "NO_SHOW"]}, ["missed"]),
    ],
    ids=str,
)
def test_the_list_is_filtered_and_in_order(
    query: dict[str, Any], expected: list[str], client: Client, alice: User, five: None
) -> None:
    assert listed(client, alice, **query) == expected


@pytest.mark.parametrize(
    ("query", "code", "detail", "attr"),
    [
        ({"status": "ACCEPTED"}, "invalid_choice", '"ACCEPTED" is not a valid choice.', "status"),
        ({"status": "no_show"}, "invalid_choice", '"no_show" is not a valid choice.', "status"),
        ({"status": ""}, "invalid_choice", '"" is not a valid choice.', "status"),
        ({"when": "now"}, "invalid_choice", '"now" is not a valid choice.', "when"),
        ({"page": "0"}, "min_value", "Ensure this value is greater than or equal to 1.", "page"),
        ({"page": "x"}, "invalid", "A valid integer is required.", "page"),
        ({"page": "1.5"}, "invalid", "A valid integer is required.", "page"),
        ({"page": "1_0"}, "invalid", "A valid integer is required.", "page"),
        ({"page": "１"}, "invalid", "A valid integer is required.", "page"),
        ({"page": "\x1d1"}, "invalid", "A valid integer is required.", "page"),
        ({"page": "9" * 2_000}, "max_string_length", "String value too large.", "page"),
        ({"pageSize": "0"}, "min_value", "Ensure this value is greater than or equal to 1.", "pageSize"),
        ({"pageSize": "101"}, "max_value", "Ensure this value is less than or equal to 100.", "pageSize"),
        ({"status": ["PENDING", "ACCEPTED"]}, "invalid_choice", '"ACCEPTED" is not a valid choice.', "status"),
        ({"when": ["past", "upcoming"]}, "conflicting", "This is given twice, and the two differ.", "when"),
        ({"userId": ""}, "blank", "This field may not be blank.", "userId"),
        ({"userId": "x" * 65}, "max_length", "Ensure this field has no more than 64 characters.", "userId"),
    ],
)
def test_what_is_wrong_is_named(
    query: dict[str, Any], code: str, detail: str, attr: str, client: Client, alice: User
) -> None:
    response = client.get("/api/bookings", {"userId": "alice-1"} | query)

    assert (response.status_code, response.json()) == (400, refused(code, detail, attr, kind="validation_error"))


def test_without_a_user_there_is_no_list(client: Client) -> None:
    missing = client.get("/api/bookings")
    unknown = client.get("/api/bookings", {"userId": "nobody"})

    required = refused("required", "This field is required.", "userId", kind="validation_error")
    nobody = refused("user_not_found", "There is no user with this userId. Make one with POST /api/users.")
    assert (missing.status_code, missing.json()) == (400, required)
    assert (unknown.status_code, unknown.json()) == (404, nobody)


def test_the_list_comes_in_pages(client: Client, post: Post, alice: User) -> None:
    """Sessions of one hour are in a fixed order too."""
    post(*(session(f"u{number:02}", alice) for number in range(25)))
    newest_first = [f"u{number:02}" for number in range(24, -1, -1)]

    first = client.get("/api/bookings", {"userId": "alice-1"}).json()
    second = client.get(first["next"]).json()

    assert (first["count"], first["previous"]) == (25, None)
    assert [row["uid"] for row in first["results"] + second["results"]] == newest_first
    assert (second["next"], second["previous"]) == (None, "http://testserver/api/bookings?userId=alice-1")
    assert listed(client, alice, page=3, pageSize=10) == newest_first[20:]
    assert listed(client, alice, pageSize=100) == newest_first
    assert listed(client, alice, when="upcoming", pageSize=1) == ["u00"]


def test_the_pages_of_several_statuses_lead_to_each_other(client: Client, alice: User, five: None) -> None:
    address = "/api/bookings?pageSize=2&status=PENDING&status=BOOKING_CREATED&userId=alice-1"

    first = client.get(address).json()
    second = client.get(first["next"]).json()

    assert (first["count"], first["next"]) == (3, f"http://testserver{address.replace('?', '?page=2&')}")
    assert [row["uid"] for row in first["results"] + second["results"]] == ["later", "soon", "asked"]
    assert (second["next"], second["previous"]) == (None, f"http://testserver{address}")


@pytest.mark.parametrize("page", [2, 10**30])
def test_a_page_that_is_not_there_is_not_found(page: int, client: Client, alice: User) -> None:
    response = client.get("/api/bookings", {"userId": "alice-1", "page": page})

    assert (response.status_code, response.json()) == (404, refused("page_not_found", "The list has no such page."))


@pytest.mark.parametrize("sessions", [1, 3, 30])
def test_the_number_of_queries_does_not_depend_on_the_number_of_bookings(
    sessions: int, client: Client, post: Post, alice: User, settings: Any
) -> None:
    """Beside those that count the call: two, and one more finds what moved ones were before."""
    post(*(session(f"u{number}", alice, organizer={"id": number, "name": "Coach"}) for number in range(sessions)))
    settings.API_CALLS_PER_USER = settings.API_CALLS_PER_ADDRESS = 1000

    def of_all() -> tuple[list[bool], int]:
        with CaptureQueriesContext(connection) as asked:
            rows = client.get("/api/bookings", {"userId": "alice-1", "pageSize": 100}).json()["results"]
        return [row["history"] != [] for row in rows], of_bookings(asked)

    def of_one() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            return get(client, "u0", alice).status_code, of_bookings(asked)

    def of_bookings(asked: CaptureQueriesContext) -> int:
        return sum("shared_cache" not in query["sql"] for query in asked)

    assert (of_all(), of_one()) == (([False] * sessions, 2), (200, 4))
    post(*(session(f"v{n}", alice, name="booking_rescheduled", rescheduleUid=f"u{n}") for n in range(sessions)))
    assert (of_all(), of_one()) == (([True] * sessions, 3), (200, 4))


# --- One booking -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("booking_id", [reference(UID), UID, reference(UID).lower(), reference(UID).replace("-", "")])
def test_a_booking_is_found_by_its_reference_however_typed_and_by_its_uid(
    booking_id: str, client: Client, alice: User, paid: Booking
) -> None:
    change = StatusChange.objects.get()

    response = get(client, booking_id, alice)

    assert (response.status_code, response.json()) == (
        200,
        AS_SHOWN
        | {
            "timeline": [
                {
                    "status": "BOOKING_CREATED",
                    "statusLabel": "Booked",
                    "reason": "accepted",
                    "reasonLabel": "accepted",
                    "at": change.changed_at.isoformat().replace("+00:00", "Z"),
                }
            ]
        },
    )


@pytest.mark.parametrize(
    ("booking_id", "status", "code"),
    [
        (UID.lower(), 404, "booking_not_found"),
        (UID[:-1], 404, "booking_not_found"),
        (f"{UID}x", 404, "booking_not_found"),
        (f"{UID[:-1]}%25", 404, "booking_not_found"),
        ("CC-00000-00000", 404, "booking_not_found"),
        ("x.y", 404, "not_found"),
        ("%00", 400, "null_characters_not_allowed"),
        ("x" * 101, 400, "max_length"),
    ],
)
def test_a_booking_that_does_not_exist_is_not_found(
    booking_id: str, status: int, code: str, client: Client, alice: User, paid: Booking
) -> None:
    response = get(client, booking_id, alice)

    assert (response.status_code, response.json()["errors"][0]["code"]) == (status, code)


def test_the_booking_of_another_is_not_found_like_one_that_does_not_exist(
    client: Client, charlie: User, paid: Booking
) -> None:
    for booking_id in (UID, reference(UID), "does-not-exist"):
        response = get(client, booking_id, charlie)

        expected = refused("booking_not_found", "This user has no booking with this bookingId or uid.")
        assert (response.status_code, response.json()) == (404, expected)


def test_a_chain_of_reschedules_is_one_booking_found_by_any_of_its_names(
    client: Client, post: Post, alice: User
) -> None:
    post(
        session("first", alice, start=NOW + HOUR),
        session("second", alice, start=NOW + 3 * HOUR, name="booking_rescheduled", rescheduleUid="first"),
    )

    assert listed(client, alice) == ["second"]
    names = ["first", "second", reference("first"), reference("second")]
    answers = [get(client, name, alice).json() for name in names]
    assert [(each["bookingId"], each["uid"], each["startTime"]) for each in answers] == [
        (reference("first"), "second", shown(NOW + 3 * HOUR))
    ] * 4
    assert [(each["status"], each["reason"]) for each in answers[0]["timeline"]] == [
        ("BOOKING_CREATED", "accepted"),
        ("BOOKING_CANCELLED", "superseded"),
        ("BOOKING_CREATED", "accepted"),
    ]


def test_what_happened_to_a_booking_of_another_in_the_chain_is_not_told(
    client: Client, post: Post, alice: User, charlie: User
) -> None:
    """Staff may give a session to somebody else after it was moved."""
    post(
        session("first", alice, start=NOW + HOUR),
        session("second", alice, start=NOW + 3 * HOUR, name="booking_rescheduled", rescheduleUid="first"),
    )
    Booking.objects.filter(uid="second").update(user=charlie)

    answer = get(client, "second", charlie)

    assert [(each["status"], each["reason"]) for each in answer.json()["timeline"]] == [("BOOKING_CREATED", "accepted")]
    assert answer.json()["history"] == []
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_booking_named_in_the_path_and_otherwise_in_the_query_is_a_contradiction(client: Client, alice: User) -> None:
    response = client.get("/api/bookings/CC-00000-00000", {"userId": alice.user_id, "bookingId": "another"})

    assert (response.status_code, response.json()["errors"]) == (
        400,
        [{"code": "conflicting", "detail": "This is given twice, and the two differ.", "attr": "bookingId"}],
    )
