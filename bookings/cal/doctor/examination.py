"""The whole examination, in the order in which one thing rests on another."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import checks
from django.db import DatabaseError

from bookings.cal.client import CalError, Clock, Configuration
from bookings.cal.doctor import account, arrivals, event_types
from bookings.cal.doctor.address import Address, address, endpoint, our_address
from bookings.cal.doctor.findings import Colour, Finding, green, red, worst, yellow
from bookings.cal.doctor.looking import Looker, Seen
from bookings.cal.doctor.mending import mend
from bookings.cal.doctor.subscriptions import Wanted, as_wanted, elsewhere, plan, registered_once

CHECKS = (checks.Tags.compatibility, checks.Tags.security, checks.Tags.database)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was found, and before that, what was done where it was asked for."""

    address: Address | None
    done: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def colour(self) -> Colour:
        return worst(self.findings)


def examine(
    *, url: str = "", fix: bool = False, now: datetime, clock: Clock | None = None, more: Iterable[Finding] = ()
) -> Examination:
    """Ask our own endpoint and Cal.com, mend the webhook if asked to, and judge.

    Nothing is mended where our endpoint is red: what Cal.com sends would go nowhere, or to somebody else. `url` is the
    address of our webhook; without it ALLOWED_HOSTS tells. What goes wrong at Cal.com is a finding. `more` was found
    elsewhere, and comes last.
    """
    ours = our_address(url)
    answers = endpoint(ours, now=now) if ours else None
    done: list[str] = []
    try:
        configuration = Configuration.from_settings()
    except CalError as error:
        seen = Seen.nothing(error)
        done += [f"mended nothing: {error}"] if fix else []
        arrived = still_come(None, seen, now=now)
    else:
        with Looker(configuration, event_url=settings.CAL_EVENT_URL, clock=clock) as looker:
            seen = looker.look()
            if fix:
                done += mended(looker, seen, ours, answers)
                seen = looker.look()
            arrived = still_come(looker, seen, now=now)
    findings = [
        *ourselves(),
        address(ours, api_url=settings.CAL_API_BASE_URL),
        *([answers] if answers else []),
        *of_cal(seen),
        *of_webhook(seen, ours),
        arrived,
        *more,
    ]
    return Examination(address=ours, done=tuple(done), findings=tuple(findings))


def ourselves() -> Iterator[Finding]:
    """What `manage.py check --deploy --database default` says of our settings and of the database."""
    try:
        said = [
            message
            for tag in CHECKS
            for message in checks.run_checks(tags=[tag], databases=["default"], include_deployment_checks=True)
            if (message.id or "").startswith("bookings.") and message.level >= checks.WARNING
        ]
    except DatabaseError as error:
        cure = "See DATABASE_URL and whether the server runs; then manage.py migrate."
        yield red("database", f"could not be asked ({type(error).__name__})", cure)
        return
    for message in sorted(said, key=lambda each: (-each.level, each.id)):
        make = red if message.is_serious() else yellow
        yield make("settings", str(message.msg), str(message.hint or ""))
    if not said:
        yield green("settings", "nothing is missing, and the database has what we need")


def still_come(looker: Looker | None, seen: Seen, *, now: datetime) -> Finding:
    """The last webhook against what Cal.com knows; the one check that needs our rows."""
    try:
        last = arrivals.last_webhook()
        since = last or now - arrivals.WITHOUT_ANY
        changes = CalError("no key") if looker is None else looker.changes_since(since, seen)
    except DatabaseError as error:
        cure = "See DATABASE_URL, whether the server runs, and manage.py migrate."
        return red("last_webhook", f"our own database could not be asked ({type(error).__name__})", cure)
    return arrivals.still_come(changes, last=last, now=now)


def of_cal(seen: Seen) -> Iterator[Finding]:
    """The account and the event types."""
    yield account.key(seen.me)
    yield account.clock(seen.exchanges)
    if isinstance(seen.me, CalError):
        yield account.not_seen("event_type")
    else:
        team = settings.CAL_TEAM_ID is not None
        if team:
            yield account.team_admin(seen.me, seen.members)
        yield from event_types.found(seen.event_types, ids=tuple(settings.CAL_EVENT_TYPE_IDS), team=team)
        for row in seen.our_event_types:
            yield from event_types.about(row, team=team, payment_required=settings.CAL_PAYMENT_REQUIRED)
    yield event_types.event_url(settings.CAL_EVENT_URL, seen.event_types)


def of_webhook(seen: Seen, ours: Address | None) -> Iterator[Finding]:
    if isinstance(seen.me, CalError):
        yield account.not_seen("webhook")
        return
    for scope, error in seen.unseen:
        found = f"those of {scope.name} could not be listed: {error}"
        yield yellow("webhooks_seen", found, "See at Cal.com that none of them has our address, too.")
    if ours is None:
        yield yellow("webhook", "not looked at, since our address is not known", "Give --url.")
        return
    wanted = _wanted(seen, ours)
    yield registered_once(seen.webhooks, wanted, unseen={scope.event_type_id for scope, _error in seen.unseen})
    yield from elsewhere(seen.webhooks, wanted)
    for webhook in plan(seen.webhooks, wanted).keep:
        yield from as_wanted(webhook, wanted)


def mended(looker: Looker, seen: Seen, ours: Address | None, answers: Finding | None) -> Iterator[str]:
    """What --fix did, or why it did nothing."""
    if isinstance(seen.me, CalError):
        yield "mended nothing, since Cal.com could not be asked"
    elif isinstance(seen.event_types, CalError):
        yield "mended nothing, since the event types could not be looked at"
    elif settings.CAL_TEAM_ID is not None and not seen.event_types:
        yield "mended nothing, since no event type of ours was found"
    elif ours is None or answers is None:
        yield "mended nothing, since our address is not known: give --url"
    elif not settings.CAL_WEBHOOK_SECRETS:
        yield "mended nothing, since CAL_WEBHOOK_SECRETS is not set"
    elif answers.colour == Colour.RED:
        yield "mended nothing, since our address doesn't answer a PING as it must: see endpoint"
    else:
        done = list(mend(looker, seen, _wanted(seen, ours)))
        yield from done or ["nothing to mend: the webhook is as it must be"]


def _wanted(seen: Seen, ours: Address) -> Wanted:
    return Wanted(
        url=ours.url,
        secrets=settings.CAL_WEBHOOK_SECRETS,
        event_types=[row["id"] for row in seen.our_event_types],
        team=settings.CAL_TEAM_ID is not None,
    )
