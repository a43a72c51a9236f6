"""Somebody books, pays, or moves a booking."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from careercoach.demo import bodies, calendar
from careercoach.demo.desk.change import Refused, Status, accept, changing, locked, save, tell
from careercoach.demo.models import Booking, EventType

# After a payment CREATED is sent first and PAID some 20 ms later (recorded/v602: 043, 044).
CREATED_TO_PAID = timedelta(milliseconds=17)


@dataclass(frozen=True, slots=True)
class Booker:
    """Who books, as the form says; nothing of it is verified, as at Cal.com."""

    name: str
    email: str
    time_zone: str
    locale: str = "en"
    notes: str = ""
    guests: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)  # By the question's slug.
    metadata: dict[str, str] = field(default_factory=dict)


def book(
    *,
    event_type: EventType,
    start: datetime,
    booker: Booker,
    now: datetime,
    moving: Booking | None = None,
    by_host: bool = False,
    reason: str = "",
) -> Booking:
    """A new booking, or a new one in the place of `moving`. The same booker at the same slot again gets the same one.

    Raises Refused: slot_taken, rescheduling_disabled, already_over, already_moved, already_cancelled.
    """
    with changing():
        if moving is not None:
            moving = Booking.objects.select_related("event_type", "host").get(pk=moving.pk)
            refuse_moving(moving)
        hosts = calendar.free_hosts(event_type, start, now=now, moving=moving)
        if again := _same_again(event_type=event_type, start=start, booker=booker):
            return again
        if not hosts:
            raise Refused("slot_taken")
        host = calendar.least_recently_booked(hosts)
        booking = Booking(
            event_type=event_type,
            host=host,
            status=Status.PENDING,
            start=start,
            end=start + timedelta(minutes=event_type.length),
            title=bodies.title(event_type, host, booker.name),
            name=booker.name,
            email=booker.email,
            time_zone=booker.time_zone,
            locale=booker.locale,
            notes=booker.notes,
            guests=list(booker.guests),
            answers=booker.answers,
            metadata=booker.metadata,
            price=event_type.price,
            currency=event_type.currency,
            created_at=now,
            updated_at=now,
        )
        if moving is not None:
            return _move(booking, old=moving, by_host=by_host, reason=reason, now=now)
        booking.save()
        if event_type.price:
            tell(bodies.payment_initiated(booking, at=now), booking, now)
        elif event_type.requires_confirmation:
            tell(bodies.requested(booking, at=now, flow=bodies.Flow.DIRECT), booking, now)
        else:
            accept(booking, flow=bodies.Flow.DIRECT)
            tell(bodies.created(booking, at=now, flow=bodies.Flow.DIRECT), booking, now)
        return booking


def pay(booking: Booking, *, now: datetime) -> Booking:
    """Stripe says that the money is there. Raises Refused: already_paid, slot_taken.

    Cal.com doesn't look whether the booking was cancelled meanwhile: it lives again (webhooks.md §4).
    """
    with changing():
        booking = locked(booking)
        if booking.paid_at is not None:
            raise Refused("already_paid")
        hosts = calendar.free_hosts(booking.event_type, booking.start, now=now, moving=booking)
        if not booking.is_open and booking.host not in hosts:
            raise Refused("slot_taken")
        booking.paid_at = now
        booking.payment_intent = f"pi_{secrets.token_urlsafe(18)}"
        confirmed_before = booking.status == Status.ACCEPTED
        if booking.event_type.requires_confirmation and not confirmed_before:
            save(booking, now, status=Status.PENDING)
            tell(bodies.requested(booking, at=now, flow=bodies.Flow.AFTER_PAYMENT), booking, now)
            return booking
        if confirmed_before:  # The host was faster than the money: nothing is sent (recorded/v602_steps.json: E9).
            save(booking, now)
            return booking
        accept(booking, flow=bodies.Flow.AFTER_PAYMENT)
        save(booking, now)
        tell(bodies.created(booking, at=now, flow=bodies.Flow.AFTER_PAYMENT), booking, now)
        tell(bodies.paid(booking, at=now + CREATED_TO_PAID), booking, now)
        return booking


def refuse_moving(moving: Booking) -> None:
    """Raises Refused where it can't be moved; the pages ask too, before they offer it."""
    if moving.event_type.disable_rescheduling:
        raise Refused("rescheduling_disabled")
    if moving.ended_at is not None:
        raise Refused("already_over")
    if Booking.objects.filter(from_reschedule=moving.uid).exists():
        raise Refused("already_moved")
    asked_to_move = moving.status == Status.CANCELLED and moving.rescheduled
    if not moving.is_open and not asked_to_move:
        raise Refused("already_cancelled")


def _same_again(*, event_type: EventType, start: datetime, booker: Booker) -> Booking | None:
    same = Booking.objects.filter(event_type=event_type, start=start, email__iexact=booker.email)
    return same.filter(status__in=calendar.OPEN).select_related("event_type", "host").first()


def _move(booking: Booking, *, old: Booking, by_host: bool, reason: str, now: datetime) -> Booking:
    """The new row of a reschedule; the old one is cancelled without a word (webhooks.md §4)."""
    booking.take_the_place_of(old)
    booking.rescheduling_reason = reason
    booking.rescheduled_by = old.host.email if by_host else booking.email
    booking.answers = old.answers | booking.answers
    by_client_of_paid = bool(old.price) and old.paid_at is not None and not by_host
    booking.paid_at, booking.payment_intent = old.paid_at, old.payment_intent
    booking.save()
    if old.awaits_payment:
        tell(bodies.payment_initiated(booking, at=now, old=old), booking, now)
    elif by_client_of_paid or booking.event_type.requires_confirmation:
        tell(bodies.requested(booking, at=now, flow=bodies.Flow.DIRECT, old=old), booking, now)
    else:
        accept(booking, flow=bodies.Flow.DIRECT)
        tell(bodies.rescheduled(booking, at=now, old=old, by=booking.rescheduled_by), booking, now)
    booking.metadata = old.metadata | booking.metadata  # In the row only: bodies show what this request brought.
    booking.save(update_fields=["metadata"])
    # In the branch of the paid client the jobs of the old booking stay planned: its MEETING_ENDED still comes.
    planned = old.confirmed_snapshot if by_client_of_paid else None
    save(old, now, status=Status.CANCELLED, rescheduled=True, confirmed_snapshot=planned)
    return booking
