"""What to ask Cal.com for, and in which order: all pages of what changed, what is near, and each that was not there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Q
from django.utils.translation import gettext_noop as _

from bookings.cal.client import CalApi, CalError, CalUnavailable, NoSuchRoute, NotFound, Unauthorized
from bookings.cal.payloads import own
from bookings.cal.runs import Stopped
from bookings.cal.sync.recording import Recorder
from bookings.domain.words import Source
from bookings.models import Booking, BookingQuerySet, Done, Run, RunKind

OVERLAP = timedelta(minutes=15)  # Before the watermark: Cal.com's rows become visible later than they are stamped.
BACK, AHEAD = timedelta(days=14), timedelta(days=90)
AT_ONCE = 500
# Bookings that Cal.com may have deleted between two runs. If more are gone, it is rather the address that is wrong.
MOST_GONE, MOST_GONE_SHARE = 10, 0.05
TOO_MANY_GONE = _(
    "More than %(gone)d of %(open)d bookings are unknown to Cal.com: CAL_API_BASE_URL or CAL_API_KEY is probably that "
    "of another Cal.com. None was cancelled for it. If they were deleted there, as with a coach's account: "
    "resync_bookings --gone-up-to NUMBER."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Which bookings to read; by default those that changed since the last run, and those that are near."""

    full: bool = False
    since: datetime | None = None
    until: datetime | None = None
    uids: tuple[str, ...] = ()
    dry_run: bool = False
    gone_up_to: int = MOST_GONE

    def as_json(self) -> dict[str, object]:
        said = {
            "full": self.full,
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "uid": list(self.uids),
            "goneUpTo": self.gone_up_to if self.gone_up_to != MOST_GONE else None,
        }
        return {name: value for name, value in said.items() if value}


def scope() -> str:
    """Whose bookings are read. What was read of others says nothing of these, so a watermark is for one scope."""
    types = ",".join(map(str, sorted(settings.CAL_EVENT_TYPE_IDS)))
    return f"{settings.CAL_API_BASE_URL} {settings.CAL_TEAM_ID or '-'} {types or '-'}"


