"""Do webhooks still come? What we heard last, held against what Cal.com's API says has happened since.

Not every change at Cal.com is announced (webhooks.md §4): a coach who is marked absent, replaced, or moves the place
only moves `updatedAt`. So a change is surely missed only where our row, as webhooks left it, disagrees with it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from bookings.cal.client import CalError, Row
from bookings.cal.doctor.findings import Finding, green, red, yellow
from bookings.domain.words import Lifecycle, Source, Status
from bookings.models import Booking, Message, StatusChange

GRACE = timedelta(minutes=30)  # After this, the first event that was missed makes it red.
SLACK = timedelta(minutes=5)  # Cal.com announces first and writes then, and clocks differ.
WITHOUT_ANY = timedelta(days=1)  # How far back to look where no webhook ever came.
OVER = ("cancelled", "rejected")
# Among these the API alone changes only who was absent. Of a coach that is announced to nobody (webhooks.md §4), so it
# says nothing of webhooks; that of a client doesn't move `updatedAt`, so the API is no witness there either.
COUNTING = (Status.BOOKING_CREATED, Status.MEETING_ENDED, Status.NO_SHOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """Our row of a booking. `healed`: since the last webhook it was the API that told of a change that is announced."""

    is_cancelled: bool
    is_accepted: bool
    healed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something happened to a booking at Cal.com after the last webhook. `missed`: a webhook would have told it."""

    at: datetime
    missed: bool


def last_webhook() -> datetime | None:
    """When the last one came that told of anything but a test."""
    heard = Message.objects.filter(source=Source.WEBHOOK).exclude(trigger="PING").order_by("-id")
    return heard.values_list("received_at", flat=True).first()


def mirrored(uids: Iterable[str], *, since: datetime) -> dict[str, Mirrored]:
    names = set(uids)
    by_api = StatusChange.objects.filter(booking__uid__in=names, changed_at__gt=since, message__source=Source.API)
    announced = by_api.exclude(old__in=COUNTING, new__in=COUNTING)
    healed = set(announced.values_list("booking__uid", flat=True))
    return {
        booking.uid: Mirrored(
            is_cancelled=booking.status == Status.BOOKING_CANCELLED,
            is_accepted=booking.lifecycle == Lifecycle.ACCEPTED,
            healed=booking.uid in healed,
        )
        for booking in Booking.objects.filter(uid__in=names).without_registers()
    }


def changes(rows: Iterable[Row], rows_here: Mapping[str, Mirrored], *, since: datetime) -> list[Change]:
    """What happened after `since`, earliest first."""
    found = []
    for row in rows:
        moments = [moment for name in ("createdAt", "updatedAt") if (moment := _moment(row.get(name))) is not None]
        later = [moment for moment in moments if moment > since]
        if not later:
            continue
        missed = not _agrees(row, rows_here.get(str(row.get("uid"))))
        if missed or max(later) > since + SLACK:
            found.append(Change(at=min(later), missed=missed))
    return sorted(found, key=lambda change: (change.at, not change.missed))


def _agrees(row: Row, here: Mirrored | None) -> bool:
    """Have webhooks told us what the API says of it?"""
    if here is None or here.healed:
        return False
    status = row.get("status")
    return here.is_cancelled == (status in OVER) and (here.is_accepted or status != "accepted")


def still_come(found: list[Change] | CalError, *, last: datetime | None, now: datetime) -> Finding:
    """The age of the last webhook against what happened since."""
    heard = f"the last webhook came {_age(now - last)} ago" if last else "no webhook has come yet"
    cure = "See webhook and endpoint above; then Ping test at Cal.com. Until it is mended, resync_bookings brings all."
    if isinstance(found, CalError):
        return yellow("last_webhook", f"{heard}; what happened since was not looked at: {found}", "See the key.")
    missed = [change for change in found if change.missed]
    if missed:
        first = f"{heard}; bookings changed since: {len(missed)}, the first {_age(now - missed[0].at)} ago"
        if now - missed[0].at >= GRACE:
            return red("last_webhook", f"{first}. Webhooks are dead", cure)
        return yellow("last_webhook", first, "Look again in half an hour: a webhook may be on its way.")
    if found and now - found[0].at >= GRACE:
        note = (
            "Nothing, if it was a change that Cal.com announces to nobody: a coach replaced or marked absent, a place."
        )
        return yellow("last_webhook", f"{heard}; in details alone bookings changed since: {len(found)}", note)
    if last is None:
        return yellow("last_webhook", heard, "Book a session as a client would, and cancel it.")
    return green("last_webhook", f"{heard}, and nothing that it would have told has happened since")


def _moment(value: Any) -> datetime | None:
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _age(age: timedelta) -> str:
    minutes = max(int(age.total_seconds() // 60), 0)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // 1440} days"
