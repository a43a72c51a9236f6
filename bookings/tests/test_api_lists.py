"""The list's filters by time and coach, what isn't a parameter, and polling that costs little."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from bookings.api import etags
from bookings.domain.projection import reference
from bookings.models import Booking
from bookings.models.booking import OPENS
from coaches.models import Coach
from users.models import User

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NOW = datetime.now(UTC)


def make(uid: str, user: User, *, start: datetime | None = NOW + HOUR, **values: Any) -> Booking:
    """A row as the mirror would have it."""
    end = None if start is None else start + HOUR / 2
    named = {"uid": uid, "reference": reference(uid), "chain_reference": reference(uid)}
    return Booking.objects.create(user=user, starts_at=start, ends_at=end, status="BOOKING_CREATED", **named | values)


def listed(client: Client, **query: Any) -> list[str]:
    answer = client.get("/api/bookings", {"userId": "alice-1"} | query)
    assert answer.status_code == 200, answer.content
    return [each["uid"] for each in answer.json()["results"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "dcbaz"),
        ({"from": "2026-12-02"}, "dc"),
        ({"to": "2026-12-01"}, "ba"),
        ({"from": "2026-12-01", "to": "2026-12-01"}, "b"),
        ({"from": "2026-12-02", "to": "2026-12-02"}, "c"),
        ({"from": "2026-12-02", "to": "2026-12-02", "timeZone": "Asia/Shanghai"}, "b"),
        ({"from": "2026-12-02", "to": "2026-12-02", "timeZone": "America/Los_Angeles"}, "dc"),
        ({"from": "0001-01-01", "to": "9999-12-31"}, "dcba"),
        ({"from": "9999-12-31"}, ""),
        ({"to": "0001-01-01"}, ""),
        ({"timeZone": "Asia/Shanghai"}, "dcbaz"),
    ],
    ids=str,
)
def test_the_list_can_be_cut_to_days_of_a_zone(
    query: dict[str, str], expected: str, client: Client, alice: User
) -> None:
    for uid, start in [("a", "11-30 15:59"), ("b", "12-01 23:59"), ("c", "12-02 23:59"), ("d", "12-03 07:59")]:
        make(uid, alice, start=datetime.fromisoformat(f"2026-{start}+00:00"))
    make("z", alice, start=None)

    assert "".join(listed(client, **query)) == expected


def test_the_list_can_be_cut_to_a_coach(client: Client, alice: User, ada: Coach) -> None:
    Coach.objects.filter(pk=ada.pk).update(username="ada")
    make("with-ada", alice, coach=ada)
    make("with-nobody", alice)

    answer = client.get("/api/bookings", {"userId": "alice-1", "coach": "bob"})

    assert listed(client, coach="ada") == ["with-ada"]
    said = {"code": "unknown_coach", "detail": "There is no coach with this username.", "attr": "coach"}
    assert (answer.status_code, answer.json()["errors"]) == (400, [said])


@pytest.mark.parametrize("statuses", [["BOOKING_CREATED"], ["PENDING", "BOOKING_CREATED"]])
def test_the_number_of_queries_does_not_depend_on_the_number_of_statuses(
    statuses: list[str], client: Client, alice: User, django_assert_num_queries: Any
) -> None:
    make("a", alice)
    etag = poll(client, status=statuses).headers["ETag"]

    with django_assert_num_queries(3):
        assert listed(client, status=statuses) == ["a"]
    with django_assert_num_queries(1):
        assert poll(client, etag, status=statuses).status_code == 304


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/bookings", {"userId": "alice-1", "Status": "x", "_": "1"}),
        ("/api/bookings/a", {"userId": "alice-1", "Status": "x", "_": "1"}),
        ("/api/meta", {"Status": "x", "_": "1"}),
    ],
)
def test_what_is_no_parameter_is_named(path: str, query: dict[str, str], client: Client, alice: User) -> None:
    answer = client.get(path, query)

    detail = "There is no parameter of this name here."
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"code": "unknown_parameter", "detail": detail, "attr": name} for name in ("Status", "_")
    ]


@pytest.mark.parametrize(
    ("query", "code", "attr"),
    [
        ({"from": "yesterday"}, "invalid", "from"),
        ({"from": "20261201"}, "invalid", "from"),
        ({"from": "2026-1-2"}, "invalid", "from"),
        ({"from": "2026-13-01"}, "invalid", "from"),
        ({"from": "2026-12-02", "to": "2026-12-01"}, "reversed", "to"),
        ({"timeZone": "CET+1"}, "unknown_zone", "timeZone"),
        ({"uid": "x" * 101}, "max_length", "uid"),
        ({"uid": "x\n"}, "invalid", "uid"),
        ({"timeZone": "Factory"}, "unknown_zone", "timeZone"),
        ({"coach": ""}, "blank", "coach"),
    ],
)
def test_a_value_that_can_not_be_is_named(
    query: dict[str, str], code: str, attr: str, client: Client, alice: User
) -> None:
    answer = client.get("/api/bookings", {"userId": "alice-1"} | query)

    assert answer.status_code == 400
    assert [(each["code"], each["attr"]) for each in answer.json()["errors"]] == [(code, attr)]


# --- ETag ------------------------------------------------------------------------------------------------------------


def poll(client: Client, etag: str = "", **more: Any) -> Any:
    headers = {"If-None-Match": etag} | more.pop("headers", {})
    return client.get("/api/bookings", {"userId": "alice-1"} | more, headers=headers)


def test_a_list_that_has_not_changed_is_not_told_again(
    client: Client, alice: User, django_assert_num_queries: Any
) -> None:
    make("a", alice)
    first = poll(client)

    with django_assert_num_queries(1):
        same = poll(client, first.headers["ETag"])

    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["ETag"] == first.headers["ETag"]
    assert first.headers["Cache-Control"] == same.headers["Cache-Control"] == "private, no-cache"
    assert "Accept-Language" in first.headers["Vary"]


@pytest.mark.parametrize("written", ["{}", '"other", {}', "*", "{strong}"])
def test_it_is_known_however_it_is_written(written: str, client: Client, alice: User) -> None:
    """Proxies may make a weak one strong."""
    etag = poll(client).headers["ETag"]

    assert poll(client, written.format(etag, strong=etag.removeprefix("W/"))).status_code == 304


@pytest.mark.parametrize(
    ("query", "status"),
    [({"page": "2"}, 404), ({"coach": "nobody"}, 400), ({"uid": "of-charlie"}, 404), ({"userId": "nobody"}, 404)],
    ids=str,
)
def test_what_is_wrong_is_told_to_those_who_know_whatever_there_is(
    query: dict[str, str], status: int, client: Client, alice: User, charlie: User
) -> None:
    make("of-charlie", charlie)

    assert poll(client, "*", **query).status_code == status


CHANGES: dict[str, Callable[[User, Booking, Coach], Any]] = {
    "another booking": lambda user, booking, coach: make("b", user),
    "the booking": lambda user, booking, coach: Booking.objects.get(pk=booking.pk).save(),
    "one of the past": lambda user, booking, coach: Booking.objects.filter(pk=booking.pk).update(
        updated_at=NOW - 100 * HOUR
    ),
    "a microsecond": lambda user, booking, coach: Booking.objects.filter(pk=booking.pk).update(
        updated_at=booking.updated_at - timedelta(microseconds=1)
    ),
    "the coach": lambda user, booking, coach: Coach.objects.get(pk=coach.pk).save(),
    "it is somebody else's": lambda user, booking, coach: Booking.objects.filter(pk=booking.pk).update(user=None),
    "it opens": lambda user, booking, coach: Booking.objects.filter(pk=booking.pk).update(starts_at=NOW + OPENS),
    "it is over": lambda user, booking, coach: Booking.objects.filter(pk=booking.pk).update(
        starts_at=NOW - HOUR, ends_at=NOW
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_makes_another(
    change: Callable[[User, Booking, Coach], Any], client: Client, alice: User, ada: Coach
) -> None:
    booking = make("a", alice, coach=ada)
    make("other", alice)
    etag = poll(client).headers["ETag"]

    change(alice, booking, ada)

    assert poll(client, etag).status_code == 200
    assert poll(client, etag).headers["ETag"] != etag


def test_what_was_kept_is_told_anew_after_an_upgrade(
    client: Client, alice: User, settings: Any, tmp_path: Path
) -> None:
    make("a", alice)
    etag = poll(client).headers["ETag"]
    for version in ("old", "new"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "answers.py").write_text(version)

    settings.CAL_WEB_BASE_URL = "https://acme.cal.com"

    assert poll(client, etag).status_code == 200
    assert len({etags.release(tmp_path / version) for version in ("old", "new")}) == 2


@pytest.mark.parametrize(
    "other",
    [
        *({"page": "1"}, {"pageSize": "5"}, {"when": "past"}, {"headers": {"Accept-Language": "zh-hans"}}),
        *({"status": "PENDING"}, {"status": ["PENDING", "NO_SHOW"]}),
    ],
    ids=str,
)
def test_another_question_has_another(other: dict[str, Any], client: Client, alice: User) -> None:
    make("a", alice)

    assert poll(client, poll(client).headers["ETag"], **other).status_code == 200


def test_a_list_without_an_entry_has_no_history_either(client: Client, alice: User) -> None:
    moved = make("a", alice, is_head=False, superseded_by="b")
    make("b", alice, chain_reference=moved.chain_reference)

    assert listed(client) == ["b"]
    assert listed(client, when="past") == []


def test_history_leaves_out_what_is_of_another_event_type(
    client: Client, alice: User, ada: Coach, settings: Any
) -> None:
    """With its coach, where it had one."""
    settings.CAL_EVENT_TYPE_IDS = [501]
    one = make("a", alice, is_head=False, superseded_by="b", event_type=501, coach=ada)
    make("b", alice, is_head=False, superseded_by="c", event_type=777, chain_reference=one.chain_reference)
    make("c", alice, event_type=501, chain_reference=one.chain_reference)

    (told,) = client.get("/api/bookings", {"userId": "alice-1"}).json()["results"]

    coach = {"name": "Ada Coach", "username": "", "timeZone": "Europe/Paris"}
    assert [(each["uid"], each["coach"]) for each in told["history"]] == [("a", coach)]


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/xml"])
def test_a_body_of_a_question_has_no_meaning(kind: str, client: Client, alice: User) -> None:
    """An ETag, and a link to the next page, are of an address."""
    make("a", alice)
    make("b", alice)
    query = "/api/bookings?userId=alice-1&pageSize=1"

    plain = client.get(query)
    with_body = client.generic("GET", query, '{"page": 2, "nonsense": 1}', kind)
    elsewhere = client.generic("GET", "/api/bookings", '{"userId": "alice-1"}', kind)

    assert (with_body.status_code, with_body.json()) == (200, plain.json())
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["code"]) == (400, "required")
    assert client.generic("GET", "/api/meta", "<x/>", kind).status_code == 200
