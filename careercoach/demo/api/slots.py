"""Free slots: those at which any coach is free, who isn't named (api_v2.md §3.2)."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from careercoach.demo import calendar
from careercoach.demo.api import asked
from careercoach.demo.api.access import Ask
from careercoach.demo.api.answering import Answer
from careercoach.demo.api.errors import refused
from careercoach.demo.models import Booking, EventType


def _zone(name: str, given: Any) -> ZoneInfo:
    if given not in available_timezones():
        raise asked.Broken("isTimeZone", f"{name} must be a valid IANA time-zone")
    return ZoneInfo(given)


RULES: dict[str, asked.Rule] = {
    "eventTypeId": asked.number,
    "start": asked.day_or_moment,
    "end": asked.day_or_moment,
    "timeZone": _zone,
    "format": asked.one_of(("range", "time"), "slots format must be either 'range' or 'time'"),
    "bookingUidToReschedule": asked.text,
}


def listed(ask: Ask) -> Answer:
    """By day in the zone asked for; a day without any is left out."""
    wanted = asked.read(ask.query, RULES, required=("eventTypeId", "start", "end"))
    event_type = EventType.objects.filter(pk=wanted["eventTypeId"]).first()
    if event_type is None:
        raise refused(404, f"Event Type with ID={wanted['eventTypeId']} not found")
    zone = wanted.get("timeZone", UTC)
    moving = Booking.objects.filter(uid=wanted.get("bookingUidToReschedule", "")).first()
    free = calendar.free_slots(event_type, since=wanted["start"], until=wanted["end"], now=ask.now, moving=moving)
    days: dict[str, list[dict[str, str]]] = defaultdict(list)
    for start in free:
        at = start.astimezone(zone)
        slot = {"start": _local(at)}
        if wanted.get("format") == "range":
            slot["end"] = _local(at + timedelta(minutes=event_type.length))
        days[at.date().isoformat()].append(slot)
    return {"data": dict(days), "status": "success"}


def _local(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
