"""What all of the API has in common: who may call, how often, in which language, and a last slash.

Errors are in careercoach.errors: DRF's views import this module for its permission, so it can't import them.
"""

import codecs
import hmac
import ipaddress
import math
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, Throttled
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser, get_encoding
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.utils import json


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


class AcceptedLanguage:
    """Speak under /api/ the language of Accept-Language, with which answers vary, and not that of the pages' cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
        return self.get_response(request)


class AlwaysJson(BaseContentNegotiation):
    """The answer's form is the API's, whatever the caller accepts: an error about that would have to be in it too."""

    def select_parser(self, request: Request, parsers: Sequence[BaseParser]) -> BaseParser | None:
        """Raises RequestDataTooBig: so Django looks at the length first. Of files it would read any, to the disk."""
        request.body  # noqa: B018
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class Json(JSONParser):
    """As REST framework's, but what an object names twice is there twice, as in a form; Python keeps the last alone."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        text = codecs.getreader(get_encoding(parser_context or {}))(stream)
        try:
            return json.load(text, parse_constant=json.strict_constant, object_pairs_hook=_with_each)
        except ValueError as error:
            raise ParseError(str(error)) from None


class Repeating(dict[str, Any]):
    """An object that names something twice. No MultiValueDict: with some hundred in each other its repr() fails."""

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self._each: dict[str, list[Any]] = {}
        for name, value in pairs:
            self._each.setdefault(name, []).append(value)

    def getlist(self, name: str) -> list[Any]:
        return self._each[name]


def _with_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repeating(pairs)


class MissingApiKey(APIException):
    status_code = status.HTTP_401_UNAUTHORIZED
    default_code = "missing_api_key"
    default_detail = _("This deployment asks for an API key: send it as “Authorization: Bearer …”.")
    auth_header = "Bearer"


class WrongApiKey(MissingApiKey):
    default_code = "wrong_api_key"
    default_detail = _("The API key is not one of this deployment's.")


class HasApiKey(BasePermission):
    """Open where no API_KEYS are set; else any of them will do, so that one can take over from another.

    A call without one counts for its address, since whoever guesses keys is refused here and never gets to `Limit`.
    """

    def has_permission(self, request: Request, view: object) -> bool:
        if not settings.API_KEYS:
            return True
        scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
        claimed = key.strip().encode(errors="replace")
        given = scheme.lower() == "bearer" and claimed != b""
        # All are compared, in constant time each: how long it takes tells nothing of them.
        if given and any([hmac.compare_digest(claimed, known.encode()) for known in settings.API_KEYS]):  # noqa: C419
            return True
        if wait := _taken(_of_address(request)):
            raise Throttled(math.ceil(wait))
        raise WrongApiKey if given else MissingApiKey


class Limit(BaseThrottle):
    """So many calls a minute for each user, and for each address; a call that is refused counts for neither."""

    wait_for = 0.0

    def allow_request(self, request: Request, view: object) -> bool:
        allowances = _of_address(request)
        if settings.API_CALLS_PER_USER and (user_id := _user_id(request)):
            allowances[f"user {user_id}"] = settings.API_CALLS_PER_USER
        self.wait_for = _taken(allowances)
        return self.wait_for == 0

    def wait(self) -> int:
        return math.ceil(self.wait_for)


def _taken(allowances: Mapping[str, int]) -> float:
    """Take one of each. Returns the seconds to wait where one is used up, else 0.

    The counts are shared by all processes. While the database is away nothing is counted: the call itself will say so.
    """
    try:
        return cache.take(allowances) if allowances else 0.0
    except OperationalError:
        return 0.0


def _of_address(request: Request) -> dict[str, int]:
    """The allowance of where the call comes from: of IPv6 the network, since whoever has one address of it has all."""
    if not settings.API_CALLS_PER_ADDRESS:
        return {}
    text = BaseThrottle().get_ident(request)
    try:
        address = ipaddress.ip_address(text)
    except ValueError:  # What a proxy in front forwards may be anything.
        pass
    else:
        text = str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else text
    return {f"address {text}": settings.API_CALLS_PER_ADDRESS}


def _user_id(request: Request) -> str:
    """Whom the call is about, as it says; whether there is one is looked at later."""
    if "userId" in request.query_params or request.method in SAFE_METHODS:
        return request.query_params.get("userId", "")
    try:
        body = request.data
    except (APIException, SuspiciousOperation, RecursionError, UnicodeError) as error:
        request.unreadable = error  # For whoever reads it next: then REST framework takes the body for an empty one.
        return ""
    return str(body.get("userId") or "") if hasattr(body, "get") else ""
