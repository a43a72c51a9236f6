"""What the staff have done at Cal.com: ask, then read again. Our row changes when the fact comes back, not before.

Cal.com tells no name of whoever acts through its API (api_v2.md §9, 13), so each act is a run with its person and its
reason, and the cause of what it changed.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from bookings.cal import inbox
from bookings.cal.client import CalApi, CalError, CalRefused, CalUnavailable, NotConfigured, Row
from bookings.cal.payloads import own
from bookings.cal.payloads.fields import Node
from bookings.cal.runs import Running, Stopped, running
from bookings.cal.sync import read_again
from bookings.domain.words import Source, Status
from bookings.models import Booking, Run, RunKind
from coaches.models import Coach
from users.models import User

logger = logging.getLogger(__name__)

PATIENCE = 20.0  # Seconds that one call may wait: a person does.
UNREACHED = _("Cal.com can't be reached, and nothing was done: %(error)s")
REFUSED = _("Cal.com refuses: %(error)s")
UNSURE = _("Cal.com gave no answer that says whether it was done: %(error)s. Look again in some minutes.")


def said(came: str, error: str) -> str:
    """A sentence in the reader's language, and within it the error, which has none; the error alone without one."""
    text = gettext(came) if came else "%(error)s"
    return text % {"error": error} if "%(error)s" in text else text


class NotDone(Stopped):
    """It was not done at Cal.com. `came` says why, as the catalogues know it, since whoever reads of it later has a
    language of their own; `error` is what it repeats.
    """

    def __init__(self, came: str, *, error: object = "") -> None:
        self.came, self.error = came, str(error)
        super().__init__(came, self.error)

    def __str__(self) -> str:
        return said(self.came, self.error)


class Impossible(NotDone):
    """It can't be asked of Cal.com, or not now. Nothing was sent."""


class Unavailable(NotDone):
    """Cal.com can't be reached. Nothing was done there."""


class Refused(NotDone):
    """Cal.com says no, and has changed nothing."""


class Unsure(NotDone):
    """Cal.com did not answer, and as far as could be read since it has not been done, or not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done: `booking` as it is now.

    Not `is_sent` where somebody else had done it. Not `is_shown` where the booking doesn't show it yet: a webhook or
    the next resync will bring it.
    """

    booking: Booking
    run: Run
    is_sent: bool
    is_shown: bool


Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What is asked for: how to send it, with Cal.com's own row at hand, and how to see that it is done."""

    act: str
    send: Callable[[CalApi, Row], object]
    is_done: Callable[[Booking], bool]
    obstacle: Callable[[Booking], str] = lambda _row: ""
    details: Mapping[str, object] = field(default_factory=dict)


def cancel(booking: Booking, *, by: User, reason: str, api: CalApi | None = None, now: Now = timezone.now) -> Act:
    """Cancel at Cal.com, which refunds by the event type's policy and mails the reason. Raises NotDone.

    One that is cancelled there already is success, and nothing is sent.
    """

    def obstacle(row: Booking) -> str:
        found = row.obstacle_to_cancel(now=now())
        with override(None):  # As the catalogues know it.
            return "" if found is None else str(found.label)

    wish = _Wish(
        act="cancel",
        send=lambda cal, _row: cal.cancel(booking.uid, reason=reason.strip()),
        is_done=lambda row: row.status == Status.BOOKING_CANCELLED,
        obstacle=obstacle,
    )
    asked_at = now()
    done = _carry_out(booking, wish, by=by, reason=reason, api=api, now=now)
    if done.is_sent and done.is_shown and not done.booking.cancelled_by:
        # Cal.com names nobody who cancels through its API (api_v2.md §9, 13).
        body = own.cancelled_for_us(booking.uid, by=by.email, at=asked_at)
        inbox.process(inbox.receive(body, source=Source.OPS, run=done.run, by=by, now=now()), now=now())
        done.booking.refresh_from_db()
    return done


def reassign(
    booking: Booking, *, to: Coach | None, by: User, reason: str, api: CalApi | None = None, now: Now = timezone.now
) -> Act:
    """Give it to that coach, or, without one, to whom Cal.com picks instead of the present one. Raises NotDone."""
    before = booking.coach_id
    number = None if to is None else to.cal_user_id
    wish = _Wish(
        act="reassign",
        send=lambda cal, _row: cal.reassign(
            booking.uid, to_user_id=number, reason=None if number is None else reason.strip()
        ),
        is_done=lambda row: row.coach_id != before if to is None else row.coach_id == to.pk,
        details={"to": number},
    )
    return _carry_out(booking, wish, by=by, reason=reason, api=api, now=now)