class Phases:
    """The questions of one run. Every method raises CalError where Cal.com answers none of them any more."""

    def __init__(self, api: CalApi, recorder: Recorder, *, now: datetime, progress: Callable[[int | None], object]):
        self._api, self._recorder, self._now, self._progress = api, recorder, now, progress

    @property
    def _run(self) -> Run:
        return self._recorder.run

    def read(self, options: Options) -> None:
        if options.uids:
            self._look_up(iter(options.uids), of=len(options.uids), most=options.gone_up_to)
            for uid in self._recorder.seen.unseen(options.uids):
                self._fail(uid, _("Not recorded, since it is not of our event types."))
        elif options.since or options.until:
            self._sweep(updated_after=options.since, updated_before=options.until)
        else:
            mark = None if options.full else watermark()
            latest = self._sweep(updated_after=mark and mark - OVERLAP)
            if self._recorder.all_kept and not options.dry_run and not self._all_are_foreign:
                self._run.watermark = max(filter(None, [mark, latest]), default=None)
                self._run.options["of"] = scope()
            if mark is not None:
                self._sweep(starts_after=self._now - BACK, ends_before=self._horizon())
            self._look_up(self._unseen(), of=self._open().count(), most=options.gone_up_to)
        if not options.uids:
            self._stop_where_all_are_foreign()

    @property
    def _all_are_foreign(self) -> bool:
        """Of an event type without a booking Cal.com gives none; others' come where it knows no such type and drops the
        filter (api_v2.md §9, 1). Then nothing would ever be read, and each run would say that nothing changed.
        """
        return bool(settings.CAL_EVENT_TYPE_IDS) and self._recorder.any_foreign and not self._run.seen

    def _stop_where_all_are_foreign(self) -> None:
        if self._all_are_foreign:
            raise Stopped(
                _(
                    "CAL_EVENT_TYPE_IDS is probably wrong: Cal.com gave bookings of other event types alone. None was "
                    "recorded. cal_doctor says which number it doesn't know."
                )
            )

    def _sweep(
        self,
        *,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
        starts_after: datetime | None = None,
        ends_before: datetime | None = None,
    ) -> datetime | None:
        """Record all pages; returns up to when all that was changed at Cal.com has been read.

        By creation: sorted by update, a row that moves to the end while we read shifts another from the next page to
        the one that we have read. What changes after the first page may be missed all the same, so what is known to
        have been read ends there, by the server's clock.
        """
        latest = first = None
        pages = self._api.bookings(
            updated_after=updated_after,
            updated_before=updated_before,
            starts_after=starts_after,
            ends_before=ends_before,
            event_type_ids=sorted(self._recorder.event_types or ()),
            sort="created",
        )
        for page in pages:
            self._run.calls += 1
            first = first or page.exchange.server_date or page.exchange.asked_at
            changed_at = self._recorder.page(page.rows, asked_at=page.exchange.asked_at)
            latest = max(filter(None, [latest, changed_at]), default=None)
            self._progress(page.total)
        return min(filter(None, [latest, first])) if latest else None

    def _open(self) -> BookingQuerySet:
        types = self._recorder.event_types or ()
        return Booking.objects.open(now=self._now).filter(Q(event_type=None) | Q(event_type__in=types))

    def _horizon(self) -> datetime:
        """Far enough ahead for all that we know of: a page of them costs less than asking for each."""
        furthest: datetime | None = self._open().aggregate(furthest=Max("ends_at"))["furthest"]
        return max(filter(None, [self._now + AHEAD, furthest]))

    def _unseen(self) -> Iterator[str]:
        last = 0
        rows = self._open().order_by("id").values_list("id", "uid")
        while batch := list(rows.filter(id__gt=last)[:AT_ONCE]):
            last = batch[-1][0]
            yield from self._recorder.seen.unseen(uid for _id, uid in batch)

    # --- One by one --------------------------------------------------------------------------------------------------

    def _look_up(self, uids: Iterator[str], *, of: int, most: int) -> None:
        """Ask for each. One that Cal.com doesn't have is gone, if that can be believed: see `_cancel`."""
        gone: list[tuple[str, datetime]] = []
        for uid in uids:
            self._run.calls += 1
            try:
                row = self._api.booking(uid)
            except NotFound:
                gone.append((uid, self._asked_at()))
                if len(gone) > max(most, MOST_GONE_SHARE * of):
                    for each, _asked_at in gone:
                        self._fail(each, _("Cal.com has no such booking. Not cancelled, since too many are missing."))
                    raise Stopped(TOO_MANY_GONE % {"gone": len(gone) - 1, "open": of}) from None
            except (Unauthorized, NoSuchRoute, CalUnavailable):
                raise
            except CalError as error:
                self._fail(uid, str(error))
            else:
                self._recorder.page([row], asked_at=self._asked_at())
            self._progress(None)
        for uid, asked_at in gone:
            self._recorder.seen.add(uid)
            self._cancel(uid, asked_at=asked_at)

    def _cancel(self, uid: str, *, asked_at: datetime) -> None:
        """Cancel what is gone at Cal.com, in a run that has read at least one booking: else all of them may seem so."""
        if self._run.seen == self._run.failed:
            self._fail(uid, _("Cal.com has no such booking. Not cancelled, since this run has read no other one."))
            return
        told = self._recorder.tell(uid, own.gone(uid, requested_at=asked_at), source=Source.API, done=Done.GONE)
        self._recorder.count("failed" if told is None else "changed" if told else "unchanged")

    def _fail(self, uid: str, error: str) -> None:
        self._recorder.seen.add(uid)
        self._recorder.fail(uid, error)
        self._recorder.count("failed")

    def _asked_at(self) -> datetime:
        exchange = self._api.last_exchange
        return self._now if exchange is None else exchange.asked_at


def watermark() -> datetime | None:
    """Up to when all that was changed at Cal.com has been read; none where the last run that knew read others'."""
    marked = Run.objects.of(RunKind.BOOKINGS).exclude(watermark=None).values_list("watermark", "options")
    mark, options = marked.first() or (None, {})
    return mark if options.get("of") == scope() else None
