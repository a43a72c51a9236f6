"""What people did, in one list: who, what, when, to which booking, and what came of it. Never edited."""

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import ModelAdmin as Page

from bookings.admin.acting.reading import note_of, result_of, title_of
from bookings.admin.lists import ReadOnly
from bookings.admin.search import found
from bookings.admin.shown import badge, instant, narrow, page_of, stacked, unbroken, who
from bookings.domain.words import Outcome
from bookings.models import Act, Booking, Message, Run


@admin.register(Act)
class ActAdmin(ReadOnly, Page):
    """Who may see it may see payments too: the permission goes to those groups alone."""

    list_display = ("when", "person", "what", "whom", "result_shown")
    search_fields = ("=booking__reference",)  # So that there is a field to type into; see `search.found`.
    search_help_text = _("Reference, uid, e-mail, Stripe ID, or how the name begins")
    ordering = ("-id",)
    sortable_by = ()
    list_fullwidth = True
    list_before_template = "bookings/office/list.html"
    fields = readonly_fields = ("when", "person", "what", "whom", "result_shown", "because_of")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Act]:
        beside = (
            "by",
            Prefetch("booking", Booking.objects.without_registers()),
            Prefetch("message", Message.objects.defer("body")),
            Prefetch("run", Run.objects.all()),
        )
        return super().get_queryset(request).prefetch_related(*beside)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Act], search_term: str
    ) -> tuple[QuerySet[Act], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        bookings = found(request, Booking.objects.all(), term, payments=True).order_by()
        return queryset.filter(booking__in=list(bookings.values_list("pk", flat=True))), False

    @admin.display(description=_("at"))
    def when(self, act: Act) -> str:
        return unbroken(instant(act.at, timespec="seconds"))

    @admin.display(description=_("by"))
    def person(self, act: Act) -> str:
        return who(act.by)

    @admin.display(description=_("act"))
    def what(self, act: Act) -> str:
        return badge(Outcome.APPLIED if act.is_done else Outcome.FAILED, title_of(act))

    @admin.display(description=_("booking"))
    def whom(self, act: Act) -> str:
        return "-" if act.booking is None else unbroken(page_of(act.booking))

    @admin.display(description=pgettext_lazy("of an act", "result"))
    def result_shown(self, act: Act) -> str:
        return narrow(stacked(note_of(act), result_of(act)), width=14)

    @admin.display(description=_("message or run"))
    def because_of(self, act: Act) -> str:
        return stacked(*(page_of(row) for row in (act.message, act.run) if row is not None))
