"""Replaying the inbox finds what was tampered with, and nothing else."""

import json
import random
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from bookings.cal.links import user_token
from bookings.models import Booking, Message
from bookings.tests.test_stories import STORIES
from careercoach.testing import body_of, signed_post
from users.models import User

ALL = [body for story in STORIES for body in story]
UID = "7hQ2mXk9sVb4TzLr8cNpYe"

pytestmark = pytest.mark.django_db


def rebuild(**options: Any) -> str:
    out = StringIO()
    call_command("rebuild", stdout=out, stderr=out, **options)
    return out.getvalue()


def found() -> list[str]:
    """What a rebuild that must find something says, line by line."""
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("rebuild", stdout=out)
    return out.getvalue().splitlines()


def settle() -> None:
    """Let time pass since the last change: what changes during a rebuild is not compared."""
    Booking.objects.update(updated_at=timezone.now() - timedelta(minutes=1))


def test_the_genuine_messages_in_any_order_make_the_same_rows_again(
    post: Callable[..., None], client: Client, alice: User
) -> None:
    client.post("/api/users", {"name": "Max", "email": "max.mustermann@kunde.example"}, content_type="application/json")
    bodies = [*ALL]
    random.shuffle(bodies)
    post(*bodies)
    client.post("/api/users", {"name": "Rosa", "email": "rosa@kunde.example"}, content_type="application/json")
    created = body_of("booking_created_free")
    created["payload"]["metadata"]["cc_ref"] = user_token(alice)
    post(created)
    settle()

    summary = rebuild(verbosity=2)

    assert summary.splitlines() == [
        "102 messages replayed",
        (
            "102 messages replayed (0 unreadable), 41 bookings compared: "
            "0 differ, 0 changed meanwhile, 0 left out as pruned."
        ),
    ]
    assert set(Booking.objects.filter(client_email="rosa@kunde.example").values_list("user__name", flat=True)) == {
        "Rosa"
    }


def test_addresses_and_keys_that_change_later_do_not_change_what_was_found_then(
    post: Callable[..., None], client: Client, settings: Any, alice: User, charlie: User
) -> None:
    by_token = body_of("booking_created_free")
    by_token["payload"]["metadata"]["cc_ref"] = user_token(alice)
    by_email = body_of("booking_created_free")
    by_email["payload"] |= {"uid": "another", "bookingId": 2}
    by_email["payload"]["responses"]["email"]["value"] = charlie.email
    post(by_token, by_email)

    charlie.email = "moved@example.org"
    charlie.save()
    settings.SECRET_KEY = "another-key"
    settle()

    assert "0 differ" in rebuild()


@pytest.mark.parametrize(
    ("tamper", "line"),
    [
        ({"status": "PENDING"}, f"{UID}: status: live 'PENDING', rebuilt 'BOOKING_CREATED'"),
        ({"title": "x"}, f"{UID}: title: live 'x', rebuilt 'Coaching 30 min between Maya Lindqvist and Jonas Berg'"),
        (
            {"chain_reference": "CC-AAAAA-AAAAA"},
            f"{UID}: chain_reference: live 'CC-AAAAA-AAAAA', rebuilt 'CC-7C60H-MF76P'",
        ),
        ({"coach": None}, f"{UID}: coach_id: live None, rebuilt {{coach}}"),
    ],
)
def test_a_row_that_was_tampered_with_is_reported(post: Callable[..., None], tamper: dict[str, Any], line: str) -> None:
    post(body_of("booking_created_free"))
    coach = Booking.objects.get().coach_id
    settle()
    Booking.objects.update(**tamper)

    lines = found()

    assert lines == [
        line.format(coach=coach),
        "1 messages replayed (0 unreadable), 1 bookings compared: 1 differ, 0 changed meanwhile, 0 left out as pruned.",
    ]


def test_a_user_and_a_register_that_were_tampered_with_are_reported(post: Callable[..., None], alice: User) -> None:
    post(body_of("booking_created_free"))
    booking = Booking.objects.get()
    booking.registers["told"]["title"][0] = "x"
    Booking.objects.update(user=alice, registers=booking.registers, updated_at=timezone.now() - timedelta(minutes=1))

    lines = found()

    assert [line.split(": ")[1] for line in lines[:2]] == ["register title", "user_id"]


def test_a_row_that_is_gone_is_reported(post: Callable[..., None]) -> None:
    post(body_of("booking_created_free"))
    Booking.objects.all().delete()

    assert found()[0] == f"{UID}: row: live 'missing', rebuilt 'BOOKING_CREATED'"


def test_bookings_whose_messages_were_pruned_are_left_out_and_counted(post: Callable[..., None]) -> None:
    post(body_of("booking_created_free"), body_of("booking_cancelled"))
    whole = body_of("booking_created_free")
    whole["payload"]["uid"] = "pruned-altogether"
    post(whole)
    Message.objects.exclude(trigger="BOOKING_CANCELLED").delete()
    settle()

    assert "1 bookings compared: 0 differ, 0 changed meanwhile, 2 left out as pruned" in rebuild()


def test_a_booking_of_which_nothing_was_told_rests_on_no_message(post: Callable[..., None]) -> None:
    """Its row was made for a message that failed then."""
    post(body_of("booking_created_free"))
    Booking.objects.create(uid="nothing-told")
    settle()

    assert "1 bookings compared: 0 differ, 0 changed meanwhile, 0 left out as pruned" in rebuild()


def test_messages_are_found_by_what_stamps_have_of_their_digests(post: Callable[..., None]) -> None:
    post(*(body_of(name) for name in ("booking_created_free", "booking_cancelled", "booking_rejected")))
    first, second, _third = Message.objects.order_by("id")
    Message.objects.filter(pk=second.pk).update(digest=first.digest[:15] + "g" * 49)

    assert list(Message.objects.told_by([first.digest[:16]])) == [first]
    assert set(Message.objects.told_by([first.digest[:16], "g" * 16])) == {first}
    assert list(Message.objects.told_by([])) == []


def test_a_booking_that_changes_during_the_rebuild_is_not_held_against_it(post: Callable[..., None]) -> None:
    post(body_of("booking_created_free"))
    Booking.objects.update(status="PENDING", updated_at=timezone.now() + timedelta(minutes=1))

    assert "0 differ, 1 changed meanwhile" in rebuild()


def test_a_message_that_can_no_longer_be_read_is_counted(post: Callable[..., None]) -> None:
    post(body_of("booking_created_free"), body_of("booking_cancelled"))
    Message.objects.filter(trigger="BOOKING_CANCELLED").update(body="not JSON")
    settle()

    assert "(1 unreadable)" in found()[-1]


def test_failed_and_ignored_messages_are_not_replayed(client: Client) -> None:
    signed_post(client, "not JSON")
    signed_post(client, json.dumps({"triggerEvent": "OOO_CREATED"}))

    assert rebuild().startswith("0 messages replayed")
