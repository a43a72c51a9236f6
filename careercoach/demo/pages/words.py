"""What the pages say: why something is refused, when a meeting is, what it costs. No I/O."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from careercoach.demo.models import Booking

# The words of desk.Refused, by its code.
REFUSALS = {
    "slot_taken": _("That time has just been taken. Nothing was booked; please choose another one."),
    "no_slot": _("That is no time that can be booked. Please choose one from the calendar."),
    "rescheduling_disabled": _("Meetings of this kind can't be moved to another time."),
    "cancelling_disabled": _("Meetings of this kind can't be cancelled here."),
    "already_over": _("This meeting is over, so it can't be changed any more."),
    "already_moved": _("This meeting was moved to another time before. What follows is done with the new one."),
    "already_cancelled": _("This meeting is cancelled already."),
    "already_paid": _("This meeting is paid already. Nothing is charged twice."),
    "declined": _("The coach declined this meeting, so it can't be moved."),
    "reason_required": _("A coach who cancels has to give a reason."),
    "nothing_to_confirm": _("This meeting doesn't wait for the coach: there is nothing to confirm or decline."),
    "not_confirmed": _("This only works with a confirmed meeting."),
    "not_started": _("The meeting hasn't started yet. Let the clock run to its start first."),
    "host_busy": _("That coach isn't free at this time. Choose another one."),
}

# What the demo sells, so that the pages can say it in both languages; what somebody else wrote is shown as it is.
SOLD = (
    gettext_noop("Career coaching session"),
    gettext_noop("By video with one of our career coaches: your plans, your CV, your next interview."),
)

DAY, SHORT_DAY, MONTH, TIME, SECOND = "day", "short_day", "month", "time", "second"
FORMATS = {
    "en": {DAY: "l, j F Y", SHORT_DAY: "D j M", MONTH: "F Y", TIME: "g:i A", SECOND: "g:i:s A"},
    "zh-hans": {DAY: "Y年n月j日 l", SHORT_DAY: "n月j日 D", MONTH: "Y年n月", TIME: "H:i", SECOND: "H:i:s"},
}
SYMBOLS = {"usd": _("$%(amount)s"), "eur": "€%(amount)s", "gbp": "£%(amount)s"}


def refusal(code: str) -> str:
    return str(REFUSALS[code])


def written(value: date | datetime, style: str) -> str:
    """A date, or a time that is in the reader's zone already, as it is written in the reader's language."""
    formats = FORMATS.get(get_language() or "", FORMATS["en"])
    return str(dateformat.format(value, formats[style]))


def zoned(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def day_of(moment: datetime, zone: str) -> str:
    return written(zoned(moment, zone), DAY)


def times_of(start: datetime, end: datetime, zone: str) -> str:
    """As "9:00 AM – 9:30 AM"."""
    return f"{time_of(start, zone)} – {time_of(end, zone)}"


def time_of(moment: datetime, zone: str) -> str:
    return written(zoned(moment, zone), TIME)


def second_of(moment: datetime, zone: str) -> str:
    return written(zoned(moment, zone), SECOND)


def short(moment: datetime, zone: str) -> str:
    """As "Tue 1 Dec, 9:00 AM": for lists."""
    local = zoned(moment, zone)
    return f"{written(local, SHORT_DAY)} {written(local, TIME)}"


def price(amount: int, currency: str) -> str:
    """Minor units of money, as people write them."""
    if not amount:
        return gettext("Free")
    number = f"{amount / 100:.2f}"
    if pattern := SYMBOLS.get(currency):
        return str(pattern) % {"amount": number}
    return f"{currency.upper()} {number}"


def state(booking: Booking) -> str:
    """In one or two words, for a badge."""
    if booking.awaits_payment:
        return gettext("Unpaid")
    if booking.awaits_host:
        return gettext("Waiting for the coach")
    if booking.status == Booking.Status.ACCEPTED and booking.ended_at:
        return gettext("Over")
    if booking.status == Booking.Status.ACCEPTED and booking.started_at:
        return gettext("Running")
    if booking.status == Booking.Status.CANCELLED and booking.rescheduled:
        return gettext("Moved")
    return str(booking.get_status_display())


def tone(booking: Booking) -> str:
    """The badge's colour, beside its words: its CSS class."""
    if booking.status == Booking.Status.PENDING:
        return "waiting"
    if booking.status == Booking.Status.ACCEPTED:
        return "over" if booking.ended_at else "good"
    return "gone"
