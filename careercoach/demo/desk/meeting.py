"""The meeting: its time comes and passes, and somebody is absent."""

from datetime import datetime

from careercoach.demo import bodies
from careercoach.demo.desk.change import Refused, Status, changing, locked, save, tell
from careercoach.demo.models import Booking


def mark_client(booking: Booking, *, absent: bool, now: datetime) -> Booking:
    """By the host, from the start on; `absent=False` takes it back. `updatedAt` doesn't move (api_v2.md 2.5)."""
    with changing():
        booking = _started(booking, now)
        booking.no_show = absent
        booking.save(update_fields=["no_show"])
        tell(bodies.no_show_updated(booking, at=now, absent={booking.email: absent}), booking, now)
        return booking


def mark_host(booking: Booking, *, absent: bool, now: datetime) -> Booking:
    """Silent: no webhook tells of it."""
    with changing():
        booking = _started(booking, now)
        return save(booking, now, no_show_host=absent)


def watch_room(booking: Booking, *, client_absent: bool, host_absent: bool, now: datetime) -> Booking:
    """Cal Video finds, some minutes after the start, who didn't come; it tells each subscription that planned it."""
    with changing():
        booking = _started(booking, now)
        booking.no_show = booking.no_show or client_absent
        booking.no_show_host = booking.no_show_host or host_absent
        save(booking, now)
        for webhook in booking.event_type.webhook_set.filter(active=True):
            if host_absent:
                tell(bodies.after_hosts_no_show(booking, at=now, webhook=webhook), booking, now)
            if client_absent:
                tell(bodies.after_guests_no_show(booking, at=now, webhook=webhook), booking, now)
        return booking


def let_time_pass(booking: Booking, *, now: datetime, to_end: bool) -> Booking:
    """As if the clock had run to this meeting's start, or to its end: its planned events are sent now."""
    with changing():
        booking = locked(booking)
        if booking.confirmed_snapshot is None:
            raise Refused("not_confirmed")
        if booking.started_at is None:
            tell(bodies.meeting_started(booking), booking, now)
            booking.started_at = now
        if to_end and booking.ended_at is None:
            tell(bodies.meeting_ended(booking), booking, now)
            booking.ended_at = now
        booking.save(update_fields=["started_at", "ended_at"])
        return booking


def run_clock(now: datetime) -> int:
    """What Cal.com's job of every minute does: tells of each meeting that has begun or ended. Gives their number."""
    told = 0
    planned = Booking.objects.exclude(confirmed_snapshot=None)
    begun = planned.filter(start__lte=now, end__gt=now, started_at=None)
    over = planned.filter(end__lte=now, ended_at=None)
    for booking in [*begun, *over]:
        let_time_pass(booking, now=now, to_end=booking.end <= now)
        told += 1
    return told


def _started(booking: Booking, now: datetime) -> Booking:
    booking = locked(booking)
    if booking.status != Status.ACCEPTED:
        raise Refused("not_confirmed")
    if booking.started_at is None and booking.start > now:
        raise Refused("not_started")
    return booking
