"""Puts the parts of the dashboard together, for who looks; the number of queries is the same whatever there is."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.dashboard.figures import figures_context, known_coaches, loads
from bookings.admin.dashboard.needs import needs
from bookings.admin.dashboard.period import period_of
from bookings.admin.dashboard.pipe import pipe
from bookings.admin.dashboard.sessions import days
from bookings.admin.dashboard.totals import counted
from bookings.models import Attention, Booking, Message, Run


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the theme's hook for the first page asks for."""
    now = timezone.now()

    def sees(*models: type[Model]) -> bool:
        return all(admin.site.get_model_admin(model).has_view_permission(request) for model in models)

    parts: dict[str, Any] = {"zone": timezone.get_current_timezone_name(), "counted_at": timezone.localtime(now)}
    if sees(Attention):
        parts["needs"] = needs(request, now=now)
    if sees(Booking):
        period = period_of(request, now=now)
        figures = counted(period)
        coaches = known_coaches(figures)
        parts |= figures_context(period, figures)
        parts |= {"days": days(figures, coaches, now=now), "loads": loads(period, figures, coaches)}
    if sees(Message, Run):
        parts["pipe"] = pipe(now=now)
    return {**context, "title": _("Dashboard"), "parts": parts}
