"""Whose booking it is, and which chain it is in: the same in every order of arrival, and after a rebuild."""

import itertools
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from bookings.cal import inbox, links
from bookings.domain.projection import reference
from bookings.domain.words import Outcome, Source
from bookings.models import Booking, Message, StatusChange
from careercoach.testing import body_of, recorded, signed_post
from users.models import User

pytestmark = pytest.mark.django_db

ORDERS = 24  # Of the orders of a story, drawn anew in each run.

Step = Callable[[Client], None]


def posted(body: dict[str, Any] | str) -> Step:
    def step(client: Client) -> None:
        response = signed_post(client, body)
        assert response.status_code == 200, response.content

    return step


def signed_up(user_id: str, email: str) -> Step:
    def step(client: Client) -> None:
        person = {"userId": user_id, "name": user_id, "email": email}
        assert client.post("/api/users", person, content_type="application/json").status_code in (200, 201)

    return step


def answered(row: dict[str, Any], *, asked_at: datetime) -> Step:
    def step(_client: Client) -> None:
        document = {"requestedAt": asked_at.isoformat(), "booking": row}
        inbox.process(inbox.receive(json.dumps(document).encode(), source=Source.API))

    return step


def body(name: str, uid: str, *, at: str, email: str = "", **payload: Any) -> dict[str, Any]:
    document = body_of(name)
    document.get("payload", document).update({"uid": uid} | payload)
    document["createdAt"] = at
    if email:
        document.get("payload", document)["responses"]["email"]["value"] = email
    return document


def rebuilt() -> None:
    Booking.objects.update(updated_at=timezone.now() - timedelta(minutes=1))
    call_command("rebuild", stdout=StringIO())


def ends(steps: list[Step], *, columns: tuple[str, ...], first: tuple[Step, ...] = ()) -> set[tuple[Any, ...]]:
    """The rows in which these steps end, over many orders, after the first; one if order makes no difference."""
    found = set()
    orders = [*itertools.permutations(steps)]
    for order in random.sample(orders, min(ORDERS, len(orders))):
        StatusChange.objects.all().delete()
        Booking.objects.all().delete()
        Message.objects.all().delete()
        User.objects.all().delete()
        client = Client()
        for step in (*first, *order):
            step(client)
        rebuilt()
        found.add(tuple(Booking.objects.order_by("uid").values_list("uid", *columns)))
    return found


def test_a_guest_never_gets_the_clients_booking() -> None:
    turned = []
    for number in ("056", "064", "066"):
        document = json.loads(recorded("v602", number))
        if "responses" not in document["payload"]:
            document["payload"]["attendees"].reverse()
        turned.append(posted(document))

    def both(client: Client) -> None:
        signed_up("nora", "nora@kunde.example")(client)
        signed_up("guest", "gast.nora@kunde.example")(client)

    assert ends([both, *turned], columns=("user__user_id", "client_email")) == {
        (("wzuhcMtd2FdBRuGRTtLmQV", "nora", "nora@kunde.example"),)
    }


def test_a_booking_that_loses_its_chain_finds_its_own_user() -> None:
    steps = [
        signed_up("x", "x@example.org"),
        signed_up("y", "y@example.org"),
        posted(body("booking_created_free", "a", at="2026-11-23T18:00:00Z", email="x@example.org")),
        posted(body("booking_rescheduled", "b", at="2026-11-24T18:00:00Z", email="y@example.org", rescheduleUid="a")),
        posted(body("booking_rescheduled", "c", at="2026-11-25T18:00:00Z", email="x@example.org", rescheduleUid="a")),
    ]

    assert ends(steps, columns=("user__user_id", "linked_by", "chain_reference", "is_head")) == {
        (
            ("a", "x", "email", reference("a"), False),
            ("b", "y", "email", reference("b"), True),
            ("c", "x", "chain", reference("a"), True),
        )
    }


def test_an_address_that_changes_hands_does_not_take_its_old_bookings_along(client: Client) -> None:
    signed_up("jonas", "jonas.berg@client.example")(client)
    posted(body_of("booking_created_free"))(client)
    signed_up("jonas", "moved@example.org")(client)
    signed_up("newcomer", "jonas.berg@client.example")(client)

    posted(body_of("booking_cancelled"))(client)

    assert list(Booking.objects.values_list("user__user_id", "linked_by")) == [("jonas", "email")]
    rebuilt()


