"""All that is known of a booking, field by field, below its story; each part only for those who may see it."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookings.admin import seeing
from bookings.admin.shown import instant, page_of, price, stacked
from bookings.admin.told import registers_table
from bookings.domain.words import Format
from bookings.models import Booking

TAB = ("tab",)


class Details:
    """The fields of the page of one booking."""

    readonly_fields = (
        "start",
        "end",
        "list_price",
        "paid",
        "refund",
        "event",
        "told",
        "client_address",
        "coach_address",
        "who_cancelled",
        "whose",
    )

    def get_fieldsets(self, request: HttpRequest, obj: Booking | None = None) -> tuple[Any, ...]:
        # Beside the status it says whether a payment is due: accepted and yet pending are only those that are free.
        stage = ("lifecycle",) if seeing.sees_payments() else ()
        payment = ("payment", "list_price", "paid", "refund", "accepted_as_free", "payment_intent", "payment_id")
        parts: list[tuple[Any, tuple[str, ...]]] = [
            (_("Booking"), ("chain_reference", "reference", "title", "event", *stage, "is_head")),
            (_("When"), ("start", "end", "client_time_zone", "ended")),
            (_("Who"), ("client_name", "client_address", "whose", "linked_by", "coach", "coach_address")),
            (_("Payment"), payment if seeing.sees_payments() else ()),
            (_("Attendance"), ("client_absent", "coach_absent", "has_recording", "has_transcript")),
            (
                _("Cancelling and moving"),
                (
                    "who_cancelled",
                    "reason",
                    "reschedule_requested",
                    "superseded_by",
                    "cancelling_disabled",
                    "rescheduling_disabled",
                ),
            ),
            ("Cal.com", ("uid", "number", "calendar_uid", "created_at", "updated_at")),
            (_("What was told"), ("told",) if self._sees_all() else ()),
        ]
        return tuple((title, {"fields": fields, "classes": TAB}) for title, fields in parts if fields)

    def _sees_all(self) -> bool:
        """Registers hold addresses and payments."""
        return seeing.sees_addresses() and seeing.sees_payments() and seeing.sees_messages()

    @admin.display(description=_("ends"))
    def end(self, booking: Booking) -> str:
        return instant(booking.ends_at)

    @admin.display(description=_("client's e-mail"))
    def client_address(self, booking: Booking) -> str:
        return seeing.address(booking.client_email) or "-"

    @admin.display(description=_("coach's e-mail, told without an ID"))
    def coach_address(self, booking: Booking) -> str:
        return seeing.address(booking.coach_email) or "-"

    @admin.display(description=_("cancelled by"))
    def who_cancelled(self, booking: Booking) -> str:
        return seeing.address(booking.cancelled_by) or "-"

    @admin.display(description=_("user"))
    def whose(self, booking: Booking) -> str:
        return "-" if booking.user is None else page_of(booking.user)

    @admin.display(description=_("list price"))
    def list_price(self, booking: Booking) -> str:
        return price(booking.price, booking.currency) or "-"

    @admin.display(description=_("paid, as seen by staff"))
    def paid(self, booking: Booking) -> str:
        return price(booking.paid_amount, booking.currency) or "-"

    @admin.display(description=_("refunded, as seen by staff"))
    def refund(self, booking: Booking) -> str:
        return stacked(price(booking.refunded, booking.currency), booking.refund_id) if booking.refunded else "-"

    @admin.display(description=_("event"))
    def event(self, booking: Booking) -> str:
        ours = settings.CAL_EVENT_TYPE_IDS
        other = ours and booking.event_type is not None and booking.event_type not in ours
        return stacked(
            booking.event_type and str(booking.event_type),
            booking.format != Format.SINGLE and booking.get_format_display(),
            other and _("not sold here"),
        )

    @admin.display(description=_("registers"))
    def told(self, booking: Booking) -> str:
        return registers_table(booking)
