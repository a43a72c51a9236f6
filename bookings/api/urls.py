"""Paths under /api/, without a last slash: one is ignored (careercoach.api.OneTrailingSlash)."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from bookings.api.views import BookingUrl, BookingViewSet, UserViewSet
from bookings.cal.views import CalWebhook

router = SimpleRouter(trailing_slash=False)
router.register("users", UserViewSet, basename="user")
router.register("bookings", BookingViewSet, basename="booking")

urlpatterns = [
    path("", include(router.urls)),
    path("booking-url", BookingUrl.as_view(), name="booking-url"),
    path("webhook/cal", CalWebhook.as_view(), name="cal-webhook"),
]
