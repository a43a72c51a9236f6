"""Answers ready for a page: what can be done and why not, the chain as history, and all values with their labels."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.cal import links
from bookings.domain.projection import reference
from bookings.domain.words import Payment, Status, Why
from bookings.models import Booking, Obstacle
from careercoach.testing import body_of
from users.models import User

pytestmark = pytest.mark.django_db

Post = Callable[..., None]
HOUR = timedelta(hours=1)
NOW = datetime.now(UTC).replace(microsecond=0)


def shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def session(uid: str, user: User, *, start: datetime, name: str = "booking_created_free", **payload: Any) -> Any:
    body = body_of(name)
    body["payload"] |= {"uid": uid, "startTime": shown(start), "endTime": shown(start + HOUR / 2)} | payload
    body["payload"]["metadata"] = {"cc_ref": links.user_token(user)}
    return body


def only(client: Client, **headers: str) -> Any:
    (row,) = client.get("/api/bookings", {"userId": "alice-1"}, headers=headers).json()["results"]
    return row


def moved(uid: str, old: str, user: User, *, start: datetime) -> Any:
    return session(uid, user, start=start, name="booking_rescheduled", rescheduleUid=old)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)], ids=["in order", "backwards"])
def test_the_chain_is_told_as_history_the_oldest_first(
    order: tuple[int, ...], client: Client, post: Post, alice: User, django_assert_num_queries: Any
) -> None:
    """Whenever it was moved to, and in whatever order it was told."""
    messages = [
        session("first", alice, start=NOW + 5 * HOUR),
        moved("second", "first", alice, start=NOW + 3 * HOUR),
        moved("third", "second", alice, start=NOW + 4 * HOUR),
    ]
    post(*(messages[number] for number in order), session("alone", alice, start=NOW + HOUR))

    with django_assert_num_queries(3):
        newest, alone = client.get("/api/bookings", {"userId": "alice-1"}).json()["results"]
    detail = client.get("/api/bookings/third", {"userId": "alice-1"}).json()

    earlier = [
        {
            "uid": uid,
            "status": "BOOKING_CANCELLED",
            "statusLabel": "Cancelled",
            "reason": "superseded",
            "reasonLabel": "moved to another time",
            "startTime": shown(start),
            "endTime": shown(start + HOUR / 2),
            "coach": newest["coach"],
        }
        for uid, start in [("first", NOW + 5 * HOUR), ("second", NOW + 3 * HOUR)]
    ]
    assert (newest["bookingId"], newest["uid"], newest["history"]) == (reference("first"), "third", earlier)
    assert (alone["uid"], alone["history"]) == ("alone", [])
    assert detail == newest | {"timeline": detail["timeline"]}


def test_bookings_that_name_each_other_are_told_all_the_same(client: Client, post: Post, alice: User) -> None:
    post(session("head", alice, start=NOW))
    chain = Booking.objects.get().chain_reference
    for uid, follower in [("a", "b"), ("b", "a")]:
        Booking.objects.create(uid=uid, user=alice, chain_reference=chain, superseded_by=follower, is_head=False)

    assert [each["uid"] for each in only(client)["history"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("told", "cancel", "reschedule"),
    [
        ({"disableCancelling": True}, "cancelling_disabled", None),
        ({"disableRescheduling": True}, None, "rescheduling_disabled"),
    ],
)
def test_what_cal_com_doesnt_let_one_do_is_told_with_the_reason(
    told: Any, cancel: str | None, reschedule: str | None, client: Client, post: Post, alice: User
) -> None:
    post(session("a", alice, start=NOW + HOUR, **told))

    row = only(client)

    assert [row["can"][act]["reason"] for act in ("cancel", "reschedule")] == [cancel, reschedule]
    assert [bool(row["links"][act]) for act in ("cancel", "reschedule")] == [cancel is None, reschedule is None]


def test_the_way_to_the_meeting_is_told_before_it_opens(client: Client, post: Post, alice: User) -> None:
    post(session("a", alice, start=NOW + HOUR))
    Booking.objects.update(link="https://meet.example/x")

    early = only(client)
    Booking.objects.update(starts_at=NOW + HOUR / 10)
    open_now = only(client)

    assert (early["joinOpensAt"], early["links"]["join"]) == (shown(NOW + HOUR * 5 / 6), "https://meet.example/x")
    assert early["can"]["join"]["reason"] == "too_early"
    assert open_now["can"]["join"] == {"allowed": True, "reason": None, "reasonLabel": None}


def test_reasons_are_in_the_callers_language(client: Client, post: Post, alice: User) -> None:
    post(session("a", alice, start=NOW - HOUR))

    assert only(client, **{"Accept-Language": "zh-CN"})["can"]["cancel"]["reasonLabel"] == "该预约的时间已过。"


def test_the_link_to_the_calendars_file_leads_there(client: Client, post: Post, alice: User) -> None:
    post(session("a", alice, start=NOW + HOUR))

    assert client.get(only(client)["links"]["ics"]).headers["Content-Type"] == "text/calendar; charset=utf-8"


# --- GET /api/meta ---------------------------------------------------------------------------------------------------


def test_every_enumeration_is_listed_with_its_labels(client: Client) -> None:
    answer = client.get("/api/meta")

    def values(kind: Any) -> list[dict[str, str]]:
        return [{"value": each.value, "label": str(each.label)} for each in kind]

    assert (answer.status_code, answer.json()) == (
        200,
        {
            "statuses": values(Status),
            "reasons": values(Why),
            "paymentStates": values(Payment),
            "obstacles": values(Obstacle),
            "whens": [{"value": "upcoming", "label": "Not over yet"}, {"value": "past", "label": "Over"}],
            "languages": [{"value": "en", "label": "English"}, {"value": "zh-hans", "label": "简体中文"}],
        },
    )


def test_labels_of_enumerations_are_in_the_callers_language(client: Client) -> None:
    answer = client.get("/api/meta", headers={"Accept-Language": "zh-CN"})

    assert answer.json()["statuses"][1] == {"value": "BOOKING_CREATED", "label": "已预约"}
    assert "Accept-Language" in answer.headers["Vary"]
