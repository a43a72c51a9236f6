"""What every page's answer has in common: its frame, and the page that says in words what isn't there."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from careercoach.demo.models import Booking
from careercoach.demo.pages import words

MISSING, REFUSED = 404, 409


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page that no cache keeps: what it shows can change with the next click anywhere."""
    here = {"here": request.get_full_path()}  # Where the language switch leads back to.
    answer = render(request, f"demo/cal/{template}", here | context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def problem(
    request: HttpRequest, *, title: str, text: str, status: int, booking: Booking | None = None
) -> HttpResponse:
    return page(request, "problem.html", {"title": title, "text": text, "booking": booking}, status=status)


def no_such_booking(request: HttpRequest) -> HttpResponse:
    return problem(
        request,
        title=_("There is no such meeting"),
        text=_("The address may have been cut short, or the demo was started over since it was made."),
        status=MISSING,
    )


def no_such_page(request: HttpRequest) -> HttpResponse:
    return problem(
        request,
        title=_("This page does not exist"),
        text=_("There is nothing to book at this address."),
        status=MISSING,
    )


def refused(request: HttpRequest, code: str, *, title: str, booking: Booking) -> HttpResponse:
    """What the desk doesn't do, in words, with a link to the meeting that it is about."""
    return problem(request, title=title, text=words.refusal(code), status=REFUSED, booking=booking)


def known_booking(uid: str) -> Booking | None:
    return Booking.objects.select_related("event_type", "host").filter(uid=uid).first()
