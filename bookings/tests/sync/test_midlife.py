"""Runs in the middle of a booking's life, and webhooks that come late or never, end in the rows that order makes."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.models import Booking, Difference, Message, Run, StatusChange
from bookings.tests.sync import NOW, START, Upstream, iso, row
from careercoach.testing import body_of
from coaches.models import Coach

pytestmark = pytest.mark.django_db

BEGIN, END = NOW - timedelta(minutes=54), START + timedelta(minutes=30)
ANOTHER = {"id": 4102, "name": "Other", "email": "other@coach.example", "username": "other"}
MINUTE = timedelta(minutes=1)
# Each run of the tests tries others besides; the number is in the test's name.
SEEDS = [1, 2, 3, 4, 5, *(random.randrange(10**6) for _ in range(3))]
# The clock ends only what would be `BOOKING_CREATED` for ever: where somebody was absent, `NO_SHOW` stays.
LEFT_OUT = {"id", "registers", "created_at", "updated_at", "ended", "coach"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something at Cal.com: the webhook that tells of it, if any does, and what it changes in the API's row."""

    at: datetime
    webhook: dict[str, Any] | None
    row: dict[str, Any] = field(default_factory=dict)
    absent: bool | None = None  # Of the client; the row's `updatedAt` doesn't move for it.


def life(chance: random.Random) -> list[Event]:
    """Booked; perhaps given to another coach without a word; then cancelled, or marked absent this way and that."""
    events = [Event(BEGIN, body_of("booking_created_free"))]
    if chance.random() < 0.5:
        events.append(Event(NOW + MINUTE * chance.randint(1, 500), None, {"hosts": [ANOTHER]}))
    if chance.random() < 0.4:
        at = NOW + MINUTE * chance.randint(1, 800)
        webhook = body_of("booking_cancelled") | {"createdAt": iso(at)}
        reason = webhook["payload"].get("cancellationReason") or ""
        events.append(Event(at, webhook, {"status": "cancelled", "cancellationReason": reason}))
        return sorted(events, key=lambda event: event.at)
    at = START + MINUTE * chance.randint(1, 20)
    for absent in [True, False, True][: chance.randint(1, 3)]:
        webhook = body_of("no_show_updated_guest") | {"createdAt": iso(at)}
        webhook["payload"]["attendees"][0]["noShow"] = absent
        events.append(Event(at, webhook, absent=absent))
        at += MINUTE * chance.randint(1, 12)
    if chance.random() < 0.5:
        events.append(Event(START + MINUTE * chance.randint(1, 60), None, {"absentHost": True}))
    return sorted(events, key=lambda event: event.at)


def answered(events: list[Event], *, at: datetime, lag: timedelta) -> list[dict[str, Any]]:
    """What the API tells then: Cal.com writes its rows some seconds after its webhook went out."""
    if at < BEGIN:
        return []
    told = row()
    for event in events[1:]:
        if event.at + lag > at:
            continue
        if event.absent is not None:
            told["attendees"][0]["absent"] = event.absent
        else:
            told |= event.row | {"updatedAt": iso(event.at + lag)}
    return [told]


def shown() -> list[dict[str, Any]]:
    columns = [each.attname for each in Booking._meta.fields if each.name not in LEFT_OUT]
    return list(Booking.objects.order_by("uid").values(*columns, "coach__cal_user_id"))


@pytest.mark.parametrize("seed", SEEDS)
def test_runs_in_mid_life_and_late_webhooks_end_in_the_same_row(
    cal: Upstream, post: Callable[..., None], seed: int
) -> None:
    chance = random.Random(seed)
    events, lag = life(chance), timedelta(seconds=chance.choice([0, 1, 30]))
    over = max(END, events[-1].at) + 30 * MINUTE
    webhooks = [(event.at, event.webhook) for event in events if event.webhook and chance.random() < 0.75]
    for _at, webhook in webhooks:
        post(webhook)
    cal.rows = answered(events, at=over, lag=lag)
    cal.resync(now=over, full=True)
    expected = shown()

    for _order in range(2):
        for model in (Difference, StatusChange, Message, Run, Booking, Coach):
            model.objects.all().delete()
        late = [0, 0, 3, 30, 600, 60 * 24 * 20]
        steps = [(at + MINUTE * chance.choice(late), webhook) for at, webhook in webhooks]
        for _run in range(chance.randint(1, 5)):
            steps.append((chance.choice(events).at + timedelta(seconds=chance.randint(-400, 1200)), None))
        # The next run: an answer that says the same as one before isn't kept. So of two marks of absence, one lost and
        # one that comes later than all runs, the wrong one holds until then.
        steps.append((max(over, *(at for at, _webhook in steps)) + MINUTE, None))
        for at, webhook in sorted(steps, key=lambda step: step[0]):
            if webhook is not None:
                post(webhook)
                continue
            cal.rows = answered(events, at=at, lag=lag)
            cal.resync(now=at, full=chance.random() < 0.5)

        assert shown() == expected
