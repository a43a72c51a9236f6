"""Which slots are free, and who gets one: Cal.com's round robin over the pool of coaches.

A slot is free when any coach of the pool is. The booking goes to the free coach who was booked least recently.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max, Q

from careercoach.demo.models import Booking, EventType, Host

NOTICE = timedelta(hours=2)  # Nobody can book later than this before the start: Cal.com's default.
HORIZON = timedelta(days=60)  # Nor further ahead than this.
DAY = timedelta(days=1)

OPEN = (Booking.Status.ACCEPTED, Booking.Status.PENDING)


def free_slots(
    event_type: EventType,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    moving: Booking | None = None,
) -> dict[datetime, list[Host]]:
    """Start of each slot in [since, until) → the coaches who are free then, in order of time.

    `moving` is a booking that would give its own slot up. An unpaid booking holds its slot: at Cal.com it doesn't, and
    two may pay for the same one; here whoever clicked first has it (see docs/decisions).
    """
    earliest, latest = max(since, now + NOTICE), min(until, now + HORIZON)
    length = timedelta(minutes=event_type.length)
    busy = _busy(since=earliest, until=latest + length, moving=moving)
    slots: dict[datetime, list[Host]] = defaultdict(list)
    for host in Host.objects.filter(is_away=False, is_host=True, is_gone=False).order_by("id"):
        for start in _working_slots(host, since=earliest, until=latest, length=length):
            if not any(start < ended and begun < start + length for begun, ended in busy[host.pk]):
                slots[start].append(host)
    return dict(sorted(slots.items()))


def free_hosts(event_type: EventType, start: datetime, *, now: datetime, moving: Booking | None = None) -> list[Host]:
    """Who could take a booking at exactly this start; empty where it is no slot, or none of the pool is free."""
    slots = free_slots(event_type, since=start, until=start + timedelta(seconds=1), now=now, moving=moving)
    return slots.get(start, [])


def least_recently_booked(hosts: Iterable[Host]) -> Host:
    """Cal.com's choice among the free: who never had a booking first, then whose last was made longest ago."""
    ids = [host.pk for host in hosts]
    pool = Host.objects.filter(pk__in=ids).annotate(
        booked_at=Max("bookings__created_at", filter=Q(bookings__status__in=OPEN)),
    )
    return min(pool, key=lambda host: (host.booked_at is not None, host.booked_at, host.pk))


def _busy(*, since: datetime, until: datetime, moving: Booking | None) -> dict[int, list[tuple[datetime, datetime]]]:
    taken = Booking.objects.filter(status__in=OPEN, start__lt=until, end__gt=since)
    if moving is not None:
        taken = taken.exclude(pk=moving.pk)
    busy: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for host_id, start, end in taken.values_list("host_id", "start", "end"):
        busy[host_id].append((start, end))
    return busy


def _working_slots(host: Host, *, since: datetime, until: datetime, length: timedelta) -> Iterator[datetime]:
    """Whole slots within the host's working hours, which are in the host's own zone and follow its summer time."""
    zone = ZoneInfo(host.time_zone)
    day = (since.astimezone(zone) - DAY).date()
    while day <= until.astimezone(zone).date():
        for begin, end in host.hours.get(str(day.weekday()), []):
            start, closes = _at(day, begin, zone), _at(day, end, zone)
            while start + length <= closes:
                if since <= start < until:
                    yield start
                start += length
        day += DAY


def _at(day: date, clock: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(ZoneInfo("UTC"))
