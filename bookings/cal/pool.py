"""Who coaches at Cal.com: the hosts of our event types, with what their memberships in the team tell of them."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from bookings import services
from bookings.cal.client import CalApi, Forbidden, Row
from bookings.cal.payloads.fields import Node, PayloadError
from bookings.cal.payloads.reading import DIGEST_LETTERS, UNKNOWN, coach_details
from bookings.cal.runs import Running, Stopped, running
from bookings.domain.registers import microseconds
from bookings.models import Difference, Done, Run, RunKind, RunState
from coaches.models import Coach
from coaches.services import MIRRORED, CoachDetails, in_pool, record_coach, record_pool

RANK = 0  # In one instant, what Cal.com announces outweighs what it is asked.
MOST_LEAVING = 2  # At once, or half of them if that is more: beyond it a setting is wrong rather.
MOST_LEAVE = _(
    "%(leaving)d of %(there)d coaches would leave: are CAL_TEAM_ID, CAL_EVENT_TYPE_IDS and CAL_API_KEY right? Nobody "
    "was changed. If they have left: resync_coaches --all-may-leave."
)
NO_ADDRESSES = _("Addresses are not known, since the key is that of no team admin: %(error)s")

Progress = Callable[[Run, int | None], object]


def _silently(run: Run, total: int | None) -> None:
    """Tell nobody."""


def resync_coaches(
    api: CalApi,
    *,
    dry_run: bool = False,
    all_may_leave: bool = False,
    progress: Progress = _silently,
    now: Callable[[], datetime] = timezone.now,
) -> Run:
    """Mirror the pool; who has left it is inactive. Raises AlreadyRunning, CalError, and Stopped for an empty pool or,
    unless `all_may_leave`, one that most have left.

    1. Asks for all of it, so that half an answer changes nothing.
    2. Records each coach, then who left and who returned; in a dry run undoes it all.
    """
    moment = now()
    with running(RunKind.COACHES, options={}, dry_run=dry_run, now=moment) as it:
        progress(it.run, None)
        pool = _Pool(it, now=moment)
        accounts = list(_accounts(api, pool))
        if not accounts:
            raise Stopped(
                _("Cal.com names no coach for our event types: is CAL_EVENT_TYPE_IDS right? Nobody was changed.")
            )
        coaches = pool.read(accounts)
        if not all_may_leave:
            _stop_where_most_leave(coaches)
        with transaction.atomic() if dry_run else nullcontext():
            pool.record(coaches)
            if dry_run:
                transaction.set_rollback(True)
        pool.report()
        return it.run


def _stop_where_most_leave(found: Collection[int]) -> None:
    """Of those that an earlier run found there. Past coaches whom only old bookings name may go, however many."""
    runs = Run.objects.of(RunKind.COACHES).filter(state=RunState.DONE, dry_run=False)
    latest = runs.values_list("finished_at", flat=True).first()
    if latest is None:
        return
    known = in_pool().filter(created_at__lte=latest)
    there, leaving = known.count(), known.exclude(cal_user_id__in=found).count()
    if leaving > max(MOST_LEAVING, there / 2):
        raise Stopped(MOST_LEAVE % {"leaving": leaving, "there": there})


class _Pool:
    """What one run finds of the coaches; there are few, so all of it is in memory until it is written."""

    def __init__(self, it: Running, *, now: datetime) -> None:
        self._it, self._now = it, now
        self._found: list[Difference] = []
        self._fate: dict[object, str] = {}

    def asked(self) -> None:
        self._it.run.calls += 1

    def fail(self, who: object, error: str) -> None:
        self._tell(who, "error", None, error[:1000], Done.FAILED)
        self._fate[f"failed {who}"] = "failed"

    def read(self, accounts: list[Row]) -> dict[int, CoachDetails]:
        """By id, what is told first of each; one that can't be read keeps nobody from the next."""
        found: dict[int, CoachDetails] = {}
        for account in accounts:
            try:
                details = coach_details(Node(account))
            except PayloadError as error:
                self.fail(account.get("id"), str(error))
                continue
            if details is not None:
                found.setdefault(details.cal_user_id, details)
        return found

    def record(self, coaches: dict[int, CoachDetails]) -> None:
        for details in coaches.values():
            self._record(details)
        turnover = record_pool(coaches.keys(), now=self._now)
        for coach in turnover.left + turnover.returned:
            self._tell(coach.cal_user_id, "is_active", not coach.is_active, coach.is_active, Done.CHANGED)
            self._fate[coach.cal_user_id] = "changed"

    def _record(self, details: CoachDetails) -> None:
        number = details.cal_user_id
        before = Coach.objects.filter(cal_user_id=number).values(*MIRRORED).first()
        digest = hashlib.sha256(repr(details).encode(errors="surrogatepass")).hexdigest()[:DIGEST_LETTERS]
        recorded = record_coach(details, stamp=(microseconds(self._now), RANK, digest))
        if recorded.email_changed:
            services.adopt(recorded.coach, now=self._now)
        if before is None:
            self._tell(number, "name", None, details.name, Done.CREATED)
            self._fate[number] = "created"
            return
        after = {field: getattr(recorded.coach, field) for field in MIRRORED}
        for field in (field for field in MIRRORED if before[field] != after[field]):
            self._tell(number, field, before[field], after[field], Done.CHANGED)
        self._fate[number] = "unchanged" if before == after else "changed"

    def _tell(self, who: object, field: str, ours: Any, theirs: Any, done: Done) -> None:
        if self._it.run.dry_run and done != Done.FAILED:
            done = Done.NOTHING
        self._found.append(
            Difference(run=self._it.run, uid=str(who)[:100], field=field, ours=ours, theirs=theirs, done=done)
        )

    def report(self) -> None:
        Difference.objects.bulk_create(self._found)
        for fate, number in Counter(self._fate.values()).items():
            setattr(self._it.run, fate, number)
        self._it.run.seen = len(self._fate)


