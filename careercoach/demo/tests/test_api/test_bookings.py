"""Reading bookings: filters and what they really do, order, pages that lie, and what a row never says."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from careercoach.demo import desk
from careercoach.demo.models import Account, Booking, EventType, Host
from careercoach.demo.tests.conftest import AT_TEN, NOW, host
from careercoach.demo.tests.test_api import EVERYTHING, Caller, book

pytestmark = pytest.mark.django_db(databases=["default", "demo"])

HOUR = timedelta(hours=1)


@pytest.fixture
def other_type(event_type: EventType) -> EventType:
    """Private, of one of the members: none of the team's."""
    return EventType.objects.create(
        pk=777, team_id=99, team_name="Other", team_slug="other", slug="private", length=30, price=0, site="http://x"
    )


def names(cal: Caller, path: str = "bookings", **query: Any) -> list[str]:
    return [each["bookingFieldsResponses"]["name"] for each in cal.get(path, **query).data]


# --- Filters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("upcoming", ["upcoming", "upcoming pending"]),
        ("recurring", []),
        ("past", ["past pending", "past"]),
        ("cancelled", ["rejected", "cancelled"]),
        ("unconfirmed", ["upcoming pending"]),
        ("past,cancelled", ["past", "past pending", "cancelled", "rejected"]),
    ],
)
def test_a_status_as_a_filter_is_another_thing_than_as_a_field(
    cal: Caller, six: dict[str, Booking], status: str, expected: list[str]
) -> None:
    """Unpaid ones are among the past and the upcoming, declined ones among the cancelled; the order is theirs too."""
    assert names(cal, status=status) == expected


def test_without_a_status_come_all_by_their_start(cal: Caller, six: dict[str, Booking]) -> None:
    assert names(cal) == EVERYTHING


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"attendeeEmail": "Alice@Example.com"}, ["Alice"]),
        ({"attendeeEmail": "alice@example.com"}, []),
        ({"attendeeEmail": "plus one@example.com"}, ["Alice"]),  # A plus that wasn't encoded.
        ({"attendeeEmail": "Plus+One@example.com"}, []),
        ({"attendeeName": "Alice"}, ["Alice"]),
        ({"attendeeName": "Ali"}, []),
        ({"bookingUid": "none"}, []),
        ({"afterStart": "2030-03-05T10:00:00Z", "beforeEnd": "2030-03-05T10:30:00Z"}, ["Alice"]),
        ({"afterStart": "2030-03-05T10:00:01Z"}, []),
        ({"beforeEnd": "2030-03-05T10:29:59"}, []),
        ({"afterCreatedAt": "2030-03-04T08:00:00Z", "beforeCreatedAt": "2030-03-04T08:00:00Z"}, ["Alice"]),
        ({"afterUpdatedAt": "2030-03-04T08:00:00Z", "beforeUpdatedAt": "2030-03-04T08:00:00Z"}, ["Alice"]),
        ({"afterUpdatedAt": "2030-03-04T08:00:01Z"}, []),
        ({"foo": "bar", "teamIds": "77"}, ["Alice"]),
    ],
)
def test_filters(cal: Caller, event_type: EventType, ada: Host, query: dict[str, str], expected: list[str]) -> None:
    """Limits are inclusive, addresses exact to the case and the guests' too, and an unknown parameter is ignored."""
    booker = desk.Booker(
        name="Alice", email="Alice@Example.com", time_zone="UTC", guests=("plus+one@example.com", "other@example.com")
    )
    book(event_type, booker, AT_TEN, at=NOW)

    assert names(cal, **query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"eventTypeIds": "501"}, ["team's"]),
        ({"eventTypeIds": "501,999"}, ["team's"]),
        ({"eventTypeId": "777"}, ["private"]),
        ({"eventTypeId": "777", "eventTypeIds": "501"}, ["team's"]),
        ({"teamId": "12"}, ["team's"]),
        ({"teamsIds": "99"}, ["private"]),
        ({"teamId": "12", "eventTypeIds": "777"}, []),
        ({"eventTypeIds": "999"}, ["team's", "private"]),  # Dropped: everything in the key's scope.
        ({"eventTypeId": "999"}, ["team's", "private"]),
        ({"teamId": "999"}, ["team's", "private"]),
        ({"teamIds": "99"}, ["team's", "private"]),  # As the document's example has it: no such parameter.
        ({"teamId": "12", "eventTypeIds": "999"}, ["team's"]),
    ],
)
def test_a_filter_that_matches_no_event_type_is_dropped(
    cal: Caller, event_type: EventType, other_type: EventType, ada: Host, query: dict[str, str], expected: list[str]
) -> None:
    for name, type_, start in (("team's", event_type, AT_TEN), ("private", other_type, AT_TEN + HOUR)):
        book(type_, desk.Booker(name=name, email="a@example.com", time_zone="UTC"), start)

    assert names(cal, **query) == expected


def test_a_teams_list_has_its_own_types_only(
    cal: Caller, event_type: EventType, other_type: EventType, ada: Host, alice: desk.Booker, charlie: desk.Booker
) -> None:
    book(event_type, alice, AT_TEN)
    book(other_type, charlie, AT_TEN + HOUR)

    assert names(cal, "teams/12/bookings") == ["Alice"]
    assert names(cal, "teams/12/bookings", eventTypeIds="999") == ["Alice"]
    assert names(cal, "teams/12/bookings", eventTypeIds="777") == []


