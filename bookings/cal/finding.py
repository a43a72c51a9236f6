"""A booking that somebody comes back from, and whose webhook is not here yet: asked for by its uid, and recorded."""

import hashlib
import json
import re
from contextlib import suppress

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from bookings.cal import inbox
from bookings.cal.asking import NotAsked, Unanswered, answered
from bookings.cal.client import NotConfigured, NotFound, Row
from bookings.cal.payloads.fields import Node, PayloadError
from bookings.domain.words import Source
from users.models import User

CALLS_PER_MINUTE = 20  # Of Cal.com's 120: the resync must not starve.
CALLS_PER_USER = 5  # Of those: one who asks for what nobody knows must leave some for the others.
REMEMBERED = 60  # Seconds for which what Cal.com has answered is not asked for again.
ASKING = 10  # Seconds at most for which another caller's question is waited for.
AT_ONCE = 2
UID = re.compile(r"[A-Za-z0-9_-]+")  # What Cal.com makes them of. Anything else may lead to another address of its.
PATIENCE, WITHIN = (1.0, 3.0), 3.0  # Seconds. Whoever waits is told to come again instead.


def look_up(uid: str, *, user: User) -> None:
    """Ask Cal.com for the booking and record what it says, as a message of the inbox. Raises nothing of Cal.com's.

    Asked for once a minute at most, and by one caller at a time; `user` is who wants to know, not whose it is. Safe
    beside the webhook: messages come in any order.
    """
    if not UID.fullmatch(uid):
        return
    name = f"not-asked-for:{hashlib.sha256(uid.encode()).hexdigest()}"
    if not cache.add(name, 1, ASKING):
        return
    asked_at = timezone.now()
    try:
        with answered(
            PATIENCE,
            within=WITHIN,
            share="calls for look-ups",
            most=CALLS_PER_MINUTE,
            at_once=AT_ONCE,
            also={f"look-ups of user {user.pk}": CALLS_PER_USER},
        ) as cal:
            row = cal.booking(uid)
    except NotAsked:
        cache.delete(name)  # Another, who may ask, need not wait.
        return
    except (Unanswered, NotConfigured):
        return  # Nobody asks again for ASKING seconds.
    except NotFound:
        row = {}
    cache.set(name, 1, REMEMBERED)
    if row and _is_ours(row):
        body = {"requestedAt": asked_at.isoformat(), "booking": row}
        with suppress(PayloadError):  # Kept as failed; the inbox says why.
            inbox.process(inbox.receive(json.dumps(body).encode(), source=Source.API))


def _is_ours(row: Row) -> bool:
    """The key may see others' bookings too (api_v2.md §2.6); what of no known type is, nobody can say."""
    ours = settings.CAL_EVENT_TYPE_IDS
    told = Node(row)
    event_type = told["eventType"]["id"].value or told["eventTypeId"].value
    return not ours or event_type in ours
