"""Puts the parts of the dashboard together, for who looks; the number of queries is the same whatever there is."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.dashboard.figures import figures_context, known_coaches, loads
from bookings.admin.dashboard.needs import needs
from bookings.admin.dashboard.period import DAY, period_of
from bookings.admin.dashboard.pipe import pipe
from bookings.admin.dashboard.sessions import days
from bookings.admin.dashboard.totals import figures_of, sessions_of
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
        figures = figures_of(period, now=now)
        soon = sessions_of(period.today, period.today + DAY)
        coaches = known_coaches(figures, soon)
        parts |= figures_context(period, figures)
        # MySQL without time zone tables takes every moment to no day (checks.W021).
        parts["lacks_zones"] = None in {*figures.by_day, *(day for day, _coach in soon)}
        parts |= {"days": days(soon, coaches, now=now), "loads": loads(period, figures, coaches)}
    if sees(Message, Run):
        parts["pipe"] = pipe(now=now)
    return {**context, "title": _("Dashboard"), "parts": parts}
