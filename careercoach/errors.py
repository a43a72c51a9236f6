"""One shape of errors for all of the API: `{type, errors: [{code, detail, attr}]}`."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ParseError
from rest_framework.request import Request
from rest_framework.views import APIView


class DatabaseAway(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "database_unavailable"
    default_detail = _("The database can't be reached. Try again shortly.")
    wait = 5  # Seconds, for Retry-After.


class ErrorHandler(ExceptionHandler):
    """Errors as `{type, errors: [{code, detail, attr}]}`, a database that is away among them."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, OperationalError | InterfaceError):
            return DatabaseAway()
        if isinstance(exc, SuspiciousOperation):  # More fields than Django reads, say.
            return ParseError()
        return super().convert_known_exceptions(exc)


class UnknownPath(APIView):
    """A path under /api/ that isn't one answers in the API's shape too."""

    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound
