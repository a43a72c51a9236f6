"""The mirror heals itself: against the stand-in for Cal.com, over real HTTP, whatever became of the webhooks."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from bookings.models import Booking as Mirrored
from bookings.models import Message, StatusChange
from careercoach.demo.models import Booking
from careercoach.tests.cal_com import CalCom, apply, opened, rows
from coaches.models import Coach

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "demo"])

# Each run of the tests tries others; the number is in the test's name.
SEEDS = [random.randrange(10**6) for _ in range(4)]


@pytest.fixture
def cal(live_server: Any, settings: Any) -> Iterator[CalCom]:
    with opened(live_server.url, settings) as cal:
        yield cal


def values(*names: str) -> dict[str, tuple[Any, ...]]:
    return {row["uid"]: tuple(row[name] for name in names) for row in rows()}


@pytest.mark.parametrize("percent", [20, 60, 100])
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_share_of_webhooks_is_lost_no_difference_remains(cal: CalCom, seed: int, percent: int) -> None:
    now = datetime.now(UTC)
    cal.random.seed(seed)
    random.seed(seed)
    cal.drop(percent)
    for number in range(12):
        cal.live(number, now=now)
    cal.send()
    before = {row["uid"]: row for row in rows()}

    run = cal.resync()

    after = {row["uid"]: row for row in rows()}
    assert cal.mirrored() == cal.truth(now=now)
    healed = {
        (uid, name.removesuffix("__cal_user_id"))
        for uid, row in after.items()
        for name, value in row.items()
        if uid in before and before[uid][name] != value and name not in ("is_head", "chain_reference")
    }
    told = {(each.uid, each.field) for each in run.differences.all()}
    created = {(uid, "status") for uid in after.keys() - before.keys()}
    shown = {name.removesuffix("__cal_user_id") for name in next(iter(after.values()))}
    assert {each for each in told if each[1] in shown} == healed | created
    assert (run.created, run.failed) == (len(created), 0)

    again = cal.resync()

    assert (again.unchanged, again.changed, again.created, again.failed) == (again.seen, 0, 0, 0)
    assert not again.differences.exists()
    assert again.messages.count() == 0
    Mirrored.objects.update(updated_at=now - timedelta(minutes=1))
    out = StringIO()
    call_command("rebuild", stdout=out)
    assert "0 differ" in out.getvalue()


@pytest.mark.parametrize("minutes", [0, 4, 60])
@pytest.mark.parametrize("seed", SEEDS)
def test_webhooks_and_resyncs_in_any_order_end_in_the_same_rows(cal: CalCom, seed: int, minutes: int) -> None:
    """Some of the webhooks never come. The last act is so many minutes ago."""
    now = datetime.now(UTC) - timedelta(minutes=minutes)
    chance = random.Random(seed)
    cal.random.seed(seed)
    cal.drop(0)
    for number in range(5):
        cal.live(number, now=now)
    came = [body for body in cal.bodies() if chance.random() < 0.8]
    for body in came:
        apply(body)
    cal.resync()
    expected = rows("payment", "client_absent", "coach_absent")

    for _order in range(3):
        for model in (StatusChange, Message, Mirrored, Coach):
            model.objects.all().delete()
        steps: list[bytes | None] = [*came, *[None] * chance.randint(1, 3)]
        chance.shuffle(steps)
        for step in steps:
            if step is None:
                cal.resync(full=True)
            else:
                apply(step)

        assert rows("payment", "client_absent", "coach_absent") == expected


def test_a_dry_run_says_what_would_be_healed(cal: CalCom) -> None:
    cal.drop(100)
    cal.live(1, now=datetime.now(UTC))

    run = cal.resync(dry_run=True)

    assert (run.created, Mirrored.objects.count(), Message.objects.count()) == (Booking.objects.count(), 0, 0)
