"""What the exports show of a row: the columns of bookings, and those of what needs somebody."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.admin import seeing
from bookings.admin.export import Column, Viewed, instant, label, zoned
from bookings.admin.shown import units
from bookings.domain.attention import Condition
from bookings.domain.words import Payment, Status, Why
from bookings.models import Attention, AttentionState, Booking


def of_bookings(viewed: Viewed) -> list[Column]:
    whys = {why.value: str(seeing.reason(why).label) for why in Why}
    return [
        (_("reference"), attrgetter("chain_reference")),
        (_("Cal.com uid"), attrgetter("uid")),
        (_("status"), label("status", Status)),
        (_("because"), lambda booking: whys[booking.why]),
        (zoned(_("starts")), lambda booking: instant(booking.starts_at)),
        (zoned(_("ends")), lambda booking: instant(booking.ends_at)),
        (_("title"), lambda booking: viewed.address(booking.title)),
        (_("coach"), attrgetter("coach")),
        (_("client"), lambda booking: viewed.address(booking.client_name)),
        (_("client's e-mail"), lambda booking: viewed.address(booking.client_email)),
        (_("client's time zone"), attrgetter("client_time_zone")),
        (_("user"), lambda booking: booking.user and viewed.address(str(booking.user))),
        *(_of_payment() if viewed.sees_payments else ()),
        (_("cancelled by"), lambda booking: viewed.address(booking.cancelled_by)),
        (_("reason given"), lambda booking: viewed.address(booking.reason)),
        (zoned(_("first heard of")), lambda booking: instant(booking.created_at)),
    ]


def _currency(booking: Booking) -> str:
    """Of the amounts beside it, which are in minor units where nobody told the currency."""
    if booking.currency:
        return booking.currency.upper()
    amounts = (booking.price, booking.paid_amount, booking.refunded or None)
    return "" if amounts == (None, None, None) else gettext("minor units")


def _of_payment() -> tuple[Column, ...]:
    return (
        (_("payment"), label("payment", Payment)),
        (_("list price"), lambda booking: units(booking.price, booking.currency)),
        (_("paid, as seen by staff"), lambda booking: units(booking.paid_amount, booking.currency)),
        (_("refunded, as seen by staff"), lambda booking: units(booking.refunded or None, booking.currency)),
        (_("currency"), _currency),
        (_("Stripe payment"), attrgetter("payment_intent")),
        (_("Stripe refund"), attrgetter("refund_id")),
    )


def of_attention(viewed: Viewed) -> list[Column]:
    def of_booking(show: Callable[[Booking], Any]) -> Callable[[Attention], Any]:
        return lambda case: case.booking and show(case.booking)

    return [
        (_("what is wrong"), label("condition", Condition)),
        (zoned(_("since")), lambda case: instant(case.since)),
        (_("reference"), of_booking(attrgetter("chain_reference"))),
        (_("Cal.com uid"), lambda case: (case.booking or case.message).uid),
        (_("client"), of_booking(lambda booking: viewed.address(booking.client_name))),
        (zoned(_("starts")), of_booking(lambda booking: instant(booking.starts_at))),
        (_("coach"), of_booking(attrgetter("coach"))),
        (_("message"), attrgetter("message_id")),
        (_("error"), lambda case: case.message and case.message.error),
        (_("state"), label("state", AttentionState)),
        (zoned(_("settled")), lambda case: instant(case.settled_at)),
        (_("note"), lambda case: viewed.address(case.note)),
    ]
