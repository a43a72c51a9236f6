"""Is Cal.com still heard? The last webhook, what could not be applied, the last resync, what resyncs found amiss."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Max, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.dashboard.charts import Bar, Chart, Series, stacked_bars
from bookings.admin.dashboard.needs import MOST_COUNTED, capped
from bookings.admin.dashboard.period import DAY, Span
from bookings.admin.filters import midnight
from bookings.admin.runs import TONE
from bookings.admin.sentences import told
from bookings.admin.shown import ago, badge, instant, page_of
from bookings.cal.payloads.webhook import EVENTS
from bookings.domain.words import Outcome
from bookings.models import Message, Run, RunKind, RunState

DAYS = 7


@dataclass(frozen=True, slots=True)
class Heard:
    """When something was, and how long ago; `page` leads to it."""

    at: str
    ago: str
    page: str


@dataclass(frozen=True, slots=True)
class Resync:
    heard: Heard
    state: str
    changed: int
    created: int
    failed: int
    seen: int
    error: str


@dataclass(frozen=True, slots=True)
class Pipe:
    webhook: Heard | None
    failed: str
    resync: Resync | None
    drift: list[tuple[Span, int, int]]
    drift_chart: Chart
    drifted: int


def pipe(*, now: datetime) -> Pipe:
    """Five queries."""
    failed = Message.objects.filter(outcome=Outcome.FAILED).order_by()[: MOST_COUNTED + 1].count()
    drift = _drift(now=now)
    return Pipe(
        webhook=_last_webhook(now=now),
        failed=capped(failed) if failed else "",
        resync=_last_resync(now=now),
        drift=drift[::-1],
        drift_chart=_drawn(drift),
        drifted=sum(differing + failing for _span, differing, failing in drift),
    )


def _last_webhook(*, now: datetime) -> Heard | None:
    """The last that told of a booking, by the index of events: among answers of the API it may be far back."""
    newest = Message.objects.filter(trigger__in=EVENTS).order_by().values("trigger").annotate(newest=Max("pk"))
    keys = [row["newest"] for row in newest]
    message = Message.objects.defer("body").filter(pk=max(keys, default=0)).first()
    return None if message is None else _heard(message, message.received_at, now=now)


def _last_resync(*, now: datetime) -> Resync | None:
    run = Run.objects.of(RunKind.BOOKINGS).order_by("-id").first()
    if run is None:
        return None
    return Resync(
        heard=_heard(run, run.started_at, now=now),
        state=badge(TONE[RunState(run.state)], run.get_state_display()),
        changed=run.changed,
        created=run.created,
        failed=run.failed,
        seen=run.seen,
        error=told(run.error),
    )


def _heard(row: Message | Run, at: datetime, *, now: datetime) -> Heard:
    age = ago(at, now=now)
    return Heard(instant(at), age, page_of(row, age))


def _drift(*, now: datetime) -> list[tuple[Span, int, int]]:
    """Of each of the last days: bookings that were otherwise at Cal.com than here, and those that could not be read."""
    today = timezone.localdate(now)
    first = today - timedelta(days=DAYS - 1)
    runs = Run.objects.of(RunKind.BOOKINGS).filter(started_at__gte=midnight(first), dry_run=False)
    rows = (
        runs.order_by()
        .values_list(TruncDate("started_at"))
        .annotate(differing=Sum(F("changed") + F("created")), failing=Sum("failed"))
    )
    found = {day: (differing, failing) for day, differing, failing in rows}
    days = [first + number * DAY for number in range(DAYS)]
    return [(Span(day, day), *found.get(day, (0, 0))) for day in days]


def _drawn(drift: Sequence[tuple[Span, int, int]]) -> Chart:
    series = [
        Series(_("Differed"), "amber", [differing for _span, differing, _failing in drift]),
        Series(_("Failed"), "red", [failing for _span, _differing, failing in drift]),
    ]
    address = reverse("admin:bookings_run_changelist") + f"?kind__exact={RunKind.BOOKINGS}"
    bars = [
        Bar(str(span), f"{span.name}\n{series[0].label}: {differing}\n{series[1].label}: {failing}", address)
        for span, differing, failing in drift
    ]
    return stacked_bars(series, bars, written=str, most_labels=4)
