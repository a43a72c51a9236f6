"""What was done for the privacy of people: each export and erasure, by whom, and how much it was. Never edited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin as Page

from bookings.admin.lists import ReadOnly
from bookings.admin.shown import badge, instant, narrow, page_of, stacked
from bookings.domain.words import Outcome
from bookings.models import PrivacyRequest

COUNTED: dict[str, Any] = {
    "bookings": _("bookings"),
    "messages": _("messages"),
    "mentions": _("messages about others' bookings"),
    "mentionedIn": _("others' bookings that name them"),
    "notes": _("notes"),
    "differences": _("differences"),
    "acts": _("acts at Cal.com"),
    "namedIn": _("texts that name them"),
    "log": _("changes in the admin"),
    "privacyRequests": _("privacy requests"),
}


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(ReadOnly, Page):
    """Nothing in it says who the person was."""

    list_display = ("when", "what", "whom", "who", "counted", "why")
    search_fields = ("=user__user_id",)
    search_help_text = _("User ID, whole.")
    ordering = ("-id",)
    sortable_by = ()
    list_fullwidth = True
    fields = readonly_fields = ("what", "when", "ended", "whom", "public_id", "who", "why", "counted")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrivacyRequest]:
        return super().get_queryset(request).select_related("user", "by")

    @admin.display(description=_("at"))
    def when(self, row: PrivacyRequest) -> str:
        return instant(row.at, timespec="seconds")

    @admin.display(description=_("finished"))
    def ended(self, row: PrivacyRequest) -> object:
        return instant(row.finished_at, timespec="seconds") if row.finished_at else _("Not finished: erase again.")

    @admin.display(description=_("kind"))
    def what(self, row: PrivacyRequest) -> str:
        return badge(Outcome.APPLIED if row.finished_at else Outcome.FAILED, row.get_kind_display())

    @admin.display(description=_("user"))
    def whom(self, row: PrivacyRequest) -> object:
        return _("An address without a user") if row.user is None else page_of(row.user)

    @admin.display(description=_("user ID"))
    def public_id(self, row: PrivacyRequest) -> str:
        return "-" if row.user is None else row.user.user_id

    @admin.display(description=_("by"))
    def who(self, row: PrivacyRequest) -> object:
        return _("An operator, by a command") if row.by is None else str(row.by)

    @admin.display(description=_("note"))
    def why(self, row: PrivacyRequest) -> str:
        return narrow(row.note or "-", width=14)

    @admin.display(description=_("counted"))
    def counted(self, row: PrivacyRequest) -> str:
        return stacked(*(f"{COUNTED[name]}: {count}" for name, count in row.counts.items()))
