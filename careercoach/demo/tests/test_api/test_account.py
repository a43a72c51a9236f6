"""Whose key it is: its owner, teams and their members, event types, slots, for each kind of account."""

from typing import Any

import pytest

from careercoach.demo import desk
from careercoach.demo.models import Account, Booking, EventType, Host
from careercoach.demo.tests.conftest import host
from careercoach.demo.tests.test_api import A_DAY, EVENT_TYPES, SLOTS, Caller, book, soon

pytestmark = pytest.mark.django_db(databases=["default", "demo"])

NO_MEMBER = (403, "RolesGuard - User is not a member of the team with id=99.")
NO_ADMIN = "RolesGuard - user with id=77 does not have the minimum required role"
OF_ADMINS = ("bookings", "memberships", "event-types/501/webhooks")


# --- Who -------------------------------------------------------------------------------------------------------------


def test_the_owner_of_the_key(cal: Caller) -> None:
    told = cal.get("me").data

    assert (told["id"], told["username"], told["organizationId"]) == (70, "olivia", None)
    assert "organization" not in told


def test_the_owner_in_an_organization(cal: Caller, organization: Account) -> None:
    told = cal.get("me").data

    assert (told["organizationId"], told["organization"]) == (900, {"id": 900, "isPlatform": False})


def test_teams(cal: Caller, event_type: EventType, organization: Account) -> None:
    assert [(each["id"], each["parentId"], each["slug"]) for each in cal.get("teams").data] == [
        (12, 900, "career-coach")
    ]


def test_a_personal_account_has_no_team(cal: Caller, event_type: EventType, personal: Account) -> None:
    assert cal.get("teams").data == []
    for things in (*OF_ADMINS[:2], "event-types"):
        assert cal.get(f"teams/12/{things}").status == 403


@pytest.mark.parametrize("things", [*OF_ADMINS, "event-types", "event-types/501"])
def test_nobody_reads_another_team(cal: Caller, event_type: EventType, things: str) -> None:
    assert cal.get(f"teams/99/{things}").error == NO_MEMBER


@pytest.mark.parametrize("things", OF_ADMINS)
def test_some_things_are_for_admins(cal: Caller, event_type: EventType, member: Account, things: str) -> None:
    assert cal.get(f"teams/12/{things}").error == (
        403,
        f"{NO_ADMIN}=TEAM_ADMIN within team with id=12.",
    )
    Account.objects.update(role=Account.Role.ADMIN)
    assert cal.get(f"teams/12/{things}").status == 200


@pytest.mark.parametrize("things", ["bookings", "memberships", "event-types", "event-types/501"])
def test_an_organization_has_twins(cal: Caller, event_type: EventType, organization: Account, things: str) -> None:
    twin = cal.get(f"organizations/900/teams/12/{things}")

    assert twin.data == cal.get(f"teams/12/{things}").data


def test_a_teams_account_is_in_no_organization(cal: Caller, event_type: EventType) -> None:
    assert cal.get("organizations/900/teams/12/bookings").error == (
        403,
        "RolesGuard - User is not part of the organization with id=900.",
    )


def test_who_is_no_admin_of_an_organization(
    cal: Caller, event_type: EventType, organization: Account, member: Account
) -> None:
    Account.objects.update(organization_id=900)

    assert cal.get("organizations/900/teams/12/bookings").error == (
        403,
        f"{NO_ADMIN}=TEAM_ADMIN within organization with id=900 team with id=12.",
    )


# --- Members ---------------------------------------------------------------------------------------------------------


def test_members_with_their_addresses(cal: Caller, event_type: EventType, ada: Host) -> None:
    host(81, "Bob", has_accepted=False, role=Account.Role.ADMIN)
    host(90, "Gone", is_gone=True)

    said = cal.get("teams/12/memberships")

    assert "pagination" not in said.body
    assert [(each["userId"], each["role"], each["accepted"], each["user"]["email"]) for each in said.data] == [
        (70, "OWNER", True, "olivia@coaches.example.com"),
        (77, "MEMBER", True, "ada@coaches.example"),
        (81, "ADMIN", False, "bob@coaches.example"),
    ]


