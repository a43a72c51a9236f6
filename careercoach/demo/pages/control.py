"""/demo/: the page for whoever shows the demo. Plays the coach, the clock and Cal Video, and spoils the wire."""

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from careercoach.demo import calendar, desk, post
from careercoach.demo.models import Booking, Delivery, Host, Wire
from careercoach.demo.pages import answers, asked, words, zones
from careercoach.demo.pages.forms import WireForm
from careercoach.demo.pages.moves import MOVES, offer

SHOWN_BOOKINGS, SHOWN_DELIVERIES = 40, 50
CLEAN = {"drop": 0, "repeat": 0, "delay": 0, "shuffle": 0, "cut": 0}
PRESETS = {
    "clean": (gettext_lazy("Clean"), CLEAN),
    "repeated": (gettext_lazy("Repeated 30%, shuffled 100%"), CLEAN | {"repeat": 30, "shuffle": 100}),
    "stormy": (gettext_lazy("Stormy"), {"drop": 10, "repeat": 40, "delay": 30, "shuffle": 60, "cut": 10}),
}

WIRE = {
    "drop": (gettext_lazy("Dropped"), gettext_lazy("never sent")),
    "repeat": (gettext_lazy("Repeated"), gettext_lazy("sent twice")),
    "delay": (gettext_lazy("Delayed"), gettext_lazy("5 to 20 seconds late")),
    "shuffle": (gettext_lazy("Shuffled"), gettext_lazy("overtaken by later ones")),
    "cut": (gettext_lazy("Cut off"), gettext_lazy("the connection breaks midway")),
}


@require_http_methods(["GET", "HEAD"])
def control(request: HttpRequest) -> HttpResponse:
    """Everything at a glance; `open` is the booking whose moves are unfolded."""
    now, zone = timezone.now(), zones.first_known(request.COOKIES.get(asked.ZONE_COOKIE, ""))
    ahead = When(status__in=calendar.OPEN, ended_at=None, end__gt=now, then=Value(0))
    order = [Case(ahead, default=Value(1), output_field=IntegerField()), "-created_at", "-id"]
    rows = Booking.objects.select_related("event_type", "host").order_by(*order)
    deliveries = Delivery.objects.select_related("booking")[:SHOWN_DELIVERIES]
    context = {
        "bookings": [_card(row, now=now, zone=zone) for row in rows[:SHOWN_BOOKINGS]],
        "more": max(0, rows.count() - SHOWN_BOOKINGS),
        "unfolded": request.GET.get("open", ""),
        "wire": [(field, WIRE[field][0], WIRE[field][1], getattr(Wire.current(), field)) for field in WIRE],
        "presets": [(name, label) for name, (label, _values) in PRESETS.items()],
        "hosts": Host.objects.order_by("id"),
        "deliveries": [_line(each, zone=zone) for each in deliveries],
        "zone_label": zones.label(zone, at=now),
        "now": words.short(now, zone),
    }
    return answers.page(request, "control.html", context)


@require_http_methods(["POST"])
def play(request: HttpRequest, uid: str, action: str) -> HttpResponse:
    """One move with one booking; says what Cal.com sent for it, or why it wasn't done."""
    booking = answers.known_booking(uid)
    if booking is None or action not in MOVES:
        return answers.no_such_booking(request)
    last = Delivery.objects.first()
    done, move = MOVES[action]
    try:
        move(booking, request.POST, timezone.now())
    except desk.Refused as refused:
        messages.error(request, words.refusal(refused.code))
    else:
        post.send_due()
        messages.success(request, f"{done}\n{_sent(booking, after=last.pk if last else 0)}")
    return redirect(f"{reverse('demo-control')}?open={uid}#booking-{uid}")


@require_http_methods(["POST"])
def away(request: HttpRequest, pk: int) -> HttpResponse:
    """A coach goes out of office, or comes back. Cal.com's webhook of it is not one that we subscribe to."""
    host = Host.objects.filter(pk=pk).first()
    if host is None:
        return answers.no_such_page(request)
    host.is_away = "away" in request.POST
    host.save(update_fields=["is_away"])
    said = _("%(coach)s is away and offers no time.") if host.is_away else _("%(coach)s is back.")
    messages.success(request, said % {"coach": host.name})
    return redirect(f"{reverse('demo-control')}#coaches")


@require_http_methods(["POST"])
def wire(request: HttpRequest) -> HttpResponse:
    """Spoils the wire as the sliders say, or as a preset does. What is on its way already isn't touched."""
    _label, preset = PRESETS.get(request.POST.get("preset", ""), ("", None))
    form = WireForm(preset or request.POST, instance=Wire.current())
    if form.is_valid():
        form.save()
        messages.success(request, _("The wire is set. It holds for what is sent from now on."))
    else:
        messages.error(request, _("Give a whole number from 0 to 100 for each."))
    return redirect(f"{reverse('demo-control')}#wire")


@require_http_methods(["GET", "HEAD"])
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery with its whole body."""
    row = Delivery.objects.select_related("booking", "webhook").filter(pk=pk).first()
    if row is None:
        return answers.no_such_page(request)
    zone = zones.first_known(request.COOKIES.get(asked.ZONE_COOKIE, ""))
    context = {
        "line": _line(row, zone=zone),
        "webhook": row.webhook,
        "body": json.dumps(json.loads(row.body), indent=2, ensure_ascii=False),
    }
    return answers.page(request, "delivery.html", context)


def _card(row: Booking, *, now: datetime, zone: str) -> dict[str, Any]:
    return {
        "row": row,
        "state": words.state(row),
        "tone": words.tone(row),
        "when": words.short(row.start, zone),
        "offer": offer(row, now=now),
    }


def _line(row: Delivery, *, zone: str) -> dict[str, Any]:
    return {
        "row": row,
        "when": words.second_of(row.sent_at or row.due_at, zone),
        "fates": ", ".join(row.fate_labels),
        "answer": _answer(row),
        "tone": _tone(row),
    }


def _answer(row: Delivery) -> str:
    if row.sent_at is None:
        return _("on its way")
    if Delivery.Fate.DROPPED in row.fates:
        return _("never sent")
    return row.answer or _("no answer")


def _tone(row: Delivery) -> str:
    if row.sent_at is None:
        return "waiting"
    return "good" if row.answer.startswith("2") else "gone"


def _sent(booking: Booking, *, after: int) -> str:
    """What was planned for the booking since then, in words."""
    rows = list(Delivery.objects.filter(booking=booking, pk__gt=after).order_by("id"))
    if not rows:
        return _("Nothing was sent: Cal.com is silent about it.")
    sent = "; ".join(f"{row.trigger} → {_answer(row)}" for row in rows)
    return _("Sent: %(sent)s.") % {"sent": sent}
