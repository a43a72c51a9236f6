"""How our webhook must be registered, colour by colour, and which of several stay."""

from typing import Any

import pytest

from bookings.cal.doctor import subscriptions
from bookings.cal.doctor.looking import OWNER
from bookings.cal.doctor.subscriptions import DETAILS, NEWER, TRIGGERS, Plan, Registered, Scope, Wanted
from bookings.cal.payloads.webhook import EVENTS
from bookings.tests.doctor import URL, colours, recorded_data, said, webhook
from careercoach.testing import SECRET

ONE, TWO = (Scope(name=f"event type {number}", event_type_id=number) for number in (501, 502))
ORGANIZATION = Scope(name="the organization")


def wanted(*, team: bool = True, types: tuple[int, ...] = (501,), secrets: tuple[str, ...] = (SECRET,)) -> Wanted:
    return Wanted(url=URL, secrets=secrets, event_types=types, team=team)


def at(scope: Scope, **other: Any) -> Registered:
    return Registered(scope=scope, row=webhook(**other))


def test_every_trigger_that_is_read_is_asked_for() -> None:
    assert set(TRIGGERS) == set(EVENTS)
    assert set(NEWER) < set(DETAILS) < set(TRIGGERS)


# --- Registered once -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("registered", "team", "types", "kept", "surplus", "missing"),
    [
        ([], True, (501,), [], [], (501,)),
        ([], False, (501,), [], [], (None,)),
        ([], False, (), [], [], (None,)),
        ([ONE], True, (501,), [0], [], ()),
        ([ORGANIZATION], True, (501, 502), [0], [], ()),
        ([OWNER], False, (501, 502), [0], [], ()),
        ([OWNER], True, (501,), [], [0], (501,)),
        ([ONE, OWNER], True, (501,), [0], [1], ()),
        ([ONE, OWNER], False, (501,), [0], [1], ()),
        ([ORGANIZATION, ONE], True, (501,), [1], [0], ()),
        ([ORGANIZATION, ONE], True, (501, 502), [0], [1], ()),
        ([ONE], True, (501, 502), [0], [], (502,)),
        ([ONE], False, (501, 502), [0], [], (502,)),
        ([ONE, TWO], True, (501, 502), [0, 1], [], ()),
        ([ONE, ONE], True, (501,), [0], [1], ()),
        ([TWO], True, (501,), [], [0], (501,)),
        ([ORGANIZATION], True, (), [0], [], ()),
        ([], True, (), [], [], ()),
    ],
)
def test_one_webhook_must_match_each_event_type(
    registered: list[Scope],
    team: bool,
    types: tuple[int, ...],
    kept: list[int],
    surplus: list[int],
    missing: tuple[int | None, ...],
) -> None:
    all_of_them = [at(scope, id=str(number)) for number, scope in enumerate(registered)]

    planned = subscriptions.plan(all_of_them, wanted(team=team, types=types))

    assert planned == Plan(
        keep=tuple(all_of_them[number] for number in kept),
        surplus=tuple(all_of_them[number] for number in surplus),
        missing=missing,
    )
    once = subscriptions.registered_once(all_of_them, wanted(team=team, types=types))
    assert (once.colour == "green") == (bool(kept) and not surplus and not missing)


def test_of_two_the_one_that_is_switched_on_stays() -> None:
    off, on = at(ONE, id="off", active=False), at(ONE, id="on")

    assert subscriptions.plan([off, on], wanted()).surplus == (off,)


def test_each_way_of_being_registered_is_said() -> None:
    once = subscriptions.registered_once

    assert said(once([at(ONE)], wanted())) == ("green", f"registered once (event type 501) at {URL}")
    assert said(once([], wanted())) == ("red", f"not registered at {URL} for event type 501: nothing is sent")
    assert said(once([at(ONE)], wanted(types=(501, 502)))) == (
        "red",
        f"not registered at {URL} for event type 502, but for event type 501: nothing is sent",
    )
    assert said(once([], wanted(team=False))) == ("red", f"not registered at {URL} for this account: nothing is sent")
    assert said(once([at(ONE), at(OWNER)], wanted())) == (
        "red",
        "registered 2 times (event type 501, the key's owner): events come more than once",
    )
    assert said(once([], wanted(types=()))) == ("red", "there is no event type of ours to register it for")
    assert said(once([], wanted(), unseen={501})) == ("red", "not looked at, since Cal.com doesn't list them")


@pytest.mark.parametrize("url", [f"{URL}/", URL.replace("https", "http"), URL.replace("coach", "Coach")])
def test_an_address_that_is_nearly_ours_is_none(url: str) -> None:
    near = at(ONE, subscriberUrl=url)

    alone = subscriptions.registered_once([near], wanted())
    beside = subscriptions.registered_once([at(ONE), near], wanted())

    assert said(alone) == ("red", f"registered at {url}, which is not our address")
    assert said(beside) == ("red", f"registered, and once more as {url}: events come twice")


