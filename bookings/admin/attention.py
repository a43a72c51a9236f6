"""What needs somebody: the worst first, each with since when, and the one act that cures it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin as Page

from bookings import attention
from bookings.admin import seeing
from bookings.admin.acting.acts import MOST
from bookings.admin.acting.cures import cure_of, reopening, settle_address, settling
from bookings.admin.acting.forms import Note
from bookings.admin.acting.views import few_enough, keys_in
from bookings.admin.export import Exports
from bookings.admin.exported import of_attention
from bookings.admin.lists import ReadOnly
from bookings.admin.search import found
from bookings.admin.shown import ago, badge, instant, page_of, soft, stacked, unbroken
from bookings.models import Act, Attention, AttentionQuerySet, AttentionState, Booking, Did, Message
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
class AttentionAdmin(Exports, ReadOnly, Page):
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
    actions = ("settle_chosen", "reopen_chosen")
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

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bookings.change_attention")

    def get_urls(self) -> list[URLPattern]:
        settle = self.admin_site.admin_view(self.settle_view)
        return [path("settle/", settle, name="bookings_attention_settle"), *super().get_urls()]

    # --- Settling ----------------------------------------------------------------------------------------------------

    @admin.action(description=_("Settle, with a note"), permissions=["settle"])
    def settle_chosen(self, request: HttpRequest, queryset: AttentionQuerySet) -> HttpResponse | None:
        cases = few_enough(request, queryset.order_by("pk"))
        return redirect(self._filtered(request, settle_address([case.pk for case in cases]))) if cases else None

    @admin.action(description=_("Open again"), permissions=["settle"])
    def reopen_chosen(self, request: HttpRequest, queryset: AttentionQuerySet) -> None:
        cases, reopened = few_enough(request, queryset.order_by("pk")), 0
        if not cases:
            return
        for case in cases:
            if attention.reopen(case):
                reopened += 1
                self._keep(request, case, Did.REOPEN, "")
        told = ngettext("%(count)d case opened again.", "%(count)d cases opened again.", reopened)
        messages.success(request, told % {"count": reopened})

    def settle_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_settle_permission(request):
            raise PermissionDenied
        cases = list(self.get_queryset(request).filter(pk__in=keys_in(request)).order_by("weight", "since", "id"))
        if not cases:
            raise Http404
        form = Note(request.POST if request.method == "POST" else None, bookings=[])
        back = self._filtered(request, reverse("admin:bookings_attention_changelist"))
        if request.method == "POST" and form.is_valid():
            self._settle(request, cases, form)
            only = cases[0].booking_id if len(cases) == 1 else None
            return redirect(back) if only is None else redirect("admin:bookings_booking_change", only)
        shown = {"form": form, "cases": [(self.what(case), self.whom(case), self.held_since(case)) for case in cases]}
        shown["back"] = back
        title = ngettext("Settle this case", "Settle these cases", len(cases))
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **shown}
        return TemplateResponse(request, "bookings/office/settle.html", context, status=400 if form.errors else 200)

    def _filtered(self, request: HttpRequest, address: str) -> str:
        """With the filters and the page of the list that somebody came from, so that they come back to it."""
        kept = {"opts": self.opts, "preserved_filters": self.get_preserved_filters(request)}
        return add_preserved_filters(kept, address)

    def _settle(self, request: HttpRequest, cases: list[Attention], form: forms.Form) -> None:
        note, now = form.cleaned_data["note"], timezone.now()
        changed = [case for case in cases if not attention.settle(case, by=request.user, note=note, now=now)]
        for case in cases:
            if case not in changed:
                self._keep(request, case, Did.SETTLE, note)
        count = len(cases) - len(changed)
        messages.success(request, ngettext("%(count)d settled.", "%(count)d settled.", count) % {"count": count})
        for case in changed:
            messages.warning(request, gettext("Not settled, for the facts have changed: %(case)s") % {"case": case})

    def _keep(self, request: HttpRequest, case: Attention, did: Did, note: str) -> None:
        Act.objects.create(
            did=did,
            booking=case.booking,
            message=case.message,
            by=request.user,
            at=timezone.now(),
            note=note,
            result=case.condition,
        )

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
