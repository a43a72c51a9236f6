"""The stand-in's answers against genuine ones: key for key, kind for kind, and what differs with its reason."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import QueryDict

from bookings.cal.payloads.answer import read_answer
from bookings.domain.registers import Register
from careercoach.demo import desk
from careercoach.demo.api import asked, filters
from careercoach.demo.models import Account, EventType, Host
from careercoach.demo.tests.recorded.differences import ABSENT, Allowed
from careercoach.demo.tests.recorded.shapes import Difference, differences
from careercoach.demo.tests.test_api import LONG_AGO, RECORDED, SLOTS, Caller, book, genuine, soon
from careercoach.demo.tests.test_api.genuine_rows import booking_ours, documents

OVER_API = "made over the API with a name and an address, and nothing else was answered; ours come from the form"
FORM = "its form asks for first and last name, for a telephone and more; ours for one name"
PLACE = "it was held in a place or by telephone; ours are in Cal Video"
NEWER = "cal.diy 6.2.0; we play 6.0.2, as it was recorded, which has teams"
PERSONAL = "the type is of one person; ours is a team's, and so are others of the same answer, which don't differ"
OTHER_TYPE = "several strangers in one session, or a series: neither is sold"
ACCOUNT = "its attendee has an account at Cal.com; ours have none"

ALLOWED = (
    Allowed("booking *", ("guests", "bookingFieldsResponses.guests"), ABSENT, "list", OVER_API),
    Allowed("booking *", ("bookingFieldsResponses.notes",), ABSENT, "str", OVER_API),
    Allowed("booking *", ("bookingFieldsResponses.location",), ABSENT, "object", OVER_API),
    Allowed("booking *", ("attendees.each.phoneNumber",), "str", ABSENT, FORM),
    Allowed("booking *", ("bookingFieldsResponses.name",), "object", "str", FORM),
    Allowed(
        "booking *",
        ("bookingFieldsResponses.name.firstName", "bookingFieldsResponses.name.lastName"),
        "str",
        ABSENT,
        FORM,
    ),
    Allowed("booking v620/*", ("hosts.each.displayEmail", "attendees.each.displayEmail"), "str", ABSENT, NEWER),
    Allowed("booking v620/*", ("bookingFieldsResponses.displayEmail",), "str", ABSENT, NEWER),
    Allowed("booking v620/*", ("bookingFieldsResponses.displayGuests",), "list", ABSENT, NEWER),
    Allowed("booking v620/*", ("isPlatformManagedUserBooking",), "bool", ABSENT, NEWER),
    Allowed("old *", ("eventType.schedulingType",), "null", "str", PERSONAL),
    Allowed("old *", ("eventType.team",), "null", "object", PERSONAL),
    Allowed("old *", ("eventType.team.id",), ABSENT, "int", PERSONAL),
    Allowed("old *", ("eventType.team.name", "eventType.team.slug"), ABSENT, "str", PERSONAL),
    Allowed("old *", ("eventType.teamId",), "null", "int", PERSONAL),
    Allowed("old *", ("eventType.hosts.each",), ABSENT, "object", PERSONAL),
    Allowed("old *", ("eventType.bookingFields",), "list", "null", FORM),
    Allowed("old *", ("eventType.bookingFields.each",), "object", ABSENT, FORM),
    Allowed("old *", ("responses.name",), "object", "str", FORM),
    Allowed("old *", ("responses.name.firstName", "responses.name.lastName"), "str", ABSENT, FORM),
    Allowed("old *", ("metadata.videoCallUrl",), ABSENT, "str", PLACE),
    Allowed("old *", ("references.each",), ABSENT, "object", PLACE),
    Allowed("old *", ("attendees.each.user.name", "attendees.each.user.username"), "null/str", "null", ACCOUNT),
    Allowed("type *", ("locations.each.address",), "str", ABSENT, PLACE),
    Allowed("type *", ("locations.each.public",), "bool", ABSENT, PLACE),
    Allowed("type *", ("locations.each.integration",), ABSENT, "str", PLACE),
    Allowed("type *", ("recurrence",), "object", "null", OTHER_TYPE),
    Allowed("type *", ("recurrence.disabled",), "bool", ABSENT, OTHER_TYPE),
    Allowed("type *", ("recurrence.frequency",), "str", ABSENT, OTHER_TYPE),
    Allowed("type *", ("recurrence.interval", "recurrence.occurrences"), "int", ABSENT, OTHER_TYPE),
    Allowed("type *", ("seats.seatsPerTimeSlot",), "int", ABSENT, OTHER_TYPE),
    Allowed("type *", ("seats.showAttendeeInfo", "seats.showAvailabilityCount"), "bool", ABSENT, OTHER_TYPE),
)
ROWS = {f"{place} {row.get('uid') or row['slug']}": (row, ours) for place, rows, ours in documents() for row in rows}
PLACES = sorted({place.rpartition(" ")[0] for place in ROWS})


def found(place: str) -> set[Difference]:
    return {
        each for name, (row, ours) in ROWS.items() if name.startswith(place) for each in differences(row, ours(row))
    }


@pytest.mark.parametrize("place", PLACES)
def test_rows_have_the_keys_and_the_kinds_of_values_of_the_genuine_ones(place: str) -> None:
    assert {each for each in found(place) if not any(row.permits(place, each) for row in ALLOWED)} == set()


def test_every_difference_that_is_explained_is_there() -> None:
    differing = [(place, each) for place in PLACES for each in found(place)]

    assert [
        (row.where, path, row.why)
        for row in ALLOWED
        for path in row.paths
        if not any(each[0] == path and row.permits(place, each) for place, each in differing)
    ] == []


TO_THE_LETTER = (
    "005",
    "006",
    "007",
    "009",
    "010",
    "011",
    "013",
    "014",
    "021",
    "023",
    "026",
    "067",
    "073",
    "074",
    "082",
)


@pytest.mark.parametrize("number", TO_THE_LETTER)
def test_a_booking_by_the_form_is_told_to_the_letter(number: str) -> None:
    told = [(row, ours(row)) for name, (row, ours) in ROWS.items() if name.startswith(f"booking v602/{number}")]

    assert told
    assert [ours for _row, ours in told] == [row for row, _ours in told]


COLLECTIVE = "etAN5MwaWdLkaX5Nw6tdGt"  # Of two hosts: the second is among the attendees.


def test_our_own_reader_hears_the_same_from_both() -> None:
    """All but the place of those that weren't in Cal Video, the calendar's entry of a chain, and a guest's absence."""

    def heard(row: dict[str, Any]) -> set[tuple[str, str, object]]:
        reading = read_answer(row, requested_at=LONG_AGO, digest="0" * 64)
        return {
            (fact.uid, str(fact.register), fact.value)
            for fact in reading.facts
            if fact.register not in (Register.LINK, Register.CALENDAR_UID) and "gast" not in str(fact.register)
        }

    told = [row for place, (row, _ours) in ROWS.items() if place.startswith("booking v602")]

    assert [row["uid"] for row in told if row["uid"] != COLLECTIVE and heard(row) != heard(booking_ours(row))] == []


