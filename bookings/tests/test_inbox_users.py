"""Whose booking it is: by our signed token first, else by the address that the client typed."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from bookings.cal import links
from bookings.models import Booking, Message
from careercoach.testing import body_of, signed_post
from users.models import User

pytestmark = pytest.mark.django_db

Post = Callable[..., None]


def booking(uid: str, *, email: str = "nobody@nowhere.example", metadata: Any = None, answer: Any = None) -> str:
    """A booking as Cal.com announces it, with a token in neither, one or both of its places."""
    document = body_of("booking_created_free")
    payload = document["payload"]
    payload["uid"], payload["metadata"] = uid, metadata
    payload["responses"]["email"]["value"] = payload["attendees"][0]["email"] = email
    payload["responses"]["cc-ref"] = answer
    payload["userFieldsResponses"] = {}
    return json.dumps(document)


def owners() -> list[tuple[str, str | None, str]]:
    return list(Booking.objects.order_by("uid").values_list("uid", "user__user_id", "linked_by"))


def sign_up(client: Client, **given: str) -> None:
    response = client.post("/api/users", given, content_type="application/json")
    assert response.status_code in (200, 201), response.content


def test_the_token_of_the_booking_link_brings_the_booking_to_its_user(client: Client, post: Post, alice: User) -> None:
    url = client.post("/api/booking-url", {"userId": "alice-1"}).json()["url"]
    query = parse_qs(urlsplit(url).query)
    ((metadata,), (question,)) = query["metadata[cc_ref]"], query["cc-ref"]

    post(
        booking("in-the-metadata", metadata={"cc_ref": metadata}),
        booking("labelled", answer={"label": "Career Coach reference", "value": question, "isHidden": True}),
        booking("bare", answer=question),
        booking("both", metadata={"cc_ref": metadata}, answer={"value": question}),
        booking("in-neither"),
    )

    assert owners() == [
        ("bare", "alice-1", "token"),
        ("both", "alice-1", "token"),
        ("in-neither", None, "nobody"),
        ("in-the-metadata", "alice-1", "token"),
        ("labelled", "alice-1", "token"),
    ]
    assert list(Message.objects.order_by("id").values_list("linked_user__user_id", "linked_by")) == [
        ("alice-1", "token"),
        ("alice-1", "token"),
        ("alice-1", "token"),
        ("alice-1", "token"),
        (None, "nobody"),
    ]


def test_the_answers_to_our_own_questions_are_read_too(post: Post, alice: User) -> None:
    document = json.loads(booking("own"))
    document["payload"]["userFieldsResponses"] = {"cc-ref": {"value": links.user_token(alice)}}

    post(document)

    assert owners() == [("own", "alice-1", "token")]


def test_a_flat_body_brings_its_token_too(post: Post, alice: User) -> None:
    document = body_of("meeting_ended_free")
    document["metadata"] = {"cc_ref": links.user_token(alice)}

    post(document)

    assert owners() == [(document["uid"], "alice-1", "token")]


def test_a_token_with_one_letter_altered_brings_it_to_nobody(client: Client, alice: User) -> None:
    token = links.user_token(alice)

    for at, letter in enumerate(token):
        altered = f"{token[:at]}{'a' if letter != 'a' else 'b'}{token[at + 1 :]}"
        signed_post(client, booking(f"altered-{at}", metadata={"cc_ref": altered}, answer=altered))

    assert Booking.objects.count() == len(token)
    assert {(user, by) for _uid, user, by in owners()} == {(None, "nobody")}


@pytest.mark.parametrize("token", ["", ":", "alice-1", "alice-1:", 7, [], {"value": {}}, "x" * 2_000, "\ud800:\x00"])
def test_what_is_no_token_brings_it_to_nobody(token: Any, post: Post, alice: User) -> None:
    post(booking("x", metadata={"cc_ref": token}, answer=token))

    assert owners() == [("x", None, "nobody")]


def test_the_token_of_a_user_who_is_gone_brings_it_to_nobody(post: Post, charlie: User) -> None:
    token = links.user_token(charlie)
    charlie.delete()

    post(booking("x", metadata={"cc_ref": token}))

    assert owners() == [("x", None, "nobody")]


def test_a_token_that_verifies_outweighs_one_that_does_not(post: Post, alice: User, charlie: User) -> None:
    gone = links.user_token(User(user_id="gone"))

    post(
        booking("a", metadata={"cc_ref": "forged:token"}, answer=links.user_token(alice)),
        booking("b", metadata={"cc_ref": gone}, answer=links.user_token(charlie)),
    )

    assert owners() == [("a", "alice-1", "token"), ("b", "charlie-1", "token")]


def test_a_token_outweighs_the_address(post: Post, alice: User, charlie: User) -> None:
    """Alice books with her link, and types the address of her office, where Charlie sits too."""
    post(booking("x", email=charlie.email, metadata={"cc_ref": links.user_token(alice)}))

    assert owners() == [("x", "alice-1", "token")]


def test_a_token_that_does_not_verify_leaves_it_to_the_address(post: Post, alice: User) -> None:
    post(booking("x", email=alice.email, metadata={"cc_ref": "forged:token"}))

    assert owners() == [("x", "alice-1", "email")]


def test_a_token_tells_apart_users_whose_ids_differ_by_case(post: Post, alice: User) -> None:
    upper = User.objects.create_user("other@example.org", "Other", user_id="ALICE-1")

    post(booking("x", metadata={"cc_ref": links.user_token(upper)}))

    assert owners() == [("x", "ALICE-1", "token")]


@pytest.mark.parametrize("typed", ["alice@example.org", "Alice@Example.ORG", "  ALICE@example.org\t"])
def test_the_address_is_compared_normalised(typed: str, post: Post, alice: User) -> None:
    post(booking("x", email=typed))

    assert owners() == [("x", "alice-1", "email")]
    assert list(Booking.objects.values_list("client_email", flat=True)) == ["alice@example.org"]


def test_an_accent_tells_two_addresses_apart_however_it_is_composed(client: Client, post: Post) -> None:
    sign_up(client, userId="plain", name="Jose", email="jose@example.org")
    sign_up(client, userId="accented", name="José", email="jose\u0301@example.org")

    post(
        booking("a", email="jose@example.org"),
        booking("b", email="jos\u00e9@example.org"),
        booking("c", email="JOSE\u0301@EXAMPLE.ORG"),
        booking("d", email="jose@example.org".replace("o", "ö", 1)),
    )

    assert owners() == [
        ("a", "plain", "email"),
        ("b", "accented", "email"),
        ("c", "accented", "email"),
        ("d", None, "nobody"),
    ]


def test_signing_up_later_brings_the_bookings_of_the_address_that_belong_to_nobody(
    client: Client, post: Post, charlie: User
) -> None:
    post(
        booking("a", email="Dora@Example.org"),
        booking("b", email="dora@example.org"),
        booking("c", email="dora@example.com"),
        booking("d", email="dora@example.org", metadata={"cc_ref": links.user_token(charlie)}),
        booking("e", email=charlie.email),
    )

    sign_up(client, userId="dora-1", name="Dora", email="DORA@example.org")

    assert owners() == [
        ("a", "dora-1", "email"),
        ("b", "dora-1", "email"),
        ("c", None, "nobody"),
        ("d", "charlie-1", "token"),
        ("e", "charlie-1", "email"),
    ]


def test_a_new_address_brings_its_bookings_and_loses_none(client: Client, post: Post, alice: User) -> None:
    post(booking("old", email="alice@example.org"), booking("new", email="alice@new.example"))
    assert owners() == [("new", None, "nobody"), ("old", "alice-1", "email")]

    sign_up(client, userId="alice-1", name="Alice", email="alice@new.example")
    post(booking("old-again", email="alice@example.org"))

    assert owners() == [
        ("new", "alice-1", "email"),
        ("old", "alice-1", "email"),
        ("old-again", None, "nobody"),
    ]


def test_an_address_that_changes_hands_brings_only_what_comes_after(client: Client, post: Post, alice: User) -> None:
    post(booking("of-alice", email="alice@example.org"))
    sign_up(client, userId="alice-1", name="Alice", email="alice@new.example")

    sign_up(client, userId="other", name="Alice Other", email="alice@example.org")
    post(booking("of-the-other", email="alice@example.org"))

    assert owners() == [("of-alice", "alice-1", "email"), ("of-the-other", "other", "email")]


def test_a_later_token_takes_a_booking_from_whoever_only_has_its_address(
    post: Post, alice: User, charlie: User
) -> None:
    later = json.loads(booking("x", email=charlie.email, metadata={"cc_ref": links.user_token(alice)}))
    later["createdAt"] = "2020-01-01T00:00:00.000Z"

    post(booking("x", email=charlie.email), later, booking("x", email=charlie.email, answer="in other bytes"))

    assert owners() == [("x", "alice-1", "token")]


def test_a_chain_of_reschedules_follows_its_user(post: Post, alice: User) -> None:
    moved = json.loads(booking("second"))
    moved["triggerEvent"] = "BOOKING_RESCHEDULED"
    moved["payload"]["rescheduleUid"] = "first"

    post(moved, booking("first", metadata={"cc_ref": links.user_token(alice)}))

    assert owners() == [("first", "alice-1", "token"), ("second", "alice-1", "chain")]
