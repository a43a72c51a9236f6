"""The page of one booking, above its fields: how it stands, what needs somebody, what can be done, its story."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin import seeing
from bookings.admin.acting.acts import ACTS
from bookings.admin.acting.cures import Cure, cure_of, settle_address
from bookings.admin.shown import badge, instant, page_of, price, there, unbroken
from bookings.admin.story import story
from bookings.cal import links
from bookings.domain.words import Payment, Why
from bookings.models import Attention, Booking

STRIPE = "https://dashboard.stripe.com"


@dataclass(frozen=True, slots=True)
class Away:
    """A page elsewhere."""

    title: str
    address: str
    icon: str


@dataclass(frozen=True, slots=True)
class Case:
    """A row of attention on the page of its booking."""

    what: str
    since: str
    is_settled: bool
    note: str
    by: str
    cure: Cure | None
    settle: str


def page_context(request: HttpRequest, booking: Booking) -> dict[str, Any]:
    """For the template; a constant number of queries."""
    may_act = seeing.may_act()
    return {
        "booking": booking,
        "head": _head(booking),
        "cases": _cases(booking, may_settle=request.user.has_perm("bookings.change_attention")),
        "acts": [act.button(booking) for act in ACTS.values() if not act.obstacle(booking)] if may_act else [],
        "copies": _copies(booking) if may_act else [],
        "aways": _aways(booking),
        "chain": _chain(booking),
        "story": story(booking),
    }


def _head(booking: Booking) -> dict[str, Any]:
    why = seeing.reason(booking.why)
    payment = ""
    if seeing.sees_payments():
        payment = badge(booking.payment, booking.get_payment_display()) if booking.payment != Payment.UNKNOWN else ""
    return {
        "status": badge(booking.status, booking.get_status_display()),
        "why": "" if why in (Why.ACCEPTED, Why.CANCELLED, Why.ENDED) else why.label,
        "payment": payment,
        "price": price(booking.price, booking.currency) if seeing.sees_payments() else "",
        "refunded": price(booking.refunded, booking.currency) if seeing.sees_payments() and booking.refunded else "",
        "starts": unbroken(instant(booking.starts_at)),
        "there": there(booking.starts_at, booking.client_time_zone),
        "email": seeing.address(booking.client_email),
        "user": "" if booking.user is None else page_of(booking.user),
        "coach": "" if booking.coach is None else page_of(booking.coach),
    }


def _cases(booking: Booking, *, may_settle: bool) -> list[Case]:
    rows = Attention.objects.filter(booking=booking, since__lte=timezone.now(), condition__in=seeing.conditions())
    return [
        Case(
            what=badge(row.condition, row.get_condition_display()),
            since=instant(row.since),
            is_settled=row.settled_at is not None,
            note=seeing.address(row.note),
            by="" if row.settled_by is None else row.settled_by.name,
            cure=cure_of(row),
            settle=settle_address([row.pk]) if may_settle else "",
        )
        for row in rows.select_related("settled_by", "booking").defer("booking__registers")
    ]


def _copies(booking: Booking) -> list[tuple[str, str]]:
    """Links for the client, who can cancel or move with them, as whoever else has them can."""
    now = timezone.now()
    found = []
    if booking.obstacle_to_cancel(now=now) is None:
        found.append((_("Copy the link to cancel"), links.cancel_url(booking)))
    if booking.obstacle_to_reschedule(now=now) is None:
        found.append((_("Copy the link to reschedule"), links.reschedule_url(booking)))
    return found


def _aways(booking: Booking) -> list[Away]:
    found = [Away(_("Page at Cal.com"), links.manage_url(booking), "calendar_month")]
    if meeting := links.join_url(booking):
        found.append(Away(_("Meeting room"), meeting, "videocam"))
    if booking.payment_intent and seeing.sees_payments():
        test = "" if not settings.DEMO else "/test"
        found.append(Away(_("Payment at Stripe"), f"{STRIPE}{test}/payments/{booking.payment_intent}", "payments"))
    return found


def _chain(booking: Booking) -> list[dict[str, Any]]:
    """All bookings of the chain, the oldest first; none where it is alone."""
    rows = Booking.objects.without_registers().filter(chain_reference=booking.chain_reference)
    chain = [
        {
            "page": page_of(row, row.uid),
            "starts": instant(row.starts_at),
            "status": badge(row.status, row.get_status_display()),
            "why": seeing.reason(row.why).label,
            "is_this": row.pk == booking.pk,
        }
        for row in rows.order_by("created_at", "id")
    ]
    return chain if len(chain) > 1 else []
