"""What the bytes of an answer mean: data, or one of our exceptions. Pure."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from bookings.cal.client import errors, limits
from bookings.cal.client.errors import CalUnavailable, RateLimited, UnreadableAnswer
from bookings.cal.client.exchange import Answer, Call, Exchange

REQUEST_TIMEOUT, TOO_MANY = 408, 429


def understand(
    call: Call, *, status: int, headers: Mapping[str, str], body: bytes, exchange: Exchange, secrets: Sequence[str]
) -> Answer:
    """The answer; `headers` have lower-case names. Raises CalError, without `secrets` in its message."""
    document = _document(body)
    text = body.decode(errors="replace")
    said: dict[str, Any] = {"call": call.name, "status": status, "request_id": exchange.request_id}
    now = exchange.server_date or exchange.answered_at  # A date in a header is by the server's clock.
    if status == TOO_MANY:
        raise RateLimited("too many calls", retry_after=limits.until_unblocked(headers, now=now), **said)
    if status >= 500 or status == REQUEST_TIMEOUT:
        raise CalUnavailable(
            errors.reason(document, text, secrets=secrets) or "no reason given",
            retryable=call.method == "GET",
            retry_after=limits.retry_after(headers, now=now),
            **said,
        )
    if status >= 400:
        raise errors.refusal(document, text, secrets=secrets, **said)
    if status >= 300:
        raise UnreadableAnswer("a redirect, which is not followed: CAL_API_BASE_URL must be the address itself", **said)
    if status >= 200 and not body:  # As a DELETE may be answered; who needs data misses it.
        return Answer(data=None, pagination=None, exchange=exchange)
    if not isinstance(document, dict):
        raise UnreadableAnswer("no JSON object: is CAL_API_BASE_URL the address of Cal.com's API?", **said)
    if document.get("status") != "success":
        raise UnreadableAnswer("neither data nor an error of Cal.com's", **said)
    return Answer(data=document.get("data"), pagination=document.get("pagination"), exchange=exchange)


def _document(body: bytes) -> Any:
    """The JSON; None where it isn't any, or holds numbers that JSON doesn't have and no database takes."""
    try:
        return json.loads(body, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):  # It may be nested more deeply than Python's stack.
        return None


def _refuse(name: str) -> None:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number
