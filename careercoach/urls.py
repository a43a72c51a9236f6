"""Where each address leads."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from careercoach import health
from careercoach.errors import UnknownPath

urlpatterns = [
    path("api/", include("bookings.api.urls")),  # Front-ends, and Cal.com's webhook.
    re_path(r"^api(/|$)", UnknownPath.as_view()),
    path("admin/", admin.site.urls),  # Operations staff.
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]