def test_a_snapshot_says_nothing_of_the_user_where_anything_else_does() -> None:
    users = signed_up("new", "new@example.org"), signed_up("old", "jonas.berg@client.example")
    steps = [
        posted(body("booking_created_free", "a", at="2026-11-23T18:00:00Z", email="new@example.org")),
        posted(body("meeting_ended_free", "a", at="2026-11-23T18:00:00Z")),
    ]

    assert ends(steps, columns=("user__user_id", "client_email", "status"), first=users) == {
        (("a", "new", "new@example.org", "MEETING_ENDED"),)
    }


def test_an_answer_of_the_api_does_not_turn_a_fork_back() -> None:
    row = {
        "uid": "early",
        "status": "accepted",
        "rescheduledFromUid": "old",
        "createdAt": "2026-11-24T18:00:00.000Z",
        "updatedAt": "2026-11-24T18:00:00.000Z",
    }
    old = {"uid": "old", "status": "cancelled", "rescheduledToUid": "early", "createdAt": "2026-11-23T18:00:00.000Z"}
    later = datetime(2026, 11, 30, tzinfo=UTC)
    steps = [
        posted(body("booking_rescheduled", "early", at="2026-11-24T18:00:00Z", rescheduleUid="old")),
        posted(body("booking_rescheduled", "late", at="2026-11-25T18:00:00Z", rescheduleUid="old")),
        answered(row, asked_at=later),
        answered(old, asked_at=later),
    ]

    assert ends(steps, columns=("chain_reference", "is_head")) == {
        (
            ("early", reference("early"), True),
            ("late", reference("old"), True),
            ("old", reference("old"), False),
        )
    }


@pytest.mark.parametrize("names", [*itertools.permutations("123")])
def test_a_rebuild_looks_at_both_ends_of_a_fork(names: tuple[str, ...], client: Client) -> None:
    old, losing, winning = names
    posted(body("booking_created_free", old, at="2026-11-23T18:00:00Z"))(client)
    posted(body("booking_rescheduled", losing, at="2026-11-24T18:00:00Z", rescheduleUid=old))(client)
    posted(body("booking_rescheduled", winning, at="2026-11-25T18:00:00Z", rescheduleUid=old))(client)
    rebuilt()
    Booking.objects.filter(uid=losing).update(status="PENDING")

    with pytest.raises(CommandError, match="1 bookings differ"):
        call_command("rebuild", stdout=StringIO())


# --- One message, processed twice at once ----------------------------------------------------------------------------


def two_of_one() -> tuple[Message, Message]:
    """What two processes hold that took up the same message before either was done."""
    message = inbox.receive(json.dumps(body_of("booking_created_free")).encode())
    return message, Message.objects.get(pk=message.pk)


def test_the_second_of_two_does_not_say_that_nothing_was_new() -> None:
    first, second = two_of_one()

    inbox.process(first)
    inbox.process(second)

    assert Message.objects.get().outcome == Outcome.APPLIED
    rebuilt()


def test_the_second_of_two_finds_a_user_and_the_first_does_not_lose_them(client: Client) -> None:
    first, second = two_of_one()
    inbox.process(first)
    user = User.objects.create_user("jonas.berg@client.example", "Jonas", user_id="jonas-1")

    inbox.process(second)
    inbox.process(first)

    assert list(Message.objects.values_list("linked_user", "linked_by")) == [(user.pk, "email")]
    assert list(Booking.objects.values_list("user", "linked_by")) == [(user.pk, "email")]
    rebuilt()


# --- What else a review found ----------------------------------------------------------------------------------------


def test_a_readable_body_is_stored_to_the_letter_where_it_holds_no_secret(client: Client) -> None:
    link = "https://call.example/room/#/coaching?password=abc&roomId=y"
    document = body(
        "booking_created_after_payment", "a", at="2026-11-23T18:00:00Z", title="Password: reset your career"
    )
    document["payload"]["metadata"]["videoCallUrl"] = link
    del document["payload"]["videoCallData"]

    posted(document)(client)

    assert json.loads(Message.objects.get().body) == document
    assert list(Booking.objects.values_list("link", "title")) == [(link, "Password: reset your career")]


@pytest.mark.parametrize(
    ("kept_in", "gone"),
    [
        ({"videoCallData": [{"password": "hidden-one"}]}, "hidden-one"),
        ({"note": '{"videoCallData": {"password": "hidden-one"}}'}, "hidden-one"),
        ({"note": '{"password": "hidden-one'}, "hidden-one"),
        ({"note": "oneTimePassword: hidden-one"}, "hidden-one"),
        ({"note": '"{\\"oneTimePassword\\": \\"hidden-one\\"}"'}, "hidden-one"),
    ],
)
def test_a_secret_within_a_string_is_dropped(client: Client, kept_in: dict[str, Any], gone: str) -> None:
    posted({"triggerEvent": "SOMETHING_NEW", **kept_in})(client)

    assert gone not in Message.objects.get().body


