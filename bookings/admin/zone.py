"""Times in the zone of whoever looks: the browser says which, in a cookie that office.js sets; else in UTC."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

COOKIE = "viewer_zone"


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """The browser's zone, where it said one that there is: names beyond the list may be paths."""
    name = request.COOKIES.get(COOKIE, "")
    return ZoneInfo(name) if name in available_timezones() else None


class BrowserZone:
    """For the admin only: the API tells all times in UTC, whoever asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/admin/"):
            return self.get_response(request)
        with timezone.override(zone_of(request)):
            return self.get_response(request)
