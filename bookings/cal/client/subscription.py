"""What a webhook at Cal.com shall be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

WEBHOOK_VERSION = "2021-10-20"  # The shape of the bodies that payloads reads; 2026-07-27 adds text to it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """`no_show_minutes` after the start is when the two triggers for Cal Video no-shows fire; hosted ones need it."""

    url: str
    triggers: Sequence[str]
    secret: str = field(repr=False)
    no_show_minutes: int | None = None

    def body(self) -> dict[str, Any]:
        timing = {} if self.no_show_minutes is None else {"time": self.no_show_minutes, "timeUnit": "MINUTE"}
        return {
            "active": True,
            "subscriberUrl": self.url,
            "triggers": list(self.triggers),
            "secret": self.secret,
            "version": WEBHOOK_VERSION,
            **timing,
        }
