"""How anything at the desk is changed: one at a time, with the row as it is now, and told by webhook."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from careercoach.demo import bodies, post
from careercoach.demo.models import Booking, Host
from careercoach.demo.router import DATABASE

Status = Booking.Status


class Refused(Exception):
    """Cal.com doesn't do this; `code` says why, and the pages have the words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def changing() -> Iterator[None]:
    """One change at a time: SQLite locks the whole file, so whoever clicks first has the slot."""
    with transaction.atomic(using=DATABASE):
        yield


def locked(booking: Booking) -> Booking:
    return Booking.objects.select_related("event_type", "host").get(pk=booking.pk)


def accept(booking: Booking, *, flow: bodies.Flow) -> None:
    """Confirmed: its MEETING_* are planned as they would be now (webhooks.md §5)."""
    booking.status = Status.ACCEPTED
    booking.confirmed_snapshot = bodies.snapshot(booking, flow=flow, hosts=list(Host.objects.order_by("id")))
    booking.save()


def save(booking: Booking, now: datetime, **changes: Any) -> Booking:
    for name, value in changes.items():
        setattr(booking, name, value)
    booking.updated_at = now
    booking.save()
    return booking


def tell(body: dict[str, Any], booking: Booking, now: datetime) -> None:
    post.queue(body, event_type=booking.event_type, booking=booking, now=now)
