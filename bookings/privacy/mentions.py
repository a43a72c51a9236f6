"""Where else a person is named: as a guest of others, in messages that nobody could read, in what staff wrote.

The database looks for the part of the address that is written alike in every spelling, and what it finds is looked at
letter by letter. It reads whole tables (50,000 messages take some seconds): privacy is asked for seldom.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from django.contrib.admin.models import LogEntry
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower

from bookings.cal.payloads.fields import parse
from bookings.domain.forgetting import Names, fragment
from bookings.domain.words import Source
from bookings.models import Act, Attention, Booking, Difference, Message, PrivacyRequest, Run
from bookings.privacy.person import by_key

R = TypeVar("R", bound=Model)
_NONE = Q(pk__in=())

# What people wrote, and what errors and comparisons repeat.
PLACES: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Act, ("note", "result")),
    (Attention, ("note",)),
    (Difference, ("ours", "theirs")),
    (Run, ("options", "error")),
    (Message, ("error",)),
    (PrivacyRequest, ("note",)),
    (LogEntry, ("object_repr", "change_message")),
)


def holding(rows: "QuerySet[R]", fields: Collection[str], texts: Collection[str]) -> "QuerySet[R]":
    """Those that may hold one of these texts in one of these fields; none of them is missed."""
    wanted = _NONE
    for field in fields:
        rows = rows.alias(**{f"{field}_lower": Lower(Cast(field, TextField()))})
        for text in filter(None, texts):
            wanted |= Q(**{f"{field}_lower__contains": fragment(text)})
    return rows.filter(wanted)


def nameless(names: Names, uids: Collection[str]) -> Iterator[Message]:
    """Messages of no booking that we could tell, which are about these all the same, or name the person."""
    for message in by_key(Message.objects.filter(uid="").exclude(body="")):
        if is_named_in(names, message.body) or any(uid in message.body for uid in uids):
            yield message


def of_others(names: Names, uids: Collection[str]) -> Iterator[Message]:
    """Messages about other bookings than these which name the person: by the address, in notes of staff by the name."""
    rows = Message.objects.exclude(uid="")
    by_staff = holding(rows.filter(source=Source.OPS), ["body"], [names.address, names.name])
    by_others = holding(rows.exclude(source=Source.OPS), ["body"], [names.address])
    theirs = frozenset(uids)
    for found, called in ((by_staff, names), (by_others, names.by_address)):
        for message in by_key(found):
            if message.uid not in theirs and is_named_in(called, message.body):
                yield message


def bookings_of_others(names: Names, uids: Collection[str]) -> list[str]:
    """The uids of other bookings whose registers name the address, whether their messages are kept or not."""
    if not names.address:
        return []
    rows = holding(Booking.objects.order_by("id"), ["registers"], [names.address])
    found = rows.exclude(uid__in=list(uids)).values_list("uid", "registers")
    return [uid for uid, registers in found if is_named_in(names.by_address, json.dumps(registers, ensure_ascii=False))]


def in_places(names: Names) -> Iterator[tuple[type[Model], int, dict[str, Any]]]:
    """Table, key and values of each row that names the person in what somebody wrote."""
    texts = [names.address, names.name]
    for model, fields in PLACES:
        for row in holding(model._default_manager.order_by("pk"), fields, texts).values("pk", *fields):
            key = row.pop("pk")
            if names.taken_from_value(row) != row:
                yield model, key, row


def is_named_in(names: Names, body: str) -> bool:
    """A message's body: its strings and keys where it is JSON, else the text as it is."""
    try:
        open_nodes = [parse(body)]
    except (ValueError, RecursionError):
        return names.are_in(body)
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, str) and names.are_in(node):
            return True
        if isinstance(node, dict):
            open_nodes += [*node.keys(), *node.values()]
        elif isinstance(node, list):
            open_nodes += node
    return False