def test_the_owner_who_coaches_is_one_member(cal: Caller, event_type: EventType, ada: Host) -> None:
    Account.objects.update_or_create(pk=1, defaults={"user_id": 77})

    assert [each["userId"] for each in cal.get("teams/12/memberships").data] == [77]


def test_pages_of_members_and_some_of_them(cal: Caller, event_type: EventType, ada: Host, bob: Host) -> None:
    def numbers(**query: Any) -> list[int]:
        return [each["userId"] for each in cal.get("teams/12/memberships", **query).data]

    assert numbers(take=2) == [70, 77]
    assert numbers(take=2, skip=2) == [81]
    assert numbers(emails="bob@coaches.example,ada@coaches.example") == [77, 81]


# --- Event types -----------------------------------------------------------------------------------------------------


def test_a_teams_type_names_its_hosts_without_their_addresses(cal: Caller, event_type: EventType, ada: Host) -> None:
    host(81, "Bob", is_fixed=True)
    host(90, "Gone", is_gone=True)
    host(91, "Manager", is_host=False)

    (told,) = cal.get("teams/12/event-types").data

    assert told["hosts"] == [
        {"userId": 77, "name": "Ada", "username": "ada", "avatarUrl": None, "mandatory": False, "priority": "medium"},
        {"userId": 81, "name": "Bob", "username": "bob", "avatarUrl": None, "mandatory": True, "priority": "medium"},
    ]
    assert (told["schedulingType"], told["ownerId"]) == ("roundRobin", None)
    assert (told["lengthInMinutes"], told["hidden"], told["price"], told["currency"]) == (30, False, 4900, "usd")
    assert told["bookingUrl"] == "http://cal.example/team/career-coach/coaching-session"
    assert cal.get("teams/12/event-types/501").data == told


def test_its_form_has_our_hidden_question(cal: Caller, event_type: EventType) -> None:
    fields = cal.get("teams/12/event-types/501").data["bookingFields"]

    own = [each for each in fields if not each["isDefault"]]
    assert [(each["slug"], each["type"], each["hidden"], each["required"]) for each in own] == [
        ("cc-ref", "text", True, False)
    ]
    EventType.objects.update(booking_fields=[])
    assert len(cal.get("teams/12/event-types/501").data["bookingFields"]) == len(fields) - 1


@pytest.mark.parametrize(("price", "takes_payment", "enabled"), [(4900, True, True), (4900, False, False)])
def test_its_price_is_the_payment_apps(
    cal: Caller, event_type: EventType, price: int, takes_payment: bool, enabled: bool
) -> None:
    EventType.objects.update(price=price, takes_payment=takes_payment)

    app = cal.get("teams/12/event-types/501").data["metadata"]["apps"]["stripe"]

    assert (app["price"], app["enabled"], app["paymentOption"]) == (price, enabled, "ON_BOOKING")


def test_a_free_type_has_no_payment_app(cal: Caller, event_type: EventType) -> None:
    EventType.objects.update(price=0, requires_confirmation=True, scheduling_type="collective")

    told = cal.get("teams/12/event-types/501").data

    assert (told["metadata"], told["confirmationPolicy"]["type"]) == ({}, "always")
    assert all("mandatory" not in each for each in told["hosts"])


def test_of_a_collective_type_nothing_is_told_of_turns(cal: Caller, event_type: EventType, ada: Host) -> None:
    EventType.objects.update(scheduling_type="collective")

    (told,) = cal.get("teams/12/event-types/501").data["hosts"]

    assert told == {"userId": 77, "name": "Ada", "username": "ada", "avatarUrl": None}


def test_a_hidden_type_is_shown_to_admins(cal: Caller, event_type: EventType, account: Account) -> None:
    EventType.objects.update(hidden=True)
    to_admin = cal.get("teams/12/event-types").data
    Account.objects.update(role=Account.Role.MEMBER)

    assert ([each["hidden"] for each in to_admin], cal.get("teams/12/event-types").data) == ([True], [])


