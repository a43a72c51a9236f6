"""What an event type must be, colour by colour."""

import json
from typing import Any

import pytest

from bookings.cal.client import Forbidden
from bookings.cal.doctor import event_types
from bookings.tests.doctor import colours, question, recorded_data, said, team_type


def about(row: dict[str, Any], *, team: bool = True, payment_required: bool = True) -> dict[str, str]:
    return colours(event_types.about(row, team=team, payment_required=payment_required))


def test_a_team_s_event_type_that_is_as_it_must_be_is_green_throughout() -> None:
    assert about(team_type()) == dict.fromkeys(
        ["visible", "length", "question", "single", "scheduling", "hosts", "confirmation", "price"], "green"
    )


@pytest.mark.parametrize(
    ("change", "check", "of_team", "of_person"),
    [
        ({"hidden": True}, "visible", "red", "red"),
        ({"lengthInMinutes": 45}, "length", "red", "red"),
        ({"lengthInMinutesOptions": [30, 60]}, "length", "yellow", "yellow"),
        ({"lengthInMinutesOptions": [30]}, "length", "green", "green"),
        ({"bookingFields": []}, "question", "red", "red"),
        ({"bookingFields": "unreadable"}, "question", "red", "red"),
        ({"bookingFields": [None, question(hidden=False)]}, "question", "red", "red"),
        ({"bookingFields": [question(required=True)]}, "question", "red", "red"),
        ({"seats": {"disabled": False, "seatsPerTimeSlot": 3}}, "single", "yellow", "yellow"),
        ({"recurrence": {"interval": 1}}, "single", "yellow", "yellow"),
        ({"schedulingType": "collective"}, "scheduling", "red", None),
        ({"hosts": []}, "hosts", "red", None),
        ({"hosts": None}, "hosts", "red", None),
        ({"hosts": [{"userId": 77, "mandatory": True}]}, "hosts", "red", None),
        ({"confirmationPolicy": {"type": "always"}}, "confirmation", "red", "yellow"),
        ({"confirmationPolicy": None}, "confirmation", "green", "green"),
        ({"price": 0}, "price", "red", "red"),
        ({"metadata": {}}, "price", "yellow", "yellow"),
        ({"metadata": {"apps": None}}, "price", "yellow", "yellow"),
        ({"metadata": {"apps": {"stripe": {"price": 4900, "enabled": False}}}}, "price", "red", "yellow"),
        (
            {"metadata": {"apps": {"stripe": {"price": 4900, "enabled": True, "paymentOption": "HOLD"}}}},
            "price",
            "red",
            "yellow",
        ),
    ],
)
def test_what_a_team_must_have_is_a_note_to_a_person(
    change: dict[str, Any], check: str, of_team: str, of_person: str | None
) -> None:
    expected = dict.fromkeys(about(team_type()), "green")

    assert about(team_type(**change)) == expected | {check: of_team}
    assert about(team_type(**change), team=False).get(check) == of_person


def test_a_free_type_is_right_for_a_person_who_asks_for_no_payment() -> None:
    free = team_type(price=0, metadata={})

    assert about(free, team=False, payment_required=False)["price"] == "green"
    assert about(free, team=True, payment_required=False)["price"] == "red"
    assert about(team_type(), payment_required=False)["price"] == "yellow"


def test_of_several_payment_apps_the_one_that_is_switched_on_counts() -> None:
    apps = {"paypal": {"price": 4900, "enabled": False}, "stripe": {"price": 4900, "enabled": True}, "zoom": {}}

    assert about(team_type(metadata={"apps": apps}))["price"] == "green"


def test_each_finding_says_what_was_found_and_the_cure() -> None:
    shown = event_types.question(team_type(bookingFields=[question(required=True, hidden=False)]))
    fixed = event_types.hosts(team_type(hosts=[{"mandatory": True}, {"mandatory": False}]))

    assert said(shown) == ("red", "the question cc-ref is required and is shown to clients")
    assert "Booking questions" in shown.cure
    assert said(fixed) == ("red", "1 of 2 hosts are fixed")
    assert said(event_types.price(team_type(), team=True, payment_required=True)) == (
        "green",
        "4900 minor units of usd, collected on booking",
    )


