"""Polling made cheap: what an answer of the list depends on, told by one aggregate instead of the rows."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, Max, Q, Sum
from django.utils.http import parse_etags, quote_etag
from rest_framework.request import Request

from bookings.models import BookingQuerySet
from bookings.models.booking import OPENS


class Microseconds(models.Func):
    """An instant as a number, so that a sum of them changes with each one; modulo some days, so that it has room.

    The latest alone would miss a change that was made before the latest and committed after it.
    """

    output_field = models.BigIntegerField()

    def as_mysql(self, compiler: Any, connection: Any) -> Any:
        template = "MOD(CAST(UNIX_TIMESTAMP(%(expressions)s) * 1000000 AS SIGNED), 1000000000000)"
        return self.as_sql(compiler, connection, template=template)

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        """It is kept as text, without a fraction where that is zero."""
        seconds, fraction = "strftime('%%%%s', %(expressions)s)", "substr(%(expressions)s || '.000000', 21, 6)"
        template = f"(({seconds} * 1000000 + {fraction}) %%%% 1000000000000)"
        return self.as_sql(compiler, connection, template=template)


def state(bookings: BookingQuerySet, *, chosen: Q, now: datetime) -> dict[str, Any]:
    """What a user's list depends on: every change of a booking or its coach, and how far the clock has come.

    `total` counts the entries that are chosen. One query, of the user's own rows.
    """
    return bookings.aggregate(
        total=Count("id", filter=Q(is_head=True) & chosen),
        rows=Count("id"),
        heads=Count("id", filter=Q(is_head=True)),
        latest=Max("updated_at"),
        changes=Sum(Microseconds("updated_at")),
        coaches=Sum(Microseconds("coach__updated_at")),
        over=Count("id", filter=Q(ends_at__lte=now)),
        open=Count("id", filter=Q(starts_at__lte=now + OPENS)),
    )


def tag(state: dict[str, Any], *others: object) -> str:
    """Weak, since compression between us and the caller may change the bytes."""
    told = repr([*state.values(), *others])
    return f'W/"{hashlib.sha256(told.encode(errors="replace")).hexdigest()[:32]}"'


def is_known(request: Request, etag: str) -> bool:
    """Does the caller have this answer already?"""
    given = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in given or etag in _weak(given)


def _weak(etags: Iterable[str]) -> set[str]:
    return {each if each.startswith("W/") else f"W/{quote_etag(each)}" for each in etags}
