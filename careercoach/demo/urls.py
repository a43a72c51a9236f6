"""What the demo adds: its front-end page, Cal.com's pages and the page to play Cal.com with. Mounted with DEMO=true."""

from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from careercoach.demo.frontend import FrontEnd

urlpatterns = [
    path("", FrontEnd.as_view(), name="demo-front-end"),
    path("demo/texts.js", JavaScriptCatalog.as_view(domain="djangojs"), name="demo-texts"),
    path("v2/", include("careercoach.demo.api.urls")),
    path("", include("careercoach.demo.pages.urls")),
]
