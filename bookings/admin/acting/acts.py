"""The acts: what each asks for, and how it is done to one booking. One that fails keeps nobody from the next."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override

from bookings.admin.acting import forms as ask
from bookings.cal import commands, staff
from bookings.cal.client import CalApi, CalError
from bookings.cal.runs import AlreadyRunning, Stopped
from bookings.cal.sync import Options, resync
from bookings.domain.words import Status
from bookings.models import Act, Booking, Did, Difference, Done, Message, Run
from users.models import User

logger = logging.getLogger(__name__)

CODES = frozenset({"who", "how", "stripe_id", "amount"})  # Kept beside what was written.
MOST = 100  # Bookings at once: each of most acts is several calls to Cal.com, and somebody waits.


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it for one booking; `came` and `detail` as `Act` keeps them, in `came` and `result`."""

    booking: Booking
    is_done: bool = True
    came: str = ""
    detail: str = ""
    run: Run | None = None
    message: Message | None = None


class Failed(Exception):
    """It was not done; says why, for the staff."""


Asked = dict[str, Any]
One = Callable[[Booking, Asked, User], Result]
Many = Callable[[list[Booking], Asked, User], Iterable[Result]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of act. `warning` says what can't be undone; `title` is on the button, `icon` is the theme's."""

    did: Did
    title: Any
    icon: str
    form: type[ask.Nothing]
    do: Many
    warning: Any = ""
    at_once: bool = False  # Harmless: done without asking.
    for_one: bool = False
    obstacle: Callable[[Booking], Any] = field(default=lambda _booking: "")  # Why it can't be done now, or nothing.

    def button(self, booking: Booking) -> dict[str, Any]:
        return {"title": self.title, "icon": self.icon, "address": self.address([booking.pk]), "at_once": self.at_once}

    def address(self, keys: Iterable[int]) -> str:
        return f"{reverse('admin:bookings_booking_act', args=[self.did])}?ids={','.join(map(str, keys))}"


def carry_out(kind: Kind, bookings: list[Booking], asked: Asked, by: User) -> list[Act]:
    """Do it to each, and keep who did it and what came of it, whatever that is."""
    return [
        Act.objects.create(
            did=kind.did,
            booking=result.booking,
            message=result.message,
            run=result.run,
            by=by,
            at=timezone.now(),
            is_done=result.is_done,
            note=_note(asked),
            given=_given(asked, result.booking),
            stripe_id=asked.get("stripe_id", ""),
            came=result.came,
            result=result.detail[:1000],
        )
        for result in _each(kind, bookings, asked, by)
    ]


def _each(kind: Kind, bookings: list[Booking], asked: Asked, by: User) -> Iterator[Result]:
    """What can't be done is not tried, whoever posts it: the button is not there, or was there too long."""
    obstacles = {booking.pk: kind.obstacle(booking) for booking in bookings}
    yield from (
        Result(each, is_done=False, came=as_known(obstacles[each.pk])) for each in bookings if obstacles[each.pk]
    )
    if possible := [each for each in bookings if not obstacles[each.pk]]:
        yield from kind.do(possible, asked, by)


def as_known(text: object) -> str:
    """A lazy text as the catalogues know it."""
    with override(None):
        return str(text)


def _note(asked: Asked) -> str:
    """What was written, and who was named, for the story."""
    given = (
        str(value.name if isinstance(value, User) else value)
        for key, value in asked.items()
        if value and key not in CODES
    )
    return " · ".join(given)[:1000]


def _given(asked: Asked, booking: Booking) -> dict[str, Any]:
    """What was chosen, by its codes, and how much, in minor units."""
    given = {key: asked[key] for key in ("who", "how", "amount") if key in asked}
    return given | {"currency": booking.currency} if "amount" in given else given


def each_by_itself(one: One) -> Many:
    """Done to one booking after the other; what fails says so."""

    def each(bookings: list[Booking], asked: Asked, by: User) -> Iterator[Result]:
        for booking in bookings:
            try:
                yield one(booking, asked, by)
            except commands.NotDone as error:
                yield Result(booking, is_done=False, came=error.came, detail=error.error)
            except (CalError, Stopped) as error:
                yield Result(booking, is_done=False, detail=str(error))
            except Exception as error:
                logger.exception("Acting on booking %s", booking.pk)
                yield Result(booking, is_done=False, detail=type(error).__name__)

    return each


def _said(act: commands.Act) -> Result:
    came = ""
    if not act.is_sent:
        came = gettext_noop("It was so already.")
    elif not act.is_shown:
        came = gettext_noop("Cal.com took it, and doesn't show it yet.")
    return Result(act.booking, came=came, run=act.run)


def _cancel(booking: Booking, asked: Asked, by: User) -> Result:
    return _said(commands.cancel(booking, by=by, reason=asked["reason"]))


def _reassign(booking: Booking, asked: Asked, by: User) -> Result:
    return _said(commands.reassign(booking, to=asked["coach"], by=by, reason=asked["reason"]))


def _attendance(booking: Booking, asked: Asked, by: User) -> Result:
    said = {asked["who"]: asked["how"] == "absent"}
    return _said(commands.mark_absent(booking, **said, by=by, reason=asked["reason"]))


def _link(booking: Booking, asked: Asked, by: User) -> Result:
    told = staff.link(booking, to=asked["person"], note=asked["note"], by=by, now=timezone.now())
    return Result(booking, message=told)


def _payment(booking: Booking, asked: Asked, by: User) -> Result:
    seen = {"payment_id": asked["stripe_id"], "amount": asked["amount"], "note": asked["note"]}
    return Result(booking, message=staff.record_payment(booking, **seen, by=by, now=timezone.now()))


def _refund(booking: Booking, asked: Asked, by: User) -> Result:
    seen = {"refund_id": asked["stripe_id"], "amount": asked["amount"], "note": asked["note"]}
    return Result(booking, message=staff.record_refund(booking, **seen, by=by, now=timezone.now()))


def _free(booking: Booking, asked: Asked, by: User) -> Result:
    return Result(booking, message=staff.accept_as_free(booking, note=asked["note"], by=by, now=timezone.now()))


def _resync(bookings: list[Booking], asked: Asked, by: User) -> Iterator[Result]:
    """One run for all of them."""
    try:
        with CalApi.from_settings(patience=commands.PATIENCE) as api:
            run = resync(api, Options(uids=tuple(booking.uid for booking in bookings)))
    except (CalError, Stopped, AlreadyRunning) as error:
        yield from (Result(booking, is_done=False, detail=str(error)) for booking in bookings)
        return
    found: dict[str, list[Difference]] = {}
    for difference in Difference.objects.filter(run=run).order_by("id"):
        found.setdefault(difference.uid, []).append(difference)
    for booking in bookings:
        differences = found.get(booking.uid, [])
        failed = [str(each.theirs) for each in differences if each.done == Done.FAILED]
        fields = ", ".join(each.field for each in differences)
        came = "" if differences else gettext_noop("Nothing had changed.")
        yield Result(booking, is_done=not failed, came=came, detail="; ".join(failed) or fields, run=run)


def _cancelling(booking: Booking) -> Any:
    obstacle = booking.obstacle_to_cancel(now=timezone.now())
    return obstacle and obstacle.label


def _marking(booking: Booking) -> Any:
    has_begun = booking.starts_at is not None and booking.starts_at <= timezone.now()
    return "" if has_begun else _("Nobody can be absent before the meeting has begun.")


def _freeing(booking: Booking) -> Any:
    return "" if booking.status == Status.PENDING else _("Only what is pending can be accepted as free.")


ACTS: dict[str, Kind] = {
    kind.did: kind
    for kind in (
        Kind(
            did=Did.RESYNC,
            title=_("Read again from Cal.com"),
            icon="sync",
            form=ask.Nothing,
            do=_resync,
            at_once=True,
        ),
        Kind(
            did=Did.CANCEL,
            title=_("Cancel at Cal.com"),
            icon="event_busy",
            form=ask.Reason,
            do=each_by_itself(_cancel),
            warning=_("This can't be undone. Cal.com frees the time, mails all, and refunds by the event's policy."),
            obstacle=_cancelling,
        ),
        Kind(
            did=Did.REASSIGN,
            title=_("Give to another coach"),
            icon="swap_horiz",
            form=ask.Reassign,
            do=each_by_itself(_reassign),
            warning=_("Cal.com mails the client and both coaches at once."),
            obstacle=_cancelling,
        ),
        Kind(
            did=Did.ATTENDANCE,
            title=_("Mark absent or present"),
            icon="person_off",
            form=ask.Attendance,
            do=each_by_itself(_attendance),
            obstacle=_marking,
        ),
        Kind(
            did=Did.LINK,
            title=_("Link to a user"),
            icon="person_add",
            form=ask.Link,
            do=each_by_itself(_link),
        ),
        Kind(
            did=Did.PAYMENT,
            title=_("Record a payment"),
            icon="payments",
            form=ask.PaymentSeen,
            do=each_by_itself(_payment),
            for_one=True,
            warning=_("This can't be undone: what was seen paid stays paid. Only record what Stripe shows."),
        ),
        Kind(
            did=Did.REFUND,
            title=_("Record a refund"),
            icon="currency_exchange",
            form=ask.RefundSeen,
            do=each_by_itself(_refund),
            for_one=True,
            warning=_("This refunds nothing, and can't be undone. Refund at Stripe first, then record what it shows."),
        ),
        Kind(
            did=Did.FREE,
            title=_("Accept as free"),
            icon="redeem",
            form=ask.Note,
            do=each_by_itself(_free),
            warning=_("This can't be undone: the booking counts without a payment."),
            obstacle=_freeing,
        ),
    )
}
