"""Each thing we ask: method, address, version, query and body, for each kind of account."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from bookings.cal.client import (
    CalApi,
    CalRefused,
    Configuration,
    Conflict,
    IsSeries,
    NotConfigured,
    Subscription,
    Unauthorized,
    UnreadableAnswer,
)
from bookings.tests.test_client import KEY, NOW, Asked, Cal, FakeClock, Said, said, shape_a

UID = "7hQ2mXk9sVb4TzLr8cNpYe"
ROW = {"id": 1, "uid": UID, "start": "2026-12-03T14:00:00.000Z"}
HOOK = Subscription(url="https://coach.example/api/webhook/cal", triggers=("BOOKING_CREATED",), secret="s3cr3t-v2")
HOOK_BODY = {
    "active": True,
    "subscriberUrl": "https://coach.example/api/webhook/cal",
    "triggers": ["BOOKING_CREATED"],
    "secret": "s3cr3t-v2",
    "version": "2021-10-20",
}


def account(cal: Cal, *, organization: Any = None, answer: Said | None = None) -> None:
    """A server that tells of its account on /me, and gives one answer to everything else."""
    me = said({"id": 1, "organizationId": organization})
    cal.always = lambda asked: me if asked.route == "/v2/me" else answer or said([])


def asked_for(cal: Cal) -> list[tuple[str, str, str]]:
    """Method, path and version of all but /me."""
    return [
        (asked.method, asked.route.removeprefix("/v2"), asked.headers.get("cal-api-version", ""))
        for asked in cal.asked
        if asked.route != "/v2/me"
    ]


def test_every_request_has_the_key(cal: Cal, api: CalApi) -> None:
    cal.says(said({"id": 1}))

    assert api.me() == {"id": 1}
    asked = cal.asked[0]
    assert (asked.method, asked.path, asked.body) == ("GET", "/v2/me", b"")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert "cal-api-version" not in asked.headers


def test_the_key_is_not_replaced_by_what_netrc_has(
    cal: Cal, api: CalApi, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    cal.says(said({"id": 1}))

    api.me()

    assert cal.asked[0].headers["authorization"] == f"Bearer {KEY}"


ACCOUNTS = pytest.mark.parametrize(
    ("options", "organization", "start"),
    [
        ({}, None, ""),
        ({}, 5, ""),  # Whoever is alone in an organization has a personal account all the same.
        ({"team_id": 12}, None, "/teams/12"),
        ({"team_id": 12}, 5, "/organizations/5/teams/12"),
        ({"team_id": 12}, "unknown", "/teams/12"),
    ],
)


@ACCOUNTS
def test_each_account_has_its_own_addresses(
    cal: Cal, connect: Callable[..., CalApi], options: dict[str, Any], organization: Any, start: str
) -> None:
    account(cal, organization=organization)
    api = connect(**options)

    assert [page.rows for page in api.bookings()] == [[]]
    assert api.event_types() == []
    account(cal, organization=organization, answer=said({"id": 501}))
    assert api.event_type(501) == {"id": 501}

    assert asked_for(cal) == [
        ("GET", f"{start}/bookings", "2024-08-13"),
        ("GET", f"{start}/event-types", "2024-06-14"),
        ("GET", f"{start}/event-types/501", "2024-06-14"),
    ]
    assert [asked.route for asked in cal.asked].count("/v2/me") == bool(start)


@ACCOUNTS
def test_members_are_those_of_a_team(
    cal: Cal, connect: Callable[..., CalApi], options: dict[str, Any], organization: Any, start: str
) -> None:
    member = {"id": 3, "userId": 77, "accepted": False, "role": "MEMBER", "user": {"email": "ana@example.org"}}
    account(cal, organization=organization, answer=said([member]))

    rows = [page.rows for page in connect(**options).memberships()]

    assert rows == ([[member]] if start else [])
    assert asked_for(cal) == ([("GET", f"{start}/memberships", "")] if start else [])


def test_which_bookings(cal: Cal, connect: Callable[..., CalApi]) -> None:
    account(cal)
    berlin = timezone(timedelta(hours=1))
    api = connect(event_type_ids=(501, 502))

    list(
        api.bookings(
            updated_after=datetime(2026, 11, 23, 19, 0, 0, 500, tzinfo=berlin),
            updated_before=datetime(2026, 11, 24, tzinfo=UTC),
            starts_after=datetime(2026, 11, 9, tzinfo=UTC),
            ends_before=datetime(2027, 2, 21, tzinfo=UTC),
            sort="updated",
            take=100,
        )
    )
    list(api.bookings(event_type_ids=[], sort="start"))
    list(api.bookings(sort="end"))

    assert [asked.query for asked in cal.asked] == [
        {
            "afterUpdatedAt": "2026-11-23T18:00:00.000Z",
            "beforeUpdatedAt": "2026-11-24T00:00:00.000Z",
            "afterStart": "2026-11-09T00:00:00.000Z",
            "beforeEnd": "2027-02-21T00:00:00.000Z",
            "eventTypeIds": "501,502",
            "sortUpdatedAt": "asc",
            "take": "100",
            "skip": "0",
        },
        {"sortStart": "asc", "take": "250", "skip": "0"},
        {"eventTypeIds": "501,502", "sortEnd": "asc", "take": "250", "skip": "0"},
    ]


def test_a_time_without_a_zone_is_our_own_mistake(api: CalApi) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        list(api.bookings(updated_after=datetime(2026, 11, 23)))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("act", "path", "body"),
    [
        (lambda api: api.cancel(UID, reason="Ill"), "cancel", {"cancellationReason": "Ill"}),
        (lambda api: api.mark_absent(UID, host=True), "mark-absent", {"host": True}),
        (
            lambda api: api.mark_absent(UID, host=False, attendees={"nora@kunde.example": True}),
            "mark-absent",
            {"host": False, "attendees": [{"email": "nora@kunde.example", "absent": True}]},
        ),
        (
            lambda api: api.mark_absent(UID, attendees={"nora@kunde.example": False}),
            "mark-absent",
            {"attendees": [{"email": "nora@kunde.example", "absent": False}]},
        ),
        (lambda api: api.confirm(UID), "confirm", {}),
        (lambda api: api.decline(UID, reason="No time"), "decline", {"reason": "No time"}),
        (lambda api: api.decline(UID), "decline", {}),
        (lambda api: api.reassign(UID), "reassign", {}),
        (lambda api: api.reassign(UID, to_user_id=78), "reassign/78", {}),
        (lambda api: api.reassign(UID, to_user_id=78, reason="Ill"), "reassign/78", {"reason": "Ill"}),
    ],
)
def test_acts_on_a_booking(cal: Cal, api: CalApi, act: Callable[[CalApi], Any], path: str, body: Any) -> None:
    cal.says(said(ROW))

    assert act(api) == ROW
    assert asked_for(cal) == [("POST", f"/bookings/{UID}/{path}", "2024-08-13")]
    assert cal.asked[0].json == body
    assert cal.asked[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("act", [lambda api: api.cancel(UID, reason=" "), lambda api: api.mark_absent(UID)])
def test_an_act_that_says_nothing_is_not_sent(cal: Cal, api: CalApi, act: Callable[[CalApi], Any]) -> None:
    with pytest.raises(ValueError):
        act(api)

    assert cal.asked == []


def test_one_booking(cal: Cal, api: CalApi) -> None:
    cal.says(said(ROW))

    assert api.booking(UID) == ROW
    assert asked_for(cal) == [("GET", f"/bookings/{UID}", "2024-08-13")]


def test_the_uid_of_a_recurrence_names_no_booking(cal: Cal, api: CalApi) -> None:
    cal.says(said([ROW, ROW]))

    with pytest.raises(IsSeries, match="recurrence"):
        api.booking("2b8bdf75-25fa-4b05-a45b-851564ef46c8")


@pytest.mark.parametrize("data", ["text", None, {"uid": UID, "startTime": "2026-12-05T12:00:00.000Z"}])
def test_what_is_no_booking_of_our_version_is_unreadable(cal: Cal, api: CalApi, data: Any) -> None:
    cal.says(said(data))

    with pytest.raises(UnreadableAnswer, match="no booking"):
        api.booking(UID)


def test_a_uid_stays_one_part_of_the_path(cal: Cal, api: CalApi) -> None:
    cal.says(said(ROW), said(ROW))

    api.booking("../me?x=1#y{uid}\ud800")
    assert cal.asked[0].path == "/v2/bookings/..%2Fme%3Fx%3D1%23y%7Buid%7D%3F"

    for uid in ("", ".", ".."):
        with pytest.raises(CalRefused, match="not sent"):
            api.booking(uid)
    assert len(cal.asked) == 1


def test_slots(cal: Cal, api: CalApi) -> None:
    days = {"2026-12-15": [{"start": "2026-12-15T01:00:00.000+01:00"}], "2026-12-16": []}
    cal.says(said(days), said({}))

    assert api.slots(501, start=date(2026, 12, 15), end=date(2026, 12, 16), time_zone="Europe/Berlin") == days
    assert api.slots(501, start=NOW, end=NOW + timedelta(hours=1), time_zone="UTC") == {}

    assert asked_for(cal) == [("GET", "/slots", "2024-09-04")] * 2
    assert [asked.query for asked in cal.asked] == [
        {"eventTypeId": "501", "start": "2026-12-15", "end": "2026-12-16", "timeZone": "Europe/Berlin"},
        {
            "eventTypeId": "501",
            "start": "2026-11-23T18:40:00.000Z",
            "end": "2026-11-23T19:40:00.000Z",
            "timeZone": "UTC",
        },
    ]


@pytest.mark.parametrize(
    ("options", "organization", "event_type_id", "path"),
    [
        ({}, None, None, "/webhooks"),
        ({}, None, 501, "/event-types/501/webhooks"),
        ({"team_id": 12}, None, 501, "/teams/12/event-types/501/webhooks"),
        ({"team_id": 12}, 5, 501, "/teams/12/event-types/501/webhooks"),
        ({"team_id": 12}, 5, None, "/organizations/5/webhooks"),
    ],
)
def test_webhooks_in_each_scope(
    cal: Cal,
    connect: Callable[..., CalApi],
    options: dict[str, Any],
    organization: Any,
    event_type_id: int | None,
    path: str,
) -> None:
    api = connect(**options)
    row = {"id": "faf07ab8-286a-4683-ab8c-eaf4842a793e", **HOOK_BODY}

    def answer(asked: Asked) -> Said:
        if asked.route == "/v2/me":
            return said({"organizationId": organization})
        return said([row]) if asked.method == "GET" else said(row, status=201 if asked.method == "POST" else 200)

    cal.always = answer
    assert api.webhooks(event_type_id=event_type_id) == [row]
    assert api.create_webhook(HOOK, event_type_id=event_type_id) == row
    assert api.update_webhook(row["id"], HOOK, event_type_id=event_type_id) == row
    api.delete_webhook(row["id"], event_type_id=event_type_id)

    assert asked_for(cal) == [
        ("GET", path, ""),
        ("POST", path, ""),
        ("PATCH", f"{path}/{row['id']}", ""),
        ("DELETE", f"{path}/{row['id']}", ""),
    ]
    bodies = [asked.json for asked in cal.asked if asked.route != "/v2/me"]
    assert bodies == [None, HOOK_BODY, HOOK_BODY | {"payloadTemplate": None}, None]


def test_a_team_alone_has_no_webhooks_but_its_event_types(cal: Cal, connect: Callable[..., CalApi]) -> None:
    account(cal)

    with pytest.raises(NotConfigured, match="CAL_EVENT_TYPE_IDS"):
        connect(team_id=12).webhooks()


def test_no_show_triggers_say_when(cal: Cal, api: CalApi) -> None:
    cal.says(said({"id": "x"}))

    api.create_webhook(Subscription(url="https://x.example", triggers=[], secret="x" * 9, no_show_minutes=15))

    assert (cal.asked[0].json["time"], cal.asked[0].json["timeUnit"]) == (15, "MINUTE")


def test_a_webhook_that_is_there_already(cal: Cal, api: CalApi) -> None:
    cal.says(shape_a(409, "ConflictException", "Webhook with this subscriber url already exists for this user"))

    with pytest.raises(Conflict, match="already exists"):
        api.create_webhook(HOOK)


def test_a_deleted_webhook_may_be_answered_with_nothing(cal: Cal, api: CalApi) -> None:
    cal.says(Said(204))

    api.delete_webhook("faf07ab8-286a-4683-ab8c-eaf4842a793e")


def test_the_clocks_are_compared_even_with_a_wrong_key(cal: Cal, api: CalApi, clock: FakeClock) -> None:
    assert api.last_exchange is None
    cal.says(
        shape_a(401, "UnauthorizedException", "CustomThrottlerGuard - Invalid API Key"),
        said({"id": 1}, Date="Mon, 23 Nov 2026 18:40:31 GMT", X_Request_Id="9c10fd8f-6d46"),
        said({"id": 1}, Date="Mon, 23 Nov 2026 18:40:31 -0000", X_Request_Id="one\ttwo"),
        said({"id": 1}, Date="today"),
    )

    with pytest.raises(Unauthorized):
        api.me()
    assert api.last_exchange is not None
    assert (api.last_exchange.server_date, api.last_exchange.skew) == (None, None)

    seen = []
    clock.ticks = 0.5
    for _ in range(3):
        api.me()
        it = api.last_exchange
        seen.append((it.server_date, it.skew, it.request_id, it.answered_at - it.asked_at))
    server = datetime(2026, 11, 23, 18, 40, 31, tzinfo=UTC)
    half = timedelta(seconds=0.5)
    assert [(when, name, took) for when, _, name, took in seen] == [
        (server, "9c10fd8f-6d46", half),
        (server, "", half),
        (None, "", half),
    ]
    assert seen[0][1] is not None
    assert 30 < seen[0][1] < 31.5


def test_a_redirect_is_not_followed(cal: Cal, api: CalApi) -> None:
    """Not within the server either: a POST would become a GET."""
    cal.says(Said(302, b"", (("Location", "/v2/me"),)), said(ROW))

    with pytest.raises(UnreadableAnswer, match="a redirect"):
        api.cancel(UID, reason="Ill")

    assert len(cal.asked) == 1


def test_from_settings(cal: Cal, settings: Any) -> None:
    settings.CAL_API_BASE_URL, settings.CAL_API_KEY = cal.address, KEY
    settings.CAL_TEAM_ID, settings.CAL_EVENT_TYPE_IDS = 12, [501]
    account(cal)

    with CalApi.from_settings() as api:
        assert [page.rows for page in api.bookings()] == [[]]

    assert api.configuration == Configuration(base_url=cal.address, key=KEY, team_id=12, event_type_ids=(501,))
    assert asked_for(cal) == [("GET", "/teams/12/bookings", "2024-08-13")]
    assert cal.asked[-1].query["eventTypeIds"] == "501"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"key": ""}, "CAL_API_KEY is not set"),
        ({"key": "cal_one two"}, "CAL_API_KEY has a blank"),
        ({"key": "cal_one\ntwo"}, "CAL_API_KEY has a blank"),
        ({"key": "cal_öne"}, "CAL_API_KEY has a blank"),
        ({"base_url": ""}, "CAL_API_BASE_URL is no address"),
        ({"base_url": "api.cal.com/v2"}, "CAL_API_BASE_URL is no address"),
        ({"base_url": "ftp://api.cal.com/v2"}, "CAL_API_BASE_URL is no address"),
        ({"base_url": "https:///v2"}, "CAL_API_BASE_URL is no address"),
        ({"base_url": "https://ann:password@api.cal.com/v2"}, "CAL_API_BASE_URL is no address"),
        ({"base_url": "https://api.cal.com/v2?key=password"}, "CAL_API_BASE_URL is no address"),
        ({"base_url": "https://api.cal.com/v2#password"}, "CAL_API_BASE_URL is no address"),
        ({"base_url": "https://api.cal.com:password/v2"}, "CAL_API_BASE_URL is no address"),
        ({"base_url": "https://[api.cal.com/v2"}, "CAL_API_BASE_URL is no address"),
    ],
)
def test_what_cannot_be_used_is_named_before_anything_is_sent(values: dict[str, str], message: str) -> None:
    with pytest.raises(NotConfigured, match=message) as raised:
        Configuration(**{"base_url": "https://api.cal.com/v2", "key": KEY} | values)

    assert "password" not in str(raised.value)
    assert "two" not in str(raised.value)
