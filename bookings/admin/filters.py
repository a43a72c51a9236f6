"""Filters of bookings. Each has an index: nothing reads a table through."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter, RelatedDropdownFilter

from bookings.admin import seeing
from bookings.models import Attention, BookingQuerySet
from users.models import User


class OfUser(admin.SimpleListFilter):
    """Only there where a user's page led: a list of all users would be no filter."""

    title = _("user")
    parameter_name = "user"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(user.user_id, str(user)) for user in User.objects.filter(user_id=self.value() or "")]

    def queryset(self, request: HttpRequest, queryset: BookingQuerySet) -> BookingQuerySet:
        return queryset.filter(user__user_id=self.value()) if self.value() else queryset


class Starts(admin.SimpleListFilter):
    """Django's own filter of dates looks back only, and bookings lie ahead. Days are those of the viewer."""

    title = _("start")
    parameter_name = "starts"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("today", _("Today")),
            ("tomorrow", _("Tomorrow")),
            ("week", _("Next 7 days")),
            ("upcoming", _("Upcoming")),
            ("past", _("Past")),
            ("unknown", _("Unknown")),
        ]

    def queryset(self, request: HttpRequest, queryset: BookingQuerySet) -> BookingQuerySet:
        now = timezone.now()
        today = timezone.localdate()
        conditions = {
            "today": _on(today),
            "tomorrow": _on(today + timedelta(days=1)),
            "week": Q(starts_at__gte=now, starts_at__lt=now + timedelta(days=7)),
            "upcoming": Q(starts_at__gte=now),
            "past": Q(starts_at__lt=now),
            "unknown": Q(starts_at=None),
        }
        if not self.value():
            return queryset
        if self.value() not in conditions:
            raise IncorrectLookupParameters
        return queryset.filter(conditions[self.value()])


def midnight(day: date) -> datetime:
    """When the day begins where the viewer is."""
    return timezone.make_aware(datetime.combine(day, time()))


def _on(day: date) -> Q:
    return Q(starts_at__gte=midnight(day), starts_at__lt=midnight(day + timedelta(days=1)))


class OfCoach(RelatedDropdownFilter):
    """By coach, or those without one."""

    NOBODY = "none"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lookup_choices = [(self.NOBODY, _("Nobody known")), *self.lookup_choices]

    def queryset(self, request: HttpRequest, queryset: BookingQuerySet) -> BookingQuerySet:
        if self.value() == self.NOBODY:
            return queryset.filter(coach=None)
        return super().queryset(request, queryset)


class Between(RangeDateFilter):
    """From one day to another, both included; days of the viewer."""

    def queryset(self, request: HttpRequest, queryset: BookingQuerySet) -> BookingQuerySet:
        first, last = self._day("from"), self._day("to")
        if first is not None:
            queryset = queryset.filter(starts_at__gte=midnight(first))
        if last is not None:
            queryset = queryset.filter(starts_at__lt=midnight(last + timedelta(days=1)))
        return queryset

    def _day(self, end: str) -> date | None:
        typed = self.used_parameters.get(f"{self.parameter_name}_{end}")
        if not typed:
            return None
        try:
            day = parse_date(typed)
        except ValueError as error:  # As the 31st of a month that has none.
            raise IncorrectLookupParameters from error
        if day is None or not date.min.year < day.year < date.max.year:  # The day after it, elsewhere, is one too.
            raise IncorrectLookupParameters
        return day


class NeedsSomebody(admin.SimpleListFilter):
    """By what is wrong, as the list of attention has it."""

    title = _("attention")
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("any", _("Anything")), *((each.value, each.label) for each in seeing.conditions())]

    def queryset(self, request: HttpRequest, queryset: BookingQuerySet) -> BookingQuerySet:
        if not self.value():
            return queryset
        visible = [each.value for each in seeing.conditions()]
        wanted = visible if self.value() == "any" else [each for each in visible if each == self.value()]
        cases = Attention.objects.open(now=timezone.now()).filter(condition__in=wanted, booking__isnull=False)
        return queryset.filter(pk__in=cases.values("booking"))