@pytest.mark.parametrize(
    ("location", "link"),
    [
        ("https://zoom.example/j/2", "https://zoom.example/j/2"),
        ("Main Street 1", ""),
        ("integrations:daily", "https://cal.com/video/7hQ2mXk9sVb4TzLr8cNpYe"),
        (None, "https://app.cal.com/video/7hQ2mXk9sVb4TzLr8cNpYe"),
    ],
)
def test_a_new_place_replaces_the_link(client: Client, location: str | None, link: str) -> None:
    posted(body_of("booking_created_free"))(client)
    moved = body("booking_created_free", "7hQ2mXk9sVb4TzLr8cNpYe", at="2026-11-24T00:00:00Z", location=location)
    moved["triggerEvent"], moved["payload"]["metadata"] = "BOOKING_LOCATION_UPDATED", {}

    posted(moved)(client)

    assert links.join_url(Booking.objects.get()) == link


def test_a_booking_that_revives_says_no_longer_why_it_was_cancelled(client: Client) -> None:
    posted(body_of("booking_cancelled_request_reschedule"))(client)
    posted(body("booking_paid", "7hQ2mXk9sVb4TzLr8cNpYe", at="2026-11-26T00:00:00Z"))(client)

    assert list(Booking.objects.values_list("status", "cancelled_by", "reason", "reschedule_requested")) == [
        ("BOOKING_CREATED", "", "", False)
    ]


def test_a_price_that_is_none_says_nothing(client: Client) -> None:
    for uid, price in (("a", -1), ("b", 1.5), ("c", 2**63), ("d", "90")):
        posted(body("booking_created_free", uid, at="2026-11-23T18:00:00Z", price=price))(client)

    assert set(Booking.objects.values_list("price", flat=True)) == {None}


def test_a_guessed_address_does_not_hide_a_told_one(client: Client) -> None:
    """Two of one chain show the same address, and only one of them was told it."""
    jonas = User.objects.create_user("jonas@example.org", "Jonas", user_id="jonas-1")
    told = body("booking_created_free", "told", at="2026-11-24T18:00:00Z", email="new@example.org")
    guessed = body("booking_rescheduled", "guessed", at="2026-11-25T18:00:00Z", rescheduleUid="told")
    guessed["payload"]["attendees"][0]["email"] = "new@example.org"
    del guessed["payload"]["responses"]
    first = body("booking_rescheduled", "told", at="2026-11-24T18:00:00Z", email="new@example.org", rescheduleUid="old")
    posted(body("booking_created_free", "old", at="2026-11-23T18:00:00Z", email=jonas.email))(client)
    for each in (told, first, guessed):
        posted(each)(client)
    signed_up("new-1", "new@example.org")(client)

    posted(body("booking_rescheduled", "winner", at="2026-11-26T18:00:00Z", rescheduleUid="old"))(client)

    assert dict(Booking.objects.filter(uid__in=["told", "guessed"]).values_list("uid", "user__user_id")) == {
        "told": "new-1",
        "guessed": "new-1",
    }
    rebuilt()


def test_a_status_follows_the_settings_as_soon_as_its_booking_is_heard_of(client: Client, settings: Any) -> None:
    posted(body_of("booking_created_free"))(client)
    settings.CAL_PAYMENT_REQUIRED = True

    inbox.process(Message.objects.get())

    assert list(Booking.objects.values_list("status", "why")) == [("PENDING", "free")]
    rebuilt()


@pytest.mark.parametrize("by", ["address", "token"])
@pytest.mark.parametrize("told_at", ["2026-11-23T18:00:00Z", "2026-12-10T18:00:00Z"], ids=["before", "after"])
def test_whom_a_message_of_another_day_is_about_gives_way_to_any_other(by: str, told_at: str) -> None:
    """It is as old as the booking, whatever time it waited for: before the other was told, or after."""
    addresses = {"old": "old@example.org", "new": "new@example.org"}
    ended = body("meeting_ended", "x", at="", email=addresses["old"])
    created = body("booking_created_free", "x", at=told_at, email=addresses["new"])
    if by == "token":
        ended["metadata"] = {"cc_ref": links.user_token(User(user_id="old"))}
        created["payload"]["metadata"] = {"cc_ref": links.user_token(User(user_id="new"))}
    both = tuple(signed_up(*each) for each in addresses.items())

    found = ends([posted(ended), posted(created)], columns=("user__user_id", "linked_by"), first=both)

    assert found == {(("x", "new", "email" if by == "address" else "token"),)}
