"""The page that asks for what an act needs, confirms it, does it, and says what came of each booking."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.admin import seeing
from bookings.admin.acting.acts import ACTS, MOST, Kind, carry_out
from bookings.admin.acting.reading import result_of, title_of
from bookings.admin.shown import badge, instant, page_of, unbroken
from bookings.models import Act, Booking, BookingQuerySet

R = TypeVar("R", bound=Model)
HEADINGS = (gettext_lazy("Booking"), gettext_lazy("Status"), gettext_lazy("Starts"), gettext_lazy("Client"))
PERMISSION = "bookings.act_on_booking"


def keys_in(request: HttpRequest) -> list[int]:
    """The primary keys that the address names. Raises Http404, also for more than can be done at once."""
    named = request.GET.get("ids", "").split(",")
    try:
        keys = sorted({int(each) for each in named})
    except ValueError:
        raise Http404 from None
    if len(keys) > MOST:
        raise Http404
    return keys


def few_enough(request: HttpRequest, chosen: "QuerySet[R]") -> "list[R]":
    """What was chosen in a list; none, and a word to whoever chose, where it is more than can be done at once."""
    rows = list(chosen[: MOST + 1])
    if len(rows) <= MOST:
        return rows
    messages.warning(request, _("Choose %(most)d at most: nothing was done.") % {"most": MOST})
    return []


class ActsOnBookings:
    """For the pages of bookings: acts on those that are chosen in the list, and on one from its own page."""

    def get_actions(self, request: HttpRequest) -> dict[str, tuple[Callable[..., Any], str, Any]]:
        if not self.has_act_permission(request):
            return {}
        several = [kind for kind in ACTS.values() if not kind.for_one]
        return {kind.did: (partial(_choose, kind), kind.did, kind.title) for kind in several}

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms([PERMISSION, "bookings.view_booking"])

    def act_urls(self) -> list[URLPattern]:
        return [path("act/<slug:did>/", self.admin_site.admin_view(self.act_view), name="bookings_booking_act")]

    def act_view(self, request: HttpRequest, did: str) -> HttpResponse:
        """GET asks, POST does it. Not in one transaction: what is told is kept, whatever the next one brings."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        kind = ACTS.get(did)
        bookings = list(self.get_queryset(request).filter(pk__in=keys_in(request)).order_by("starts_at", "id"))
        if kind is None or not bookings or (kind.for_one and len(bookings) > 1):
            raise Http404
        form = kind.form(request.POST if request.method == "POST" else None, bookings=bookings)
        if request.method == "POST" and form.is_valid():
            return self.act(request, kind, bookings, form.cleaned_data)
        rows = [_row(booking) | {"obstacle": kind.obstacle(booking)} for booking in bookings]
        can = not all(row["obstacle"] for row in rows)
        shown = {"kind": kind, "form": form, "rows": rows, "can": can}
        return self._page(request, kind, "bookings/office/act.html", shown, status=400 if form.errors else 200)

    def act(self, request: HttpRequest, kind: Kind, bookings: list[Booking], asked: dict[str, Any]) -> HttpResponse:
        acts = carry_out(kind, bookings, asked, request.user)
        done = sum(act.is_done for act in acts)
        level = messages.SUCCESS if done == len(acts) else messages.WARNING
        if len(acts) == 1:
            messages.add_message(request, level, _one(acts[0]))
            return redirect("admin:bookings_booking_change", bookings[0].pk)
        told = ngettext("%(done)d of %(count)d booking done.", "%(done)d of %(count)d bookings done.", len(acts))
        messages.add_message(request, level, told % {"done": done, "count": len(acts)})
        now = self.get_queryset(request).in_bulk([booking.pk for booking in bookings])  # As they are after it.
        results = [(_cells(now[act.booking_id]), {"is_done": act.is_done, "text": result_of(act)}) for act in acts]
        return results_page(self, request, kind.title, HEADINGS, results)

    def _page(
        self, request: HttpRequest, kind: Kind, template: str, shown: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": kind.title, **shown}
        return TemplateResponse(request, template, context, status=status)


def _choose(kind: Kind, admin: ActsOnBookings, request: HttpRequest, queryset: BookingQuerySet) -> HttpResponse | None:
    """An act chosen in the list: done, where nothing is to be asked, else asked for on a page of its own."""
    bookings = few_enough(request, queryset.order_by("starts_at", "id"))
    if not bookings:
        return None
    if kind.at_once:
        return admin.act(request, kind, bookings, {})
    return redirect(kind.address([booking.pk for booking in bookings]))


def _one(act: Act) -> str:
    said, result = title_of(act), result_of(act)
    return f"{said}. {result}" if result else f"{said}."


def results_page(
    admin: Any, request: HttpRequest, title: Any, headings: Iterable[Any], results: Iterable[tuple[Iterable[Any], Any]]
) -> HttpResponse:
    """What came of each: `results` are cells of a table, the first a link, and what has `is_done` and `text`."""
    context = {**admin.admin_site.each_context(request), "opts": admin.opts, "title": title}
    context |= {"headings": headings, "results": results}
    return TemplateResponse(request, "bookings/office/results.html", context)


def _cells(booking: Booking) -> tuple[Any, ...]:
    row = _row(booking)
    return row["page"], row["status"], row["starts"], row["client"]


def _row(booking: Booking) -> dict[str, Any]:
    return {
        "page": unbroken(page_of(booking)),
        "status": badge(booking.status, booking.get_status_display()),
        "starts": unbroken(instant(booking.starts_at)),
        "coach": booking.coach or "-",
        "client": seeing.address(booking.client_name),
    }
