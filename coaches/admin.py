"""Coaches in the admin: what Cal.com tells of them, to read; whether they are active is ours."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin as Page

from coaches.models import Coach


@admin.register(Coach)
class CoachAdmin(Page):
    """Coaches come with the messages that name them: none is added or deleted here."""

    list_display = ("__str__", "email", "username", "time_zone", "is_active", "cal_user_id", "booking_list")
    list_filter = ("is_active",)
    search_fields = ("name", "email", "username", "=cal_user_id")
    search_help_text = _("Name, e-mail address, username or Cal.com user ID.")
    actions = None
    readonly_fields = (
        "name",
        "email",
        "username",
        "time_zone",
        "cal_user_id",
        "left_at",
        "booking_list",
        "created_at",
        "updated_at",
    )
    fieldsets = (
        (None, {"fields": ("is_active", "left_at", "booking_list")}),
        (_("From Cal.com"), {"fields": ("name", "email", "username", "time_zone", "cal_user_id")}),
        (_("Important dates"), {"fields": ("created_at", "updated_at")}),
    )

    @admin.display(description=_("bookings"))
    def booking_list(self, coach: Coach) -> str:
        return format_html(
            '<a href="{}?coach__id__exact={}">{}</a>',
            reverse("admin:bookings_booking_changelist"),
            coach.pk,
            _("Bookings with this coach"),
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Coach | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Coach, form: ModelForm, change: bool) -> None:
        """Only what was edited: a message may have told the rest anew while the page was open."""
        obj.save(update_fields=[*form.changed_data, "updated_at"])
