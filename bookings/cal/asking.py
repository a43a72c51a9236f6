"""Asking Cal.com while a person waits: once, not for long, and within a share of its limit of calls."""

import logging
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Protocol, cast

from django.core.cache import cache

from bookings.cal.client import CalApi, CalError, CalUnavailable, Configuration, NotConfigured, NotFound, Transport
from bookings.cal.payloads.fields import PayloadError

RETRY_AFTER = 5.0  # Seconds, where Cal.com doesn't say.
BUSY_FOR = 2  # Seconds after which whoever found all places taken may come again.
LONGEST = 30.0  # Seconds after which the place of one that died is free: longer than any `within` and a last wait.

logger = logging.getLogger(__name__)


class Shared(Protocol):
    """The cache that all processes share (CACHES).

    `take`: seconds until one may be taken of each a minute, or 0 and taken. `add`: of several at once one does.
    """

    def take(self, allowances: Mapping[str, int]) -> float: ...
    def add(self, key: str, value: object, timeout: float) -> bool: ...
    def release(self, key: str, value: object) -> None: ...


class Unanswered(Exception):
    """Cal.com told nothing that can be used. The log has why.

    `retryable`: it may tell it after `wait` seconds.
    """

    def __init__(self, retryable: bool, wait: float) -> None:
        super().__init__(retryable, wait)
        self.retryable, self.wait = retryable, wait


class NotAsked(Unanswered):
    """Cal.com wasn't asked: a share of calls is used up."""


class Busy(NotAsked):
    """So many wait for Cal.com that one more could leave nobody to answer anything else."""


@contextmanager
def place(*places: str) -> Iterator[bool]:
    """Have one of these, which nobody has meanwhile in any process; False where all are taken."""
    shared, token = cast(Shared, cache), secrets.token_hex(8)
    mine = next((each for each in places if shared.add(each, token, LONGEST)), None)
    try:
        yield mine is not None
    finally:
        if mine is not None:
            shared.release(mine, token)


@contextmanager
def answered(
    patience: tuple[float, float],
    *,
    within: float,
    share: str,
    most: int,
    at_once: int,
    also: Mapping[str, int] = MappingProxyType({}),
) -> Iterator[CalApi]:
    """Cal.com, to be asked one thing; `patience` is in seconds, to connect and for each piece of what it answers.

    `within` are the seconds that all of it may take. `most` are the things a minute that all processes together ask as
    this share of calls, and `at_once` those at one time, since each keeps a thread waiting; `also` are further
    allowances a minute. Raises Unanswered; NotFound and NotConfigured as they are.
    """
    with place(*(f"place-{number}-{share}".replace(" ", "-") for number in range(at_once))) as found:
        if not found:
            raise Busy(True, BUSY_FOR)
        with _asked(patience, within=within, allowances={share: most, **also}) as cal:
            yield cal


@contextmanager
def _asked(patience: tuple[float, float], *, within: float, allowances: Mapping[str, int]) -> Iterator[CalApi]:
    configuration = Configuration.from_settings()
    wait = cast(Shared, cache).take(allowances)
    if wait:
        logger.warning("Not asked of Cal.com: the %s are used up for %.0f s.", " or ".join(allowances), wait)
        raise NotAsked(True, wait)
    transport = Transport(
        base_url=configuration.base_url, key=configuration.key, patience=0, timeout=patience, within=within
    )
    try:
        with CalApi(configuration, transport) as cal:
            yield cal
    except (NotConfigured, NotFound):
        raise
    except CalUnavailable as error:
        logger.warning("Cal.com: %s", error)
        raise Unanswered(True, error.retry_after or RETRY_AFTER) from None
    except (CalError, PayloadError) as error:
        logger.error("Cal.com: %s", error)
        raise Unanswered(False, 0) from None
