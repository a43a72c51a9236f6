"""A list of the admin as CSV: all that its filters and its search show, however long, in the language, the zone and
with the permissions of whoever asks.

The rows are made while they are sent, when the middleware is done and nobody is known to look any more. So whatever
depends on the viewer is asked before the first row, and kept: `Viewed`, and the columns that are made of it.
"""

import csv
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from io import StringIO
from typing import Any, Self

from django.conf import settings
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Choices, Model, Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, override

from bookings.admin import seeing

logger = logging.getLogger(__name__)

AT_ONCE = 2000  # Rows in memory.
NOT_LOGGED = frozenset({"q", "user"})  # What is searched for may be an address; a userId is all that a caller needs.

# What a spreadsheet takes for a formula (OWASP, "CSV Injection"), the full-width forms too: at the start of a cell, and
# within it of what becomes a cell where lists are separated by semicolons, as in much of Europe, or lines are not kept.
FORMULA = re.compile(r"^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")

Column = tuple[Any, Callable[[Any], object]]  # Its heading, and what it shows of a row.


@dataclass(frozen=True, slots=True)
class Viewed:
    """Who asks, as far as what is shown depends on it."""

    language: str
    zone: tzinfo
    sees_addresses: bool
    sees_payments: bool

    @classmethod
    def now(cls) -> Self:
        language = get_language() or settings.LANGUAGE_CODE
        return cls(language, timezone.get_current_timezone(), seeing.sees_addresses(), seeing.sees_payments())

    @contextmanager
    def again(self) -> Iterator[None]:
        """In their language and their zone, whoever is asking by now."""
        with override(self.language), timezone.override(self.zone):
            yield

    def address(self, text: str) -> str:
        return text if self.sees_addresses else seeing.masked(text)


def label(column: str, choices: type[Choices]) -> Callable[[Any], str]:
    """Of a choice, for who asks. Made before the rows: `get_..._display` would take half of the time of each."""
    labels = {value: str(text) for value, text in choices.choices}
    return lambda row: labels[getattr(row, column)]


def instant(moment: datetime | None) -> str:
    """With its offset, so that it sorts, and no program takes it for another zone's."""
    return "" if moment is None else timezone.localtime(moment).isoformat(timespec="seconds")


def zoned(heading: object) -> str:
    return f"{heading} ({timezone.get_current_timezone_name()})"


class Exports:
    """For a page whose `ordering` is by columns of its own and ends with the key; the first may be unknown."""

    list_before_template = "bookings/office/list.html"
    export_columns: Callable[[Viewed], Sequence[Column]]

    def export_address(self) -> str:
        return reverse(f"admin:{self._list_name}_export")

    @property
    def _list_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name=f"{self._list_name}_export"), *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """What the list shows with the same query, all pages of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        request.GET = request.GET.copy()
        for name in (PAGE_VAR, ALL_VAR):
            request.GET.pop(name, None)
        try:
            listed = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:  # Rather nothing than all: the list says why.
            return redirect(f"{reverse(f'admin:{self._list_name}_changelist')}?{ERROR_FLAG}=1")
        order = tuple(self.ordering)
        if listed.query.order_by[0] != order[0]:  # By the same column, the other way round.
            order = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)
        asked = {name: "…" if name in NOT_LOGGED else value for name, value in request.GET.items() if value}
        told = f"{self.opts.model_name} by user {request.user.pk} where {asked}"
        cut = getattr(request, "search_is_cut", None)
        said = gettext(
            "More than %(most)s bookings have a name that begins so: these are some of them. Type more of the name, "
            "or an address."
        )
        viewed = Viewed.now()
        columns = [(str(heading), value) for heading, value in self.export_columns(viewed)]
        return StreamingHttpResponse(
            stream(walk(listed, order), columns, viewed, told=told, rest=said % {"most": cut} if cut else ""),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{self.opts.model_name}-{timezone.localdate()}.csv"'
            },
        )


def walk(rows: QuerySet[Any], order: tuple[str, ...]) -> Iterator[list[Any]]:
    """All of these rows, some at a time, in this order.

    Each time from where the last ended, as an index has them: `iterator()` would have MySQL's client hold all rows, and
    an offset would have the server count them from the start each time. Where the first column may be null, the
    databases sort those rows as the least; they are walked by themselves, since comparing finds none of them.
    """
    first = order[0].removeprefix("-")
    if not rows.model._meta.get_field(first).null:
        yield from _walk(rows, order)
        return
    known = _walk(rows.filter(**{f"{first}__isnull": False}), order)
    unknown = _walk(rows.filter(**{f"{first}__isnull": True}), order[1:])
    for part in (known, unknown) if order[0].startswith("-") else (unknown, known):
        yield from part


def _walk(rows: QuerySet[Any], order: tuple[str, ...]) -> Iterator[list[Any]]:
    rows = rows.order_by(*order)
    page = list(rows[:AT_ONCE])
    while page:
        yield page
        page = list(rows.filter(_beyond(page[-1], order))[:AT_ONCE]) if len(page) == AT_ONCE else []


def _beyond(row: Model, order: tuple[str, ...]) -> Q:
    """After the row: further in the first column or, where they are level in it, in those after it.

    The first condition follows from the second, but from it alone MySQL sees where in an index to begin.
    """
    column = order[0].removeprefix("-")
    comes = "lt" if order[0].startswith("-") else "gt"
    value = getattr(row, column)
    further = Q(**{f"{column}__{comes}": value})
    if len(order) == 1:
        return further
    return Q(**{f"{column}__{comes}e": value}) & (further | _beyond(row, order[1:]))


def stream(
    pages: Iterable[list[Any]], columns: Sequence[Column], viewed: Viewed, *, told: str, rest: str = ""
) -> Iterator[bytes]:
    """The file, in UTF-8 with the mark by which spreadsheets know it. Says in the log how far it came, and in the last
    line what is not in it, if there is such a `rest`.

    Whoever goes away in the middle closes it: that is no error.
    """
    sent, end = 0, "broken off"
    try:
        yield "\ufeff".encode() + written([[heading for heading, _value in columns]])
        for page in pages:
            with viewed.again():
                part = written([value(row) for _heading, value in columns] for row in page)
            yield part
            sent += len(page)
        if rest:
            yield written([[rest]])
        end = "whole"
    finally:
        logger.info("Export of %s: %d rows, %s.", told, sent, end)


def written(rows: Iterable[Iterable[object]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def safe(cell: object) -> str:
    """The cell with an apostrophe before whatever a spreadsheet would take for a formula; empty for None."""
    return "" if cell is None else FORMULA.sub("'", str(cell))
