"""How long Cal.com wants us to wait, from the headers of an answer (api_v2.md §1.4). Pure: the clock is passed in.

A limit's name is at the end of its headers (`X-RateLimit-Remaining-Default`), and there may be several limits.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

WINDOW = 60.0  # Seconds: both the window of Cal.com's limit and how long it blocks whoever exceeds it.
EPOCH = 10**9  # A reset beyond this is a moment, below it a number of seconds: third parties have seen both.
LONGEST_WINDOW = 3600.0  # A longer reset than this is no window but an error in the header.
LONGEST = 24 * 3600.0

_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds, from `Retry-After` in seconds or as a date; None where it isn't said. Header names are lower-case."""
    # Nest's throttler puts the limit's name at the end of this one too.
    said = [seconds for _, value in _named(headers, "retry-after") if (seconds := _seconds(value, now=now)) is not None]
    return min(max(said), LONGEST) if said else None


def until_free(headers: Mapping[str, str], *, now: datetime) -> float:
    """Seconds to wait before the next call so as not to be blocked; 0 while calls remain."""
    used_up = [name for name, value in _named(headers, "x-ratelimit-remaining") if _number(value) == 0]
    return max((_reset(headers, name, now=now) for name in used_up), default=0)


def until_unblocked(headers: Mapping[str, str], *, now: datetime) -> float:
    """Seconds to wait after a 429."""
    asked = retry_after(headers, now=now)
    if asked is not None:
        return asked
    return max((_reset(headers, name, now=now) for name, _ in _named(headers, "x-ratelimit-reset")), default=WINDOW)


def date(text: str) -> datetime | None:
    """An HTTP date, in UTC; None for anything else."""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):  # What email.utils raises depends on what is wrong.
        return None


def _named(headers: Mapping[str, str], start: str) -> Iterator[tuple[str, str]]:
    """Each limit's name and its value in the headers that start so."""
    for header, value in headers.items():
        if header == start or header.startswith(f"{start}-"):
            yield header.removeprefix(start), value


def _reset(headers: Mapping[str, str], name: str, *, now: datetime) -> float:
    value = _number(headers.get(f"x-ratelimit-reset{name}", ""))
    if value is None:
        return WINDOW
    seconds = value - now.timestamp() if value > EPOCH else value
    return max(seconds, 0) if seconds <= LONGEST_WINDOW else WINDOW


def _seconds(value: str, *, now: datetime) -> float | None:
    number = _number(value)
    if number is not None:
        return number
    moment = date(value)
    return None if moment is None else max((moment - now).total_seconds(), 0)


def _number(value: str) -> float | None:
    return float(value) if _NUMBER.fullmatch(value.strip()) else None
