"""What stays of the note of an act when the booking's client is erased."""

import re

from bookings.models import Act

# As `admin.acting` notes a payment or a refund that was seen: Stripe's id, then the amount in minor units.
_MONEY = re.compile(r"(?:pi|py|ch|re|pyr|trr)_[A-Za-z0-9]+ · \d+(?= · |\Z)")


def money_of(act: Act) -> str:
    found = _MONEY.match(act.note) if act.did in Act.OF_MONEY else None
    return "" if found is None else found[0]
