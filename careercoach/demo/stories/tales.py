"""Stories for front-end developers: lists of Cal.com's bodies, in the order in which Cal.com would send them.

Pure: no database, no network; the same seed and the same time make the same bodies.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

from careercoach.demo import bodies
from careercoach.demo.bodies import Body, Flow
from careercoach.demo.models import Booking, EventType
from careercoach.demo.stories.stage import WHY, Stage, coach

BETWEEN_SESSIONS = timedelta(minutes=30)  # Of a storm.


# --- What stories are made of ----------------------------------------------------------------------------------------


def _confirmed(stage: Stage, booking: Booking) -> list[Body]:
    """From the form to the confirmed session; of a paid type by way of the payment page."""
    if not booking.price:
        return [bodies.created(booking, at=stage.now(), flow=Flow.DIRECT)]
    return [bodies.payment_initiated(booking, at=stage.now()), *_payment(stage, booking)]


def _payment(stage: Stage, booking: Booking) -> list[Body]:
    """CREATED comes first, PAID some 20 ms later (recorded v602/043, 044)."""
    booking.paid_at = stage.now()
    return [
        bodies.created(booking, at=booking.paid_at, flow=Flow.AFTER_PAYMENT),
        bodies.paid(booking, at=booking.paid_at + timedelta(milliseconds=17)),
    ]


def _asked_for(stage: Stage, booking: Booking) -> list[Body]:
    """From the form to the host's desk, of a type that needs confirmation."""
    if not booking.price:
        return [bodies.requested(booking, at=stage.now(), flow=Flow.DIRECT)]
    return [
        bodies.payment_initiated(booking, at=stage.now()),
        bodies.requested(booking, at=stage.now(), flow=Flow.AFTER_PAYMENT),
    ]


def _cancellation(stage: Stage, booking: Booking, *, by: str, reason: str = WHY) -> Body:
    booking.cancelled_by, booking.cancellation_reason = by, reason
    return bodies.cancelled(booking, at=stage.now())


def _marked(stage: Stage, booking: Booking, *, absent: bool) -> Body:
    booking.no_show = absent
    return bodies.no_show_updated(booking, at=stage.now(), absent={booking.email: absent})


# --- The stories -----------------------------------------------------------------------------------------------------


def free(stage: Stage) -> list[Body]:
    booking = stage.booking()
    booking.price = 0
    return [bodies.created(booking, at=stage.now(), flow=Flow.DIRECT)]


def unpaid(stage: Stage) -> list[Body]:
    return [bodies.payment_initiated(stage.booking(), at=stage.now())]


def paid(stage: Stage) -> list[Body]:
    return _confirmed(stage, stage.booking())


def cancelled(stage: Stage) -> list[Body]:
    booking = stage.booking()
    return [*_confirmed(stage, booking), _cancellation(stage, booking, by=booking.email)]


def cancelled_by_coach(stage: Stage) -> list[Body]:
    booking = stage.booking()
    return [*_confirmed(stage, booking), _cancellation(stage, booking, by=booking.host.email, reason="I am ill")]


def rescheduled(stage: Stage) -> list[Body]:
    old = stage.booking()
    before = _confirmed(stage, old)
    new = stage.booking(old=old, by=old.host.email)
    return [*before, bodies.rescheduled(new, at=stage.now(), old=old, by=old.host.email)]


def rescheduled_by_client(stage: Stage) -> list[Body]:
    """A free one would be confirmed at once; a paid one waits for its coach, whose yes doesn't name the old one."""
    old = stage.booking()
    before = _confirmed(stage, old)
    new = stage.booking(old=old, by=old.email)
    if not new.price:
        return [*before, bodies.rescheduled(new, at=stage.now(), old=old, by=old.email)]
    return [
        *before,
        bodies.requested(new, at=stage.now(), flow=Flow.DIRECT, old=old),
        bodies.created(new, at=stage.now(), flow=Flow.AFTER_CONFIRMATION),
    ]


def request_reschedule(stage: Stage) -> list[Body]:
    booking = stage.booking()
    before = _confirmed(stage, booking)
    booking.cancelled_by, booking.cancellation_reason = booking.host.email, f"Please reschedule. {WHY}"
    return [*before, bodies.cancelled(booking, at=stage.now(), request_reschedule=True)]


def rejected(stage: Stage) -> list[Body]:
    stage.event_type.requires_confirmation = True
    booking = stage.booking()
    booking.rejection_reason = "No time that day"
    return [*_asked_for(stage, booking), bodies.rejected(booking, at=stage.now())]


def ended(stage: Stage) -> list[Body]:
    booking = stage.booking()
    return [*_confirmed(stage, booking), bodies.meeting_started(booking), bodies.meeting_ended(booking)]


def no_show(stage: Stage) -> list[Body]:
    booking = stage.booking()
    started = [*_confirmed(stage, booking), bodies.meeting_started(booking)]
    return [*started, _marked(stage, booking, absent=True), bodies.meeting_ended(booking)]


