"""How many calls a key may make (api_v2.md §1.4): so many a minute, and who makes more is blocked for a minute.

It is kept in the process's memory, as there is one process, and a read that writes would wait for its turn.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.conf import settings

WINDOW = BLOCK = 60.0  # Seconds.

# Every key begins at 120, and Cal.com raises it on request, to 800 at most. With 120 the demo would make people wait
# for things that have nothing to do with what they try; settings.DEMO_API_LIMIT is for who wants it.
LIMIT = 800


@dataclass(slots=True)
class Count:
    calls: int
    ends_at: float
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands after this call, as the headers tell it."""

    limit: int
    remaining: int
    reset: int  # Seconds.
    blocked: bool

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit-Default": str(self.limit),
            "X-RateLimit-Remaining-Default": str(self.remaining),
            "X-RateLimit-Reset-Default": str(self.reset),
        }


class Limiter:
    """`clock` gives seconds. The window begins with the first call; a block begins anew with nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._counts: dict[str, Count] = {}

    def call(self, caller: str) -> Standing:
        limit, now = getattr(settings, "DEMO_API_LIMIT", LIMIT), self._clock()
        with self._lock:
            count = self._counts.get(caller)
            if count is None or count.ends_at <= now:
                count = self._counts[caller] = Count(calls=0, ends_at=now + WINDOW)
            if not count.blocked:
                count.calls += 1
            if count.calls > limit and not count.blocked:
                count.blocked, count.ends_at = True, now + BLOCK
            remaining = max(limit - count.calls, 0)
            return Standing(limit, remaining, math.ceil(count.ends_at - now), count.blocked)

    def forget(self) -> None:
        with self._lock:
            self._counts.clear()


limiter = Limiter()
