"""Cancel, move, confirm, decline, reassign, mark absent: at the desk, which plans the webhooks (api_v2.md §3)."""

from django.db import transaction

from careercoach.demo import calendar, desk
from careercoach.demo.api import asked
from careercoach.demo.api.access import Ask
from careercoach.demo.api.answering import Answer, success
from careercoach.demo.api.bookings import found, told
from careercoach.demo.api.errors import CoreRefusal, Refusal, refused, trpc
from careercoach.demo.bodies.parts import in_milliseconds
from careercoach.demo.models import Booking, Host
from careercoach.demo.router import DATABASE

NOT_FOUND = "Booking with uid={} was not found in the database"
BUSY = "Can't reassign the booking because no other host is available at that time."

# By the desk's code: what Cal.com's core says, outside the API's envelope.
CORE = {
    "already_over": (400, "Cannot cancel a booking that has already ended"),
    "cancelling_disabled": (400, "This event type does not allow cancellations"),
    "reason_required": (400, "Cancellation reason is required"),
    "rescheduling_disabled": (400, "This event type does not allow rescheduling"),
    "not_confirmed": (400, "Booking is not confirmed"),
}


def cancel(ask: Ask) -> Answer:
    """Whoever has the uid may, without a key, and no canceller is noted. With a key it is the host, who needs a reason.

    The webhook is made before the row changes, and sent afterwards.
    """
    booking = found(ask, "Booking with uid={} not found")
    _cancel(ask, booking)
    return success(told(booking))


def cancel_old(ask: Ask) -> Answer:
    booking = found(ask, "Booking with UID={} does not exist.")
    _cancel(ask, booking)
    return success({"bookingId": booking.pk, "bookingUid": booking.uid, "onlyRemovedAttendee": False})


def reschedule(ask: Ask) -> Answer:
    """A new booking in its place, with the same answers and metadata; for the host, if it is the host who moves."""
    rules = {"start": asked.moment, "rescheduledBy": asked.text, "reschedulingReason": asked.text}
    wanted = asked.read(ask.body, rules, required=("start",))
    old = found(ask, NOT_FOUND)
    _refuse_moving(old)
    if wanted["start"] <= ask.now:
        raise refused(400, "Attempting to book a meeting in the past.")
    by = wanted.get("rescheduledBy", "")
    by_host = by == old.host.email or (ask.account is not None and ask.account.user_id == old.host.pk)
    booker = desk.Booker(
        name=old.name,
        email=old.email,
        time_zone=old.time_zone,
        locale=old.locale,
        notes=old.notes,
        guests=tuple(old.guests),
    )
    with transaction.atomic(using=DATABASE):
        try:
            new = desk.book(
                event_type=old.event_type,
                start=wanted["start"],
                booker=booker,
                now=ask.now,
                moving=old,
                by_host=by_host,
                reason=wanted.get("reschedulingReason", ""),
            )
        except desk.Refused as refusal:
            raise _core(refusal) from None
        Booking.objects.filter(pk=new.pk, from_reschedule=old.uid).update(moved_over_api=True, rescheduled_by=by)
    return success(told(new))


def mark_absent(ask: Ask) -> Answer:
    """From the start on. An address that isn't the booker's is ignored; no access is a 500, as at Cal.com."""
    wanted = asked.read(ask.body, {"host": asked.yes_or_no, "attendees": _attendees})
    booking = found(ask, "Booking with uid={} not found.")
    if not _may_act(ask, booking):
        raise CoreRefusal(500, "Failed to update no-show status")
    try:
        for attendee in wanted.get("attendees", []):
            if attendee["email"] == booking.email:
                desk.mark_client(booking, absent=attendee["absent"], now=ask.now)
        if "host" in wanted:
            desk.mark_host(booking, absent=wanted["host"], now=ask.now)
    except desk.Refused as refusal:
        if refusal.code != "not_started":
            raise CoreRefusal(500, "Failed to update no-show status") from None
        raise refused(
            400,
            "Bookings can only be marked as absent after their scheduled start time. Current time in UTC+0: "
            f"{in_milliseconds(ask.now)}, Booking start time in UTC+0: {in_milliseconds(booking.start)}",
        ) from None
    return success(told(booking))


def confirm(ask: Ask) -> Answer:
    booking = _pending(ask)
    try:
        desk.confirm(booking, now=ask.now)
    except desk.Refused:
        raise trpc(400) from None
    return success(told(booking))