def coach_no_show(stage: Stage) -> list[Body]:
    booking = stage.booking()
    started = [*_confirmed(stage, booking), bodies.meeting_started(booking)]
    booking.no_show_host = True
    missed = bodies.after_hosts_no_show(booking, at=stage.now(), webhook=stage.webhook())
    return [*started, missed, bodies.meeting_ended(booking)]


def no_show_undone(stage: Stage) -> list[Body]:
    booking = stage.booking()
    before = _confirmed(stage, booking)
    marks = [_marked(stage, booking, absent=True), _marked(stage, booking, absent=False)]
    return [*before, bodies.meeting_started(booking), *marks, bodies.meeting_ended(booking)]


def reassigned(stage: Stage) -> list[Body]:
    booking = stage.booking()
    before = _confirmed(stage, booking)
    removed, booking.host = booking.host, coach("Kim Stand-in", "kim.stand-in@coaches.example")
    booking.title = bodies.title(booking.event_type, booking.host, booking.name)
    return [*before, bodies.reassigned(booking, at=stage.now(), removed_host=removed)]


def paid_after_cancelling(stage: Stage) -> list[Body]:
    booking = stage.booking()
    asked = bodies.payment_initiated(booking, at=stage.now())
    return [asked, _cancellation(stage, booking, by=booking.email), *_payment(stage, booking)]


def out_of_order(stage: Stage) -> list[Body]:
    return list(reversed(paid(stage)))


def repeated(stage: Stage) -> list[Body]:
    return [body for body in paid(stage) for _copy in range(2)]


def ping(stage: Stage) -> list[Body]:
    return [bodies.ping(at=stage.now())]


def storm(stage: Stage) -> list[Body]:
    """Of many bookings, one after the other, each a story; then all of it shuffled, and a third of it twice."""
    chance = random.Random(stage.seed)
    told: list[Body] = []
    weather = [
        story.tell for story in STORIES.values() if story.in_storm and (stage.event_type.price or story.for_free)
    ]
    for place in range(stage.count):
        scene = replace(
            stage,
            event_type=EventType(**_columns(stage.event_type)),
            start=stage.start + place * BETWEEN_SESSIONS,
            seed=f"{stage.seed} storm {place}",
        )
        told += chance.choice(weather)(scene)
    told += chance.sample(told, len(told) // 3)
    chance.shuffle(told)
    return told


def _columns(event_type: EventType) -> dict[str, object]:
    return {column.attname: getattr(event_type, column.attname) for column in event_type._meta.concrete_fields}


@dataclass(frozen=True, slots=True)
class Story:
    """`for_free`: it can be told of a free type too. `connections` is how many post at once: more keep no order."""

    summary: str
    tell: Callable[[Stage], list[Body]]
    for_free: bool = True
    in_storm: bool = True
    connections: int = 1


STORIES: Mapping[str, Story] = MappingProxyType(
    {
        "free": Story("A free session is booked.", free, in_storm=False),
        "unpaid": Story("The client leaves the payment page: pending for ever.", unpaid, for_free=False),
        "paid": Story("The client books and pays: BOOKING_CREATED, then BOOKING_PAID.", paid),
        "declined": Story(
            "The card is declined. Cal.com says nothing of it, so it looks as unpaid does.", unpaid, for_free=False
        ),
        "cancelled": Story("The client cancels a paid session.", cancelled),
        "cancelled-by-coach": Story("The coach cancels it.", cancelled_by_coach),
        "rescheduled": Story("The coach moves it: a new uid, and no word about the old one.", rescheduled),
        "rescheduled-by-client": Story(
            "The client moves it: it waits for the coach, who confirms without naming the old one.",
            rescheduled_by_client,
        ),
        "request-reschedule": Story("The coach asks for another time, and it is cancelled.", request_reschedule),
        "rejected": Story("A session that needs the coach's confirmation is declined.", rejected),
        "ended": Story("The session takes place.", ended),
        "no-show": Story("The client doesn't come. The end is told all the same, and changes nothing.", no_show),
        "coach-no-show": Story("The coach doesn't come, as Cal Video sees it.", coach_no_show),
        "no-show-undone": Story("The client was marked as absent by mistake.", no_show_undone),
        "reassigned": Story("Another coach takes over; the uid stays.", reassigned),
        "paid-after-cancelling": Story(
            "The client cancels while paying, and the payment goes through: it lives again.",
            paid_after_cancelling,
            for_free=False,
        ),
        "out-of-order": Story("The story of paid, backwards.", out_of_order, in_storm=False),
        "repeated": Story("The story of paid, each message twice.", repeated, in_storm=False),
        "storm": Story(
            "--count bookings of all kinds at once, shuffled, a third of it twice.",
            storm,
            in_storm=False,
            connections=4,
        ),
        "ping": Story("The test message of Cal.com's dashboard: of no booking.", ping, in_storm=False),
    }
)
