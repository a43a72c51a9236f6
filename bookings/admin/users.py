"""People and coaches in the admin, as far as it takes bookings: `users` and `coaches` must not know any.

A new address brings somebody bookings; and who may not see addresses sees none here either.
"""

from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Field, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from bookings.admin import seeing
from bookings.admin.acting.people import ActsOnPeople
from bookings.admin.lists import Listed
from bookings.admin.theme import Ticked, group_name
from bookings.cal import inbox
from coaches.admin import CoachAdmin
from coaches.models import Coach
from users.addresses import normalised
from users.admin import OfGroup, UserAdmin
from users.models import User

admin.site.unregister(User)
admin.site.unregister(Coach)


class Masked:
    """Puts a masked address where the page has one, and lets nobody find one out by filtering."""

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return self._shown(super().get_list_display(request))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        return tuple(
            (title, {**options, "fields": self._shown(options["fields"])})
            for title, options in super().get_fieldsets(request, obj)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        return (*super().get_readonly_fields(request, obj), "address")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        allowed = super().lookup_allowed(lookup, value, request)
        offered = (each if isinstance(each, str) else each[0] for each in self.get_list_filter(request))
        return allowed and (seeing.sees_addresses() or lookup.partition("__")[0] in offered)

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """A name may be an address too."""
        row = super().get_object(request, *args, **kwargs)
        if not self.has_change_permission(request, row):
            seeing.conceal(row, "name")
        return row

    @admin.display(description=_("e-mail"))
    def address(self, row: User | Coach) -> str:
        return seeing.masked(row.email) or "-"

    def _shown(self, fields: Any) -> tuple[Any, ...]:
        return tuple("address" if each == "email" and not seeing.sees_addresses() else each for each in fields)


class OfNamedGroup(OfGroup):
    """With the groups of the staff in the reader's language."""

    def field_choices(self, field: Field, request: HttpRequest, model_admin: Any) -> list[tuple[int, str]]:
        return [(group.pk, group_name(group)) for group in Group.objects.order_by("name")]


@admin.register(User)
class BookingUserAdmin(ActsOnPeople, Masked, Ticked, Listed, UserAdmin):
    """Whoever is saved gets the bookings made with their address that belong to nobody, as by POST /api/users."""

    change_form_outer_before_template = "bookings/office/person.html"
    list_filter = ("is_staff", "is_superuser", "is_active", ("groups", OfNamedGroup))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[Any, ...]:
        return (*super().get_readonly_fields(request, obj), "in_groups")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> tuple[Any, ...]:
        """Where the groups can't be ticked, Django writes their names as they are kept."""
        ticked = self.has_change_permission(request, obj) and "groups" not in self.get_readonly_fields(request, obj)
        return tuple(
            (
                title,
                {
                    **parts,
                    "fields": tuple(
                        "in_groups" if each == "groups" and not ticked else each for each in parts["fields"]
                    ),
                },
            )
            for title, parts in super().get_fieldsets(request, obj)
        )

    @admin.display(description=_("groups"))
    def in_groups(self, user: User) -> str:
        return ", ".join(map(group_name, user.groups.all())) or "-"

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return tuple("called" if each == "name" else each for each in super().get_list_display(request))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Of somebody erased there is nothing to change; signing up again makes them somebody."""
        return super().has_change_permission(request, obj) and (obj is None or obj.erased_at is None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        user = self.get_object(request, object_id)
        told = {} if user is None else self.privacy_context(request, user)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **told})

    @admin.display(description=_("name"), ordering="name")
    def called(self, user: User) -> str:
        return seeing.address(str(user))

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # After the page's own transaction: within it a deadlock could not be tried again, and would undo the user.
        transaction.on_commit(partial(inbox.attribute, obj, by=request.user))


@admin.register(Coach)
class BookingCoachAdmin(Masked, Listed, CoachAdmin):
    """Coaches, for those too who may not see addresses."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Coach], search_term: str
    ) -> tuple[QuerySet[Coach], bool]:
        """By no parts, where addresses are hidden: one is found out by them, letter by letter."""
        term = search_term.strip()
        if seeing.sees_addresses() or not term:
            return super().get_search_results(request, queryset, search_term)
        wanted = Q(name__istartswith=term) | Q(email=normalised(term)) | Q(username=term)
        return queryset.filter(wanted), False
