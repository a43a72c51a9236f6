"""What an event type must be for our sessions. Pure: from Cal.com's row and our settings to findings.

What a team sells must be so; with a personal account, which has no team and perhaps no payment, the same is a note.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from bookings.cal import TOKEN_QUESTION
from bookings.cal.client import CalError, Row
from bookings.cal.doctor.findings import Finding, green, red, yellow

MINUTES = 30


def ours(rows: list[Row], *, ids: tuple[int, ...], event_url: str) -> list[Row]:
    """Those that we sell: the configured ones, else that of CAL_EVENT_URL, else all."""
    if ids:
        return [row for row in rows if row.get("id") in ids]
    return [row for row in rows if _fits(event_url, row)] or rows


def found(rows: list[Row] | CalError, *, ids: tuple[int, ...], team: bool) -> Iterator[Finding]:
    """Are they there? `rows` are those that are ours."""
    where = "the team" if team else "the account of the key's owner"
    if isinstance(rows, CalError):
        cure = "See CAL_TEAM_ID (empty for a personal account) and the role of the key's owner."
        yield red("event_type", f"the event types of {where} could not be looked at: {rows}", cure)
        return
    there = {row.get("id") for row in rows}
    for number in ids:
        if number in there:
            yield green("event_type", f"found in {where}", event_type=number)
        else:
            cure = "Set CAL_EVENT_TYPE_IDS to the number in the address of its page at Cal.com, and see CAL_TEAM_ID."
            yield red("event_type", f"{where} has no such event type", cure, event_type=number)
    if not ids and rows:
        numbers = ", ".join(str(row.get("id")) for row in rows)
        cure = "Set CAL_EVENT_TYPE_IDS, so that bookings of no other event type are taken for ours."
        yield yellow("event_type", f"CAL_EVENT_TYPE_IDS is not set; looked at {numbers}", cure)
    elif not ids:
        yield red("event_type", f"{where} has no event type", "Make one of 30 minutes at Cal.com.")


def about(row: Row, *, team: bool, payment_required: bool) -> Iterator[Finding]:
    """All that must hold of one of our event types."""
    number = row.get("id")
    demands = [hidden(row), length(row), question(row), single(row)]
    if team:
        demands += [scheduling(row), hosts(row)]
    demands += [confirmation(row, team=team), price(row, team=team, payment_required=payment_required)]
    for each in demands:
        yield Finding(check=each.check, colour=each.colour, found=each.found, cure=each.cure, event_type=number)


def hidden(row: Row) -> Finding:
    if row.get("hidden"):
        return red("visible", "the event type is hidden", "Switch it on in Cal.com's list of event types.")
    return green("visible", "not hidden")


def length(row: Row) -> Finding:
    minutes, options = row.get("lengthInMinutes"), row.get("lengthInMinutesOptions")
    cure = f"Give the event type a duration of {MINUTES} minutes, and no other to choose."
    if minutes != MINUTES:
        return red("length", f"{minutes} minutes", cure)
    if isinstance(options, list) and any(option != MINUTES for option in options):
        return yellow("length", f"{MINUTES} minutes, but clients may choose another duration", cure)
    return green("length", f"{MINUTES} minutes")


def question(row: Row) -> Finding:
    """The hidden question carries who books through the payment, which drops the metadata."""
    cure = (
        f"Event type, Advanced, Booking questions: a short text with the identifier {TOKEN_QUESTION}, not required, "
        "and switched off for the booking page."
    )
    asked = next((each for each in _questions(row) if each.get("slug") == TOKEN_QUESTION), None)
    if asked is None:
        return red("question", f"the hidden question {TOKEN_QUESTION} is missing", cure)
    wrong = [
        *(["is required"] if asked.get("required") else []),
        *([] if asked.get("hidden") else ["is shown to clients"]),
    ]
    if wrong:
        return red("question", f"the question {TOKEN_QUESTION} {' and '.join(wrong)}", cure)
    return green("question", f"{TOKEN_QUESTION} is there, hidden and not required")


def _questions(row: Row) -> Iterator[Mapping[str, Any]]:
    """The form's questions; what API v2 can't name it tells as JSON in a text (recorded 034, `unknown`)."""
    fields = row.get("bookingFields")
    for each in fields if isinstance(fields, list) else []:
        if not isinstance(each, dict):
            continue
        if each.get("type") != "unknown":
            yield each
            continue
        try:
            raw = json.loads(str(each.get("bookingField")))
        except ValueError:
            continue
        if isinstance(raw, dict):
            yield {**raw, "slug": raw.get("name")}


def single(row: Row) -> Finding:
    """Seats and series are taken, and not sold here."""
    seats = row.get("seats")
    kinds = [
        *(["seats"] if isinstance(seats, dict) and seats.get("disabled") is not True else []),
        *(["a recurrence"] if row.get("recurrence") else []),
    ]
    if kinds:
        return yellow("single", f"it has {' and '.join(kinds)}", "Switch these off: sessions are one to one.")
    return green("single", "one to one, no seats, no recurrence")


def scheduling(row: Row) -> Finding:
    kind = row.get("schedulingType")
    if kind in ("roundRobin", "ROUND_ROBIN"):
        return green("scheduling", "round robin")
    return red("scheduling", f"not round robin, but {str(kind)[:20]}", "Make the team's event type a round-robin one.")


def hosts(row: Row) -> Finding:
    listed = row.get("hosts")
    people = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    if not people:
        return red("hosts", "there are no hosts", "Add the coaches under Assignment, Round-robin hosts.")
    fixed = sum(each.get("mandatory") is True for each in people)
    if fixed:
        cure = "Move them from Fixed hosts to Round-robin hosts: every message names a fixed host as the coach."
        return red("hosts", f"{fixed} of {len(people)} hosts are fixed", cure)
    return green("hosts", f"{len(people)} hosts, none fixed")


def confirmation(row: Row, *, team: bool) -> Finding:
    policy = row.get("confirmationPolicy")
    if not isinstance(policy, dict) or policy.get("disabled") is True:
        return green("confirmation", "none required")
    cure = "Switch Requires confirmation off: a paid session is to be booked at once, and Cal.com tells less of others."
    return _demand(team)("confirmation", "each booking waits until the coach confirms it", cure)


def price(row: Row, *, team: bool, payment_required: bool) -> Finding:
    """What it costs, whether Cal.com can take it, and whether CAL_PAYMENT_REQUIRED knows."""
    amount = row.get("price") or 0
    if not amount:
        cure = "Install Stripe for the team, and give the event type a price under Apps"
        if payment_required:
            found = "free, while CAL_PAYMENT_REQUIRED=true: its bookings stay PENDING for ever"
            return red("price", found, f"{cure}; or set CAL_PAYMENT_REQUIRED=false.")
        return (
            red("price", "free", f"{cure}.") if team else green("price", "free, as CAL_PAYMENT_REQUIRED=false allows")
        )
    costs = f"{amount} minor units of {str(row.get('currency'))[:8]}"
    app = _payment_app(row)
    if app is None:
        # A server may tell nothing of its apps, but a price without one is Cal.com's own leftover.
        cure = "See under Apps of the event type that Stripe is switched on."
        return yellow("price", f"{costs}, but Cal.com doesn't tell through which app it is paid", cure)
    if not app.get("enabled"):
        cure = "Switch Stripe on under Apps of the event type: without it sessions are booked without paying."
        return _demand(team)("price", f"{costs}, but the payment app is switched off", cure)
    if str(app.get("paymentOption", "ON_BOOKING")) != "ON_BOOKING":
        cure = "Choose Collect payment on booking: of a card on hold Cal.com never tells that it was paid."
        return _demand(team)("price", f"{costs}, not collected on booking", cure)
    if not payment_required:
        cure = "Set CAL_PAYMENT_REQUIRED=true, so that a free booking doesn't count as a session."
        return yellow("price", f"{costs}, while CAL_PAYMENT_REQUIRED=false", cure)
    return green("price", f"{costs}, collected on booking")


def _payment_app(row: Row) -> Mapping[str, Any] | None:
    """The app with a price, which is where Cal.com keeps it (recorded 034)."""
    metadata = row.get("metadata")
    apps = metadata.get("apps") if isinstance(metadata, dict) else None
    priced = (
        [app for app in apps.values() if isinstance(app, dict) and app.get("price")] if isinstance(apps, dict) else []
    )
    return next((app for app in priced if app.get("enabled")), priced[0] if priced else None)


def event_url(url: str, rows: list[Row] | CalError) -> Finding:
    """Does CAL_EVENT_URL lead to an event type of ours?"""
    cure = "Set CAL_EVENT_URL to the address of the event type's page, as a private window shows it."
    if not url:
        return red("event_url", "CAL_EVENT_URL is not set: there is no link to book", cure)
    if isinstance(rows, CalError):
        return yellow("event_url", "not looked at, since the event types could not be", "See the event type.")
    if any(_fits(url, row) for row in rows):
        return green("event_url", "CAL_EVENT_URL is the page of the event type")
    pages = [str(row["bookingUrl"])[:200] for row in rows if row.get("bookingUrl")]
    if any(_last(url) == row.get("slug") for row in rows):
        told = f": Cal.com says {', '.join(pages)}" if pages else ", but it may be somebody else's of that name"
        return yellow("event_url", f"CAL_EVENT_URL ends like the event type's page{told}", cure)
    return red("event_url", "CAL_EVENT_URL is the page of another event type", cure)


def _fits(url: str, row: Row) -> bool:
    """Is this its page? By the address that Cal.com tells, else by the names that make one (api_v2.md §6)."""
    if not url:
        return False
    page = row.get("bookingUrl")
    if isinstance(page, str) and page:
        return _place(url) == _place(page)
    team, users = row.get("team"), row.get("users")
    people = [team] if isinstance(team, dict) else users if isinstance(users, list) else []
    names = [each.get("slug") or each.get("username") for each in people if isinstance(each, dict)]
    path = "/" + _place(url)[1].strip("/")
    return any(path.endswith(f"/{name}/{row.get('slug')}") for name in names)


def _place(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.netloc.lower(), parts.path.rstrip("/")


def _last(url: str) -> str:
    return _place(url)[1].rpartition("/")[2]


def _demand(team: bool) -> Callable[[str, str, str], Finding]:
    return red if team else yellow
