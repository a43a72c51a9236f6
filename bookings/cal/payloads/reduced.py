"""What a message said without what it said of a person: its facts, in the form in which registers are kept. No I/O.

Of Cal.com's own body nothing is left, so no place in it can have been overlooked. What is read from it is what was read
before, but for what was to be forgotten, so that a rebuild makes the same rows.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bookings.cal.payloads.reading import Reading
from bookings.domain.registers import Fact, Registers, Stamp, decode, encode, fold, microseconds

Forget = Callable[[Registers], Registers]
NOTHING = Reading(trigger="")


def write(reading: Reading, *, forget: Forget) -> str:
    """The body that says what is left of it. Tokens and addresses have led to their user before, and are left out."""
    told = {uid: fold({}, (fact for fact in reading.facts if fact.uid == uid)) for uid in _uids(reading)}
    stamp = reading.stamp
    return json.dumps(
        {
            "trigger": reading.trigger,
            "uid": reading.uid,
            "stamp": None if stamp is None else [microseconds(stamp.moment), stamp.rank, stamp.digest],
            "snapshot": reading.snapshot,
            "told": {uid: encode(left) for uid, registers in told.items() if (left := forget(registers))},
        }
    )


def _uids(reading: Reading) -> list[str]:
    return sorted({fact.uid for fact in reading.facts})


def read(document: Mapping[str, Any]) -> Reading:
    """The inverse of `write`."""
    facts = [
        Fact(uid, register, told.value, told.stamp, told.strength)
        for uid, registers in document["told"].items()
        for register, told in decode(registers).items()
    ]
    return Reading(
        trigger=document["trigger"],
        uid=document["uid"],
        facts=tuple(facts),
        stamp=None if document["stamp"] is None else _stamp(*document["stamp"]),
        snapshot=document["snapshot"],
    )


def _stamp(moment: int, rank: int, digest: str) -> Stamp:
    return Stamp(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment), rank, digest)