def test_a_password_in_an_address_is_not_shown_and_strangers_are_none_of_ours() -> None:
    near = at(ONE, subscriberUrl="http://sam:pass@coach.example.com/api/webhook/cal?key=x")
    stranger = at(ONE, subscriberUrl="https://zapier.example/hook")

    assert "nearly" not in said(subscriptions.registered_once([at(ONE), stranger], wanted()))[1]
    assert "pass" not in subscriptions.registered_once([near, stranger], wanted()).found


# --- As it must be ---------------------------------------------------------------------------------------------------


def test_a_webhook_that_is_as_it_must_be_is_green_throughout() -> None:
    assert colours(subscriptions.as_wanted(at(ONE), wanted())) == dict.fromkeys(
        ["active", "triggers", "template", "version", "secret"], "green"
    )


def without(*names: str) -> list[str]:
    return [each for each in TRIGGERS if each not in names]


@pytest.mark.parametrize(
    ("change", "check", "colour"),
    [
        ({"active": False}, "active", "red"),
        ({"active": None}, "active", "red"),
        ({"triggers": without("BOOKING_CANCELLED")}, "triggers", "red"),
        ({"triggers": without("MEETING_ENDED", "BOOKING_REASSIGNED")}, "triggers", "red"),
        ({"triggers": without(*NEWER)}, "triggers", "yellow"),
        ({"triggers": without(*DETAILS)}, "triggers", "yellow"),
        ({"triggers": None}, "triggers", "red"),
        ({"payloadTemplate": "{}"}, "template", "red"),
        ({"payloadTemplate": ""}, "template", "green"),
        ({"version": "2021-10-20"}, "version", "green"),
        ({"version": "2026-07-27"}, "version", "red"),
        ({"secret": None}, "secret", "red"),
        ({"secret": "no-secret-provided"}, "secret", "red"),
        ({"secret": SECRET + " "}, "secret", "red"),
    ],
)
def test_each_thing_that_differs_is_named(change: dict[str, Any], check: str, colour: str) -> None:
    found = list(subscriptions.as_wanted(at(ONE, **change), wanted()))

    expected = dict.fromkeys(["active", "triggers", "template", "version", "secret"], "green")
    assert colours(found) == expected | {check: colour}
    assert {each.event_type for each in found} == {501}
    assert subscriptions.is_right(at(ONE, **change), wanted()) == (colour == "green")


def test_missing_triggers_are_listed() -> None:
    assert subscriptions.triggers(webhook(triggers=without("BOOKING_PAID"))).found == (
        "events that we need are not chosen: BOOKING_PAID"
    )


def test_either_of_two_secrets_is_ours_and_none_is_told() -> None:
    secrets = ("the-next-secret", SECRET)
    row = webhook()
    del row["secret"]

    assert subscriptions.secret(webhook(), secrets).colour == "green"
    assert subscriptions.secret(webhook(), ()).colour == "red"
    assert subscriptions.secret(row, secrets).colour == "yellow"
    for secret in (SECRET, "a-stranger's", "\ud800"):
        finding = subscriptions.secret(webhook(secret=secret), secrets)
        assert secret not in finding.found + finding.cure
    assert SECRET not in repr(at(ONE)) + repr(wanted())


@pytest.mark.parametrize("version", [("v602", "061"), ("v620", "025")])
def test_the_recorded_webhooks_are_read(version: tuple[str, str]) -> None:
    full, part = recorded_data(*version)

    assert colours(subscriptions.as_wanted(Registered(scope=OWNER, row=full), wanted())) == {
        "active": "green",
        "triggers": "yellow",
        "template": "green",
        "version": "green",
        "secret": "red",
    }
    assert subscriptions.triggers(part).colour == "red"
    assert subscriptions.secret(full, (full["secret"],)).colour == "green"
    assert subscriptions.template(recorded_template()).colour == "red"


def recorded_template() -> Any:
    return recorded_data("v602", "062")


# --- Elsewhere -------------------------------------------------------------------------------------------------------


def test_webhooks_to_others_that_carry_our_secret_are_said_without_their_paths() -> None:
    registered = [
        at(ONE),
        at(ONE, subscriberUrl=URL + "/"),
        at(OWNER, subscriberUrl="https://user:password@Staging.example.com:8443/hooks/secret?key=1"),
        at(OWNER, subscriberUrl="https://crm.example.com/", secret="theirs"),
        at(OWNER, subscriberUrl="https://none.example.com/", secret=None),
        at(ONE, subscriberUrl="https://old.example.com/api/webhook/cal", active=False),
    ]

    assert [said(each) for each in subscriptions.elsewhere(registered, wanted())] == [
        ("yellow", "webhooks with our secret go elsewhere, too: to old.example.com, staging.example.com:8443")
    ]
    assert [*subscriptions.elsewhere(registered[:2], wanted()), *subscriptions.elsewhere([], wanted())] == []
