"""The calendar of an event page: the days of a month with their free slots, and the slots of the chosen day. No I/O."""

from calendar import Calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import dateformat, formats

from careercoach.demo.calendar import HORIZON
from careercoach.demo.pages import asked, words


@dataclass(frozen=True, slots=True)
class Day:
    number: int
    label: str
    query: str  # Empty where nothing is free.
    free: int
    is_today: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Slot:
    label: str
    query: str


@dataclass(frozen=True, slots=True)
class Month:
    label: str
    weekdays: list[tuple[str, str]]  # Short, and whole for who listens.
    weeks: list[list[Day | None]]
    before: str  # Queries; empty where no such month can be booked.
    after: str
    day: str  # The chosen one, in words; empty where the month has no free day.
    slots: list[Slot]


def lay_out(wish: asked.Asked, starts: Iterable[datetime], *, now: datetime) -> Month:
    """The month and the day that were wished for, else the first ones with a free slot."""
    zone = ZoneInfo(wish.zone)
    by_day: dict[date, list[datetime]] = {}
    for start in starts:
        by_day.setdefault(start.astimezone(zone).date(), []).append(start)
    today, last = now.astimezone(zone).date(), (now + HORIZON).astimezone(zone).date()
    first = _month_of(wish, zone) or min(by_day, default=today)
    first = min(max(first, today), last).replace(day=1)
    day = wish.day if wish.day in by_day else None
    if day is None or day.replace(day=1) != first:
        day = next((each for each in by_day if each.replace(day=1) == first), None)
    return Month(
        label=words.written(first, words.MONTH),
        weekdays=_weekdays(),
        weeks=[
            [_day(each, wish, by_day, today, day) if each.month == first.month else None for each in week]
            for week in _calendar().monthdatescalendar(first.year, first.month)
        ],
        before=_other_month(wish, first - timedelta(days=1)) if first > today else "",
        after=_other_month(wish, first + timedelta(days=31)) if first.replace(day=1) < last.replace(day=1) else "",
        day=words.written(day, words.DAY) if day else "",
        slots=[
            Slot(
                label=words.time_of(start, wish.zone),
                query=wish.query(date=f"{day}", month=f"{first:%Y-%m}", slot=asked.written(start)),
            )
            for start in by_day.get(day, [])  # type: ignore[arg-type]  # None is no day
        ],
    )


def _month_of(wish: asked.Asked, zone: ZoneInfo) -> date | None:
    return wish.month or wish.day or (wish.slot.astimezone(zone).date() if wish.slot else None)


def _other_month(wish: asked.Asked, day: date) -> str:
    return wish.query(month=f"{day:%Y-%m}", date=None, slot=None)


def _day(day: date, wish: asked.Asked, by_day: dict[date, list[datetime]], today: date, chosen: date | None) -> Day:
    free = len(by_day.get(day, []))
    return Day(
        number=day.day,
        label=words.written(day, words.DAY),
        query=wish.query(month=f"{day:%Y-%m}", date=f"{day}", slot=None) if free else "",
        free=free,
        is_today=day == today,
        is_chosen=day == chosen,
    )


def _calendar() -> Calendar:
    """Weeks begin as the reader's language begins them. Django counts from Sunday, Python from Monday."""
    return Calendar((formats.get_format("FIRST_DAY_OF_WEEK") - 1) % 7)


def _weekdays() -> list[tuple[str, str]]:
    monday = date(2024, 1, 1)
    days = [monday + timedelta(days=number) for number in _calendar().iterweekdays()]
    return [(dateformat.format(day, "D").removeprefix("星期"), dateformat.format(day, "l")) for day in days]
