"""/payment/{uid}: looks like Stripe's page within Cal.com, and charges nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from careercoach.demo import desk, post
from careercoach.demo.models import Booking
from careercoach.demo.pages import answers, words, zones

DECLINED = 402


@require_http_methods(["GET", "HEAD", "POST"])
def payment(request: HttpRequest, payment_uid: str) -> HttpResponse:
    """Pays, or lets the card be declined, which may be tried again. Walking away needs no request.

    A cancelled booking can't be paid here; but who had the page open before can, as at Cal.com (webhooks.md §4).
    """
    booking = Booking.objects.select_related("event_type", "host").filter(payment_uid=payment_uid).first()
    if booking is None:
        return answers.no_such_booking(request)
    if not booking.price:
        return _confirmation(booking)
    if request.method != "POST":
        return _page(request, booking) if booking.paid_at is None else _confirmation(booking)
    if request.POST.get("card") == "declined" and booking.paid_at is None:
        return _page(request, booking, declined=True, status=DECLINED)
    try:
        desk.pay(booking, now=timezone.now())
    except desk.Refused as refused:
        if refused.code == "already_paid":  # By a second window, perhaps this very moment: the desk alone knows.
            return _confirmation(booking)
        return _page(request, booking, refused=words.refusal(refused.code), status=answers.REFUSED)
    post.send_due()
    return _confirmation(booking)


def _confirmation(booking: Booking) -> HttpResponse:
    return redirect(reverse("cal-booking", args=[booking.uid]) + "?isSuccessBookingPage=true")


def _page(
    request: HttpRequest, booking: Booking, *, declined: bool = False, refused: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "booking": booking,
        "event_type": booking.event_type,
        "price": words.price(booking.price, booking.currency),
        "day": words.day_of(booking.start, booking.time_zone),
        "times": words.times_of(booking.start, booking.end, booking.time_zone),
        "zone_label": zones.label(booking.time_zone, at=booking.start),
        "declined": declined,
        "refused": refused,
    }
    return answers.page(request, "payment.html", context, status=status)
