"""Who looks at a page of the admin: what they may see, and in which zone they read times.

The browser says the zone in a cookie that office.js sets; without one times are in UTC. Who asks is kept in a context
variable: pages of the admin are made by objects that all requests share, so it can't be kept there.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

COOKIE = "viewer_zone"

_request: ContextVar[HttpRequest | None] = ContextVar("viewer_request", default=None)


@cache
def _zones() -> frozenset[str]:
    """Read once, since it is made of the files of all zones: that takes as long as many a page."""
    return frozenset(available_timezones())


def zone(name: str) -> ZoneInfo | None:
    """The zone of this name; None where there is none: names beyond the list may be paths."""
    return ZoneInfo(name) if name in _zones() else None


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """The browser's zone, where it said one that there is."""
    return zone(request.COOKIES.get(COOKIE, ""))


def may(permission: str) -> bool:
    """Has whoever looks now this permission? Nobody looking has none."""
    request = _request.get()
    return request is not None and request.user.has_perm(permission)


class Viewer:
    """For the admin only: the API tells all times in UTC, whoever asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/admin/"):
            return self.get_response(request)
        token = _request.set(request)
        try:
            with timezone.override(zone_of(request)):
                return self.get_response(request)
        finally:
            _request.reset(token)
