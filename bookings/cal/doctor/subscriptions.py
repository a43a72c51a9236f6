"""How our webhook is registered at Cal.com, and how it should be. Pure: from rows and settings to findings and a plan.

One webhook must match each event type: two send everything twice, and none sends nothing. Which ones match depends on
the scope (webhooks.md §2): for a team's event type its own and the organization's; for a personal one its own and its
owner's. A webhook of the key's owner gets only a part of what a team books, so it is one too many there.
"""

import hmac
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bookings.cal.client import Row
from bookings.cal.client.subscription import WEBHOOK_VERSION
from bookings.cal.doctor.findings import Finding, green, red, without_password, yellow
from bookings.cal.payloads.webhook import EVENTS

TRIGGERS: tuple[str, ...] = tuple(EVENTS)  # All that we read.
# Cal.com's that is hosted by oneself refuses these, and with them the whole list (api_v2.md §5).
NEWER = ("BOOKING_REASSIGNED", "BOOKING_LOCATION_UPDATED")
# Without these a detail is missing until the next resync, or for good, but every status is right.
DETAILS = (*NEWER, "RECORDING_READY", "RECORDING_TRANSCRIPTION_GENERATED")

DASHBOARD = "cal_doctor --fix does it; or see Webhooks at Cal.com."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where a webhook belongs. `personal` asks for the key owner's own things, whatever CAL_TEAM_ID says."""

    name: str
    event_type_id: int | None = None
    personal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A webhook at Cal.com. The row holds the secret in clear."""

    scope: Scope
    row: Row = field(repr=False)

    @property
    def id(self) -> str:
        return str(self.row.get("id"))

    @property
    def url(self) -> str:
        return str(self.row.get("subscriberUrl") or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the webhook must be, by our settings. `team`: there is one, so the owner's own webhook doesn't match."""

    url: str
    secrets: Sequence[str] = field(repr=False)
    event_types: Sequence[int]
    team: bool

    @property
    def shown(self) -> str:
        return without_password(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Of those at our address: which stay, which are too many, and for which event types there is none.

    For an account whose event types aren't known None stands for all of them.
    """

    keep: tuple[Registered, ...]
    surplus: tuple[Registered, ...]
    missing: tuple[int | None, ...]


def plan(registered: Sequence[Registered], wanted: Wanted) -> Plan:
    """An active one stays rather than one that is switched off, and the event type's own rather than a wider one.

    A wider one stays where some event type has no webhook of its own, since it matches all of them.
    """
    exact = sorted((each for each in registered if each.url == wanted.url), key=_is_off)
    own: dict[int, Registered] = {}
    wide: list[Registered] = []
    for each in exact:
        number = each.scope.event_type_id
        if number in wanted.event_types and number is not None:
            own.setdefault(number, each)
        elif number is None and not (wanted.team and each.scope.personal):
            wide.append(each)
    missing: list[int | None] = [number for number in wanted.event_types if number not in own]
    keep = list(own.values())
    if wide and (missing or not own):
        keep, missing = wide[:1], []
    elif not own and not wanted.team:
        missing = [None]
    surplus = tuple(each for each in exact if each not in keep)
    return Plan(keep=tuple(keep), surplus=surplus, missing=tuple(missing))


def _is_off(webhook: Registered) -> bool:
    return webhook.row.get("active") is False


# --- Findings --------------------------------------------------------------------------------------------------------


def registered_once(
    registered: Sequence[Registered], wanted: Wanted, *, unseen: Collection[int | None] = ()
) -> Finding:
    """`unseen` are the event types, or None for the account, whose webhooks could not be listed."""
    planned = plan(registered, wanted)
    alike = [each for each in registered if each.url != wanted.url and _is_alike(each.url, wanted.url)]
    places = ", ".join(each.scope.name for each in (*planned.keep, *planned.surplus))
    if not planned.keep and not planned.missing:
        return red("webhook", "there is no event type of ours to register it for", "See the event type.")
    if any(each in unseen for each in planned.missing):
        return red("webhook", "not looked at, since Cal.com doesn't list them", "Make the key as an admin of the team.")
    if planned.missing:
        if alike:
            cure = f"Cal.com follows no redirect, so the address must be {wanted.shown} to the letter. {DASHBOARD}"
            return red("webhook", f"registered at {_shown(alike[0].url)}, which is not our address", cure)
        where = ", ".join("this account" if each is None else f"event type {each}" for each in planned.missing)
        but = f", but for {places}" if places else ""
        return red("webhook", f"not registered at {wanted.shown} for {where}{but}: nothing is sent", DASHBOARD)
    if planned.surplus:
        found = f"registered {len(planned.keep) + len(planned.surplus)} times ({places}): events come more than once"
        return red("webhook", found, f"Delete all but that of {planned.keep[0].scope.name}. {DASHBOARD}")
    if alike:
        cure = "Delete it at Cal.com under Webhooks; cal_doctor deletes only what has exactly our address."
        return red("webhook", f"registered, and once more as {_shown(alike[0].url)}: events come twice", cure)
    return green("webhook", f"registered once ({places}) at {wanted.shown}")


def elsewhere(registered: Sequence[Registered], wanted: Wanted) -> Iterator[Finding]:
    """Webhooks to others that carry a secret of ours, as after our address changed. A path may be a secret itself."""
    others = [each for each in registered if each.url != wanted.url and not _is_alike(each.url, wanted.url)]
    hosts = sorted({_place(each.url).lower() for each in others if is_ours(each.row, wanted.secrets)})
    if hosts:
        found = f"webhooks with our secret go elsewhere, too: to {', '.join(hosts)[:200]}"
        yield yellow(
            "webhook_elsewhere",
            found,
            "Delete them at Cal.com, or give them another secret: who has it can speak to us.",
        )


def as_wanted(webhook: Registered, wanted: Wanted) -> Iterator[Finding]:
    """All that must hold of one webhook that stays."""
    number = webhook.scope.event_type_id
    for each in (active(webhook.row), triggers(webhook.row), template(webhook.row), version(webhook.row)):
        yield Finding(check=each.check, colour=each.colour, found=each.found, cure=each.cure, event_type=number)
    each = secret(webhook.row, wanted.secrets)
    yield Finding(check=each.check, colour=each.colour, found=each.found, cure=each.cure, event_type=number)


def active(row: Row) -> Finding:
    if row.get("active") is not True:
        return red("active", "the webhook is switched off", DASHBOARD)
    return green("active", "the webhook is on")


def triggers(row: Row) -> Finding:
    listed = row.get("triggers")
    chosen = [str(each) for each in listed] if isinstance(listed, list) else []
    missing = [each for each in TRIGGERS if each not in chosen]
    if not missing:
        return green("triggers", f"all {len(TRIGGERS)} events that we read are chosen")
    names = ", ".join(missing)
    if any(each not in DETAILS for each in missing):
        return red("triggers", f"events that we need are not chosen: {names}", DASHBOARD)
    cure = f"{DASHBOARD} A Cal.com that doesn't know them can't send them; resync brings what they would tell."
    return yellow("triggers", f"events that change no status are not chosen: {names}", cure)


def secret(row: Row, secrets: Sequence[str]) -> Finding:
    """In constant time, and telling no more than whether."""
    if not secrets:
        cure = "Set CAL_WEBHOOK_SECRETS to a long random secret; cal_doctor --fix then gives it to the webhook."
        return red("secret", "CAL_WEBHOOK_SECRETS is not set: every webhook is refused", cure)
    if "secret" not in row:
        return yellow("secret", "Cal.com doesn't tell it", "Compare them by hand: Ping test at Cal.com must be green.")
    if not row["secret"]:
        return red("secret", "the webhook has no secret, so we refuse what it sends", DASHBOARD)
    if is_ours(row, secrets):
        return green("secret", "the webhook's secret is one of CAL_WEBHOOK_SECRETS")
    return red("secret", "the webhook has another secret than CAL_WEBHOOK_SECRETS: all is refused with 401", DASHBOARD)


def is_ours(row: Row, secrets: Sequence[str]) -> bool:
    told = str(row.get("secret") or "").encode(errors="replace")
    return any(hmac.compare_digest(told, each.encode()) for each in secrets)


def template(row: Row) -> Finding:
    if row.get("payloadTemplate"):
        cure = f"A quotation mark in a client's note makes such a body the word false. {DASHBOARD}"
        return red("template", "the webhook has a custom payload template", cure)
    return green("template", "no custom payload template")


def version(row: Row) -> Finding:
    told = row.get("version")
    if told is None:  # As in every recorded answer: those servers have but one.
        return green("version", f"Cal.com tells none, so {WEBHOOK_VERSION}")
    if told != WEBHOOK_VERSION:
        return red("version", f"bodies come in version {str(told)[:20]}, not {WEBHOOK_VERSION}", DASHBOARD)
    return green("version", WEBHOOK_VERSION)


def is_right(webhook: Registered, wanted: Wanted) -> bool:
    return all(each.colour == "green" for each in as_wanted(webhook, wanted))


def _is_alike(url: str, ours: str) -> bool:
    """The same host and path but for scheme, case and slashes: meant to be us."""
    theirs, mine = urlsplit(url.lower()), urlsplit(ours.lower())
    return (theirs.netloc, theirs.path.strip("/")) == (mine.netloc, mine.path.strip("/"))


def _shown(url: str) -> str:
    """An address may hold a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{_place(url)}{parts.path}"[:200]


def _place(url: str) -> str:
    """Host and port."""
    return urlsplit(url).netloc.rpartition("@")[2]
