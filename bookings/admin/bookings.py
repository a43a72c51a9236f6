"""Bookings in the admin: every one is found and listed here; its own page tells its story."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin as Page

from bookings.admin import seeing
from bookings.admin.acting.views import ActsOnBookings
from bookings.admin.details import Details
from bookings.admin.export import Exports
from bookings.admin.exported import of_bookings
from bookings.admin.filters import Between, NeedsSomebody, OfCoach, OfUser, Starts
from bookings.admin.lists import Paged, ReadOnly
from bookings.admin.page import page_context
from bookings.admin.search import found
from bookings.admin.shown import badge, instant, narrow, page_of, soft, stacked, there, unbroken
from bookings.domain.words import Payment, Why
from bookings.models import Booking, BookingQuerySet
from coaches.models import Coach
from users.models import User

FILTERED = frozenset(
    {"status__exact", "attention", "starts", "starts_at_from", "starts_at_to", "coach__id__exact", "user"}
)
SAID_BY_STATUS = frozenset({Why.ACCEPTED, Why.CANCELLED, Why.ENDED})


class InOrder(Paged):
    """By start, first or last first: Django adds the key the other way round for one of them, and MySQL sorts all."""

    def get_ordering(self, request: HttpRequest, queryset: BookingQuerySet) -> list[str]:
        first = super().get_ordering(request, queryset)[0]
        return [first, "-id" if first.startswith("-") else "id"]


@admin.register(Booking)
class BookingAdmin(ActsOnBookings, Details, Exports, ReadOnly, Page):
    """All bookings, those of event types that we don't sell too, which say so."""

    list_display = ("name", "state", "start", "coach", "client", "person", "money")
    list_filter = ("status", NeedsSomebody, Starts, ("starts_at", Between), ("coach", OfCoach), "payment")
    list_filter_submit = True
    # Not joined: with few coaches MySQL hashes them, and so reads and sorts all bookings for a page (2.7 s of 300,000).
    list_select_related = ()
    search_fields = ("=reference",)  # So that there is a field to type into; see `search.found`.
    search_help_text = _("Reference, uid, e-mail, Stripe ID, or how the name begins")
    ordering = ("-starts_at", "-id")
    sortable_by = ("start",)
    list_per_page = 50
    list_fullwidth = True
    export_columns = staticmethod(of_bookings)
    change_form_outer_before_template = "bookings/office/booking.html"

    def get_queryset(self, request: HttpRequest) -> BookingQuerySet:
        people = (
            Prefetch("coach", Coach.objects.only("name", "email", "cal_user_id")),
            Prefetch("user", User.objects.only("name", "email", "user_id", "erased_at")),
        )
        return super().get_queryset(request).without_registers().prefetch_related(*people)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Paged]:
        return InOrder

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        hidden = () if seeing.sees_payments() else ("payment",)
        led_here = [OfUser] if OfUser.parameter_name in request.GET else []
        return [*led_here, *(each for each in self.list_filter if each not in hidden)]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Nothing but the filters: whoever may not see an address must not find out letter by letter either."""
        return lookup in FILTERED or (lookup == "payment__exact" and seeing.sees_payments())

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return self.list_display if seeing.sees_payments() else self.list_display[:-1]

    def get_search_results(
        self, request: HttpRequest, queryset: BookingQuerySet, search_term: str
    ) -> tuple[BookingQuerySet, bool]:
        return found(request, queryset, search_term, payments=seeing.sees_payments()), False

    def get_urls(self) -> list[URLPattern]:
        return [*self.act_urls(), *super().get_urls()]

    def get_object(self, *args: Any, **kwargs: Any) -> Booking | None:
        booking = super().get_object(*args, **kwargs)
        seeing.conceal(booking, "client_name", "title", "reason")
        return booking

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        booking = self.get_object(request, object_id)
        told = {} if booking is None else page_context(request, booking)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **told})

    @admin.display(description=_("reference"))
    def name(self, booking: Booking) -> str:
        return unbroken(booking.chain_reference)

    @admin.display(description=_("user"))
    def person(self, booking: Booking) -> str:
        return "-" if booking.user is None else page_of(booking.user)

    @admin.display(description=_("status"))
    def state(self, booking: Booking) -> str:
        why = seeing.reason(booking.why)
        return stacked(
            badge(booking.status, booking.get_status_display()), "" if why in SAID_BY_STATUS else soft(why.label)
        )

    @admin.display(description=_("starts"), ordering="starts_at")
    def start(self, booking: Booking) -> str:
        return stacked(unbroken(instant(booking.starts_at)), soft(there(booking.starts_at, booking.client_time_zone)))

    @admin.display(description=_("client"))
    def client(self, booking: Booking) -> str:
        return narrow(stacked(seeing.address(booking.client), soft(seeing.address(booking.client_email))), width=12)

    @admin.display(description=_("payment"))
    def money(self, booking: Booking) -> str:
        known = booking.payment != Payment.UNKNOWN
        price = unbroken(self.list_price(booking))
        return stacked(badge(booking.payment, booking.get_payment_display()) if known else "", price)
