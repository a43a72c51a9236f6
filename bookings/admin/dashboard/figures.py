"""How it goes: the figures of a period as charts, each with its table; and the load of each coach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.admin import seeing
from bookings.admin.dashboard.charts import Bar, Chart, Series, stacked_bars
from bookings.admin.dashboard.period import Period, Span
from bookings.admin.dashboard.totals import Figures, Tally
from bookings.admin.shown import price, units
from coaches.models import Coach

MOST_COACHES = 15  # Beyond them a list must be opened.


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: of a day, a week, or all of them."""

    span: Span
    tally: Tally
    prices: list[str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart with what its colours stand for: tone, label, number."""

    chart: Chart
    legend: list[tuple[str, Any, str]]


@dataclass(frozen=True, slots=True)
class Load:
    """What one coach had to do, beside the others. `more` is how much above the mean, in percent, with its sign."""

    name: str
    address: str
    tally: Tally
    more: str
    width: float


@dataclass(frozen=True, slots=True)
class Loads:
    """`mean` are those of sessions, cancellations and no-shows; `mark` is where the first is along a bar."""

    first: list[Load]
    others: list[Load]
    unknown: Tally
    mean: tuple[str, str, str]
    mark: float


def figures_context(period: Period, figures: Figures) -> dict[str, Any]:
    """For the template; no query."""
    lines = [_line(span, figures.within(span)) for span in period.spans]
    total = _line(Span(period.first, period.today), figures.within(Span(period.first, period.today)))
    currencies = sorted(total.tally.paid) if seeing.sees_payments() else []
    return {
        "period": period,
        "lengths": period.choices()[0],
        "steps": period.choices()[1],
        "lines": lines[::-1],
        "list": bookings_list(),
        "total": total,
        "bookings_chart": _bookings(lines, total),
        "price_charts": [_prices(lines, total, currency) for currency in currencies],
        "sees_payments": seeing.sees_payments(),
        "lacks_zones": figures.lacks_zones,
    }


def bookings_list(query: str = "") -> str:
    return reverse("admin:bookings_booking_changelist") + query


def number(value: float) -> str:
    return f"{value:,}"


def sum_written(amount: int, currency: str) -> str:
    """As a price, but in groups of digits: sums are long."""
    if not currency:
        return price(amount, currency)
    whole, point, hundredths = units(amount, currency).partition(".")
    return f"{int(whole):,}{point}{hundredths} {currency.upper()}"


def _line(span: Span, tally: Tally) -> Line:
    prices = [sum_written(amount, currency) for currency, amount in sorted(tally.paid.items())]
    return Line(span, tally, prices if seeing.sees_payments() else [])


def _bookings(lines: Sequence[Line], total: Line) -> Drawn:
    tallies = [line.tally for line in lines]
    parts = [
        (_("Booked or held"), "green", [tally.held for tally in tallies]),
        (_("Pending"), "amber", [tally.pending for tally in tallies]),
        (_("No-show"), "red", [tally.no_shows for tally in tallies]),
        (_("Cancelled"), "grey", [tally.cancelled for tally in tallies]),
    ]
    legend = [(tone, label, number(sum(values))) for label, tone, values in parts]
    told = (
        "\n".join(f"{label}: {number(values[at])}" for label, _tone, values in reversed(parts))
        for at in range(len(lines))
    )
    chart = stacked_bars([Series(*part) for part in parts], _bars(lines, told), written=number)
    return Drawn(chart, legend)


def _prices(lines: Sequence[Line], total: Line, currency: str) -> Drawn:
    values = [line.tally.paid[currency] for line in lines]
    told = (sum_written(value, currency) for value in values)
    chart = stacked_bars(
        [Series("", "blue", values)], _bars(lines, told), written=lambda value: sum_written(value, currency)
    )
    return Drawn(chart, [("blue", currency.upper(), sum_written(total.tally.paid[currency], currency))])


def _bars(lines: Sequence[Line], told: Iterable[str]) -> list[Bar]:
    return [
        Bar(str(line.span), f"{line.span.name}\n{each}", bookings_list(line.span.query))
        for line, each in zip(lines, told, strict=True)
    ]


def known_coaches(figures: Figures) -> dict[int, Coach]:
    """Those that may be booked, and those who were. One query."""
    named = set(figures.by_coach) | {coach for _day, coach in figures.soon}
    rows = Coach.objects.filter(Q(is_active=True) | Q(pk__in=named - {None}))
    return {coach.pk: coach for coach in rows.only("name", "username", "cal_user_id")}


def loads(period: Period, figures: Figures, coaches: dict[int, Coach]) -> Loads:
    """The most first. Who may be booked and was not is part of the mean; what has no coach is not."""
    tallies = {pk: figures.by_coach.get(pk, Tally()) for pk in coaches}
    most = max((tally.load for tally in tallies.values()), default=0) or 1
    mean = _mean(tally.load for tally in tallies.values())
    ordered = sorted(tallies, key=lambda pk: (-tallies[pk].load, str(coaches[pk]), pk))
    span = Span(period.first, period.today)
    rows = [
        Load(
            name=str(coaches[pk]),
            address=bookings_list(f"{span.query}&{urlencode({'coach__id__exact': pk})}"),
            tally=tallies[pk],
            more=f"{100 * (tallies[pk].load - mean) / mean:+.0f} %" if mean else "",
            width=round(100 * tallies[pk].load / most, 1),
        )
        for pk in ordered
    ]
    cancelled = _mean(tally.cancelled for tally in tallies.values())
    no_shows = _mean(tally.no_shows for tally in tallies.values())
    return Loads(
        first=rows[:MOST_COACHES],
        others=rows[MOST_COACHES:],
        unknown=figures.by_coach.get(None, Tally()),
        mean=(f"{mean:,.1f}", f"{cancelled:,.1f}", f"{no_shows:,.1f}"),
        mark=round(100 * mean / most, 1),
    )


def _mean(values: Iterable[int]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0
