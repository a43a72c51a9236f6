"""What is asked of Cal.com and what comes back, as values. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from bookings.cal.client.errors import CalRefused

# An unknown or missing version silently answers in the shape of 2024-04-15, a known one that the path doesn't have is a
# 404, and self-hosted servers don't know those after 2024-09-04 (api_v2.md §1.3). A family not named here needs none.
VERSIONS = {
    "bookings": "2024-08-13",
    "event-types": "2024-06-14",
    "slots": "2024-09-04",
    "schedules": "2024-06-11",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One thing to ask. `route` is a pattern (`/bookings/{uid}`), and all that logs and errors show of it."""

    method: str
    route: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str | int] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    family: str = ""

    @property
    def name(self) -> str:
        return f"{self.method} {self.route}"

    @property
    def path(self) -> str:
        """Raises CalRefused for a value that would make it another path."""
        if any(value in ("", ".", "..") for value in self.values.values()):
            raise CalRefused("not sent, since it is about something with an impossible name", call=self.name)
        return self.route.format(
            **{name: quote(value, safe="", errors="replace") for name, value in self.values.items()}
        )

    @property
    def secrets(self) -> list[str]:
        """What Cal.com may repeat to us and we to nobody."""
        names = [value for value in self.values.values() if len(value) > 5]  # A shorter one is in many a word.
        return [*names, str((self.body or {}).get("secret") or "")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """When something was asked and answered by our clock, and by the server's, of which we hear whole seconds."""

    asked_at: datetime
    answered_at: datetime
    server_date: datetime | None
    request_id: str

    @property
    def skew(self) -> float | None:
        """Seconds that the server's clock is ahead of ours, give or take half a second and half the journey."""
        if self.server_date is None:
            return None
        middle = self.asked_at + (self.answered_at - self.asked_at) / 2
        return (self.server_date - middle).total_seconds() + 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Cal.com said. It may hold a webhook's secret, so it isn't shown."""

    data: Any = field(repr=False)
    pagination: Any = field(repr=False)
    exchange: Exchange
