"""How commands are told whom they are about."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from bookings.privacy.person import Person, Refused, find


def add_arguments(parser: ArgumentParser) -> None:
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--user-id", default="", metavar="ID", help="The user with this ID.")
    who.add_argument("--email", default="", metavar="ADDRESS", help="Whoever has or gave this address, user or not.")
    parser.add_argument("--note", default="", help="Kept with the record; without the name and the address.")
    parser.add_argument("--dry-run", action="store_true", help="Change nothing; only say how much it would be.")


def person_of(options: dict[str, Any]) -> Person:
    try:
        return find(user_id=options["user_id"], email=options["email"])
    except Refused as error:
        raise CommandError(str(error)) from None


def in_words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing"


def left_out(out: OutputWrapper, person: Person) -> None:
    """Say which sessions of the user may be somebody else's."""
    if doubted := person.doubted:
        out.write(f"Left out, as booked by their link with another address: {', '.join(doubted)}.")
