"""Operators export and erase by commands, which only look first where they are told to."""

import json
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from bookings.cal import links
from bookings.models import Booking, Message, PrivacyRequest
from bookings.tests.privacy import ADDRESS, NAME, WISH, about_zoe, found
from careercoach.testing import body_of, signed_post
from users.models import User

LONG_AGO = {"startTime": "2026-01-02T10:00:00Z", "endTime": "2026-01-02T10:30:00Z"}


@pytest.fixture
def zoe(client: Client, db: None) -> User:
    """With one session, long ago."""
    zoe = User.objects.create_user(ADDRESS, NAME, user_id="zoe-1")
    signed_post(client, about_zoe("booking_created_free", **LONG_AGO))
    return zoe


def said(command: str, **options: Any) -> str:
    out = StringIO()
    call_command(command, stdout=out, stderr=out, **options)
    return out.getvalue()


def records() -> list[tuple[str, dict[str, int], str]]:
    return list(PrivacyRequest.objects.order_by("id").values_list("kind", "counts", "note"))


def test_a_person_is_exported_to_the_standard_output(zoe: User) -> None:
    document = json.loads(said("export_person", user_id="zoe-1", note="Letter 12"))

    assert (document["person"]["name"], document["bookings"][0]["clientName"]) == (NAME, NAME)
    assert records() == [("export", {"bookings": 1, "messages": 1}, "Letter 12")]


def test_a_person_is_exported_to_a_file_that_nobody_else_reads(zoe: User, tmp_path: Path) -> None:
    path = tmp_path / "zoe.json"

    line = said("export_person", email=ADDRESS, output=path)

    assert json.loads(path.read_text(encoding="utf-8"))["person"]["userId"] == "zoe-1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert line == "1 bookings, 1 messages.\n"
    with pytest.raises(CommandError, match="File exists"):
        said("export_person", email=ADDRESS, output=path)
    assert len(records()) == 1


@pytest.mark.django_db
def test_one_who_has_booked_and_never_signed_up_is_exported_by_the_address(client: Client) -> None:
    signed_post(client, about_zoe("booking_created_free", **LONG_AGO))

    document = json.loads(said("export_person", email=ADDRESS))

    assert [each["clientName"] for each in document["bookings"]] == [NAME]


def test_only_looking_leaves_no_record_and_changes_nothing(zoe: User) -> None:
    before = [list(model.objects.order_by("pk").values()) for model in (User, Booking, Message)]

    lines = said("export_person", user_id="zoe-1", dry_run=True), said("erase_person", user_id="zoe-1", dry_run=True)

    assert lines == (
        "1 bookings, 1 messages, only looked.\n",
        "1 bookings, 1 messages, only looked.\n",
    )
    assert records() == []
    assert [list(model.objects.order_by("pk").values()) for model in (User, Booking, Message)] == before


def test_a_person_is_erased(zoe: User) -> None:
    text = said("erase_person", user_id="zoe-1", note="Letter 12", verbosity=2)

    assert text == (
        "1 bookings erased\n"
        "1 bookings, 1 messages.\n"
        "Cal.com keeps its own data of these bookings: erase it there too.\n"
    )
    assert found(NAME, ADDRESS, WISH) == {}
    assert records() == [("erase", {"bookings": 1, "messages": 1}, "Letter 12")]


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_address_of_which_nothing_is_kept_is_said_to_be_one(zoe: User, tmp_path: Path, dry_run: bool) -> None:
    """It may be mistyped: an empty document would say that we hold nothing of the person."""
    path = tmp_path / "nobody.json"

    with pytest.raises(CommandError, match="Nothing is kept of this address: is it written right"):
        said("export_person", email="zoee@client.example", output=path, dry_run=dry_run)

    assert (path.exists(), records()) == (False, [])
    assert said("erase_person", email="zoee@client.example", dry_run=True) == "nothing, only looked.\n"
    assert said("erase_person", email="zoee@client.example") == "nothing.\n"


@pytest.mark.parametrize("command", ["export_person", "erase_person"])
def test_what_is_left_out_is_named(zoe: User, client: Client, command: str) -> None:
    link = {"metadata": {"cc_ref": links.user_token(zoe)}}
    signed_post(
        client, {**body_of("booking_created_free"), "payload": body_of("booking_created_free")["payload"] | link}
    )
    forwarded = Booking.objects.get(client_email="jonas.berg@client.example")

    text = said(command, user_id="zoe-1", dry_run=True)

    assert text.splitlines()[0] == (
        f"Left out, as booked by their link with another address: {forwarded.chain_reference}."
    )


def test_an_address_that_no_user_has_is_erased(client: Client, db: None) -> None:
    signed_post(client, about_zoe("booking_created_free", **LONG_AGO))

    said("erase_person", email=ADDRESS)

    assert found(NAME, ADDRESS, WISH) == {}
    assert Booking.objects.get().user is None


@pytest.mark.parametrize("command", ["export_person", "erase_person"])
def test_who_is_unknown_or_named_in_the_note_is_refused(zoe: User, command: str) -> None:
    with pytest.raises(CommandError, match="no user with this ID"):
        said(command, user_id="nobody")
    with pytest.raises(CommandError, match="Leave the name"):
        said(command, user_id="zoe-1", note=NAME)
    assert records() == []
