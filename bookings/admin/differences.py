"""Differences in the admin: what we had otherwise than Cal.com, in any run, so that drift is seen and counted.

Who may see runs may all the same not see addresses, or what was paid: values are shown as `seeing` says.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import CharField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin as Page

from bookings.admin import seeing
from bookings.admin.lists import ReadOnly
from bookings.admin.search import found
from bookings.admin.sentences import told
from bookings.admin.shown import badge, instant, narrow, page_of, soft, stacked, unbroken
from bookings.domain.words import Outcome
from bookings.models import COLUMNS, Booking, Difference, Done, Run, field_label
from coaches.models import Coach

OF_MONEY = frozenset(
    {"payment", "price", "currency", "payment_id", "payment_intent", "paid_amount", "refunded", "refund_id"}
    | {"accepted_as_free"}
)
TONE = {Done.FAILED: Outcome.FAILED, Done.NOTHING: Outcome.IGNORED}


def shown(field: str, value: Any) -> Any:
    """A value of the field in words, as far as whoever looks may see it."""
    if value in (None, ""):
        return "-"
    if field in OF_MONEY and not seeing.sees_payments():
        return seeing.HIDDEN
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field == "error":
        return seeing.address(told(str(value)))
    choices = dict(COLUMNS[field].flatchoices) if field in COLUMNS else {}
    return choices.get(value, seeing.address(str(value)))


def with_owners(rows: QuerySet[Difference]) -> QuerySet[Difference]:
    """By the uid: a run that failed with a booking, as one that Cal.com doesn't know, didn't read ours; of a coach it
    is the number at Cal.com. There are few coaches, so each is looked at: a uid is no number that a database can take.
    """
    uid = OuterRef("uid")
    coaches = Coach.objects.annotate(number=Cast("cal_user_id", CharField(max_length=20))).filter(number=uid)
    return rows.annotate(
        booking_pk=Subquery(Booking.objects.filter(uid=uid).values("pk")),
        coach_pk=Subquery(coaches.values("pk")),
        coach_name=Subquery(coaches.values("name")),
    )


def whose(each: Any) -> str:
    """Of those `with_owners`: the uid, which leads to the booking where we have it; the coach; else the uid alone."""
    if each.booking_pk is not None:
        address, text = reverse("admin:bookings_booking_change", args=[each.booking_pk]), each.uid
    elif each.coach_pk is not None:
        address = reverse("admin:coaches_coach_change", args=[each.coach_pk])
        text = seeing.address(each.coach_name) or each.uid
    else:
        return each.uid
    return format_html('<a href="{}">{}</a>', address, text)


def cells(each: Difference) -> Iterable[object]:
    """Of what, which field, ours, theirs, and what was done: as the list and the page of a run have them."""
    return (
        whose(each),
        field_label(each.field),
        shown(each.field, each.ours),
        shown(each.field, each.theirs),
        each.get_done_display(),
    )


class OfField(admin.SimpleListFilter):
    """Those fields of which there are any: to find them MySQL leaps through the index."""

    title = _("field")
    parameter_name = "field"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        fields = Difference.objects.order_by("field").values_list("field", flat=True).distinct()
        return [(field, field_label(field)) for field in fields]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Difference]) -> QuerySet[Difference]:
        return queryset.filter(field=self.value()) if self.value() else queryset


@admin.register(Difference)
class DifferenceAdmin(ReadOnly, Page):
    """The newest first. By what was done there is no filter, since that has no index."""

    list_display = ("what", "whom", "before", "after", "fate", "in_run")
    list_filter = (OfField,)
    search_fields = ("=uid",)
    search_help_text = _("Reference, uid, e-mail, Stripe ID, or how the name begins")
    ordering = ("-id",)
    sortable_by = ()
    list_fullwidth = True
    list_before_template = "bookings/office/list.html"
    fields = readonly_fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[Difference]:
        return with_owners(super().get_queryset(request)).prefetch_related(Prefetch("run", Run.objects.all()))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == OfField.parameter_name

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Difference], search_term: str
    ) -> tuple[QuerySet[Difference], bool]:
        """By booking; else by the uid alone, which of a coach is their number at Cal.com."""
        term = search_term.strip()
        if not term:
            return queryset, False
        bookings = found(request, Booking.objects.all(), term, payments=seeing.sees_payments()).order_by()
        keys = list(bookings.values_list("pk", flat=True))
        return (queryset.filter(booking__in=keys) if keys else queryset.filter(uid=term)), False

    @admin.display(description=_("field"))
    def what(self, each: Difference) -> Any:
        return field_label(each.field)

    @admin.display(description=_("about"))
    def whom(self, each: Difference) -> str:
        return narrow(whose(each))

    @admin.display(description=_("ours"))
    def before(self, each: Difference) -> str:
        return narrow(shown(each.field, each.ours))

    @admin.display(description=_("theirs"))
    def after(self, each: Difference) -> str:
        return narrow(shown(each.field, each.theirs))

    @admin.display(description=_("what was done"))
    def fate(self, each: Difference) -> str:
        return badge(TONE.get(Done(each.done), Outcome.APPLIED), each.get_done_display())

    @admin.display(description=_("run"))
    def in_run(self, each: Difference) -> str:
        return stacked(unbroken(page_of(each.run)), soft(unbroken(instant(each.run.started_at))))
