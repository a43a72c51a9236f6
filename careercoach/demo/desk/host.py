"""A booking is cancelled, by its client or its coach; the coach accepts, declines, asks to move, or is replaced."""

from datetime import datetime

from careercoach.demo import bodies, calendar
from careercoach.demo.desk.change import Refused, Status, accept, changing, locked, save, tell
from careercoach.demo.models import Booking, Host


def cancel(booking: Booking, *, reason: str, by: str, now: datetime, by_host: bool = False) -> Booking:
    """By whoever holds the link, or the host. Raises Refused: already_cancelled, already_over, cancelling_disabled,
    reason_required (of a host)."""
    with changing():
        booking = locked(booking)
        if not booking.is_open:
            raise Refused("already_cancelled")
        if _is_over(booking, now):
            raise Refused("already_over")
        if booking.event_type.disable_cancelling:
            raise Refused("cancelling_disabled")
        if by_host and not reason.strip():
            raise Refused("reason_required")
        booking.cancellation_reason, booking.cancelled_by = reason, by
        tell(bodies.cancelled(booking, at=now), booking, now)  # Sent before the row changes.
        return save(booking, now, status=Status.CANCELLED, confirmed_snapshot=None)


def request_reschedule(booking: Booking, *, reason: str, now: datetime) -> Booking:
    """The host asks the client for another time: the booking is cancelled, and its uid can still be moved."""
    with changing():
        booking = locked(booking)
        if not booking.is_open:
            raise Refused("already_cancelled")
        booking.cancellation_reason = f"Please reschedule. {reason}".strip()
        booking.cancelled_by = booking.host.email
        booking.rescheduled = True
        save(booking, now, status=Status.CANCELLED, confirmed_snapshot=None)
        tell(bodies.cancelled(booking, at=now, request_reschedule=True), booking, now)
        return booking


def confirm(booking: Booking, *, now: datetime) -> Booking:
    """The host accepts. Of an unpaid booking silently, and the payment is silent too (recorded/v602_steps.json: E8)."""
    with changing():
        booking = locked(booking)
        if booking.status != Status.PENDING:
            raise Refused("nothing_to_confirm")
        silent = booking.awaits_payment
        accept(booking, flow=bodies.Flow.AFTER_CONFIRMATION)
        save(booking, now)
        if not silent:
            tell(bodies.created(booking, at=now, flow=bodies.Flow.AFTER_CONFIRMATION), booking, now)
        return booking


def reject(booking: Booking, *, reason: str, now: datetime) -> Booking:
    with changing():
        booking = locked(booking)
        if booking.status != Status.PENDING:
            raise Refused("nothing_to_confirm")
        booking.rejection_reason = reason
        save(booking, now, status=Status.REJECTED)
        tell(bodies.rejected(booking, at=now), booking, now)
        return booking


def reassign(booking: Booking, *, to: Host, announce: bool, now: datetime) -> Booking:
    """Another coach for the same booking. Recorded instances are silent about it; the hosted one documents an event."""
    with changing():
        booking = locked(booking)
        if booking.status != Status.ACCEPTED:
            raise Refused("not_confirmed")
        if to not in calendar.free_hosts(
            booking.event_type, booking.start, now=min(now, booking.start - calendar.NOTICE)
        ):
            raise Refused("host_busy")
        before, booking.host = booking.host, to
        booking.title = bodies.title(booking.event_type, to, booking.name)
        save(booking, now)
        if announce:
            tell(bodies.reassigned(booking, at=now, removed_host=before), booking, now)
        return booking


def _is_over(booking: Booking, now: datetime) -> bool:
    return booking.ended_at is not None or booking.end <= now