def test_types_by_their_slug_and_number(cal: Caller, event_type: EventType) -> None:
    assert cal.get("teams/12/event-types", eventSlug="other").data == []
    assert len(cal.get("teams/12/event-types", eventSlug="coaching-session").data) == 1
    assert cal.get("teams/12/event-types/9").error == (404, "Event type with id 9 not found")


def test_a_personal_accounts_types_are_its_owners(cal: Caller, event_type: EventType, personal: Account) -> None:
    (told,) = cal.get("event-types", version=EVENT_TYPES).data

    assert (told["ownerId"], [each["id"] for each in told["users"]]) == (77, [77])
    assert told.keys().isdisjoint({"hosts", "team", "schedulingType"})
    assert cal.get("event-types/501", version=EVENT_TYPES).data == told
    assert cal.get("event-types/9", version=EVENT_TYPES).status == 404


def test_a_teams_types_are_not_among_the_owners(cal: Caller, event_type: EventType) -> None:
    assert cal.get("event-types", version=EVENT_TYPES).data == []
    assert cal.get("event-types/501", version=EVENT_TYPES).status == 404


def test_the_oldest_version_groups_them(cal: Caller, event_type: EventType, personal: Account) -> None:
    told = cal.get("event-types", version=None).data

    assert told.keys() == {"eventTypeGroups", "profiles"}
    assert [each["id"] for each in told["eventTypeGroups"][0]["eventTypes"]] == [501]


# --- Slots -----------------------------------------------------------------------------------------------------------


def slots(cal: Caller, **query: Any) -> Any:
    day = soon().date()
    given = {"eventTypeId": 501, "start": day, "end": day, "timeZone": "UTC"} | query
    return cal.get("slots", version=SLOTS, key=None, **{name: value for name, value in given.items() if value})


def test_a_slot_is_free_when_any_coach_is(
    cal: Caller, event_type: EventType, ada: Host, bob: Host, alice: desk.Booker
) -> None:
    whole = slots(cal).data
    first = book(event_type, alice, soon(), at=soon() - 2 * A_DAY)
    with_one_taken = slots(cal).data
    book(event_type, alice, soon(), at=soon() - 2 * A_DAY, paid=False)
    other = desk.Booker(name="Ben", email="ben@example.com", time_zone="UTC")
    book(event_type, other, soon(), at=soon() - 2 * A_DAY)
    day = soon().date().isoformat()

    taken = {"start": f"{day}T10:00:00.000Z"}
    assert [len(each[day]) for each in (whole, with_one_taken)] == [16, 16]
    assert [each for each in whole[day] if each not in slots(cal).data[day]] == [taken]
    assert taken in slots(cal, bookingUidToReschedule=first.uid).data[day]
    assert len(Booking.objects.filter(start=soon())) == 2


def test_days_and_times_are_those_of_the_zone(cal: Caller, event_type: EventType, ada: Host) -> None:
    day, next_day = (soon() + n * A_DAY for n in (0, 1))
    free = slots(cal, timeZone="Pacific/Auckland", end=(day.replace(hour=17)).isoformat()).data

    assert list(free) == [day.date().isoformat(), next_day.date().isoformat()]
    assert free[next_day.date().isoformat()][-1]["start"][10:16] in ("T05:30", "T04:30")
    assert free[next_day.date().isoformat()][-1]["start"][-6:] in ("+13:00", "+12:00")


def test_a_range_has_an_end(cal: Caller, event_type: EventType, ada: Host) -> None:
    day = soon().date().isoformat()

    first = slots(cal, format="range", timeZone=None).data[day][0]

    assert first == {"start": f"{day}T09:00:00.000Z", "end": f"{day}T09:30:00.000Z"}


def test_no_slot_is_an_empty_object(cal: Caller, event_type: EventType) -> None:
    said = slots(cal)

    assert said.body == {"data": {}, "status": "success"}


def test_what_slots_need(cal: Caller, event_type: EventType) -> None:
    assert slots(cal, eventTypeId=9).error == (404, "Event Type with ID=9 not found")
    for broken in ({"start": None}, {"end": "x"}, {"timeZone": "Mars/Olympus"}, {"format": "list"}):
        assert slots(cal, **broken).status == 400