def test_who_is_no_admin_sees_what_is_ones_own(
    cal: Caller, event_type: EventType, ada: Host, alice: desk.Booker, charlie: desk.Booker, member: Account
) -> None:
    bob = host(81, "Bob", hours={})
    book(event_type, alice, AT_TEN)
    book(event_type, charlie, AT_TEN + HOUR, host=bob)
    book(event_type, desk.Booker(name="Ada", email=member.email, time_zone="UTC"), AT_TEN + 2 * HOUR, host=bob)

    assert names(cal) == ["Alice", "Ada"]


# --- Order and pages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["a", "b", "c"]),
        ({"sortStart": "desc"}, ["c", "b", "a"]),
        ({"sortEnd": "desc"}, ["c", "b", "a"]),
        ({"sortCreated": "asc"}, ["b", "c", "a"]),
        ({"sortUpdatedAt": "asc"}, ["c", "a", "b"]),
        ({"sortUpdatedAt": "asc", "sortCreated": "asc"}, ["b", "c", "a"]),
        ({"sortUpdatedAt": "asc", "sortStart": "desc"}, ["c", "b", "a"]),
        ({"sortUpdated": "asc"}, ["a", "b", "c"]),  # As the document has it: no such parameter.
    ],
)
def test_of_several_sorts_the_first_of_their_own_order_wins(
    cal: Caller, event_type: EventType, ada: Host, query: dict[str, str], expected: list[str]
) -> None:
    for name, start, created, updated in (("a", 0, 3, 2), ("b", 1, 1, 3), ("c", 2, 2, 1)):
        book(
            event_type,
            desk.Booker(name=name, email="a@example.com", time_zone="UTC"),
            AT_TEN + start * HOUR,
            created_at=NOW + created * HOUR,
            updated_at=NOW + updated * HOUR,
        )

    assert names(cal, **query) == expected


def test_nothing_breaks_a_tie(cal: Caller, six: dict[str, Booking]) -> None:
    with CaptureQueriesContext(connections["demo"]) as queries:
        cal.get("bookings", sortCreated="asc")

    ordered = [query["sql"].partition("ORDER BY ")[2] for query in queries if "LIMIT 100" in query["sql"]]
    assert ordered == ['"demo_booking"."created_at" ASC LIMIT 100']


def test_pages(cal: Caller, six: dict[str, Booking]) -> None:
    pages = [cal.get("bookings", take=4, skip=skip) for skip in (0, 4, 8)]

    assert [len(each.data) for each in pages] == [4, 2, 0]
    assert [each.body["pagination"] for each in pages] == [
        {
            "returnedItems": returned,
            "totalItems": 6,
            "itemsPerPage": 4,
            "remainingItems": remaining,
            "currentPage": current,
            "totalPages": 2,
            "hasNextPage": more,
            "hasPreviousPage": before,
        }
        for returned, remaining, current, more, before in (
            (4, 2, 1, True, False),
            (2, 0, 2, False, True),
            (0, 0, 3, False, True),
        )
    ]


def test_the_total_does_not_count_what_was_changed_when(cal: Caller, six: dict[str, Booking]) -> None:
    """So there is a next page for ever, and what is told to be returned is not what is."""
    said = cal.get("bookings", afterUpdatedAt="2040-01-01T00:00:00Z", take=2)

    told = said.body["pagination"]
    assert (said.data, told["returnedItems"], told["totalItems"], told["hasNextPage"]) == ([], 2, 6, True)


def test_a_page_has_a_hundred_unless_told_and_250_at_most(cal: Caller, six: dict[str, Booking]) -> None:
    assert cal.get("bookings").body["pagination"]["itemsPerPage"] == 100
    assert cal.get("bookings", take=250).body["pagination"]["itemsPerPage"] == 250


def test_a_page_costs_the_same_however_much_is_on_it(cal: Caller, event_type: EventType, ada: Host) -> None:
    fill(event_type, ada, 250)

    def count(take: int) -> int:
        with CaptureQueriesContext(connections["demo"]) as queries:
            said = cal.get("teams/12/bookings", eventTypeIds="501", sortUpdatedAt="asc", take=take)
        assert len(said.data) == take
        return len(queries)

    cal.get("me")  # The account is made.
    assert (count(1), count(250)) == (8, 8)


@pytest.mark.parametrize(
    ("sort", "index"), [("sortStart", "start"), ("sortCreated", "created"), ("sortUpdatedAt", "updated")]
)
@pytest.mark.parametrize("path", ["bookings", "teams/12/bookings"])
def test_a_far_page_is_found_in_an_index_alone(
    cal: Caller, event_type: EventType, ada: Host, path: str, sort: str, index: str
) -> None:
    fill(event_type, ada, 300)
    with CaptureQueriesContext(connections["demo"]) as queries:
        cal.get(path, take=50, skip=250, **{sort: "asc"})

    (page,) = (each["sql"] for each in queries if "LIMIT 50" in each["sql"])
    with connections["demo"].cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {page}")
        plan = "; ".join(row[3] for row in cursor.fetchall())
    kind = "" if path == "bookings" else "type_"
    assert f"COVERING INDEX demo_booking_{kind}{index}" in plan
    assert "TEMP B-TREE" not in plan


def fill(event_type: EventType, ada: Host, number: int) -> None:
    Booking.objects.bulk_create(
        Booking(
            event_type=event_type,
            host=ada,
            status=Booking.Status.ACCEPTED,
            start=AT_TEN + each * HOUR,
            end=AT_TEN + each * HOUR,
            title="Session",
            name="Alice",
            email="alice@example.com",
            time_zone="UTC",
            created_at=NOW,
            updated_at=NOW,
        )
        for each in range(number)
    )
