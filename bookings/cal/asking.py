"""Asking Cal.com while a person waits: once, not for long, and within a share of its limit of calls."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol, cast

from django.core.cache import cache

from bookings.cal.client import CalApi, CalError, CalUnavailable, Configuration, NotConfigured, NotFound, Transport
from bookings.cal.payloads.fields import PayloadError

RETRY_AFTER = 5.0  # Seconds, where Cal.com doesn't say.

logger = logging.getLogger(__name__)


class Allowances(Protocol):
    """The cache that all processes share (CACHES): seconds until one may be taken of each a minute, or 0 and taken."""

    def take(self, allowances: Mapping[str, int]) -> float: ...


class Unanswered(Exception):
    """Cal.com told nothing that can be used. The log has why.

    `retryable`: it may tell it after `wait` seconds.
    """

    def __init__(self, retryable: bool, wait: float) -> None:
        super().__init__(retryable, wait)
        self.retryable, self.wait = retryable, wait


@contextmanager
def answered(patience: tuple[float, float], *, share: str, most: int) -> Iterator[CalApi]:
    """Cal.com, to be asked one thing; `patience` is in seconds, to connect and to be answered.

    `most` are the calls a minute that all processes together make for this share of them. Raises Unanswered; NotFound
    and NotConfigured as they are.
    """
    configuration = Configuration.from_settings()
    wait = cast(Allowances, cache).take({share: most})
    if wait:
        logger.warning("Not asked of Cal.com: the %s are used up for %.0f s.", share, wait)
        raise Unanswered(True, wait)
    transport = Transport(base_url=configuration.base_url, key=configuration.key, patience=0, timeout=patience)
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
