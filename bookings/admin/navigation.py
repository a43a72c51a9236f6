"""The menu at the side: what staff use all day first, then where it came from, people, and whatever else has pages."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from bookings.admin import seeing
from bookings.models import Act, Attention, Booking, Difference, Message, PrivacyRequest, Run
from coaches.models import Coach
from users.models import User

ICONS: dict[type[Model], str] = {
    Attention: "notifications_active",
    Booking: "event",
    Message: "inbox",
    Run: "sync",
    Difference: "compare_arrows",
    Act: "touch_app",
    User: "person",
    Coach: "school",
    Group: "group",
    PrivacyRequest: "shield_person",
}
GROUPS: tuple[tuple[Any, tuple[type[Model], ...]], ...] = (
    (_("Daily work"), (Attention, Booking)),
    (_("Where it came from"), (Message, Run, Difference, Act)),
    (_("People"), (User, Coach, Group, PrivacyRequest)),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Only what this person may see. Tables of other packages are listed last, whichever they are."""
    registered = admin.site._registry
    named = {model for _title, models in GROUPS for model in models}
    others = tuple(model for model in registered if model not in named)
    groups = []
    for title, models in (*GROUPS, (_("Machinery"), others)):
        items = [
            _item(model) for model in models if model in registered and registered[model].has_view_permission(request)
        ]
        if items:
            groups.append({"title": title, "separator": bool(groups), "items": items})
    start = {"title": _("Dashboard"), "icon": "space_dashboard", "link": reverse("admin:index")}
    return [{"items": [start]}, *groups]


MOST_COUNTED = 99


def open_cases() -> str:
    """How many need somebody, for the menu: counted no further than anyone reads. Empty for none."""
    cases = Attention.objects.open(now=timezone.now()).filter(condition__in=seeing.conditions())
    count = cases.order_by()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")


def _item(model: type[Model]) -> dict[str, Any]:
    options = model._meta
    return {
        "title": capfirst(options.verbose_name_plural),
        "icon": ICONS.get(model, "settings"),
        "badge": open_cases() if model is Attention else "",
        "badge_variant": "warning",
        "link": reverse(f"admin:{options.app_label}_{options.model_name}_changelist"),
    }
