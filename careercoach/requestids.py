"""A name for each request, which is in its answer, in the body of an error, and in each line of the log about it."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"
NONE = "-"  # Of what no request has caused.
_current = ContextVar("request_id", default=NONE)


class RequestId:
    """Give each request its name. A caller's own is kept, where it looks like one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request.request_id = given if re.fullmatch(r"[\w-]{8,64}", given, re.ASCII) else uuid.uuid4().hex
        token = _current.set(request.request_id)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response.headers[HEADER] = request.request_id
        return response


class InLines(logging.Filter):
    """Tell each line's format `request_id`.

    Django logs what failed when all middlewares have ended: then the line itself has the request.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = getattr(getattr(record, "request", None), "request_id", _current.get())
        return True
