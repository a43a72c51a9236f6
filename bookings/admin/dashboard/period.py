"""Which days the figures are of, as the address of the page says. Days are those of the viewer. No query."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

DAYS = (7, 14, 30, 90)
BY = {"day": _("By day"), "week": _("By week")}
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to another period."""

    label: Any
    query: str
    is_chosen: bool


@dataclass(frozen=True)
class Period:
    """So many days, of which today is the last. `is_other`: what was asked for is none that there is."""

    today: date
    days: int = DAYS[0]
    by: str = "day"
    is_other: bool = False

    @property
    def first(self) -> date:
        return self.today - (self.days - 1) * DAY

    @cached_property
    def spans(self) -> "list[Span]":
        """The days, or the weeks from Monday on; the first and the last are as long as they lie within."""
        spans: list[Span] = []
        for number in range(self.days):
            day = self.first + number * DAY
            if spans and self.by == "week" and day.weekday() > 0:
                spans[-1] = Span(spans[-1].first, day)
            else:
                spans.append(Span(day, day))
        return spans

    def choices(self) -> tuple[list[Choice], list[Choice]]:
        """Links to other lengths, and to days or weeks."""
        lengths = [Choice(_days(days), f"?days={days}&by={self.by}#figures", days == self.days) for days in DAYS]
        steps = [Choice(label, f"?days={self.days}&by={by}#figures", by == self.by) for by, label in BY.items()]
        return lengths, steps


@dataclass(frozen=True, slots=True)
class Span:
    """From one day to another, both included; the same for one day."""

    first: date
    last: date

    def __str__(self) -> str:
        """Short, for below a chart: how it begins."""
        # Translators: Django's letters for a day and a month without the year, as short as people write them.
        return date_format(self.first, pgettext("date", "j M"))

    @property
    def name(self) -> str:
        """With the day of the week, and in digits as elsewhere."""
        if self.first == self.last:
            return f"{self.first.isoformat()} {date_format(self.first, 'D')}"
        return gettext("%(first)s to %(last)s") % {"first": self.first.isoformat(), "last": self.last.isoformat()}

    @property
    def query(self) -> str:
        """Of the list of bookings: those that start then."""
        return f"?starts_at_from={self.first.isoformat()}&starts_at_to={self.last.isoformat()}"


def period_of(request: HttpRequest, *, now: datetime) -> Period:
    """What the address asks for; where there is no such period, the usual one."""
    today = timezone.localdate(now)
    days, by = request.GET.get("days", str(DAYS[0])), request.GET.get("by", "day")
    if days in map(str, DAYS) and by in BY:
        return Period(today, int(days), by)
    return Period(today, is_other=True)


def _days(days: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