# --- Around the rows -------------------------------------------------------------------------------------------------


def lists() -> list[str]:
    return [name for name in RECORDED if "pagination" in genuine(name)]


@pytest.mark.parametrize("name", lists())
def test_the_pagination_object_is_computed_as_cal_com_does(name: str) -> None:
    query = QueryDict(RECORDED[name]["request"]["path"].partition("?")[2])
    wanted = asked.read(query, filters.RULES)
    told = genuine(name)["pagination"]

    made = filters.pagination(
        total=told["totalItems"], take=wanted.get("take", filters.TAKE), skip=wanted.get("skip", 0)
    )

    assert list(made.items()) == list(told.items())


@pytest.mark.django_db(databases=["default", "demo"])
def test_who_the_key_belongs_to(cal: Caller) -> None:
    owner = genuine("v602/001")["data"]
    fields = {"user_id": owner["id"], "name": owner["name"], "email": owner["email"], "username": owner["username"]}
    Account.objects.create(pk=1, time_zone=owner["timeZone"], **fields)

    assert cal.get("me").body == genuine("v602/001") == genuine("v620/001")


@pytest.mark.django_db(databases=["default", "demo"])
@pytest.mark.parametrize("name", ["v602/060", "v602/062"])
def test_a_webhook_is_told_as_it_was_made(cal: Caller, name: str) -> None:
    Account.objects.create(pk=1, user_id=1)

    made = cal.post("webhooks", RECORDED[name]["request"]["body"])

    expected = genuine(name)["data"]
    assert (made.status, made.data | {"id": expected["id"]}) == (201, expected)
    assert cal.get("webhooks").body == {"status": "success", "data": [made.data]}


@pytest.mark.django_db(databases=["default", "demo"])
@pytest.mark.parametrize("name", ["v602/036", "v620/073"])
def test_slots_have_the_shape_of_the_genuine_ones(cal: Caller, event_type: EventType, ada: Host, name: str) -> None:
    day = soon().date()
    said = cal.get("slots", version=SLOTS, eventTypeId=501, start=day, end=day, timeZone="Europe/Berlin").body

    assert list(said) == list(genuine(name))
    ours, theirs = (next(iter(body["data"].items())) for body in (said, genuine(name)))
    assert differences(theirs[1], ours[1]) == set()
    for day_, (first, *_others) in (ours, theirs):
        assert datetime.fromisoformat(first["start"]).date().isoformat() == day_
        assert len(first["start"]) == len("2026-12-15T01:00:00.000+01:00")


@pytest.mark.django_db(databases=["default", "demo"])
def test_what_is_answered_to_an_action_is_the_booking_in_the_genuine_shape(
    cal: Caller, event_type: EventType, ada: Host, alice: desk.Booker
) -> None:
    """Exactly its keys, and one answer more: to our own question."""
    guest = desk.Booker(name="Nora", email="n@example.com", time_zone="UTC", guests=("g@example.com",))
    begun = book(event_type, guest, LONG_AGO)
    ahead = book(event_type, alice, soon(), at=datetime.now(UTC))

    marked = cal.post(f"bookings/{begun.uid}/mark-absent", {"host": True})
    cancelled = cal.post(f"bookings/{ahead.uid}/cancel", key=None)

    assert differences(genuine("v602/058"), marked.body) == set()
    assert differences(genuine("v602/082"), cancelled.body) == {("data.bookingFieldsResponses.cc-ref", "absent", "str")}
    assert [list(each.data) for each in (marked, cancelled)] == [
        list(genuine(name)["data"]) for name in ("v602/058", "v602/082")
    ]
