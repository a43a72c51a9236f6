"""What an examination finds, one thing at a time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_USER = re.compile(r"^(\w+://)?[^/?#]*@")  # Before the host, or before what was meant as one.


class Colour(StrEnum):
    """Green: as it must be. Yellow: works, and somebody should know. Red: clients are or will be harmed."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`check` is the name of what was looked at; `event_type` says of which, where there is one check for each.

    `found` and `cure` hold no key, no secret and no uid. A green one needs no cure.
    """

    check: str
    colour: Colour
    found: str
    cure: str = ""
    event_type: int | None = None


def green(check: str, found: str, *, event_type: int | None = None) -> Finding:
    return Finding(check=check, colour=Colour.GREEN, found=found, event_type=event_type)


def yellow(check: str, found: str, cure: str, *, event_type: int | None = None) -> Finding:
    return Finding(check=check, colour=Colour.YELLOW, found=found, cure=cure, event_type=event_type)


def red(check: str, found: str, cure: str, *, event_type: int | None = None) -> Finding:
    return Finding(check=check, colour=Colour.RED, found=found, cure=cure, event_type=event_type)


def without_password(url: str) -> str:
    """An address as it may be said."""
    return _USER.sub(r"\1", url)


def worst(findings: Iterable[Finding]) -> Colour:
    colours = {finding.colour for finding in findings}
    return next((colour for colour in (Colour.RED, Colour.YELLOW) if colour in colours), Colour.GREEN)
