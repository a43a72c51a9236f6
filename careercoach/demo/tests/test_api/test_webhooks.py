"""Subscriptions over the API, in each scope."""

import uuid
from typing import Any

import pytest

from careercoach.demo.api.webhooks import HOSTED_TRIGGERS, TRIGGERS
from careercoach.demo.models import Account, EventType, Webhook
from careercoach.demo.tests.test_api import Caller, like, without_time

pytestmark = pytest.mark.django_db(databases=["default", "demo"])

TEAM, OWN, USER = "teams/12/event-types/501/webhooks", "event-types/501/webhooks", "webhooks"
ORGANIZATION = "organizations/900/webhooks"
BODY = {"active": True, "subscriberUrl": "https://coach.example/hook", "triggers": ["BOOKING_PAID"], "secret": "s3"}


@pytest.fixture
def paths(event_type: EventType, account: Account, request: Any) -> str:
    """The address of one scope, with the account that may use it."""
    account.is_personal, account.organization_id = request.param == OWN, 900
    account.save()
    return request.param


scopes = pytest.mark.parametrize("paths", [TEAM, OWN, USER, ORGANIZATION], indirect=True)


@scopes
def test_from_the_first_to_the_last_call(cal: Caller, paths: str) -> None:
    made = cal.post(paths, BODY)
    number = made.data["id"]
    one = f"{paths}/{number}"

    assert (made.status, str(uuid.UUID(number))) == (201, number)
    assert {key: made.data[key] for key in BODY} == BODY  # The secret in clear.
    assert cal.get(one).data == made.data
    assert cal.get(paths).data == [made.data]
    changed = cal.ask("PATCH", one, {"active": False, "payloadTemplate": "{}", "secret": None, "time": 5}).data
    assert changed == made.data | {"active": False, "payloadTemplate": "{}", "secret": None}
    assert cal.ask("PATCH", one, {"payloadTemplate": None}).data["payloadTemplate"] is None
    assert cal.ask("DELETE", one).data["id"] == number
    assert cal.get(paths).data == []
    for method in ("GET", "PATCH", "DELETE"):
        assert cal.ask(method, one).error == (404, f"Webhook ({number}) not found")


@scopes
def test_the_same_address_twice_in_one_scope_is_a_conflict(cal: Caller, paths: str) -> None:
    cal.post(paths, BODY)

    said = cal.post(paths, BODY | {"triggers": ["BOOKING_CREATED"]})

    assert (said.status, said.body["error"]["code"]) == (409, "ConflictException")
    assert Webhook.objects.count() == 1


def test_whose_it_is(cal: Caller, event_type: EventType, organization: Account) -> None:
    told = {path: cal.post(path, BODY).data for path in (TEAM, USER, ORGANIZATION)}

    common = {*BODY, "id", "payloadTemplate"}
    assert {path: {key: each[key] for key in each.keys() - common} for path, each in told.items()} == {
        TEAM: {"eventTypeId": 501},
        USER: {"userId": 70},
        ORGANIZATION: {"teamId": 900},
    }


def test_scopes_do_not_see_each_other(cal: Caller, event_type: EventType, organization: Account) -> None:
    number = cal.post(TEAM, BODY).data["id"]

    assert [cal.get(path).data for path in (USER, ORGANIZATION)] == [[], []]
    assert cal.get(f"{USER}/{number}").status == 404


def test_all_of_an_event_type_at_once(cal: Caller, event_type: EventType) -> None:
    for letter in "ab":
        cal.post(TEAM, BODY | {"subscriberUrl": f"https://coach.example/{letter}"})

    assert cal.ask("DELETE", TEAM).data == "2 webhooks deleted"
    assert cal.get(TEAM).data == []
    assert cal.ask("DELETE", USER).error == (404, "Cannot DELETE /v2/webhooks")


def test_pages_of_webhooks(cal: Caller) -> None:
    for letter in "abc":
        cal.post(USER, BODY | {"subscriberUrl": f"https://coach.example/{letter}"})

    assert [len(cal.get(USER, take=2, skip=skip).data) for skip in (0, 2)] == [2, 1]


def test_one_bad_trigger_refuses_all(cal: Caller, account: Account) -> None:
    Account.objects.update(is_hosted=False)

    said = cal.post(USER, {"active": True, "subscriberUrl": "notaurl", "triggers": ["NOPE"]})

    assert (said.status, without_time(said.body)) == (400, like("v602/063"))
    assert cal.post(USER, BODY | {"triggers": ["BOOKING_PAID", "BOOKING_CONFIRMED"]}).status == 400
    assert cal.post(USER, BODY | {"triggers": "all"}).status == 400
    assert cal.post(USER, BODY | {"triggers": 5}).status == 400
    assert not Webhook.objects.exists()


def test_a_self_hosted_one_knows_fewer_triggers(cal: Caller, account: Account) -> None:
    newer = BODY | {"triggers": [HOSTED_TRIGGERS[1]]}
    Account.objects.update(is_hosted=False)
    refused = cal.post(USER, newer)
    known = cal.post(USER, BODY | {"triggers": list(TRIGGERS)})
    Account.objects.update(is_hosted=True)

    assert (refused.status, known.status) == (400, 201)
    assert cal.post(USER, newer | {"subscriberUrl": "https://coach.example/2"}).status == 201


def test_the_hosted_one_asks_when_somebody_counts_as_absent(cal: Caller) -> None:
    timed = BODY | {"triggers": ["AFTER_HOSTS_CAL_VIDEO_NO_SHOW"]}

    refused = cal.post(USER, timed)
    made = cal.post(USER, timed | {"time": 5, "timeUnit": "MINUTE", "version": "2021-10-20"})

    assert refused.body["error"]["details"]["errors"][0]["property"] == "time"
    assert made.status == 201
    webhook = Webhook.objects.get()
    assert (webhook.time, webhook.time_unit, webhook.version) == (5, "MINUTE", "2021-10-20")


@pytest.mark.parametrize("missing", ["active", "subscriberUrl", "triggers"])
def test_what_a_new_one_needs(cal: Caller, missing: str) -> None:
    body = {key: value for key, value in BODY.items() if key != missing}

    said = cal.post(USER, body)

    assert [each["property"] for each in said.body["error"]["details"]["errors"]] == [missing]


def test_a_type_of_a_team_has_none_at_the_personal_address(cal: Caller, event_type: EventType) -> None:
    assert cal.get(OWN).error == (403, "User (70) is not the owner of event type (501)")
    assert cal.get("event-types/9/webhooks").error == (404, "Event type (9) not found")
    assert cal.get("teams/12/event-types/9/webhooks").error == (404, "Event type with id 9 not found")


def test_an_organizations_are_for_its_admins(cal: Caller, organization: Account) -> None:
    Account.objects.update(role=Account.Role.MEMBER)

    no_admin = "RolesGuard - user with id=70 does not have the minimum required role=ORG_ADMIN"
    assert cal.get(ORGANIZATION).error == (403, f"{no_admin} within organization with id=900.")
    assert cal.get("organizations/901/webhooks").error == (
        403,
        "RolesGuard - User is not a member of the organization with id=901.",
    )