def mark_absent(
    booking: Booking,
    *,
    client: bool | None = None,
    coach: bool | None = None,
    by: User,
    reason: str,
    api: CalApi | None = None,
    now: Now = timezone.now,
) -> Act:
    """Say of the client, the coach or both that they were absent (True) or present after all (False). Raises NotDone.

    Cal.com takes it from the start of the meeting on, and no reason with it: that is kept with our run.
    """
    if client is None and coach is None:
        raise ValueError("Say of whom.")

    def obstacle(row: Booking) -> str:
        if row.starts_at is not None and row.starts_at > now():
            return _("Nobody can be absent before the meeting has begun.")
        return _("The client's e-mail address is not known.") if client is not None and not row.client_email else ""

    def send(cal: CalApi, row: Row) -> object:
        # Cal.com ignores an address that it has in other letters, and we keep all in lower case.
        theirs = Node(row)["attendees"].items()
        spelled = {each["email"].email(): str(each["email"].value) for each in theirs}
        email = spelled.get(booking.client_email, booking.client_email)
        return cal.mark_absent(booking.uid, host=coach, attendees=None if client is None else {email: client})

    wish = _Wish(
        act="mark absent",
        send=send,
        is_done=lambda row: client in (None, bool(row.client_absent)) and coach in (None, bool(row.coach_absent)),
        obstacle=obstacle,
        details={"client": client, "coach": coach},
    )
    return _carry_out(booking, wish, by=by, reason=reason, api=api, now=now)


# --- How --------------------------------------------------------------------------------------------------------------


def _carry_out(booking: Booking, wish: _Wish, *, by: User, reason: str, api: CalApi | None, now: Now) -> Act:
    """Look first, send once, and look again. Nothing is sent twice: whether it was done is seen, not guessed."""
    if not reason.strip():
        raise Impossible(_("Give a reason."))
    asked = {"act": wish.act, "uid": booking.uid, "reason": reason.strip(), **wish.details}
    try:
        cal = api or CalApi.from_settings(patience=PATIENCE)
    except NotConfigured as error:
        raise Impossible("", error=error) from None
    with (
        running(RunKind.ACT, options=asked, by=by, alone=False, now=now()) as it,
        cal if api is None else nullcontext(),
    ):
        row = _look_first(cal, it, booking, now=now)
        if wish.is_done(booking):
            return Act(booking=booking, run=it.run, is_sent=False, is_shown=True)
        if problem := wish.obstacle(booking):
            raise Impossible(problem)
        failure = _send(cal, it, wish, row)
        is_shown = _look_again(cal, it, booking, by=by, now=now) and wish.is_done(booking)
        if failure is not None and not is_shown:
            raise failure
        is_ours = not isinstance(failure, Refused | Unavailable)
        return Act(booking=booking, run=it.run, is_sent=is_ours, is_shown=is_shown)


def _look_first(cal: CalApi, it: Running, booking: Booking, *, now: Now) -> Row:
    """Cal.com's row, which is recorded; what it tells was done by others."""
    try:
        row = read_again(cal, it, booking.uid, by=None, now=now)
    except CalUnavailable as error:
        raise Unavailable(UNREACHED, error=error) from None
    except CalError as error:
        raise Refused(REFUSED, error=error) from None
    booking.refresh_from_db()
    return row


def _send(cal: CalApi, it: Running, wish: _Wish, row: Row) -> NotDone | None:
    """What went wrong, if anything did; it may have been done all the same."""
    it.run.calls += 1
    try:
        wish.send(cal, row)
    except CalRefused as error:
        return Refused(REFUSED, error=error)
    except CalUnavailable as error:
        if error.retryable:
            return Unavailable(UNREACHED, error=error)
        return _unsure(error)
    except CalError as error:
        return _unsure(error)
    return None


def _unsure(error: CalError) -> Unsure:
    return Unsure(UNSURE, error=error)


def _look_again(cal: CalApi, it: Running, booking: Booking, *, by: User, now: Now) -> bool:
    """Could it be read? Where not, a webhook or the next resync brings it."""
    try:
        read_again(cal, it, booking.uid, by=by, now=now)
    except CalError as error:
        logger.warning("After an act, run %d: %s", it.run.pk, error)
        return False
    booking.refresh_from_db()
    return True
