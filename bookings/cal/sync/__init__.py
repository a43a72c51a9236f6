"""Ask the API, record what it says through the one door, and report what differed.

`phases` says what to ask for, `recording` tells our bookings from others' and news from what we know, `compare` holds
the rule for that, `clock` ends what is over, `report` says what differed. A run may be killed anywhere and repeated.
"""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from bookings.cal.client import CalApi, Row
from bookings.cal.runs import Running, running
from bookings.cal.sync.clock import end_what_is_over, over_at
from bookings.cal.sync.phases import MOST_GONE, Options, Phases
from bookings.cal.sync.recording import Recorder
from bookings.cal.sync.seen import Seen
from bookings.models import Run, RunKind, RunState
from users.models import User

__all__ = ["MOST_GONE", "Options", "end_meetings", "read_again", "resync"]

Progress = Callable[[Run, int | None], object]


def _silently(run: Run, total: int | None) -> None:
    """Tell nobody."""


def resync(
    api: CalApi,
    options: Options,
    *,
    progress: Progress = _silently,
    now: Callable[[], datetime] = timezone.now,
) -> Run:
    """Read what Cal.com has, record what is new, cancel what is gone there, and end what is over.

    `progress` is told the run from the start, and how many bookings there may be. Raises AlreadyRunning, and whatever
    kept it from the end, which is in the run's row too: CalError, Stopped, LockLost.
    """
    moment = now()
    with (
        running(RunKind.BOOKINGS, options=options.as_json(), dry_run=options.dry_run, now=moment) as it,
        Seen() as seen,
    ):
        progress(it.run, None)
        recorder = Recorder(it, seen=seen, event_types=_event_types(api, it), now=now)
        phases = Phases(api, recorder, now=moment, progress=lambda total: progress(it.run, total))
        phases.read(options)
        if not options.uids:
            # Last: one that Cal.com cancelled without our hearing of it has not ended.
            end_what_is_over(recorder, now=moment)
        return it.run


def end_meetings(
    *, progress: Progress = _silently, now: Callable[[], datetime] = timezone.now, dry_run: bool = False
) -> Run:
    """End the bookings that are over, without asking Cal.com. Raises AlreadyRunning.

    A run that would have nothing to do leaves no row: there is one each minute.
    """
    moment = now()
    if not over_at(moment).exists():
        return Run(kind=RunKind.CLOCK, state=RunState.DONE, dry_run=dry_run)
    with running(RunKind.CLOCK, options={}, dry_run=dry_run, now=moment) as it, Seen() as seen:
        progress(it.run, None)
        end_what_is_over(Recorder(it, seen=seen, event_types=None, now=now), now=moment)
        return it.run


def read_again(api: CalApi, it: Running, uid: str, *, by: User | None, now: Callable[[], datetime]) -> Row:
    """Record what Cal.com says of one booking that we hold, as part of another run. Raises CalError.

    `by` is whose act it shows, if it shows any.
    """
    with Seen() as seen:
        recorder = Recorder(it, seen=seen, event_types=None, now=now, by=by)
        it.run.calls += 1
        row = api.booking(uid)
        exchange = api.last_exchange
        recorder.page([row], asked_at=exchange.asked_at if exchange else now())
        return row


def _event_types(api: CalApi, it: Running) -> frozenset[int]:
    """Those that are ours; where none are configured, all that the account has, and not all that its key may see."""
    if settings.CAL_EVENT_TYPE_IDS:
        return frozenset(settings.CAL_EVENT_TYPE_IDS)
    it.run.calls += 1
    return frozenset(row["id"] for row in api.event_types() if type(row.get("id")) is int)
