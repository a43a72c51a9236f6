"""Fixtures of the tests of the resync."""

from collections.abc import Iterator
from typing import Any

import pytest

from bookings.tests.sync import TYPE, Upstream, upstream


@pytest.fixture
def cal(settings: Any) -> Iterator[Upstream]:
    settings.CAL_EVENT_TYPE_IDS = [TYPE]
    with upstream() as cal:
        yield cal
