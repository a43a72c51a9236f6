"""The figures of a period, counted in one query: by day of the session where the viewer is, and by coach.

They are counted anew from the bookings for each page, never kept up beside them.
A chain of reschedules counts once, on the day of its newest booking: a move is neither a booking nor a cancellation.
List prices are of what is known to be paid and isn't cancelled, each currency by itself: they can't be added.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Sum, When
from django.db.models.functions import TruncDate

from bookings.admin.dashboard.period import DAY, Period, Span
from bookings.admin.filters import midnight
from bookings.domain.words import Payment, Status
from bookings.models import Booking


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

    def count(self, status: str, number: int, currency: str, price: int) -> None:
        self.of[status] += number
        if price:
            self.paid[currency] += price

    def add(self, other: "Tally") -> None:
        self.of.update(other.of)
        self.paid.update(other.paid)


def _tallies() -> defaultdict[Any, Tally]:
    return defaultdict(Tally)


@dataclass(frozen=True, slots=True)
class Figures:
    """By day and by coach within the period; and by both for today and tomorrow."""

    by_day: dict[date, Tally] = field(default_factory=_tallies)
    by_coach: dict[int | None, Tally] = field(default_factory=_tallies)
    soon: dict[tuple[date, int | None], Tally] = field(default_factory=_tallies)
    lacks_zones: bool = False

    def within(self, span: Span) -> Tally:
        total = Tally()
        for number in range((span.last - span.first).days + 1):
            total.add(self.by_day[span.first + number * DAY])
        return total


def counted(period: Period) -> Figures:
    """One query, of an index that holds all it asks for."""
    first, end = midnight(period.first), midnight(period.today + 2 * DAY)
    rows = (
        Booking.objects.ours()
        .heads()
        .filter(starts_at__gte=first, starts_at__lt=end)
        .order_by()
        .values_list(TruncDate("starts_at"), "coach", "status", "currency")
        .annotate(count=Count("*"), of_paid=Sum(Case(When(payment=Payment.PAID, then=F("price")))))
    )
    figures = Figures()
    for day, coach, status, currency, number, of_paid in rows:
        if day is None:  # MySQL without its time zone tables takes every moment to no day (checks.W021).
            return Figures(lacks_zones=True)
        price = of_paid if of_paid and status != Status.BOOKING_CANCELLED else 0
        code = currency.lower()
        if day <= period.today:
            figures.by_day[day].count(status, number, code, price)
            figures.by_coach[coach].count(status, number, code, price)
        if day >= period.today:
            figures.soon[day, coach].count(status, number, code, price)
    return figures
