"""What the tests of the periodic work share: a clock that stands, and results as a worker writes them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django_q.models import Task

from bookings.cal import locks

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@contextmanager
def held_elsewhere(name: str) -> Iterator[None]:
    """Another connection holds the lock: MySQL gives it to one connection as often as it likes."""
    holding, enough = threading.Event(), threading.Event()

    def hold() -> None:
        with locks.held(name):
            holding.set()
            enough.wait(30)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(30)
    yield
    enough.set()
    thread.join()


@pytest.fixture
def result() -> Callable[..., Task]:
    """A job's result, so many minutes ago."""

    def result(group: str, *, ago: float = 0, success: bool = True, said: str = "done", now: datetime = NOW) -> Task:
        at = now - timedelta(minutes=ago)
        number = uuid4().hex
        return Task.objects.create(
            id=number,
            name=number[:8],
            func="bookings.periodic.running.run",
            group=group,
            args=(group,),
            kwargs={},
            started=at - timedelta(seconds=1.5),
            stopped=at,
            success=success,
            result=said,
        )

    return result
