"""All that is kept of a person, as one JSON document for them: docs/operations.md says what its keys mean."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q

from bookings.cal import TOKEN_METADATA, TOKEN_QUESTION
from bookings.cal.payloads.fields import parse
from bookings.domain.forgetting import Names
from bookings.domain.registers import Register, decode
from bookings.models import (
    Act,
    Attention,
    Booking,
    Difference,
    Message,
    PrivacyKind,
    PrivacyRequest,
    Run,
    RunKind,
    StatusChange,
)
from bookings.privacy import mentions
from bookings.privacy.erasing import check_note
from bookings.privacy.person import Person, by_key
from users.addresses import normalised
from users.models import User

FORMAT = "career-coach/person/1"
ANOTHER = "[another person]"
_ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_OTHERS = frozenset({"attendees", "guests"})  # Where a body lists people beside the client and the coach.
_NOT_THEIRS = frozenset({TOKEN_METADATA, TOKEN_QUESTION, "by"})  # Our tokens, and who of the staff it was.


def export(person: Person, *, by: User | None, note: str, now: datetime) -> dict[str, Any]:
    """The document, and a record that it was made. Raises Refused for a note that says who it is."""
    check_note(person, note)
    document = collect(person, now=now)
    PrivacyRequest.objects.create(
        kind=PrivacyKind.EXPORT,
        user=person.user,
        by=by,
        at=now,
        finished_at=now,
        counts=counted(document),
        note=note,
    )
    return document


def written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def counted(document: dict[str, Any]) -> dict[str, int]:
    return {name: len(part) for name, part in document.items() if isinstance(part, list) and part}


def collect(person: Person, *, now: datetime) -> dict[str, Any]:
    """Nobody else's data but the names of coaches: other addresses are left out of what bodies say."""
    rows = list(person.bookings().select_related("coach"))
    uids = [row.uid for row in rows]
    names = person.names
    own = set(names.addresses)
    notes = Q(booking__in=rows) | Q(message__uid__in=uids)
    of_user = Q(user=person.user) if person.user is not None else Q(pk__in=())
    return {
        "format": FORMAT,
        "madeAt": _plain(now),
        "person": None if person.user is None else _user(person.user),
        "address": person.address,
        "bookings": [_booking(row, own) for row in rows],
        "messages": [
            _message(message, own)
            for messages in (by_key(person.messages()), mentions.nameless(names, uids))
            for message in messages
        ],
        "mentions": [
            _mention(message, mentions.called(message, person, names))
            for message in mentions.of_others(person, names, uids)
        ],
        "mentionedIn": [
            _registers(Booking.objects.get(uid=uid), own, only=names.by_address)
            for uid in mentions.bookings_of_others(names, uids)
        ],
        "notes": [
            {"at": _plain(act.at), "about": act.did, "note": act.note, "result": act.result, **_given(act)}
            for act in Act.objects.filter(notes).order_by("id")
        ]
        + [
            {"at": _plain(case.settled_at), "about": case.condition, "note": case.note, "result": ""}
            for case in Attention.objects.filter(notes).exclude(note="").order_by("id")
        ],
        "differences": [
            {"uid": each.uid, "field": each.field, "ours": each.ours, "theirs": each.theirs}
            for each in Difference.objects.filter(uid__in=uids).order_by("id")
        ],
        "acts": [
            {"at": _plain(run.started_at), "asked": run.options, "error": run.error}
            for run in Run.objects.filter(kind=RunKind.ACT, options__uid__in=uids).order_by("id")
        ],
        "namedIn": [
            {"in": place.model._meta.db_table, "texts": _others_masked(place.values, own)}
            for place in mentions.in_places(person, names, uids)
        ],
        "log": [] if person.user is None else _log(person.user),
        "privacyRequests": [
            {"kind": each.kind, "at": _plain(each.at), "counts": each.counts, "note": each.note}
            for each in PrivacyRequest.objects.filter(of_user).order_by("id")
        ],
    }


# --- Rows ------------------------------------------------------------------------------------------------------------


