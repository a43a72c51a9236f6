"""Where each address leads; /healthz and /readyz are answered before, by careercoach.health."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from bookings.admin.theme import dress
from careercoach.documents import Docs, Schema
from careercoach.errors import UnknownPath

handler500 = "careercoach.errors.failed"

admin.site.index_title = _("Operations")
dress(admin.site)

urlpatterns = [
    path("api/", include("bookings.api.urls")),  # Front-ends, and Cal.com's webhook.
    path("api/schema", Schema.as_view(), name="schema"),
    path("api/docs", Docs.as_view(url_name="schema"), name="docs"),
    re_path(r"^api(/|$)", UnknownPath.as_view()),
    path("admin/", admin.site.urls),  # Operations staff.
    path("i18n/", include("django.conf.urls.i18n")),  # POST i18n/setlang/: the language switch of pages.
    path("", include("careercoach.demo.urls") if settings.DEMO else RedirectView.as_view(pattern_name="admin:index")),
]
