"""Single values out of JSON that nobody vouches for: typed, bounded, and cleaned of what databases refuse.

Absent, null and of the wrong type say nothing, with one exception: an id or a time that is there but doesn't fit makes
the whole body unreadable, since a fact about the wrong booking or moment is worse than none.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from users.addresses import MAX_LENGTH as EMAIL_LENGTH
from users.addresses import normalised

LARGEST_ID = 2**63 - 1
MOST_ITEMS = 200  # Of any list that we walk.

_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_NOT_IDENTIFIER = re.compile("[\x00-\x20\x7f-\xa0\ud800-\udfff\ufffd]")


class PayloadError(Exception):
    """The body can't be read: says where, and what is wrong there."""


def clean(text: str) -> str:
    """Without what UTF-8 or a database can't hold: lone surrogates and NUL become U+FFFD."""
    return _NOT_TEXT.sub("\ufffd", text)


def parse(text: str) -> Any:
    """JSON by the letter: NaN and Infinity are none. Raises ValueError or RecursionError."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


@lru_cache(maxsize=1024)
def is_time_zone(name: str) -> bool:
    """Is this a zone of the IANA database, as front-ends expect it?"""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # Not found; no name of a zone; the name of a folder.
        return False
    return True


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a JSON document, which knows its path for the error message."""

    value: Any
    path: str = ""

    def __getitem__(self, key: str) -> "Node":
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(value, f"{self.path}.{key}" if self.path else key)

    def items(self) -> Iterator["Node"]:
        """The elements of a list, at most MOST_ITEMS; none of anything else."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value[:MOST_ITEMS]):
                yield Node(value, f"{self.path}[{index}]")

    @property
    def exists(self) -> bool:
        return self.value is not None

    def error(self, what: str) -> PayloadError:
        return PayloadError(f"{self.path}: {what}")

    def flag(self) -> bool | None:
        return self.value if isinstance(self.value, bool) else None

    def text(self, length: int) -> str:
        """Text, trimmed and cut to its column; empty for anything else."""
        return clean(self.value).strip()[:length] if isinstance(self.value, str) else ""

    def identifier(self, length: int) -> str:
        """An id made of letters; empty where there is none. Raises PayloadError where it doesn't fit."""
        if self.value is None or self.value == "":
            return ""
        if not isinstance(self.value, str):
            raise self.error("is not a string")
        if len(self.value) > length:
            raise self.error(f"is longer than {length} characters")
        if _NOT_IDENTIFIER.search(self.value):
            raise self.error("holds white space or a control character")
        return self.value

    def integer(self) -> int | None:
        """A number that is not negative and fits 63 bits; None where there is none. Raises PayloadError."""
        if self.value is None or isinstance(self.value, bool | str | list | dict):
            return None
        if isinstance(self.value, float) and not self.value.is_integer():
            raise self.error("is not a whole number")
        if not 0 <= self.value <= LARGEST_ID:
            raise self.error("is beyond 63 bits")
        return int(self.value)

    def amount(self) -> int | None:
        """A number of things; unlike with an id, one that doesn't fit says nothing."""
        try:
            return self.integer()
        except PayloadError:
            return None

    def moment(self) -> datetime | None:
        """An instant, in UTC; None where there is none. Raises PayloadError, for a time without a zone too."""
        if self.value is None:
            return None
        try:
            moment = datetime.fromisoformat(self.value)
        except (ValueError, TypeError):
            raise self.error("is not an ISO 8601 time") from None
        if moment.tzinfo is None:
            raise self.error("is a time without a zone")
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            raise self.error("is beyond the calendar") from None
        if moment.year < 1970:  # Microseconds since then are what registers keep.
            raise self.error("is before 1970")
        return moment

    def email(self) -> str:
        """A normalised address; empty for what can't be one. One that is too long is cut by nobody: it says nothing."""
        if not isinstance(self.value, str):
            return ""
        address = normalised(self.value)
        if "@" not in address or len(address) > EMAIL_LENGTH or _NOT_IDENTIFIER.search(address):
            return ""
        return address

    def url(self, length: int) -> str:
        """An absolute http(s) address; empty for anything else."""
        if not isinstance(self.value, str) or len(self.value) > length or _NOT_IDENTIFIER.search(self.value):
            return ""
        try:
            parts = urlsplit(self.value)
        except ValueError:
            return ""
        return self.value if parts.scheme in ("http", "https") and parts.netloc else ""

    def time_zone(self) -> str:
        name = self.text(64)
        return name if name and is_time_zone(name) else ""
