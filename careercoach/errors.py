"""One shape of errors for all of the API: `{type, errors: [{code, detail, attr}], requestId, retryable}`."""

import json
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import get_template
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import Error, ErrorResponse
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ParseError, Throttled
from rest_framework.request import Request
from rest_framework.views import APIView


class DatabaseAway(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "database_unavailable"
    default_detail = _("The database can't be reached. Try again shortly.")
    wait = 5  # Seconds, for Retry-After.
    retryable = True


class Unreadable(ParseError):
    """Whatever the parser said of it is said in English, and to whoever wrote the parser."""

    default_detail = _("The body can't be read: it isn't what its Content-Type says, or is nested too deeply.")


class TooMuch(APIException):
    """Django reads no more than DATA_UPLOAD_MAX_… allow."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "too_much"
    default_detail = _("This is more than the API takes: 1 MiB, and 1,000 parameters.")


class OurFailure(APIException):
    """Whatever it was, nothing of it is told."""

    default_detail = _("Something went wrong here. The request's id finds it in our log.")


class Formatter(ExceptionFormatter):
    """`retryable` says that the same call may succeed later; an error has an `attr` where a field is to be marked."""

    def get_errors(self) -> list[Error]:
        errors: list[Error] = super().get_errors()
        field = getattr(self.exc, "attr", None)
        return [replace(error, attr=field) for error in errors] if field else errors

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        request = self.context["request"]
        return super().format_error_response(error_response) | {
            "requestId": getattr(request, "request_id", ""),
            "retryable": getattr(self.exc, "retryable", isinstance(self.exc, Throttled)),
        }


class ErrorHandler(ExceptionHandler):
    """Errors as `{type, errors: [{code, detail, attr}]}`, a database that is away among them."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, OperationalError | InterfaceError):
            return DatabaseAway()
        if isinstance(exc, SuspiciousOperation):
            return TooMuch()
        if isinstance(exc, ParseError):
            return Unreadable()
        return super().convert_known_exceptions(exc)

    def convert_unhandled_exceptions(self, exc: Exception) -> APIException:
        return exc if isinstance(exc, APIException) else OurFailure()


def failed(request: HttpRequest) -> HttpResponse:
    """The page of a failure, without all that may have failed: it is told nothing but the request's id."""
    page = get_template("500.html").render({"request_id": getattr(request, "request_id", "")})
    return HttpResponseServerError(page)


class UnknownPath(APIView):
    """A path under /api/ that isn't one answers in the API's shape too."""

    permission_classes = ()
    throttle_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound


class InShape:
    """What Django itself refuses under /api/, before a view of ours is reached, is told in the API's shape too.

    Headers stay as they are: without those of CORS, a page of another site couldn't read what is wrong.
    """

    refused = _("This request can't be answered.")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            response.status_code < HTTPStatus.BAD_REQUEST
            or not request.path_info.startswith("/api/")
            or not response.headers.get("Content-Type", "").startswith("text/html")
        ):
            return response
        status = HTTPStatus(response.status_code)
        failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        with override(get_language_from_request(request)):  # It may have failed before Django looked at that.
            detail = str(OurFailure.default_detail if failed else self.refused)
        body = {
            "type": "server_error" if failed else "client_error",
            "errors": [{"code": status.name.lower(), "detail": detail, "attr": None}],
            "requestId": getattr(request, "request_id", ""),
            "retryable": False,
        }
        response.content = json.dumps(body).encode()
        response.headers["Content-Type"] = "application/json"
        response.headers["Content-Length"] = str(len(response.content))
        return response
