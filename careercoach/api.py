"""What all of the API has in common: who may call, and paths with or without a last slash.

Errors are in careercoach.errors: DRF's views import this module for its permission, so it can't import them.
"""

import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class OneTrailingSlash:
    """Take `/api/…/` for `/api/…` without a redirect.

    Cal.com doesn't follow redirects, and a redirected POST loses its body: either would lose an event.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith("/api/") and path.endswith("/") and not path.endswith("//"):
            request.path_info = path[:-1]
            request.path = request.path[:-1]
        return self.get_response(request)


class MissingApiKey(APIException):
    status_code = status.HTTP_401_UNAUTHORIZED
    default_code = "missing_api_key"
    default_detail = _("This deployment asks for an API key: send it as “Authorization: Bearer …”.")
    auth_header = "Bearer"


class WrongApiKey(MissingApiKey):
    default_code = "wrong_api_key"
    default_detail = _("The API key is not one of this deployment's.")


class HasApiKey(BasePermission):
    """Open where no API_KEYS are set; else any of them will do, so that one can take over from another."""

    def has_permission(self, request: Request, view: object) -> bool:
        if not settings.API_KEYS:
            return True
        scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise MissingApiKey
        claimed = key.strip().encode(errors="replace")
        # All are compared, in constant time each: how long it takes tells nothing of them.
        if not any([hmac.compare_digest(claimed, known.encode()) for known in settings.API_KEYS]):  # noqa: C419
            raise WrongApiKey
        return True
