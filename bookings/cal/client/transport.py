"""One call to Cal.com's API v2 over HTTP: headers, time-outs, the limit of calls, and repetition.

It knows no path and no model. It logs the path's pattern, never the path, the query, a header or a body: a uid opens a
booking to anyone (api_v2.md §2.6).
"""

import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

import requests
import urllib3
from requests.auth import AuthBase

from bookings.cal.client import limits
from bookings.cal.client.errors import CalUnavailable, RateLimited, UnreadableAnswer
from bookings.cal.client.exchange import VERSIONS, Answer, Call, Exchange
from bookings.cal.client.understanding import understand

TIMEOUT = (5.0, 30.0)  # Seconds: to connect, and between two pieces of the answer.
ANSWER_WITHIN = 120.0  # Seconds for a whole answer, for a server that sends a byte now and then.
ANSWER_LENGTH = 32 * 1024 * 1024  # Bytes. A page of 250 bookings with long answers is 2 MiB.
PIECE = 64 * 1024  # Bytes that are read at once, at most.
ATTEMPTS = 5
PATIENCE = 180.0  # Seconds that one call may wait in all: two windows of the limit, and the pauses between attempts.
FIRST_PAUSE = 1.0  # Seconds after a failure; twice as long after each further one.

logger = logging.getLogger("bookings.cal.client")


class Clock(Protocol):
    def now(self) -> datetime: ...
    def sleep(self, seconds: float, /) -> None: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float, /) -> None:
        time.sleep(seconds)


