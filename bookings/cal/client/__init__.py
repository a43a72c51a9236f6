"""The only place that talks HTTP to Cal.com's API v2. Plain dicts come out; no model and no service is known here.

`api` has the operations, `account` their addresses, `paging` their lists, `transport` one call with its repetitions;
`understanding` and `limits` read an answer, `errors` says what went wrong, `configuration` reads the settings.
"""

from bookings.cal.client.account import IsSeries
from bookings.cal.client.api import CalApi
from bookings.cal.client.configuration import Configuration
from bookings.cal.client.errors import (
    CalError,
    CalRefused,
    CalUnavailable,
    Conflict,
    Forbidden,
    NoSuchRoute,
    NotConfigured,
    NotFound,
    RateLimited,
    Unauthorized,
    UnreadableAnswer,
)
from bookings.cal.client.exchange import Exchange
from bookings.cal.client.paging import Page, Row
from bookings.cal.client.subscription import Subscription
from bookings.cal.client.transport import Clock, SystemClock, Transport

__all__ = [
    "CalApi",
    "CalError",
    "CalRefused",
    "CalUnavailable",
    "Clock",
    "Configuration",
    "Conflict",
    "Exchange",
    "Forbidden",
    "IsSeries",
    "NoSuchRoute",
    "NotConfigured",
    "NotFound",
    "Page",
    "RateLimited",
    "Row",
    "Subscription",
    "SystemClock",
    "Transport",
    "Unauthorized",
    "UnreadableAnswer",
]
