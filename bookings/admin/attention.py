"""What needs somebody: the worst first, each with since when, and the one act that cures it."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Prefetch, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin as Page

from bookings.admin import seeing
from bookings.admin.acting.acts import MOST
from bookings.admin.acting.cures import cure_of, reopening, settling
from bookings.admin.acting.settling import Settles
from bookings.admin.export import Exports
from bookings.admin.exported import of_attention
from bookings.admin.lists import ReadOnly
from bookings.admin.search import found
from bookings.admin.shown import ago, badge, instant, page_of, soft, stacked, unbroken
from bookings.models import Attention, AttentionQuerySet, AttentionState, Booking, Message
from coaches.models import Coach


class OfState(admin.SimpleListFilter):
    """Open ones, unless others are asked for; those that will hold by themselves are for whoever wonders."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(AttentionState.SETTLED.value, AttentionState.SETTLED.label), ("coming", _("Not yet"))]

    def choices(self, changelist: Any) -> Iterable[dict[str, Any]]:
        choices = list(super().choices(changelist))
        choices[0]["display"] = AttentionState.OPEN.label
        return choices

    def queryset(self, request: HttpRequest, queryset: AttentionQuerySet) -> AttentionQuerySet:
        now = timezone.now()
        if self.value() == AttentionState.SETTLED:
            return queryset.settled()
        if self.value() == "coming":
            return queryset.filter(state=AttentionState.OPEN, since__gt=now)
        if self.value() not in (None, "", AttentionState.OPEN):
            raise IncorrectLookupParameters
        return queryset.open(now=now)


class OfCondition(admin.SimpleListFilter):
    title = _("what is wrong")
    parameter_name = "condition"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(each.value, each.label) for each in seeing.conditions()]

    def queryset(self, request: HttpRequest, queryset: AttentionQuerySet) -> AttentionQuerySet:
        return queryset.filter(condition=self.value()) if self.value() else queryset


@admin.register(Attention)
class AttentionAdmin(Settles, Exports, ReadOnly, Page):
    """Nobody edits a case; the permission to change one is what is needed to settle it."""

    list_display = ("what", "whom", "coach", "held_since", "cure")
    list_display_links = ("what",)
    list_filter = (OfState, OfCondition)
    search_fields = ("=booking__reference",)  # So that there is a field to type into; see `search.found`.
    search_help_text = _("Reference, uid, e-mail, Stripe ID, or how the name begins")
    ordering = ("weight", "since", "id")
    sortable_by = ()
    list_per_page = 50
    list_fullwidth = True
    export_columns = staticmethod(of_attention)
    fields = readonly_fields = ("what", "whom", "coach", "held_since", "cures", "state_shown", "settled_by", "note")

    def get_queryset(self, request: HttpRequest) -> AttentionQuerySet:
        """Looked up beside, not joined: so MySQL reads the cases in the order of their index."""
        known = [each.value for each in seeing.conditions()]
        visible = super().get_queryset(request).filter(condition__in=known)
        return visible.prefetch_related(
            Prefetch("booking", Booking.objects.without_registers()),
            Prefetch("booking__coach", Coach.objects.only("name", "email", "cal_user_id")),
            Prefetch("message", Message.objects.defer("body")),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: AttentionQuerySet, search_term: str
    ) -> tuple[AttentionQuerySet, bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        bookings = found(request, Booking.objects.all(), term, payments=seeing.sees_payments()).order_by()
        keys = list(bookings.values_list("pk", flat=True))
        messages_of = list(Message.objects.filter(uid=term).values_list("pk", flat=True)[:MOST])
        return queryset.filter(Q(booking__in=keys) | Q(message__in=messages_of)), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup in (OfState.parameter_name, OfCondition.parameter_name)

    def get_object(self, *args: Any, **kwargs: Any) -> Attention | None:
        case = super().get_object(*args, **kwargs)
        seeing.conceal(case, "note")
        return case

    # --- How it looks ------------------------------------------------------------------------------------------------

    @admin.display(description=_("what is wrong"))
    def what(self, case: Attention) -> str:
        return badge(case.condition, case.get_condition_display())

    @admin.display(description=_("about"))
    def whom(self, case: Attention) -> str:
        if case.booking is None:
            return stacked(page_of(case.message), soft(case.message.error))
        booking = case.booking
        client = seeing.address(booking.client_name)
        starts = unbroken(instant(booking.starts_at)) if booking.starts_at else ""
        known = format_html_join(" · ", "{}", ((each,) for each in (client, starts) if each))
        return stacked(unbroken(page_of(booking)), soft(known))

    @admin.display(description=_("coach"))
    def coach(self, case: Attention) -> object:
        return "-" if case.booking is None or case.booking.coach is None else case.booking.coach

    @admin.display(description=_("since"))
    def held_since(self, case: Attention) -> str:
        now = timezone.now()
        return stacked(unbroken(instant(case.since)), soft(ago(case.since, now=now) if case.since <= now else ""))

    @admin.display(description=_("state"))
    def state_shown(self, case: Attention) -> str:
        return stacked(badge(case.state, case.get_state_display()), instant(case.settled_at) if case.settled_at else "")

    @admin.display(description=_("cure"))
    def cure(self, case: Attention) -> str:
        if case.state == AttentionState.SETTLED:
            return stacked(badge(case.state, case.get_state_display()), soft(seeing.address(case.note)))
        cure = cure_of(case) if seeing.may_act() else None
        if cure is None:
            story = "-" if case.booking is None else unbroken(page_of(case.booking, _("Look at its story")))
            return settling(case) or story
        if cure.at_once:  # Within the form of the list, which has the token.
            return format_html(
                '<button type="submit" class="office-button" formmethod="post" formaction="{}">{}</button>',
                cure.address,
                cure.title,
            )
        return format_html('<a class="office-button" href="{}">{}</a>', cure.address, cure.title)

    @admin.display(description=_("cure"))
    def cures(self, case: Attention) -> str:
        """On its own page, where there is room for both."""
        cure, other = self.cure(case), settling(case) or reopening(case)
        both = ((each,) for each in dict.fromkeys((cure, other)) if each)
        return format_html('<div class="office-links">{}</div>', format_html_join("", "{}", both))
