"""Old messages and runs are deleted, in small batches; never one that failed or waits, or that something rests on.

What messages changed stays in the bookings. `rebuild` leaves out and counts those that rest on messages that are gone.
Of runs only those go that found all as it was: the others, and their differences, tell how far we drifted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_noop as _
from django_q.models import Task

from bookings.domain.words import Outcome
from bookings.models import Act, Difference, Message, Run, RunState

DAYS = 180
AT_ONCE = 500
QUIET_RUN_DAYS = 14
RESULTS_DAYS = 30  # Of failed jobs; of those that went well the worker itself keeps the last ones only.
KEPT = (Outcome.FAILED, Outcome.RECEIVED)
PRUNED = _("%(deleted)d messages deleted, %(kept)d old ones kept as failed")


@dataclass(slots=True)
class Pruned:
    """`kept` are old ones that failed or wait."""

    deleted: int = 0
    kept: int = 0

    def __str__(self) -> str:
        return PRUNED % {"deleted": self.deleted, "kept": self.kept}


def prune(*, now: datetime, days: int = DAYS, dry_run: bool = False) -> Pruned:
    """Delete messages received more than so many days ago. Each batch is a transaction: safe to interrupt.

    It reads by primary key, which is the order in which messages come, and stops at the first batch without an old
    one: no index on the time is needed.
    """
    before = now - timedelta(days=days)
    pruned, last = Pruned(), 0
    rows = Message.objects.order_by("id").values_list("id", "received_at", "outcome")
    while batch := list(rows.filter(id__gt=last)[:AT_ONCE]):
        last = batch[-1][0]
        old = [(number, outcome) for number, received_at, outcome in batch if received_at < before]
        if not old:
            break
        doomed = [number for number, outcome in old if outcome not in KEPT]
        pruned.kept += len(old) - len(doomed)
        pruned.deleted += len(doomed) if dry_run else _delete(doomed)
    return pruned


def _delete(numbers: list[int]) -> int:
    """Those that have failed meanwhile stay."""
    _all, each = Message.objects.filter(pk__in=numbers).exclude(outcome__in=KEPT).delete()
    return each.get(Message._meta.label, 0)


def prune_results(*, now: datetime) -> int:
    """Delete what failed jobs said, after a month."""
    count, _each = Task.objects.filter(success=False, stopped__lt=now - timedelta(days=RESULTS_DAYS)).delete()
    return count


def prune_runs(*, now: datetime) -> int:
    """Delete runs that found nothing, after two weeks. The one that says how far we have read stays, however old."""
    doomed = list(_quiet(before=now - timedelta(days=QUIET_RUN_DAYS)).order_by("id").values_list("pk", flat=True))
    for first in range(0, len(doomed), AT_ONCE):
        Run.objects.filter(pk__in=doomed[first : first + AT_ONCE]).delete()
    return len(doomed)


def _quiet(*, before: datetime) -> "QuerySet[Run]":
    read_up_to = Run.objects.exclude(watermark=None).order_by("-id").values_list("pk", flat=True).first()
    rests_on_it = [Exists(model.objects.filter(run=OuterRef("pk"))) for model in (Difference, Message, Act)]
    rows = Run.objects.filter(state=RunState.DONE, started_at__lt=before, changed=0, created=0, failed=0)
    return rows.exclude(pk=read_up_to).exclude(rests_on_it[0] | rests_on_it[1] | rests_on_it[2])
