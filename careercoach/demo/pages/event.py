"""The page that people book on: /team/{team}/{slug}, with Cal.com's query parameters (webhooks.md §6)."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from careercoach.demo import calendar, desk, post
from careercoach.demo.models import Booking, EventType, Host
from careercoach.demo.pages import answers, asked, month, words, zones
from careercoach.demo.pages.forms import BookerForm, prefilled

A_YEAR = 365 * 24 * 60 * 60


@require_http_methods(["GET", "HEAD", "POST"])
def event(request: HttpRequest, team: str, slug: str) -> HttpResponse:
    """The calendar; with `slot` the form; with `rescheduleUid` either for a booking that is to be moved.

    A POST books and leads on to the payment or the confirmation; a slot that went to somebody else is answered 409,
    with the calendar and all that was typed.
    """
    event_type = EventType.objects.filter(team_slug=team, slug=slug).first()
    if event_type is None:
        return answers.no_such_page(request)
    wish = asked.read(request)
    moving = None
    if wish.moving:
        moving = answers.known_booking(wish.moving)
        if moving is None or moving.event_type_id != event_type.pk:
            return answers.no_such_booking(request)
        try:
            desk.refuse_moving(moving)
        except desk.Refused as refused:
            return answers.refused(request, refused.code, title=_("This meeting can't be moved"), booking=moving)
    answer = _page(request, event_type, wish, moving, now=timezone.now())
    if zones.known(request.GET.get(asked.ZONE, "")):
        answer.set_cookie(asked.ZONE_COOKIE, wish.zone, max_age=A_YEAR, samesite="Lax")
    return answer


def _page(
    request: HttpRequest, event_type: EventType, wish: asked.Asked, moving: Booking | None, *, now: datetime
) -> HttpResponse:
    posted = request.method == "POST"
    if wish.slot is None:
        notice = words.refusal("no_slot") if wish.slot_given or posted else ""
        return _calendar(request, event_type, wish, moving, now=now, notice=notice, status=400 if posted else 200)
    if not posted:
        if not calendar.free_hosts(event_type, wish.slot, now=now, moving=moving):
            notice = _("That time is not free any more. Please choose another one.")
            return _calendar(request, event_type, wish, moving, now=now, notice=notice)
        form = BookerForm(initial=prefilled(wish, moving), asked=wish, moving=moving)
        return _form(request, event_type, wish, moving, form)
    form = BookerForm(request.POST, asked=wish, moving=moving)
    if not form.is_valid():
        return _form(request, event_type, wish, moving, form, status=400)
    try:
        booking = desk.book(
            event_type=event_type,
            start=wish.slot,
            booker=form.booker,
            now=now,
            moving=moving,
            # Cal.com knows a host by the login; here is none, and the link in a host's mail has to do.
            by_host=moving is not None and wish.moved_by.lower() == moving.host.email.lower(),
            reason=form.cleaned_data.get("reason", ""),
        )
    except desk.Refused as refused:
        notice = words.refusal(refused.code)
        return _calendar(request, event_type, wish, moving, now=now, notice=notice, status=answers.REFUSED)
    post.send_due()
    if booking.awaits_payment:
        return redirect("cal-payment", payment_uid=booking.payment_uid)
    return redirect(reverse("cal-booking", args=[booking.uid]) + "?isSuccessBookingPage=true")


def _calendar(
    request: HttpRequest,
    event_type: EventType,
    wish: asked.Asked,
    moving: Booking | None,
    *,
    now: datetime,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    free = calendar.free_slots(event_type, since=now, until=now + calendar.HORIZON, now=now, moving=moving)
    context = _about(event_type, wish, moving) | {
        "notice": notice,
        "month": month.lay_out(wish, free, now=now),
        "carried": wish.carried,
        "zones": zones.choices(wish.zone, at=now),
        "zone": wish.zone,
        "detect_zone": not wish.zone_given and request.method != "POST",
    }
    return answers.page(request, "event.html", context, status=status)


def _form(
    request: HttpRequest,
    event_type: EventType,
    wish: asked.Asked,
    moving: Booking | None,
    form: BookerForm,
    *,
    status: int = 200,
) -> HttpResponse:
    start = wish.slot
    context = _about(event_type, wish, moving) | {
        "form": form,
        "hidden": wish.hidden,
        "day": words.day_of(start, wish.zone),
        "times": words.times_of(start, start + timedelta(minutes=event_type.length), wish.zone),
        "zone_label": zones.label(wish.zone, at=start),
        "back": wish.query(slot=None),
        "detect_zone": not wish.zone_given and request.method != "POST",
    }
    return answers.page(request, "form.html", context, status=status)


def _about(event_type: EventType, wish: asked.Asked, moving: Booking | None) -> dict[str, Any]:
    former = None
    if moving is not None:
        former = {
            "day": words.day_of(moving.start, wish.zone),
            "times": words.times_of(moving.start, moving.end, wish.zone),
        }
    return {
        "event_type": event_type,
        "price": words.price(event_type.price, event_type.currency),
        "coaches": Host.objects.count(),
        "moving": moving,
        "former": former,
        "path": event_type.path,
        "here": event_type.path + wish.query(),
    }
