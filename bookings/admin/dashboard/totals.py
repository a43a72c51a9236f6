"""The figures of a period, counted in one query: by day of the session where the viewer is, and by coach.

They are counted anew from the bookings, never kept up beside them; but no more than once a minute, however many look.
A chain of reschedules counts once, on the day of its newest booking: a move is neither a booking nor a cancellation.
List prices are of what is known to be paid and isn't cancelled, each currency by itself: they can't be added.
"""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Case, Count, F, Q, Sum, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from bookings.admin.dashboard.period import DAY, Period, Span
from bookings.admin.filters import midnight
from bookings.domain.words import Payment, Status
from bookings.models import Booking, BookingQuerySet

KEPT = timedelta(minutes=1)
FORM = 1  # Of what is kept. Another release may find it: raise it when Tally or Figures change.


@dataclass(slots=True)
class Tally:
    """How many sessions there are of each status, and the list price of those that are paid, by currency."""

    of: Counter[str] = field(default_factory=Counter)
    paid: Counter[str] = field(default_factory=Counter)

    @property
    def bookings(self) -> int:
        return self.of.total()

    @property
    def held(self) -> int:
        """Booked, and over or not."""
        return self.of[Status.BOOKING_CREATED] + self.of[Status.MEETING_ENDED]

    @property
    def pending(self) -> int:
        return self.of[Status.PENDING]

    @property
    def no_shows(self) -> int:
        return self.of[Status.NO_SHOW]

    @property
    def cancelled(self) -> int:
        return self.of[Status.BOOKING_CANCELLED]

    @property
    def load(self) -> int:
        """Sessions for which the coach keeps the time free, or kept it."""
        return self.held + self.no_shows

    def add(self, other: "Tally") -> None:
        self.of.update(other.of)
        self.paid.update(other.paid)


def _tallies() -> defaultdict[Any, Tally]:
    return defaultdict(Tally)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a period, by day and by coach, as they were at a moment."""

    counted_at: datetime
    by_day: dict[date, Tally] = field(default_factory=_tallies)
    by_coach: dict[int | None, Tally] = field(default_factory=_tallies)

    def within(self, span: Span) -> Tally:
        total = Tally()
        for number in range((span.last - span.first).days + 1):
            total.add(self.by_day[span.first + number * DAY])
        return total


Soon = dict[tuple[date, int | None], Tally]


def figures_of(period: Period, *, now: datetime) -> Figures:
    """As they are kept, where they were counted within the last minute."""
    ours = ".".join(map(str, settings.CAL_EVENT_TYPE_IDS))
    named = f"{period.first}.{period.days}.{timezone.get_current_timezone_name()}.{ours}"
    key = f"figures:{FORM}:{hashlib.sha256(named.encode()).hexdigest()}"
    kept: Figures | None = cache.get(key)
    if kept is None:
        kept = counted(period, now=now)
        cache.set(key, kept, KEPT.total_seconds())
    return kept


def counted(period: Period, *, now: datetime) -> Figures:
    """One query, of an index that holds all it asks for."""
    is_paid = When(~Q(status=Status.BOOKING_CANCELLED), payment=Payment.PAID, then=F("price"))
    rows = (
        _starting(period.first, period.today)
        .values_list(TruncDate("starts_at"), "coach", "status", "currency")
        .annotate(count=Count("*"), of_paid=Sum(Case(is_paid)))
    )
    figures = Figures(now)
    for day, coach, status, currency, count, price in rows:
        tally = Tally(Counter({status: count}), Counter({currency.lower(): price} if price else {}))
        figures.by_day[day].add(tally)
        figures.by_coach[coach].add(tally)
    return figures


def sessions_of(day: date, other: date) -> Soon:
    """How many each coach has, from this day to the other, as it is now."""
    rows = _starting(day, other).values_list(TruncDate("starts_at"), "coach", "status").annotate(count=Count("*"))
    found: Soon = _tallies()
    for on, coach, status, count in rows:
        found[on, coach].of[status] += count
    return found


def _starting(first: date, last: date) -> BookingQuerySet:
    """Those that count, and start on these days, both included."""
    rows = Booking.objects.ours().heads().order_by()
    return rows.filter(starts_at__gte=midnight(first), starts_at__lt=midnight(last + DAY))