def _user(user: User) -> dict[str, Any]:
    return {
        "userId": user.user_id,
        "name": user.name,
        "email": "" if user.erased_at else user.email,
        "createdAt": _plain(user.created_at),
        "lastLogin": _plain(user.last_login),
        "erasedAt": _plain(user.erased_at),
    }


def _booking(row: Booking, own: set[str]) -> dict[str, Any]:
    columns = _columns(row, without={"id", "registers", "user", "coach", "coach_email"})
    changes = StatusChange.objects.filter(booking=row).order_by("id")
    return {
        **columns,
        "clientEmail": _others_masked(row.client_email, own),
        "coach": "" if row.coach is None else row.coach.name,
        "told": _registers(row, own)["told"],
        "timeline": [
            {"from": each.old, "to": each.new, "because": each.why, "at": _plain(each.changed_at)} for each in changes
        ],
    }


def _registers(row: Booking, own: set[str], *, only: Names | None = None) -> dict[str, Any]:
    """What was told of a booking, and as of when; of another's only what names the person."""
    told = [
        {"what": register, "value": _others_masked(_plain(each.value), own), "asOf": _plain(each.stamp.moment)}
        for register, each in decode(row.registers).items()
        if register not in (Register.USER, Register.COACH_EMAIL) and _is_own(register, own)
    ]
    if only is not None:
        told = [each for each in told if mentions.is_named_in(only, json.dumps(each))]
    return {"reference": row.chain_reference, "told": told}


def _is_own(register: str, own: set[str]) -> bool:
    """Absence has a register for each address."""
    kind, _colon, address = register.partition(":")
    return kind != "absent" or address in own or not address


def _columns(row: Model, *, without: set[str]) -> dict[str, Any]:
    names = [field.name for field in row._meta.concrete_fields if field.name not in without]
    return {_camel(name): _plain(getattr(row, name)) for name in names}


def _message(message: Message, own: set[str]) -> dict[str, Any]:
    return {
        "from": message.source,
        "event": message.trigger,
        "receivedAt": _plain(message.received_at),
        "error": _others_masked(message.error, own),
        "body": _others_masked(_body(message), own),
    }


def _mention(message: Message, names: Names) -> dict[str, Any]:
    """Of a message about somebody else's booking only what names the person."""
    return {
        "event": message.trigger,
        "receivedAt": _plain(message.received_at),
        "said": _others_masked(_naming(_body(message), names), set(names.addresses)),
    }


def _log(user: User) -> list[dict[str, Any]]:
    of_user = ContentType.objects.get_for_model(User)
    rows = LogEntry.objects.filter(content_type=of_user, object_id=str(user.pk)).order_by("id")
    return [{"at": _plain(each.action_time), "of": each.object_repr, "said": each.change_message} for each in rows]


# --- Values ----------------------------------------------------------------------------------------------------------


def _body(message: Message) -> Any:
    try:
        return parse(message.body)
    except (ValueError, RecursionError):
        return message.body


def _naming(value: Any, names: Names) -> list[Any]:
    """The innermost objects and texts that name the person."""
    if isinstance(value, str):
        return [value] if names.are_in(value) else []
    if isinstance(value, dict) and any(isinstance(each, str) and names.are_in(each) for each in value.values()):
        return [{key: each for key, each in value.items() if not isinstance(each, dict | list)}]
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for each in within for found in _naming(each, names)]


def _others_masked(value: Any, own: set[str], key: str = "") -> Any:
    """Without addresses but their own, others who attend, our tokens, and who of the staff it was."""
    if isinstance(value, dict):
        address = value.get("email")
        if key in _OTHERS and isinstance(address, str) and normalised(address) not in own:
            return ANOTHER
        return {name: _others_masked(each, own, name) for name, each in value.items() if name not in _NOT_THEIRS}
    if isinstance(value, list):
        return [_others_masked(each, own, key) for each in value]
    if isinstance(value, str):
        return _ADDRESS.sub(lambda found: found[0] if normalised(found[0]) in own else ANOTHER, value)
    return value


def _given(act: Act) -> dict[str, object]:
    """What was chosen, seen at Stripe, and said to have come of it, where anything was."""
    given = {"given": act.given, "stripeId": act.stripe_id, "came": act.came}
    return {name: value for name, value in given.items() if value}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)
