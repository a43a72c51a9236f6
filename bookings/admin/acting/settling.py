"""Settling cases, with a note, and opening them again: each kept with who did it."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from bookings import attention
from bookings.admin.acting.cures import settle_address
from bookings.admin.acting.forms import Note
from bookings.admin.acting.views import few_enough, keys_in
from bookings.models import Act, Attention, AttentionQuerySet, Did


class Settles:
    """For the pages of cases: those chosen in the list, and one from its own page. Shows each as the list does."""

    actions = ("settle_chosen", "reopen_chosen")

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bookings.change_attention")

    def get_urls(self) -> list[URLPattern]:
        settle = self.admin_site.admin_view(self.settle_view)
        return [path("settle/", settle, name="bookings_attention_settle"), *super().get_urls()]

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