def _accounts(api: CalApi, pool: _Pool) -> Iterator[Row]:
    """The people of the pool, in the shape of an account: id, name, email, username, timeZone."""
    if api.configuration.team_id is None:
        pool.asked()
        yield _without_unknown(api.me())
        return
    pool.asked()
    hosts: dict[str, Row] = {}
    everybody = False
    for event_type in api.event_types():
        if not settings.CAL_EVENT_TYPE_IDS or event_type.get("id") in settings.CAL_EVENT_TYPE_IDS:
            everybody = everybody or event_type.get("assignAllTeamMembers") is True
            hosts |= {_key(host): host for host in map(_object, _list(event_type.get("hosts")))}
    members = _members(api, pool)
    for key in [*hosts, *sorted(members.keys() - hosts.keys() if everybody else ())]:
        host, member = hosts.get(key, {}), members.get(key, {})
        told = _without_unknown(host) | _without_unknown(_object(member.get("user")))
        yield told | {"id": (host or member).get("userId")}


def _members(api: CalApi, pool: _Pool) -> dict[str, Row]:
    """Who is in the team, by user id, without those who haven't accepted yet. Hosts alone have no addresses."""
    members: dict[str, Row] = {}
    try:
        for page in api.memberships():
            pool.asked()
            members |= {_key(row): row for row in page.rows if row.get("accepted") is True}
    except Forbidden as error:
        pool.fail("memberships", NO_ADDRESSES % {"error": error})
    return members


def _key(row: Row) -> str:
    """What Cal.com sends as an id may be anything that JSON has."""
    return json.dumps(row.get("userId"))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _object(value: object) -> Row:
    return value if isinstance(value, dict) else {}


def _without_unknown(account: Row) -> Row:
    """Without the word that stands for what Cal.com can't read, where it would be taken for a value."""
    return {name: value for name, value in account.items() if value != UNKNOWN}
