"""What needs somebody, in short: how many of each kind, no further than anyone reads, and the worst and oldest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import IntegerField, Subquery
from django.http import HttpRequest
from django.urls import reverse

from bookings.admin import seeing
from bookings.admin.shown import TONES, ago, instant
from bookings.domain.attention import Condition
from bookings.models import Attention

MOST_COUNTED = 1000
SHOWN = 6


class CountUpTo(Subquery):
    """How many rows a query has that is cut off somewhere."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


@dataclass(frozen=True, slots=True)
class Kind:
    label: Any
    tone: str
    count: str
    address: str


@dataclass(frozen=True, slots=True)
class Needs:
    """`rows`: what, about whom, since when, and how long ago."""

    count: str
    kinds: list[Kind]
    rows: list[tuple[str, ...]]
    address: str


def needs(request: HttpRequest, *, now: datetime) -> Needs:
    """A query for the counts, and those of the list for the rows."""
    address = reverse("admin:bookings_attention_changelist")
    counts = {condition: count for condition, count in _counts(now=now).items() if count}
    kinds = [
        Kind(each.label, TONES[each], capped(count), f"{address}?condition={each.value}")
        for each, count in counts.items()
    ]
    return Needs(_total(list(counts.values())), kinds, _rows(request, list(counts), now=now), address)


def capped(count: int, most: int = MOST_COUNTED) -> str:
    return f"{most:,}+" if count > most else f"{count:,}"


def _total(counts: list[int]) -> str:
    return (
        f"{sum(min(count, MOST_COUNTED) for count in counts):,}{'+' if max(counts, default=0) > MOST_COUNTED else ''}"
    )


def _counts(*, now: datetime) -> dict[Condition, int]:
    """Each a walk along an index that ends at the cap: one query, and of many cases no more than of some."""
    cases = Attention.objects.open(now=now).order_by()
    visible = seeing.conditions()
    counts = {each.value: CountUpTo(cases.filter(condition=each).values("pk")[: MOST_COUNTED + 1]) for each in visible}
    found = cases.annotate(**{f"of_{name}": count for name, count in counts.items()}).values(
        *(f"of_{name}" for name in counts)
    )[:1]
    row: dict[str, Any] = next(iter(found), {})
    return {each: row.get(f"of_{each.value}", 0) for each in visible}


def _rows(request: HttpRequest, conditions: list[Condition], *, now: datetime) -> list[tuple[str, ...]]:
    """By weight, which each condition has one of, so that MySQL walks the index in the order of the list."""
    page = admin.site.get_model_admin(Attention)
    weights = [each.weight for each in conditions]
    cases = page.get_queryset(request).open(now=now).filter(weight__in=weights).order_by("weight", "since", "id")
    return [(page.what(case), page.whom(case), instant(case.since), ago(case.since, now=now)) for case in cases[:SHOWN]]
