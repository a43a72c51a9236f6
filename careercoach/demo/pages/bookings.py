"""Pages of one booking, for whoever has the link: /booking/{uid}, /reschedule/{uid} and /video/{uid}."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from careercoach.demo import desk, post
from careercoach.demo.models import Booking
from careercoach.demo.pages import answers, asked, words, zones
from careercoach.demo.pages.forms import CancelForm

OPENS = timedelta(minutes=10)  # Before the start, the room's door.


@require_http_methods(["GET", "HEAD", "POST"])
def booking(request: HttpRequest, uid: str) -> HttpResponse:
    """What became of it, and what can be done with it. With `cancel=true` the form to cancel, which a POST does.

    After a booking (`isSuccessBookingPage`) it leads back to the front-end, with Cal.com's parameters.
    """
    row = answers.known_booking(uid)
    if row is None:
        return answers.no_such_booking(request)
    if request.method != "POST":
        return _page(request, row, form=CancelForm() if request.GET.get("cancel") == "true" else None)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form=form, status=400)
    by = request.POST.get("cancelledBy", "").replace("\0", "")[:254]
    try:
        # Cal.com knows a host by the login; here is none, and the link in a host's mail has to do.
        by_host = by.lower() == row.host.email.lower()
        desk.cancel(row, reason=form.cleaned_data["reason"], by=by, by_host=by_host, now=timezone.now())
    except desk.Refused as refused:
        form.add_error("reason", words.refusal(refused.code))
        return _page(request, row, form=form, status=answers.REFUSED)
    post.send_due()
    return redirect("cal-booking", uid=uid)


@require_http_methods(["GET", "HEAD"])
def reschedule(request: HttpRequest, uid: str) -> HttpResponse:
    """Leads on to the event page with `rescheduleUid`, as at Cal.com, or says why it can't be moved."""
    row = answers.known_booking(uid)
    if row is None:
        return answers.no_such_booking(request)
    try:
        desk.refuse_moving(row)
    except desk.Refused as refused:
        return answers.refused(request, refused.code, title=_("This meeting can't be moved"), booking=row)
    query = {asked.MOVING: uid}
    if by := request.GET.get(asked.MOVED_BY):
        query[asked.MOVED_BY] = by
    return redirect(f"{row.event_type.path}?{urlencode(query)}")


@require_http_methods(["GET", "HEAD"])
def video(request: HttpRequest, uid: str) -> HttpResponse:
    """The room of Cal Video, where nobody can be seen."""
    row = answers.known_booking(uid)
    if row is None:
        return answers.no_such_booking(request)
    context = _about(row) | {
        "state": _room(row, now=timezone.now()),
        "opens": words.time_of(row.start - OPENS, row.time_zone),
    }
    return answers.page(request, "video.html", context)


def _page(request: HttpRequest, row: Booking, *, form: CancelForm | None, status: int = 200) -> HttpResponse:
    successor = Booking.objects.filter(from_reschedule=row.uid).first()
    can_cancel = row.is_open and not _is_over(row) and not row.event_type.disable_cancelling
    context = _about(row) | {
        "heading": _heading(row, moved=successor is not None),
        "successor": successor,
        "form": form if can_cancel else None,
        "cannot_cancel": _why_not(row) if form is not None and not can_cancel else "",
        "cancelled_by": (request.POST or request.GET).get("cancelledBy", ""),
        "can_cancel": can_cancel,
        "can_move": _can_move(row),
        "return_to": "",
    }
    if "isSuccessBookingPage" in request.GET and row.is_open and not row.awaits_payment and form is None:
        context["return_to"] = _return_address(row)
    return answers.page(request, "booking.html", context, status=status)


def _about(row: Booking) -> dict[str, Any]:
    return {
        "booking": row,
        "event_type": row.event_type,
        "state_word": words.state(row),
        "tone": words.tone(row),
        "price": words.price(row.price, row.currency),
        "day": words.day_of(row.start, row.time_zone),
        "times": words.times_of(row.start, row.end, row.time_zone),
        "zone_label": zones.label(row.time_zone, at=row.start),
    }


def _heading(row: Booking, *, moved: bool) -> tuple[str, str]:
    """What became of it, and what that means to the reader."""
    if moved:
        return _("This meeting was moved"), _("It takes place at another time.")
    if row.status == Booking.Status.CANCELLED and row.rescheduled:
        return _("Your coach asks for another time"), _("The old time is free again. Please choose a new one.")
    if row.status == Booking.Status.CANCELLED:
        return _("This meeting is cancelled"), _("The time is free again, and nobody needs to come.")
    if row.status == Booking.Status.REJECTED:
        return _("The coach declined this meeting"), _("Nothing takes place at this time. You may choose another one.")
    if row.awaits_payment:
        return _("One step left: the payment"), _("The time is held for you. The meeting is confirmed once it is paid.")
    if row.awaits_host:
        return _("Your request was sent"), _("The coach has to confirm it first. You need do nothing more.")
    if _is_over(row):
        return _("This meeting is over"), _("Thank you for coming.")
    return _("This meeting is scheduled"), _("Everything is set. The link below opens the room.")


def _why_not(row: Booking) -> str:
    if not row.is_open:
        return words.refusal("already_cancelled")
    return words.refusal("already_over" if _is_over(row) else "cancelling_disabled")


def _is_over(row: Booking) -> bool:
    return row.ended_at is not None or row.end <= timezone.now()


def _can_move(row: Booking) -> bool:
    try:
        desk.refuse_moving(row)
    except desk.Refused:
        return False
    return not (row.is_open and _is_over(row))


def _room(row: Booking, *, now: datetime) -> str:
    if not row.is_open:
        return "gone"
    if row.status == Booking.Status.PENDING:
        return "unconfirmed"
    if row.ended_at is not None or (row.end <= now and row.started_at is None):
        return "over"
    return "open" if row.started_at is not None or row.start - OPENS <= now else "closed"


def _return_address(row: Booking) -> str:
    """The front-end, with what Cal.com adds to a success redirect (useBookingSuccessRedirect)."""
    query = {
        "type": row.event_type.slug,
        "uid": row.uid,
        "title": row.title,
        "startTime": asked.written(row.start),
        "endTime": asked.written(row.end),
        "hostName": row.host.name,
        "attendeeName": row.name,
        "email": row.email,
        "location": f"{row.event_type.site}/video/{row.uid}",
    }
    address = row.event_type.success_redirect_url or "/"
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
