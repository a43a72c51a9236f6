"""Rows as a page needs them. Keys are camelCase, times UTC with Z, prices list prices in minor units.

Plain functions, since a serializer of REST framework takes several times as long for the same dict. What they answer is
told by the shapes in `shapes`, and a test holds the one against the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from django.db.models import TextChoices
from django.utils.translation import get_language, override

from bookings.cal import links
from bookings.domain.words import Payment, Status, Why
from bookings.models import Booking, Obstacle, StatusChange

Json = dict[str, Any]
ALLOWED: Json = {"allowed": True, "reason": None, "reasonLabel": None}
KINDS: tuple[type[TextChoices], ...] = (Status, Why, Payment, Obstacle)

# Columns of a booking and of its coach that an answer is made of; first of one that was moved on, as `history` has it.
OF_EARLIER = ("id", "uid", "chain_reference", "status", "why", "starts_at", "ends_at", "coach_id", "superseded_by")
OF_COACH = ("name", "username", "time_zone")
COLUMNS = (
    *OF_EARLIER[:-1],
    *("title", "client_time_zone", "client_email", "payment", "price", "currency", "link", "site", "user_id"),
    *("cancelling_disabled", "rescheduling_disabled", "has_recording", "has_transcript"),
    *(f"coach__{name}" for name in OF_COACH),
)


@dataclass(frozen=True, slots=True)
class Labels:
    """What values are called in one language."""

    status: Mapping[str, str]
    why: Mapping[str, str]
    payment: Mapping[str, str]
    obstacle: Mapping[str, str]


@cache
def labels(language: str) -> Labels:
    with override(language):
        return Labels(*({value: str(label) for value, label in kind.choices} for kind in KINDS))


def instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What an answer depends on beside the rows: the clock, the language, who asks, and at which address.

    `history` has the earlier bookings of each chain by its reference, the oldest first.
    """

    now: datetime
    site: str
    user_id: str
    history: Mapping[str, Iterable[Booking]] = field(default_factory=dict)
    labels: Labels = field(default_factory=lambda: labels(get_language() or "en"))

    def booking(self, booking: Booking) -> Json:
        """One entry of the list: a chain of reschedules, as its newest booking shows it."""
        cancel = booking.obstacle_to_cancel(now=self.now)
        reschedule = booking.obstacle_to_reschedule(now=self.now)
        join = booking.obstacle_to_join(now=self.now)
        return {
            "bookingId": booking.chain_reference,
            **self._state(booking),
            "title": booking.title,
            "coach": coach(booking),
            "timeZone": booking.client_time_zone,
            "joinOpensAt": instant(booking.join_opens_at),
            "payment": {
                "state": booking.payment,
                "stateLabel": self.labels.payment[booking.payment],
                "listPrice": booking.price,
                "currency": booking.currency,
            },
            "links": {
                "manage": links.manage_url(booking),
                "cancel": None if cancel else links.cancel_url(booking),
                "reschedule": None if reschedule else links.reschedule_url(booking),
                "join": links.join_url(booking) if join in (None, Obstacle.EARLY) else None,
                "ics": self._ics(booking) if booking.starts_at else None,
            },
            "can": {
                "cancel": self._permission(cancel),
                "reschedule": self._permission(reschedule),
                "join": self._permission(join),
            },
            "history": [
                {**self._state(earlier), "coach": coach(earlier)}
                for earlier in self.history.get(booking.chain_reference, ())
            ],
            "hasRecording": booking.has_recording,
            "hasTranscript": booking.has_transcript,
        }

    def change(self, change: StatusChange) -> Json:
        """One change of status, with its reason."""
        return {
            "status": change.new,
            "statusLabel": self.labels.status[change.new],
            "reason": change.why,
            "reasonLabel": self.labels.why[change.why],
            "at": instant(change.changed_at),
        }

    def _state(self, booking: Booking) -> Json:
        return {
            "uid": booking.uid,
            "status": booking.status,
            "statusLabel": self.labels.status[booking.status],
            "reason": booking.why,
            "reasonLabel": self.labels.why[booking.why],
            "startTime": instant(booking.starts_at),
            "endTime": instant(booking.ends_at),
        }

    def _permission(self, obstacle: Obstacle | None) -> Json:
        if obstacle is None:
            return ALLOWED
        return {"allowed": False, "reason": obstacle.value, "reasonLabel": self.labels.obstacle[obstacle]}

    def _ics(self, booking: Booking) -> str:
        return f"{self.site}/api/bookings/{booking.chain_reference}.ics?userId={quote(self.user_id, safe='')}"


def coach(booking: Booking) -> Json | None:
    if booking.coach is None:
        return None
    return {
        "name": booking.coach.name,
        "username": booking.coach.username,
        "timeZone": booking.coach.time_zone,
    }
