"""The free times of the whole pool, as Cal.com tells them: asked for once, however many want them.

Cal.com's words on one side, moments on the other. What it told is kept in the cache that all processes share.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache

from bookings.cal.asking import BUSY_FOR, Busy, Unanswered, answered, place
from bookings.cal.client import CalApi, Configuration, NotConfigured, NotFound
from bookings.cal.payloads.fields import Node

FRESH = timedelta(seconds=30)
KEPT = timedelta(minutes=5)
CALLS_PER_MINUTE = 40  # Of Cal.com's 120; once an hour one also asks for the event types.
AT_ONCE = 3  # For different days. Production has eight threads for all that the site does.
PATIENCE, WITHIN = (2.0, 8.0), 10.0  # Seconds. A pool's month takes Cal.com a while.
WAITED = 2.0  # Seconds that one caller waits for another's answer; then it is told to come again.
PAUSE = 0.1
RETRY_AFTER, LONGEST_AWAY = 5, 60  # Seconds for which one that has failed is left alone: as it says, within these.
AWAY = "slots-away-until"  # The cache's key for that.
A_DAY, FURTHEST = timedelta(days=1), timedelta(days=400)
EVENT_TYPE_KEPT = 60 * 60  # Seconds.


@dataclass(frozen=True, slots=True)
class Free:
    """Starts, in order, and as of when. `stale`: Cal.com didn't tell anything newer."""

    starts: tuple[datetime, ...]
    as_of: datetime
    stale: bool


def free(first: date, last: date, *, now: datetime) -> Free:
    """The free starts from some time before the first day to some time after the last, as days of any zone.

    One call to Cal.com for any number of callers at once. Raises Unanswered, and NotConfigured.
    """
    Configuration.from_settings()
    today = now.astimezone(UTC).date()
    if last < today - A_DAY or first > today + FURTHEST:  # Nobody can book then, so nobody has to be asked.
        return Free((), now, stale=False)
    since, until = max(first, today) - A_DAY, last + A_DAY
    name = f"{since} {until} {settings.CAL_EVENT_URL} {settings.CAL_EVENT_TYPE_IDS}"
    gives_up_at = time.monotonic() + WAITED
    while True:
        known, settled = _told(name, now=now)
        if known and settled:
            return known
        with place(_key("asking", name)) as found:
            if found:
                known, settled = _told(name, now=now)  # Another may have had its turn since we looked.
                return known if known and settled else _ask(name, since, until, known, now=now)
        if known:
            return replace(known, stale=True)
        if time.monotonic() > gives_up_at:
            raise Busy(True, BUSY_FOR)
        time.sleep(PAUSE)


def _told(name: str, *, now: datetime) -> tuple[Free | None, bool]:
    """What was told in the last five minutes, and whether nothing else has to be asked for. Raises Unanswered."""
    kept = cache.get_many([_key("slots", name), _key("failed", name), AWAY])
    known: Free | None = kept.get(_key("slots", name))
    if known and now - known.as_of >= KEPT:
        known = None
    if known and now - known.as_of < FRESH:
        return known, True
    away = kept.get(AWAY, 0) - time.time()
    if failure := Unanswered(True, away) if away > 0 else kept.get(_key("failed", name)):
        return _stale(known, failure), True
    return known, False


def _ask(name: str, since: date, until: date, known: Free | None, *, now: datetime) -> Free:
    try:
        with answered(PATIENCE, within=WITHIN, share="calls for slots", most=CALLS_PER_MINUTE, at_once=AT_ONCE) as cal:
            days = cal.slots(_event_type(cal), start=since, end=until, time_zone="UTC")
            starts = sorted({start for day in days.values() for start in _starts(day)})
    except Busy as error:
        return _stale(known, error)
    except (Unanswered, NotFound) as error:
        return _stale(known, _kept(name, error))
    found = Free(tuple(starts), now, stale=False)
    cache.set(_key("slots", name), found, KEPT.total_seconds())
    return found


def _kept(name: str, error: Unanswered | NotFound) -> Unanswered:
    """What went wrong, for all who ask meanwhile."""
    if isinstance(error, NotFound) or not error.retryable:  # What it refuses it may refuse for these days alone.
        refused = Unanswered(False, 0)
        cache.set(_key("failed", name), refused, RETRY_AFTER)
        return refused
    wait = min(max(error.wait, RETRY_AFTER), LONGEST_AWAY)
    cache.set(AWAY, time.time() + wait, wait + 1)  # Until when: the table cuts fractions of seconds off.
    return Unanswered(True, wait)


def _stale(known: Free | None, failure: Unanswered) -> Free:
    """What was told in the last five minutes, else what went wrong."""
    if known is None:
        raise failure
    return replace(known, stale=True)


def _starts(slots: list[Any]) -> Iterator[datetime]:
    for slot in slots:
        start = Node(slot)["start"].moment()
        if start is not None:
            yield start.astimezone(UTC)


def _event_type(cal: CalApi) -> int:
    """The one that CAL_EVENT_URL leads to, of those that are ours. Raises NotConfigured."""
    ours = cal.configuration.event_type_ids
    if len(ours) == 1:
        return ours[0]
    key = _key("event type", f"{settings.CAL_EVENT_URL} {ours}")
    found: int | None = cache.get(key)
    if found is None:
        slug = urlsplit(settings.CAL_EVENT_URL).path.rstrip("/").rpartition("/")[2]
        named = (each["id"] for each in cal.event_types() if each.get("slug") == slug)
        found = next((number for number in named if not ours or number in ours), None)
        if found is None:
            raise NotConfigured("Cal.com knows no event type with the slug of CAL_EVENT_URL among CAL_EVENT_TYPE_IDS.")
        cache.set(key, found, EVENT_TYPE_KEPT)
    return found


def _key(what: str, name: str) -> str:
    return f"{what}:{hashlib.sha256(name.encode(errors='replace')).hexdigest()}".replace(" ", "-")