def decline(ask: Ask) -> Answer:
    """The reason is told by webhook, and never by the API."""
    wanted = asked.read(ask.body, {"reason": asked.text})
    booking = _pending(ask)
    try:
        desk.reject(booking, reason=wanted.get("reason", ""), now=ask.now)
    except desk.Refused:
        raise trpc(400) from None
    return success(told(booking))


def reassign(ask: Ask) -> Answer:
    """To the coach whom the round robin picks among those who are free."""
    booking = _reassignable(ask)
    now = min(ask.now, booking.start - calendar.NOTICE)
    free = [each for each in calendar.free_hosts(booking.event_type, booking.start, now=now) if each.is_host]
    if not free:
        raise refused(400, BUSY)
    return _reassigned(ask, booking, to=calendar.least_recently_booked(free))


def reassign_to(ask: Ask) -> Answer:
    booking = _reassignable(ask)
    number = ask.values["user_id"]
    to = Host.objects.filter(pk=number, is_gone=False).first()
    if to is None:
        raise refused(404, f"User with id={number} was not found in the database")
    if not to.is_host:
        raise refused(400, f"User with id={number} is not a valid Round Robin host")
    return _reassigned(ask, booking, to=to)


def _cancel(ask: Ask, booking: Booking) -> None:
    wanted = asked.read(ask.body, {"cancellationReason": asked.text})
    reason, by_host = wanted.get("cancellationReason", ""), ask.account is not None
    try:
        desk.cancel(booking, reason=reason, by="", now=ask.now, by_host=by_host)
    except desk.Refused as refusal:
        if refusal.code != "already_cancelled":
            raise _core(refusal) from None
        raise refused(
            400,
            f"Can't cancel booking with uid={booking.uid} because it has been cancelled already. Please provide uid of "
            "a booking that is not cancelled.",
        ) from None


def _refuse_moving(old: Booking) -> None:
    """Raises Refusal for one that is cancelled or declined. One that its host asked to move can't be moved this way."""
    if old.status == Booking.Status.REJECTED:
        raise CoreRefusal(404, "Could not find original booking")
    if old.status == Booking.Status.CANCELLED and not old.rescheduled:
        raise refused(
            400,
            f"Can't reschedule booking with uid={old.uid} because it has been cancelled. Please provide uid of a "
            "booking that is not cancelled.",
        )
    if old.status == Booking.Status.CANCELLED:
        # JavaScript's word for none.
        new = Booking.objects.filter(from_reschedule=old.uid).values_list("uid", flat=True).first() or "undefined"
        raise refused(
            400,
            f"Can't reschedule booking with uid={old.uid} because it has been cancelled and rescheduled already to "
            f"booking with uid={new}. You probably want to reschedule {new} instead by passing it within the request "
            "URL.",
        )


def _core(refusal: desk.Refused) -> Refusal:
    if refusal.code in CORE:
        return CoreRefusal(*CORE[refusal.code])
    return refused(400, "User either already has booking at this time or is not available")


def _pending(ask: Ask) -> Booking:
    booking = found(ask, NOT_FOUND)
    if not _may_act(ask, booking):
        raise trpc(401, "Unauthorized: You are not authorized to perform this action")
    return booking


def _reassignable(ask: Ask) -> Booking:
    """By an admin only: of the team, or the owner of the type."""
    booking = found(ask, NOT_FOUND)
    if not ask.owner.is_admin and not ask.owner.is_personal:
        raise refused(403, f"User with id={ask.owner.user_id} is no admin of the event type of this booking.")
    return booking


def _reassigned(ask: Ask, booking: Booking, *, to: Host) -> Answer:
    """Without a word by webhook, as recorded. The uid stays."""
    try:
        booking = desk.reassign(booking, to=to, announce=False, now=ask.now)
    except desk.Refused as refusal:
        raise refused(400, BUSY) if refusal.code == "host_busy" else _core(refusal) from None
    told = {"id": to.pk, "name": to.name, "email": to.email, "displayEmail": to.email}
    return success({"bookingUid": booking.uid, "reassignedTo": told})


def _may_act(ask: Ask, booking: Booking) -> bool:
    owner = ask.owner
    return owner.is_admin or owner.is_personal or owner.user_id == booking.host.pk


def _attendees(name: str, given: object) -> list[dict[str, object]]:
    rules = {"email": asked.text, "absent": asked.yes_or_no}
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise asked.Broken("isArray", f"{name} must be an array")
    return [asked.read(each, rules, required=tuple(rules)) for each in given]
