"""Where else a person is named: as a guest of others, in messages that nobody could read, in what staff wrote.

The database looks for the part of the address that is written alike in every spelling, and what it finds is looked at
letter by letter. It reads whole tables (50,000 messages take some seconds): privacy is asked for seldom.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple, TypeVar

from django.contrib.admin.models import LogEntry
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower
from django_q.models import Task

from bookings.cal.payloads.fields import parse
from bookings.domain.forgetting import Names, fragment
from bookings.domain.words import Source
from bookings.models import Act, Attention, Booking, Did, Difference, Message, PrivacyRequest, Run
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


class Place(NamedTuple):
    """A row with what it says, and what is to be left of that."""

    model: type[Model]
    key: Any
    values: dict[str, Any]
    left: dict[str, Any]


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


def in_places(person: Person, names: Names, uids: Collection[str]) -> Iterator[Place]:
    """Each row that names the person in what somebody wrote of others than these bookings: by the address; by the name
    alone where a booking was linked to them.
    """
    theirs = frozenset(uids)
    linked = _linkings(person, theirs)
    for model, fields, tied in PLACES:
        others = model._default_manager.all()
        for each in tied:
            others = others.exclude(**{f"{each}__in": theirs})
        for row in by_key(holding(others, fields, names.addresses)):
            if not (model is Act and row.pk in linked):
                yield from _named(row, fields, names.by_address)
    for task in Task.objects.order_by("pk").iterator():  # The newest of each job; pickled, so none is left out before.
        yield from _named(task, ("result",), names.by_address)
    for act in Act.objects.filter(pk__in=linked).order_by("pk"):
        yield from _named(act, ("note", "result"), names)


def _linkings(person: Person, theirs: Collection[str]) -> set[int]:
    """Acts by which others' bookings were linked to the person: their notes begin with the name."""
    told = Message.objects.filter(source=Source.OPS, linked_user=person.user).exclude(uid__in=theirs)
    rows = Act.objects.filter(did=Did.LINK, booking__uid__in=told.values("uid"))
    return set() if person.user is None else set(rows.order_by().values_list("pk", flat=True))


def _named(row: Model, fields: Collection[str], names: Names) -> Iterator[Place]:
    values = {field: getattr(row, field) for field in fields}
    left = names.taken_from_value(values)
    if left != values:
        yield Place(type(row), row.pk, values, left)


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