def test_a_question_that_the_api_can_t_name_is_found_in_its_text() -> None:
    raw = {"type": "unknown", "slug": "unknown", "bookingField": json.dumps({"name": "cc-ref", "hidden": True})}
    broken = [{"type": "unknown", "bookingField": "{"}, {"type": "unknown", "bookingField": "[]"}, raw]

    assert event_types.question(team_type(bookingFields=broken)).colour == "green"


def test_the_recorded_types_are_read() -> None:
    """A personal account's: free, paid, with confirmation, with seats; none has our question."""
    rows = {row["slug"]: row for row in recorded_data("v602", "034")}
    right = {"visible": "green", "length": "green", "question": "red", "single": "green", "confirmation": "green"}

    assert about(rows["free30"], team=False, payment_required=False) == right | {"price": "green"}
    assert about(rows["free30"], team=False) == right | {"price": "red"}
    assert about(rows["paid60"], team=False) == right | {"length": "red", "price": "green"}
    assert about(rows["paidconfirm"], team=False)["confirmation"] == "yellow"
    assert about(rows["seats"], team=False)["single"] == "yellow"
    assert about(rows["questions"], team=False)["question"] == "red"


# --- Which are ours --------------------------------------------------------------------------------------------------


def test_configured_ids_are_found_or_named() -> None:
    rows = [team_type()]

    found = list(event_types.found(rows, ids=(501, 502), team=True))

    assert [(each.event_type, *said(each)) for each in found] == [
        (501, "green", "found in the team"),
        (502, "red", "the team has no such event type"),
    ]


def test_without_configured_ids_what_was_looked_at_is_said() -> None:
    assert [said(each) for each in event_types.found([team_type()], ids=(), team=False)] == [
        ("yellow", "CAL_EVENT_TYPE_IDS is not set; looked at 501")
    ]
    assert [said(each) for each in event_types.found([], ids=(), team=False)] == [
        ("red", "the account of the key's owner has no event type")
    ]


def test_that_they_could_not_be_looked_at_is_said_with_cal_com_s_reason() -> None:
    (finding,) = event_types.found(Forbidden("not a member", call="GET /teams/12/event-types"), ids=(501,), team=True)

    assert said(finding) == (
        "red",
        "the event types of the team could not be looked at: GET /teams/12/event-types: not a member",
    )


def test_ours_are_the_configured_ones_else_that_of_the_page_else_all() -> None:
    one, two = team_type(), team_type(id=502, slug="other")
    page = "https://cal.com/team/career-coach/other/"

    assert event_types.ours([one, two], ids=(501,), event_url=page) == [one]
    assert event_types.ours([one, two], ids=(), event_url=page) == [two]
    assert event_types.ours([one, two], ids=(), event_url="https://cal.com/somebody") == [one, two]
    assert event_types.ours([one, two], ids=(), event_url="") == [one, two]


# --- The page to book on ---------------------------------------------------------------------------------------------

TOLD = {"bookingUrl": "https://cal.com/team/career-coach/coaching-30"}
PERSON = {"team": None, "users": [{"username": "ada"}]}


@pytest.mark.parametrize(
    ("url", "row", "colour"),
    [
        ("", team_type(), "red"),
        ("https://cal.com/team/career-coach/coaching-30", team_type(), "green"),
        ("https://cal.com/team/career-coach/coaching-30?layout=week", team_type(**TOLD), "green"),
        ("https://CAL.com/team/career-coach/coaching-30/", team_type(**TOLD), "green"),
        ("https://acme.cal.com/career-coach/coaching-30", team_type(), "green"),
        ("https://acme.cal.com/career-coach/coaching-30", team_type(**TOLD), "yellow"),
        ("https://cal.com/team/others/coaching-30", team_type(), "yellow"),
        ("https://cal.com/team/career-coach/coaching-60", team_type(**TOLD), "red"),
        ("https://cal.com/ada/coaching-30", team_type(**PERSON), "green"),
        ("https://cal.com/eve/coaching-30", team_type(**PERSON), "yellow"),
        ("https://cal.com/ada/coaching-30", team_type(team=None, users=None), "yellow"),
        ("https://[", team_type(), "red"),
    ],
)
def test_the_page_to_book_on_must_be_that_of_the_event_type(url: str, row: dict[str, Any], colour: str) -> None:
    assert event_types.event_url(url, [row]).colour == colour


def test_where_the_event_types_are_not_known_the_page_can_t_be_judged() -> None:
    assert event_types.event_url("https://cal.com/ada/x", Forbidden("no")).colour == "yellow"
