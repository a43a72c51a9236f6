"""What not everybody on the staff may see: addresses, and what was paid. Every page asks here before it shows any."""

import re
from typing import Any

from bookings.admin.viewer import may
from bookings.domain.attention import OF_MONEY, Condition
from bookings.domain.words import Why

HIDDEN = "•••"
_WORD_BEFORE_AT = re.compile(r"(?<![^\s@])([^\s@]?)[^\s@]*@")
_SAYS_MONEY = frozenset({Why.PAYMENT_DUE, Why.FREE})


def sees_addresses() -> bool:
    return may("bookings.view_address")


def sees_payments() -> bool:
    return may("bookings.view_payment")


def sees_results() -> bool:
    """What Cal.com answered, or what a resync found, may have both."""
    return sees_addresses() and sees_payments()


def sees_messages() -> bool:
    return may("bookings.view_message")


def may_act() -> bool:
    return may("bookings.act_on_booking")


def may_settle() -> bool:
    return may("bookings.change_attention")


def masked(address: str) -> str:
    """Enough to compare with what somebody says on the telephone: `a•••@example.org`. Each one in a text."""
    return _WORD_BEFORE_AT.sub(rf"\1{HIDDEN}@", address)


def address(text: str) -> str:
    """Text that may be or have addresses, as names that people type; as whoever looks may see it."""
    return text if sees_addresses() else masked(text)


def conceal(row: Any, *fields: str) -> None:
    """Mask the addresses in these columns of a row, for a page that prints them as they are and never saves it."""
    if row is not None and not sees_addresses():
        for field in fields:
            setattr(row, field, masked(getattr(row, field)))


def reason(why: str) -> Why:
    """Why a booking has its status, without what that says of its payment."""
    return Why(why) if sees_payments() or why not in _SAYS_MONEY else Why.UNCONFIRMED


def conditions() -> list[Condition]:
    """Of the cases that whoever looks may see: a failed message is none for those who see no messages."""
    shown = {Condition.FAILED_MESSAGE: sees_messages(), **dict.fromkeys(OF_MONEY, sees_payments())}
    return [each for each in Condition if shown.get(each, True)]
