"""A booking as a file of iCalendar (RFC 5545), which updates the invitation that Cal.com mailed."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vText

from bookings.api.parameters import LATEST, zones
from bookings.cal import links
from bookings.domain.registers import Register, decode
from bookings.domain.words import Status
from bookings.models import Booking

A_YEAR = timedelta(days=366)
PRODUCT = "-//Career Coach//Bookings//EN"
STATUSES = {Status.PENDING: "TENTATIVE", Status.BOOKING_CANCELLED: "CANCELLED"}


def event(booking: Booking, earlier: Sequence[Booking]) -> bytes:
    """The calendar's file of a booking that has a time; `earlier` are those of its chain before, the oldest first.

    Calendars know an event again by its UID, and take what has no lower SEQUENCE than theirs. No address of the coach
    is told, so it has no organizer.
    """
    cancelled = booking.status == Status.BOOKING_CANCELLED
    zone = booking.client_time_zone
    # Browsers on Windows and old clients tell zones that nobody knows; the moment is right in any.
    local = ZoneInfo(zone) if zone in zones() and booking.starts_at < LATEST else UTC
    told = Event()
    told.add("uid", _uid(booking, earlier))
    told.add("sequence", _sequence(booking, earlier, cancelled=cancelled))
    told.add("dtstamp", booking.updated_at)
    told.add("last-modified", booking.updated_at)
    told.add("created", (earlier[0] if earlier else booking).created_at)
    told.add("dtstart", booking.starts_at.astimezone(local))
    if booking.ends_at is not None:
        told.add("dtend", booking.ends_at.astimezone(local))
    told.add("summary", booking.title or "Career Coach")
    told.add("status", STATUSES.get(Status(booking.status), "CONFIRMED"))
    told.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    manage, join = links.manage_url(booking), links.join_url(booking)
    told.add("url", manage)
    if join and not cancelled:
        told.add("location", vText(join))
    told.add("description", "\n".join(dict.fromkeys(filter(None, [booking.chain_reference, join, manage]))))
    file = Calendar()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    file.add("method", "CANCEL" if cancelled else "PUBLISH")
    file.add_component(told)
    # By itself the library lists the changes of seventy years, one by one, and none after 2038.
    last = min(booking.starts_at, LATEST) + A_YEAR
    file.add_missing_timezones(first_date=(booking.starts_at - A_YEAR).date(), last_date=last.date())
    return file.to_ical()


def _uid(booking: Booking, earlier: Sequence[Booking]) -> str:
    """Cal.com's own iCalUID. A webhook of a move tells none, and keeps the first's; so does Cal.com's default of it."""
    told = [each.calendar_uid for each in (booking, *reversed(earlier)) if each.calendar_uid]
    return told[0] if told else f"{(earlier[0] if earlier else booking).uid}@Cal.com"


def _sequence(booking: Booking, earlier: Sequence[Booking], *, cancelled: bool) -> int:
    """Cal.com's own iCalSequence; from the last that was told it counts moves and the cancellation, as Cal.com mostly
    does. A higher number would shut out Cal.com's next update, so to the booking's own nothing is added.
    """
    for moves, each in enumerate((booking, *reversed(earlier))):
        told = decode(each.registers).get(Register.CALENDAR_SEQUENCE)
        if told is not None:
            number: int = told.value
            return number + moves + cancelled if moves else number
    return len(earlier) + cancelled
