"""Fixtures of the tests of the API client."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bookings.cal.client import CalApi
from bookings.tests.test_client import Cal, FakeClock, api_of, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Cal]:
    with serving() as cal:
        yield cal


@pytest.fixture
def cal(server: Cal) -> Cal:
    """The server, having forgotten the test before."""
    server.asked.clear()
    server.answers, server.always = [], None
    return server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def connect(cal: Cal, clock: FakeClock) -> Iterator[Callable[..., CalApi]]:
    """Makes clients of the server, and closes them."""
    made: list[CalApi] = []

    def connect(address: str | None = None, **options: Any) -> CalApi:
        made.append(api_of(address or cal.address, clock, **options))
        return made[-1]

    yield connect
    for api in made:
        api.close()


@pytest.fixture
def api(connect: Callable[..., CalApi]) -> CalApi:
    return connect()
