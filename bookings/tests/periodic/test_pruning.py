"""Old messages go, in small batches; failed ones stay, and rebuild knows what is gone."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_q.models import Task

from bookings.domain.words import Outcome
from bookings.models import Act, Booking, Did, Difference, Done, Message, Run, RunKind, RunState, StatusChange
from bookings.periodic import pruning
from bookings.tests.periodic.conftest import NOW
from careercoach.testing import body_of
from users.models import User

pytestmark = pytest.mark.django_db


def kept(days: float, outcome: Outcome = Outcome.APPLIED) -> int:
    """A message received so many days ago."""
    number = Message.objects.count()
    return Message.objects.create(
        source="webhook", digest=f"{number:064}", outcome=outcome, received_at=NOW - timedelta(days=days)
    ).pk


def left() -> set[int]:
    return set(Message.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("at_once", [1, 2, 500])
def test_old_messages_are_deleted_and_failed_ones_never(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "AT_ONCE", at_once)
    kept(200)
    failed = kept(200, Outcome.FAILED)
    kept(181, Outcome.IGNORED)
    waiting = kept(190, Outcome.RECEIVED)
    young = {kept(179.9), kept(0)}

    pruned = pruning.prune(now=NOW)

    assert left() == {failed, waiting} | young
    assert str(pruned) == "2 messages deleted, 2 old ones kept as failed"


def test_it_stops_at_the_first_batch_without_an_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "AT_ONCE", 2)
    kept(200)
    young = {kept(1) for _ in range(9)}
    out_of_order = kept(200)

    assert pruning.prune(now=NOW).deleted == 1
    assert left() == young | {out_of_order}


def test_a_message_that_failed_meanwhile_stays() -> None:
    number = kept(200, Outcome.FAILED)

    assert pruning._delete([number, number + 1]) == 0
    assert left() == {number}


def prune(*options: str) -> str:
    out = StringIO()
    call_command("prune_messages", *options, stdout=out)
    return out.getvalue()


def test_the_command_keeps_180_days_or_as_many_as_it_is_told() -> None:
    now = timezone.now()
    for days in (200, 100, 1):
        Message.objects.filter(pk=kept(0)).update(received_at=now - timedelta(days=days))

    assert prune("--dry-run") == "1 messages deleted, 0 old ones kept as failed, only looked.\n"
    assert Message.objects.count() == 3
    assert prune() == "1 messages deleted, 0 old ones kept as failed.\n"
    assert prune("--days", "99") == "1 messages deleted, 0 old ones kept as failed.\n"
    assert Message.objects.count() == 1


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "x", "", "100000", "٣"])
def test_a_number_of_days_that_is_none_is_refused(days: str) -> None:
    with pytest.raises(CommandError, match="no number of days"):
        prune(f"--days={days}")


def test_bookings_stay_as_they_are_and_rebuild_counts_them(post: Callable[..., Any]) -> None:
    post(body_of("booking_created_free"), body_of("booking_cancelled"))
    Booking.objects.update(updated_at=timezone.now() - timedelta(minutes=1))
    before = list(Booking.objects.values())
    Message.objects.filter(trigger="BOOKING_CREATED").update(received_at=timezone.now() - timedelta(days=200))

    prune()

    out = StringIO()
    call_command("rebuild", stdout=out)
    assert "0 differ, 0 changed meanwhile, 1 left out as pruned" in out.getvalue()
    assert list(Booking.objects.values()) == before
    assert StatusChange.objects.filter(message=None).count() == 1


def test_results_of_failed_jobs_go_after_a_month(result: Callable[..., Task]) -> None:
    result("end_meetings", ago=31 * 1440, success=False)
    young = result("end_meetings", ago=29 * 1440, success=False)
    done = result("end_meetings", ago=99 * 1440)

    assert pruning.prune_results(now=NOW) == 1
    assert set(Task.objects.values_list("pk", flat=True)) == {young.pk, done.pk}


def run_of(days: float, kind: RunKind = RunKind.BOOKINGS, **values: Any) -> Run:
    """A run that began so many days ago and found nothing, unless told otherwise."""
    began = NOW - timedelta(days=days)
    return Run.objects.create(
        **{"kind": kind, "state": RunState.DONE, "started_at": began, "watermark": began} | values
    )


@pytest.mark.parametrize("at_once", [1, 500])
def test_runs_that_found_nothing_go_after_two_weeks(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "AT_ONCE", at_once)
    for kind in (RunKind.BOOKINGS, RunKind.COACHES, RunKind.CLOCK, RunKind.BOOKINGS):
        run_of(15, kind)
    young = {run_of(13).pk, run_of(0).pk}

    assert pruning.prune_runs(now=NOW) == 4
    assert set(Run.objects.values_list("pk", flat=True)) == young
    assert pruning.prune_runs(now=NOW) == 0


def test_runs_stay_that_something_rests_on(sam: User) -> None:
    seen, told, done = run_of(99), run_of(99), run_of(99, RunKind.ACT)
    Difference.objects.create(run=seen, uid="x", field="title", done=Done.NOTHING)
    Message.objects.filter(pk=kept(99)).update(run=told)
    Act.objects.create(did=Did.CANCEL, by=sam, at=NOW, run=done)
    kinds = ({"changed": 1}, {"created": 1}, {"failed": 1}, {"state": RunState.FAILED}, {"state": RunState.RUNNING})
    others = [run_of(99, **values) for values in kinds]
    run_of(1)

    assert pruning.prune_runs(now=NOW) == 0
    assert Run.objects.filter(pk__in=[each.pk for each in (seen, told, done, *others)]).count() == 8


def test_the_run_that_says_how_far_we_have_read_stays_however_old() -> None:
    last = run_of(99)
    run_of(98, RunKind.COACHES, watermark=None)

    assert pruning.prune_runs(now=NOW) == 1
    assert list(Run.objects.all()) == [last]