class Transport:
    """A connection to one Cal.com, kept open between calls. For one thread; close it after use."""

    def __init__(
        self,
        *,
        base_url: str,
        key: str,
        clock: Clock | None = None,
        patience: float = PATIENCE,
        timeout: tuple[float, float] = TIMEOUT,
        within: float | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`patience` is in seconds: a page that a person waits for gives less than a nightly run. `jitter`: 0 to 1.

        `within` are the seconds from now that all calls together may take; by default nobody waits for them all.
        """
        self.last: Exchange | None = None  # Of the last answer, whatever it said; None before the first.
        self._base_url = base_url
        self._key = key
        self._clock = clock or SystemClock()
        self._patience = patience
        self._timeout = timeout
        self._ends_at = None if within is None else self._clock.now() + timedelta(seconds=within)
        self._jitter = jitter
        self._free_at: datetime | None = None  # Who calls before is blocked for a minute.
        self._session = _Session()
        self._session.auth = _Bearer(key)

    def close(self) -> None:
        self._session.close()

    def call(self, call: Call) -> Answer:
        """Ask, waiting for the limit of calls; ask again where that helps and is safe. Raises CalError.

        Only a GET is repeated: after a time-out of anything else nobody knows whether it was done.
        """
        waited = self._await_limit(call, waited=0)
        attempt = 1
        while True:
            try:
                return self._ask(call)
            except CalUnavailable as error:
                failure = error
            pause = self._pause_after(failure, attempt)
            too_long = waited + pause > self._patience
            if call.method != "GET" or not failure.retryable or attempt == ATTEMPTS or too_long:
                raise failure
            logger.warning("Cal.com: %s: once more in %.1f s", failure, pause)
            self._clock.sleep(pause)
            waited = self._await_limit(call, waited=waited + pause)
            attempt += 1

    def _await_limit(self, call: Call, *, waited: float) -> float:
        """Wait until a call is allowed; what was waited in all. Raises RateLimited where that is too long."""
        pause = self._until_free()
        if pause == 0:
            return waited
        if waited + pause > self._patience:
            raise RateLimited("not sent, since the limit of calls is reached", retry_after=pause, call=call.name)
        logger.info("Cal.com: %s: the limit of calls is reached, so it waits %.1f s", call.name, pause)
        self._clock.sleep(pause)
        return waited + pause

    def _until_free(self) -> float:
        return max((self._free_at - self._clock.now()).total_seconds(), 0) if self._free_at else 0

    def _pause_after(self, failure: CalUnavailable, attempt: int) -> float:
        if isinstance(failure, RateLimited):
            return self._until_free()
        backoff = FIRST_PAUSE * 2 ** (attempt - 1) * (1 + self._jitter()) / 2
        return failure.retry_after or backoff

    def _ask(self, call: Call) -> Answer:
        """One request. Raises CalError, and never while requests' exception is handled: that one holds the key.

        Redirects aren't followed: requests would turn a POST into a GET, and an address that redirects is a wrong
        setting. So the key never goes anywhere but to CAL_API_BASE_URL.
        """
        url, secrets = self._base_url + call.path, [self._key, *call.secrets]
        headers = {"Accept": "application/json", "User-Agent": "career-coach"}
        if call.family:
            headers["cal-api-version"] = VERSIONS[call.family]
        asked_at = self._clock.now()
        left = self._left(asked_at)
        if left <= 0:
            raise CalUnavailable("not sent, since no time is left for it", retryable=True, call=call.name)
        try:
            with self._session.request(
                call.method,
                url,
                params=call.query,
                json=call.body,
                headers=headers,
                timeout=(min(self._timeout[0], left), min(self._timeout[1], left)),
                allow_redirects=False,
                stream=True,
            ) as response:
                status = response.status_code
                told = {name.lower(): value for name, value in response.headers.items()}
                exchange = self._note(told, asked_at=asked_at)
                body = self._read(response, call=call, until=asked_at + timedelta(seconds=left))
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            kind, never_sent = type(error).__name__, _never_sent(error)
        else:
            logger.debug("Cal.com: %s: %d (request %s)", call.name, status, exchange.request_id)
            if status == 429:
                self._block(limits.until_unblocked(told, now=exchange.server_date or exchange.answered_at))
            return understand(call, status=status, headers=told, body=body, exchange=exchange, secrets=secrets)
        raise CalUnavailable(
            f"no answer ({kind})",
            retryable=call.method == "GET" or never_sent,
            call=call.name,
        )

    def _left(self, now: datetime) -> float:
        """Seconds for the whole of an answer that is asked for now."""
        return ANSWER_WITHIN if self._ends_at is None else min((self._ends_at - now).total_seconds(), ANSWER_WITHIN)

    def _note(self, headers: Mapping[str, str], *, asked_at: datetime) -> Exchange:
        answered_at = self._clock.now()
        server_date = limits.date(headers.get("date", ""))
        self.last = Exchange(
            asked_at=asked_at,
            answered_at=answered_at,
            server_date=server_date,
            request_id=_request_id(headers.get("x-request-id", "")),
        )
        self._block(limits.until_free(headers, now=server_date or answered_at))
        return self.last

    def _block(self, pause: float) -> None:
        """No call for so many seconds, and a fraction more: the header rounds, and others wait for the same moment."""
        if pause > 0:
            self._free_at = self._clock.now() + timedelta(seconds=pause + self._jitter())

    def _read(self, response: requests.Response, *, call: Call, until: datetime) -> bytes:
        """Piece by piece as they come: `iter_content` waits until a piece is full, however slowly bytes drip."""
        body = bytearray()
        while piece := response.raw.read1(PIECE, decode_content=True):
            body += piece
            if len(body) > ANSWER_LENGTH:
                raise UnreadableAnswer("an answer without end", call=call.name, status=response.status_code)
            if self._clock.now() > until:
                raise requests.ReadTimeout
        return bytes(body)


class _Session(requests.Session):
    """Follows no redirect. Asked not to, requests still reads where one leads, and breaks on an address in Latin-1."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class _Bearer(AuthBase):
    """The key as requests' own kind of authentication: a header would be replaced by what ~/.netrc has for the host."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _never_sent(error: Exception) -> bool:
    """No connection was made, so the server knows nothing of the call."""
    reasons = (getattr(argument, "reason", None) for argument in error.args)
    return any(
        isinstance(reason, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError))
        for reason in reasons
    )


def _request_id(text: str) -> str:
    """It goes into logs, and whoever answers may write anything there."""
    return text if re.fullmatch(r"[\w-]{1,64}", text, re.ASCII) else ""


def _names_no_path(record: logging.LogRecord) -> bool:
    return not any("/" in argument for argument in record.args or () if isinstance(argument, str))


# urllib3 logs each path with its query at DEBUG, and in some warnings: uids, which open bookings. What it says of
# connections stays. Attached here rather than in settings, so that no way to run this can forget it.
for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_names_no_path)
