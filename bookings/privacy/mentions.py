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
from django_q.models import Task

from bookings.cal.payloads.fields import parse
from bookings.domain.forgetting import Names, fragment
from bookings.domain.words import Source
from bookings.models import Act, Attention, Booking, Difference, Message, PrivacyRequest, Run
from bookings.privacy.person import Person, by_key

R = TypeVar("R", bound=Model)
_NONE = Q(pk__in=())

# What people wrote, and what errors and comparisons repeat; and what ties a row to a booking: what is tied to theirs is
# exported and emptied with it.
PLACES: tuple[tuple[type[Model], tuple[str, ...], tuple[str, ...]], ...] = (
    (Act, ("note", "result"), ("booking__uid", "message__uid")),
    (Attention, ("note",), ("booking__uid", "message__uid")),
    (Difference, ("ours", "theirs"), ("uid",)),
    (Run, ("options", "error"), ()),
    (Message, ("error",), ()),
    (PrivacyRequest, ("note",), ()),
    (LogEntry, ("object_repr", "change_message"), ()),
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
    """Messages of no booking that we could tell, which are about these all the same, or name the address."""
    for message in by_key(Message.objects.filter(uid="").exclude(body="")):
        if is_named_in(names.by_address, message.body) or any(uid in message.body for uid in uids):
            yield message


def called(message: Message, person: Person, names: Names) -> Names:
    """What to look for in a message about another's booking: the name alone only where staff linked that to them."""
    is_tied = message.source == Source.OPS and message.linked_user_id is not None
    return names if is_tied and message.linked_user == person.user else names.by_address


def of_others(person: Person, names: Names, uids: Collection[str]) -> Iterator[Message]:
    """Messages about other bookings than these which name the person."""
    rows = Message.objects.exclude(uid="").select_related("linked_user")
    by_staff = rows.filter(source=Source.OPS, linked_user=person.user) if person.user else rows.none()
    by_others = holding(rows.exclude(pk__in=by_staff.values("pk")), ["body"], names.addresses)
    theirs = frozenset(uids)
    for found in (by_staff, by_others):
        for message in by_key(found):
            if message.uid not in theirs and is_named_in(called(message, person, names), message.body):
                yield message


def bookings_of_others(names: Names, uids: Collection[str]) -> Iterator[str]:
    """The uids of other bookings whose registers name the address, whether their messages are kept or not."""
    theirs = frozenset(uids)
    for row in by_key(holding(Booking.objects.only("uid", "registers"), ["registers"], names.addresses)):
        if row.uid not in theirs and is_named_in(names.by_address, json.dumps(row.registers, ensure_ascii=False)):
            yield row.uid


def in_places(names: Names, uids: Collection[str]) -> Iterator[tuple[type[Model], Any, dict[str, Any]]]:
    """Table, key and values of each row that names the address in what somebody wrote of others than these."""
    theirs = frozenset(uids)
    for model, fields, tied in PLACES:
        others = model._default_manager.all()
        for each in tied:
            others = others.exclude(**{f"{each}__in": theirs})
        for row in by_key(holding(others, fields, names.addresses)):
            values = {field: getattr(row, field) for field in fields}
            if names.by_address.taken_from_value(values) != values:
                yield model, row.pk, values
    for task in Task.objects.order_by("pk").iterator():  # The newest of each job; pickled, so none is left out before.
        values = {"result": task.result}
        if names.by_address.taken_from_value(values) != values:
            yield Task, task.pk, values


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
