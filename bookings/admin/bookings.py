"""Bookings in the admin: what became of each, and who told so."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin as Page
from unfold.admin import TabularInline

from bookings.admin.shown import (
    CappedPaginator,
    ReadOnly,
    badge,
    elsewhere,
    instant,
    narrow,
    page_of,
    price,
    stacked,
    table,
    unbroken,
)
from bookings.admin.told import registers_table
from bookings.cal import links
from bookings.domain.projection import canonical_reference
from bookings.domain.words import Format, Payment, Why
from bookings.models import Booking, BookingQuerySet, Message, StatusChange
from users.addresses import normalised
from users.models import User

SAID_BY_STATUS = frozenset({Why.ACCEPTED, Why.CANCELLED, Why.ENDED})
MOST_MESSAGES = 50  # Listed on the page of a booking, the newest first.


class OfUser(admin.SimpleListFilter):
    """Only there where a user's page led: a list of all users would be no filter."""

    title = _("user")
    parameter_name = "user"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(user.user_id, str(user)) for user in User.objects.filter(user_id=self.value() or "")]

    def queryset(self, request: HttpRequest, queryset: BookingQuerySet) -> BookingQuerySet:
        return queryset.filter(user__user_id=self.value()) if self.value() else queryset


class Starts(admin.SimpleListFilter):
    """Django's own filter of dates looks back only, and bookings lie ahead."""

    title = _("start")
    parameter_name = "starts"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("today", _("Today (UTC)")),
            ("week", _("Next 7 days")),
            ("upcoming", _("Upcoming")),
            ("past", _("Past")),
            ("unknown", _("Unknown")),
        ]

    def queryset(self, request: HttpRequest, queryset: BookingQuerySet) -> BookingQuerySet:
        now = timezone.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        conditions = {
            "today": Q(starts_at__gte=midnight, starts_at__lt=midnight + timedelta(days=1)),
            "week": Q(starts_at__gte=now, starts_at__lt=now + timedelta(days=7)),
            "upcoming": Q(starts_at__gte=now),
            "past": Q(starts_at__lt=now),
            "unknown": Q(starts_at=None),
        }
        return queryset.filter(conditions.get(self.value() or "", Q()))


class TimelineInline(ReadOnly, TabularInline):
    """Whoever may see the booking may see its timeline, which is a part of it."""

    model = StatusChange
    fields = readonly_fields = ("status", "why", "mark", "true_since", "noted", "because_of", "by")
    ordering = ("changed_at", "id")

    def has_view_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        return request.user.has_perm("bookings.view_booking")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("message", "by").defer("message__body")

    @admin.display(description=_("status"))
    def status(self, change: StatusChange) -> str:
        return badge(change.new, change.get_new_display())

    @admin.display(description=_("expected"))
    def mark(self, change: StatusChange) -> object:
        return _("Yes") if change.expected else format_html("<strong>⚠\u00a0{}</strong>", _("Unexpected"))

    @admin.display(description=_("as of"))
    def true_since(self, change: StatusChange) -> str:
        return instant(change.as_of, timespec="seconds")

    @admin.display(description=_("changed"))
    def noted(self, change: StatusChange) -> str:
        return instant(change.changed_at, timespec="seconds")

    @admin.display(description=_("message"))
    def because_of(self, change: StatusChange) -> str:
        return "-" if change.message is None else page_of(change.message)


