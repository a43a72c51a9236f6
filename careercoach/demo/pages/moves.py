"""What one can play with a booking on the control page: which moves it offers, and what the desk does for each."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from careercoach.demo import calendar, desk
from careercoach.demo.models import Booking, Host

Play = Callable[[Booking, QueryDict, datetime], Booking]


def _reason(said: QueryDict) -> str:
    return said.get("reason", "").replace("\0", "").strip()[:500]


def _reassign(booking: Booking, said: QueryDict, now: datetime) -> Booking:
    number = said.get("host", "")
    to = Host.objects.filter(pk=number).first() if re.fullmatch("[0-9]{1,18}", number) else None
    if to is None:
        raise desk.Refused("host_busy")
    return desk.reassign(booking, to=to, announce="announce" in said, now=now)


def _watch(booking: Booking, said: QueryDict, now: datetime) -> Booking:
    missing = said.get("missing", "")
    return desk.watch_room(
        booking, client_absent=missing in ("client", "both"), host_absent=missing in ("coach", "both"), now=now
    )


# Name in the address → what was done, in words, and how.
MOVES: dict[str, tuple[str, Play]] = {
    "start": (_("The clock ran to the start."), lambda b, _said, now: desk.let_time_pass(b, now=now, to_end=False)),
    "end": (_("The clock ran to the end."), lambda b, _said, now: desk.let_time_pass(b, now=now, to_end=True)),
    "client-absent": (
        _("The client is marked absent."),
        lambda b, _said, now: desk.mark_client(b, absent=True, now=now),
    ),
    "client-present": (
        _("The client's absence is taken back."),
        lambda b, _said, now: desk.mark_client(b, absent=False, now=now),
    ),
    "coach-absent": (_("The coach is marked absent."), lambda b, _said, now: desk.mark_host(b, absent=True, now=now)),
    "coach-present": (
        _("The coach's absence is taken back."),
        lambda b, _said, now: desk.mark_host(b, absent=False, now=now),
    ),
    "room": (_("Cal Video looked who is in the room."), _watch),
    "reassign": (_("Another coach has the meeting."), _reassign),
    "ask": (
        _("The coach asked for another time."),
        lambda b, said, now: desk.request_reschedule(b, reason=_reason(said), now=now),
    ),
    "cancel": (
        _("The coach cancelled the meeting."),
        lambda b, said, now: desk.cancel(b, reason=_reason(said), by=b.host.email, now=now, by_host=True),
    ),
    "confirm": (_("The coach confirmed the meeting."), lambda b, _said, now: desk.confirm(b, now=now)),
    "decline": (
        _("The coach declined the meeting."),
        lambda b, said, now: desk.reject(b, reason=_reason(said), now=now),
    ),
    "pay": (_("The meeting is paid."), lambda b, _said, now: desk.pay(b, now=now)),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """Which moves make sense for one booking now. The others are refused by the desk."""

    clock_start: bool
    clock_end: bool
    people: bool
    change: bool
    decide: bool
    pay: bool
    reassign: bool
    hosts: list[Host]  # Who else is free.

    @property
    def any(self) -> bool:
        return self.clock_start or self.clock_end or self.people or self.change or self.decide or self.pay


def offer(booking: Booking, *, now: datetime) -> Offer:
    planned = booking.confirmed_snapshot is not None
    accepted = booking.status == Booking.Status.ACCEPTED
    over = booking.ended_at is not None or booking.end <= now
    hosts: list[Host] = []
    if reassign := accepted and not over:
        at = min(now, booking.start - calendar.NOTICE)  # As at the desk: a coach can be changed at the last minute.
        hosts = calendar.free_hosts(booking.event_type, booking.start, now=at)
    return Offer(
        clock_start=planned and booking.started_at is None,
        clock_end=planned and booking.ended_at is None,
        people=accepted and (booking.started_at is not None or booking.start <= now),
        change=booking.is_open and not over,
        decide=booking.status == Booking.Status.PENDING,
        pay=booking.price > 0 and booking.paid_at is None,
        reassign=reassign,
        hosts=[host for host in hosts if host.pk != booking.host_id],
    )
