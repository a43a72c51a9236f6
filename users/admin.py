"""People in the admin: find them, let staff in, and go on to their bookings."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin as Page
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from users.addresses import normalised
from users.models import User

RIGHTS = ("is_staff", "groups")
ALL_RIGHTS = ("is_superuser", "user_permissions")  # For superusers alone: whoever gives these has them.

MOST = 1000  # Found by a name: who types one letter is shown the first of them.


class OfGroup(admin.RelatedFieldListFilter):
    """Without the choice of those in none: these are nearly all people there are, and it takes seconds to find them."""

    include_empty_choice = False


@admin.register(User)
class UserAdmin(DjangoUserAdmin, Page):
    """People are found by `user_id`, e-mail or name. Rights, and accounts that have some, are for administrators."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("name", "email", "user_id", "is_staff", "created_at")
    list_filter = ("is_staff", "is_superuser", "is_active", ("groups", OfGroup))
    search_fields = ("name",)  # So that there is a field to type into; see `get_search_results`.
    search_help_text = _("User ID, e-mail address, or how the name begins.")
    ordering = ("-id",)
    actions = None  # A user with bookings can't be deleted, so nobody should try with many at once.
    show_full_result_count = False
    readonly_fields = ("booking_list", "created_at", "last_login")
    fieldsets = (
        (None, {"fields": ("name", "email", "user_id", "booking_list", "password")}),
        (_("Permissions"), {"fields": ("is_active", *RIGHTS, *ALL_RIGHTS)}),
        (_("Important dates"), {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "description": _("Clients sign up by themselves. Add people here who work with this admin."),
                "fields": ("name", "email", "user_id", "is_staff", "usable_password", "password1", "password2"),
            },
        ),
    )

    @admin.display(description=_("bookings"))
    def booking_list(self, user: User) -> str:
        query = urlencode({"user": user.user_id})
        return format_html(
            '<a href="{}?{}">{}</a>', reverse("admin:bookings_booking_changelist"), query, _("Bookings of this user")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        kept = () if obj is None else ("user_id",)  # Other systems know the person by it.
        withheld = () if _may_give_rights(request) else RIGHTS
        withheld = withheld if request.user.is_superuser else (*withheld, *ALL_RIGHTS)
        return (*self.readonly_fields, *kept, *withheld)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """By an index each, the keys first: in one query, or by parts, MySQL reads all people there are."""
        term = search_term.strip()
        if not term:
            return queryset, False
        people = queryset.order_by()
        keys: set[int] = set()
        for wanted in (Q(user_id=term), Q(email=normalised(term)), Q(name__istartswith=term)):
            keys.update(people.filter(wanted).values_list("pk", flat=True)[:MOST])
        return queryset.filter(pk__in=keys), False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """That somebody has bookings is the reason to give, not that these may not be deleted either."""
        listed, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        return listed, counts, set() if protected else forbidden, protected

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_staff": True} | super().get_changeform_initial_data(request)


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    """Whoever sets the password of a member of staff, or their address, can do all that this person can."""
    if user is None or request.user.is_superuser:
        return True
    return not user.is_superuser and (not user.is_staff or _may_give_rights(request))


def _may_give_rights(request: HttpRequest) -> bool:
    """Whoever may say what a group may do can let people into groups; the rest is for superusers."""
    return request.user.is_superuser or request.user.has_perm("auth.change_group")
