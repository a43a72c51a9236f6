"""Paths under /api/, without a last slash: one is ignored (careercoach.api.OneTrailingSlash)."""

from django.urls import path, re_path

from bookings.api.meta import Meta
from bookings.api.slots import Slots
from bookings.api.views import BookingCalendar, Bookings, BookingUrl, Cancel, OneBooking, Reschedule, Users
from bookings.cal.views import CalWebhook

NAME = r"(?P<bookingId>[^/.]+)"

urlpatterns = [
    path("users", Users.as_view(), name="users"),
    path("booking-url", BookingUrl.as_view(), name="booking-url"),
    path("slots", Slots.as_view(), name="slots"),
    path("bookings", Bookings.as_view(), name="bookings"),
    path("bookings/cancel", Cancel.as_view(), name="cancel"),
    path("bookings/reschedule", Reschedule.as_view(), name="reschedule"),
    re_path(rf"^bookings/{NAME}\.ics$", BookingCalendar.as_view(), name="booking-calendar"),
    re_path(rf"^bookings/{NAME}$", OneBooking.as_view(), name="booking"),
    path("meta", Meta.as_view(), name="meta"),
    path("webhook/cal", CalWebhook.as_view(), name="cal-webhook"),
]