@admin.register(Booking)
class BookingAdmin(ReadOnly, Page):
    """All bookings, those of event types that we don't sell too, which say so."""

    list_display = ("name", "state", "start", "coach", "client", "person", "money", "event")
    list_filter = (OfUser, "status", "payment", Starts, "coach")  # Each has an index: nothing reads a table through.
    # Not joined: with few coaches MySQL hashes them, and so reads and sorts all bookings for a page (2.7 s of 300,000).
    list_select_related = ()
    search_fields = ("=reference", "=chain_reference", "=uid", "=client_email", "=payment_intent", "^client_name")
    search_help_text = _(
        "Reference, Cal.com uid, client's e-mail address or Stripe payment, whole; or how the client's name begins."
    )
    ordering = ("-starts_at", "-id")
    sortable_by = ("start",)
    show_full_result_count = False
    paginator = CappedPaginator
    actions = None
    inlines = (TimelineInline,)
    readonly_fields = ("state", "start", "end", "list_price", "event", "join", "page", "chain", "told_by", "told")
    fieldsets = (
        (None, {"fields": ("chain_reference", "reference", "state", "title", "event", "chain")}),
        (_("When"), {"fields": ("start", "end", "client_time_zone", "ended")}),
        (_("Who"), {"fields": ("client_name", "client_email", "user", "linked_by", "coach", "coach_email")}),
        (_("Payment"), {"fields": ("payment", "list_price", "payment_intent", "payment_id")}),
        (_("Attendance"), {"fields": ("client_absent", "coach_absent", "has_recording", "has_transcript")}),
        (
            _("Cancelling and moving"),
            {
                "fields": (
                    "lifecycle",
                    "cancelled_by",
                    "reason",
                    "reschedule_requested",
                    "superseded_by",
                    "cancelling_disabled",
                    "rescheduling_disabled",
                )
            },
        ),
        ("Cal.com", {"fields": ("uid", "number", "calendar_uid", "join", "page", "created_at", "updated_at")}),
        (_("What was told"), {"fields": ("told_by", "told")}),
    )

    def get_queryset(self, request: HttpRequest) -> BookingQuerySet:
        return super().get_queryset(request).without_registers().prefetch_related("coach", "user")

    def get_search_results(
        self, request: HttpRequest, queryset: BookingQuerySet, search_term: str
    ) -> tuple[BookingQuerySet, bool]:
        """What is found whole first, by as many indexes; a name only where that finds nothing, by its own.

        In one query MySQL would rather go through all bookings in the order of the list. SQLite does so for names.
        """
        term = search_term.strip()
        if not term:
            return queryset, False
        reference = canonical_reference(term) or term
        whole = queryset.filter(
            Q(reference=reference)
            | Q(chain_reference=reference)
            | Q(uid=term)
            | Q(client_email=normalised(term))
            | Q(payment_intent=term)
        )
        return (whole if whole.exists() else queryset.filter(client_name__istartswith=term)), False

    @admin.display(description=_("reference"))
    def name(self, booking: Booking) -> str:
        return unbroken(booking.chain_reference)

    @admin.display(description=_("user"))
    def person(self, booking: Booking) -> str:
        return "-" if booking.user is None else page_of(booking.user, booking.user.name)

    @admin.display(description=_("status"))
    def state(self, booking: Booking) -> str:
        why = "" if booking.why in SAID_BY_STATUS else booking.get_why_display()
        return stacked(badge(booking.status, booking.get_status_display()), why)

    @admin.display(description=_("starts"), ordering="starts_at")
    def start(self, booking: Booking) -> str:
        return instant(booking.starts_at)

    @admin.display(description=_("ends"))
    def end(self, booking: Booking) -> str:
        return instant(booking.ends_at)

    @admin.display(description=_("client"))
    def client(self, booking: Booking) -> str:
        return narrow(stacked(booking.client_name, booking.client_email), width=12)

    @admin.display(description=_("payment"))
    def money(self, booking: Booking) -> str:
        known = booking.payment != Payment.UNKNOWN
        return stacked(badge(booking.payment, booking.get_payment_display()) if known else "", self.list_price(booking))

    @admin.display(description=_("list price"))
    def list_price(self, booking: Booking) -> str:
        return price(booking.price, booking.currency) or "-"

    @admin.display(description=_("event"))
    def event(self, booking: Booking) -> str:
        ours = settings.CAL_EVENT_TYPE_IDS
        other = ours and booking.event_type is not None and booking.event_type not in ours
        return stacked(
            booking.event_type and str(booking.event_type),
            booking.format != Format.SINGLE and booking.get_format_display(),
            other and _("not sold here"),
        )

    @admin.display(description=_("link to join"))
    def join(self, booking: Booking) -> str:
        address = links.join_url(booking)
        return elsewhere(address) if address else "-"

    @admin.display(description=_("page at Cal.com"))
    def page(self, booking: Booking) -> str:
        return elsewhere(links.manage_url(booking))

    @admin.display(description=_("other bookings of the chain"))
    def chain(self, booking: Booking) -> str:
        others = Booking.objects.without_registers().filter(chain_reference=booking.chain_reference)
        return table(
            (_("Booking"), _("Starts"), _("Status")),
            [
                (page_of(other, other.uid), unbroken(instant(other.starts_at)), self.state(other))
                for other in others.exclude(pk=booking.pk).order_by("starts_at", "id")
            ],
        )

    @admin.display(description=_("messages"))
    def told_by(self, booking: Booking) -> str:
        about = Message.objects.filter(uid=booking.uid).defer("body").order_by("-id")[:MOST_MESSAGES]
        listed = table(
            (_("Message"), _("Received"), _("Source"), _("Outcome")),
            [
                (
                    page_of(message),
                    unbroken(instant(message.received_at, timespec="seconds")),
                    message.get_source_display(),
                    badge(message.outcome, message.get_outcome_display()),
                )
                for message in about
            ],
        )
        address = f"{reverse('admin:bookings_message_changelist')}?{urlencode({'q': booking.uid})}"
        return stacked(listed, format_html('<a href="{}">{}</a>', address, _("All messages about it")))

    @admin.display(description=_("registers"))
    def told(self, booking: Booking) -> str:
        return registers_table(booking)
