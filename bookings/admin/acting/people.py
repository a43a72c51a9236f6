"""Acts on a person, from their page: export all that is kept of them, or erase it. Each asks, and leaves a record."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.admin.acting.forms import text_field
from bookings.admin.shown import page_of
from bookings.cal import links
from bookings.models import PrivacyKind, PrivacyRequest
from bookings.privacy import erasing, exporting
from bookings.privacy.person import Person, Refused, whose
from users.models import User

MOST_LINKED = 100  # Bookings with their page at Cal.com, on the page of what was done.


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`warning` says what can't be undone; `title` is on the button, `icon` is the theme's."""

    did: PrivacyKind
    title: Any
    icon: str
    permission: str
    about: Any
    warning: Any = ""
    is_offered: Callable[[User], bool] = field(default=lambda _user: True)

    def address(self, user: User) -> str:
        return reverse("admin:users_user_privacy", args=[user.pk, self.did])

    def button(self, user: User) -> dict[str, Any]:
        return {"title": self.title, "icon": self.icon, "address": self.address(user), "at_once": False}


ACTS: dict[str, Kind] = {
    kind.did: kind
    for kind in (
        Kind(
            did=PrivacyKind.EXPORT,
            title=_("Export all data"),
            icon="download",
            permission="bookings.export_person",
            about=_("A file with all that is kept of this person, for them. Others' addresses are not in it."),
        ),
        Kind(
            did=PrivacyKind.ERASE,
            title=_("Erase all data"),
            icon="person_cancel",
            permission="bookings.erase_person",
            about=_("Names, addresses, notes and what messages said go. When, with whom, and what was paid stays."),
            warning=_("This can't be undone. Cal.com keeps its own data: erase it there too."),
            is_offered=lambda user: user.erased_at is None,
        ),
    )
}


class ForTheRecord(forms.Form):
    note = text_field(
        _("Note"), help_text=_("What the request was, a letter's number say. It is kept: without name and address.")
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"]
        try:
            erasing.check_note(self.person, note)
        except Refused as error:
            raise forms.ValidationError(str(error)) from None
        return note


class ActsOnPeople:
    """For the page of a user."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.privacy_view)
        return [path("<int:pk>/privacy/<slug:did>/", view, name="users_user_privacy"), *super().get_urls()]

    def privacy_context(self, request: HttpRequest, user: User) -> dict[str, Any]:
        """Its buttons, and what was done before, for whoever may see that."""
        may_see = request.user.has_perm("bookings.view_privacyrequest")
        done = PrivacyRequest.objects.filter(user=user) if may_see else PrivacyRequest.objects.none()
        return {
            "acts": [act.button(user) for act in ACTS.values() if self._may(request, act) and act.is_offered(user)],
            "privacy_requests": [page_of(each) for each in done],
            "is_erased": user.erased_at is not None,
        }

    def privacy_view(self, request: HttpRequest, pk: int, did: str) -> HttpResponse:
        """GET asks, POST does it. Not in one transaction: what is erased stays so, whatever comes next."""
        kind, user = ACTS.get(did), User.objects.filter(pk=pk).first()
        if kind is None or user is None:
            raise Http404
        if not self._may(request, kind):
            raise PermissionDenied
        person, now = whose(user), timezone.now()
        form = ForTheRecord(request.POST if request.method == "POST" else None, person=person)
        problem = ""
        if kind.did == PrivacyKind.ERASE:
            try:
                erasing.refuse_too_early(person, now=now)
            except Refused as error:
                problem = str(error)
        if request.method == "POST" and not problem and form.is_valid():
            return DONE[kind.did](self, request, person, form.cleaned_data["note"])
        shown = {
            "kind": kind,
            "form": () if problem else form,
            "problem": problem,
            "person": user,
            "addresses": person.addresses[1:],
            "doubted": _named(person.doubted),
            "counted": {"bookings": person.bookings().count(), "messages": person.messages().count()},
        }
        status = 400 if form.errors or (problem and request.method == "POST") else 200
        return self._privacy_page(request, kind, "person_act.html", shown, status=status)

    def export(self, request: HttpRequest, person: Person, note: str) -> HttpResponse:
        document = exporting.export(person, by=request.user, note=note, now=timezone.now())
        name = f"person-{person.user.pk}.json"
        answer = HttpResponse(exporting.written(document), content_type="application/json; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Cache-Control"] = "no-store"
        return answer

    def erase(self, request: HttpRequest, person: Person, note: str) -> HttpResponse:
        doubted = _named(person.doubted)
        rows = list(person.bookings().without_registers()[:MOST_LINKED])
        done = erasing.erase(person, by=request.user, note=note, now=timezone.now())
        messages.success(request, _("Erased."))
        shown = {
            "person": User.objects.get(pk=done.user_id),
            "done": done,
            "record": page_of(done),
            "doubted": doubted,
            "elsewhere": [(row.chain_reference, links.manage_url(row)) for row in rows],
        }
        return self._privacy_page(request, ACTS[PrivacyKind.ERASE], "person_done.html", shown)

    def _may(self, request: HttpRequest, kind: Kind) -> bool:
        return request.user.has_perms([kind.permission, "users.view_user"])

    def _privacy_page(
        self, request: HttpRequest, kind: Kind, template: str, shown: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": kind.title, **shown}
        answer = TemplateResponse(request, f"bookings/office/{template}", context, status=status)
        answer["Cache-Control"] = "no-store"
        return answer


def _named(references: list[str]) -> str:
    """As many as anyone reads, of as many as there are."""
    named = ", ".join(references[:MOST_LINKED])
    return f"{named} …" if len(references) > MOST_LINKED else named


DONE: dict[str, Callable[[Any, HttpRequest, Person, str], HttpResponse]] = {
    PrivacyKind.EXPORT: ActsOnPeople.export,
    PrivacyKind.ERASE: ActsOnPeople.erase,
}
