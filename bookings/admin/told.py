"""The registers of a booking as a table: what was told, as of when, and by which message."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from bookings.admin.shown import instant, page_of, price, stacked, table, unbroken
from bookings.cal.payloads.reading import DIGEST_LETTERS
from bookings.domain.registers import (
    LINK_STRENGTH,
    Register,
    Strength,
    Told,
    absence_of,
    decode,
    earliest_first,
    refund_of,
    weakest,
)
from bookings.domain.words import LinkedBy
from bookings.models import Booking, Message
from coaches.models import Coach
from users.models import User

COLUMNS = {field.name: field for field in Booking._meta.concrete_fields}
LABELS = {
    Register.SUPERSEDES: _("moved from uid"),
    Register.PLANNED: _("announced as taking place"),
    Register.SCHEDULE: _("start and end"),
    Register.CALENDAR_SEQUENCE: _("calendar sequence"),
    Register.RECORDING: COLUMNS["has_recording"].verbose_name,
    Register.TRANSCRIPT: COLUMNS["has_transcript"].verbose_name,
    **{register: COLUMNS[register].verbose_name for register in Register if register in COLUMNS},
}


def registers_table(booking: Booking) -> str:
    """What each register of the booking holds, as of when, and the message that told it, as HTML; all is escaped.

    Times in UTC; prices in units, not minor ones. Takes a query for the messages, one for the registers, which lists
    defer, and one each for the user and the coach.
    """
    registers = decode(booking.registers)
    tellers = _tellers({told.stamp.digest for told in registers.values()})
    rows = [
        (
            _label(register),
            stacked(_in_words(register, told.value, booking), _weight(told.strength)),
            unbroken(instant(_as_of(register, told), timespec="milliseconds")),
            page_of(tellers[told.stamp.digest]) if told.stamp.digest in tellers else _("not kept"),
        )
        for register, told in sorted(registers.items())
    ]
    return table((_("What"), _("Value"), _("As of"), _("Message")), rows)


def _weight(strength: int) -> object:
    if strength <= Strength.GUESS:  # Weaker still is a guess from a body of another day.
        return _("a guess")
    return _("as when it was booked") if strength == Strength.SNAPSHOT else ""


def _as_of(register: str, told: Told) -> datetime:
    matched_by_email = register == Register.USER and told.strength == LINK_STRENGTH[LinkedBy.EMAIL]
    turned = matched_by_email and told.stamp != weakest(told.stamp)
    return earliest_first(told.stamp).moment if turned else told.stamp.moment


def _tellers(digests: set[str]) -> dict[str, Message]:
    """The messages by the part of their digest that is in stamps, as far as they are still kept."""
    return {message.digest[:DIGEST_LETTERS]: message for message in Message.objects.told_by(digests).defer("body")}


def _label(register: str) -> object:
    if register == absence_of(""):
        return COLUMNS["client_absent"].verbose_name
    _kind, _colon, of = register.partition(":")  # Absence has a register for each address, refunds for each id.
    if not of:
        return LABELS.get(register, register)
    return _("refunded: %(id)s") % {"id": of} if register == refund_of(of) else _("absent: %(email)s") % {"email": of}


def _in_words(register: str, value: Any, booking: Booking) -> object:
    if register in (Register.PRICE, Register.PAID_AMOUNT) or register.startswith(refund_of("")):
        return price(value, booking.currency)
    match register:
        case Register.SCHEDULE:
            return " – ".join(map(instant, value))
        case Register.USER:
            user = User.objects.filter(pk=value).first()
            return value if user is None else page_of(user)
        case Register.COACH:
            coach = Coach.objects.filter(cal_user_id=value).first()
            return value if coach is None else page_of(coach)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    choices = dict(COLUMNS[register].flatchoices) if register in COLUMNS else {}
    return choices.get(value, value)
