"""Who plays a story, what is sold, and when: makes the rows of Cal.com's that its bodies need, and saves none."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from careercoach.demo import bodies
from careercoach.demo.bodies import parts
from careercoach.demo.models import Booking, EventType, Host, Webhook

BETWEEN_STEPS = timedelta(seconds=20)
LONGEST = timedelta(minutes=15)  # Of all stories: they begin this long ago, so that no step is in the future.
LATER = timedelta(days=1)  # Is a moved session.
WHY = "Something came up"

# Beyond the ids of real accounts and bookings, so that no story is taken for a word about one of them.
FIRST_ID = 1_000_000_000


def number(seed: str) -> int:
    """An id as Cal.com's: a whole number of 31 bits, the same for the same seed."""
    return FIRST_ID + int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4]) % FIRST_ID


def coach(name: str, email: str) -> Host:
    """A coach as a member of the team. The same address is the same person."""
    username = email.partition("@")[0]
    return Host(pk=number(email), name=name, email=email, username=username, time_zone="Europe/Berlin", hours={})


@dataclass(slots=True, kw_only=True)
class Stage:
    """Who plays, what is sold, and when; makes the rows, and lets time go on from step to step."""

    event_type: EventType
    host: Host
    name: str
    email: str
    start: datetime  # Of the session.
    begin: datetime  # Of the story.
    seed: str
    subscriber_url: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    count: int = 1  # Of a storm's bookings.
    made: int = 0

    def now(self) -> datetime:
        """Some seconds later than the last time."""
        self.begin += BETWEEN_STEPS
        return self.begin

    def booking(self, *, old: Booking | None = None, by: str = "") -> Booking:
        """A new booking; or one that takes the place of another, a day later."""
        self.made += 1
        seed = f"{self.seed} {self.made}"
        start = self.start if old is None else old.start + LATER
        moved = {} if old is None else {"rescheduled_by": by, "rescheduling_reason": WHY}
        booking = Booking(
            pk=number(seed),
            uid=parts.letters(seed, 22),
            event_type=self.event_type,
            host=self.host,
            start=start,
            end=start + timedelta(minutes=self.event_type.length),
            title=bodies.title(self.event_type, self.host, self.name),
            name=self.name,
            email=self.email,
            time_zone="Europe/Berlin",
            answers=self.answers,
            metadata=self.metadata if old is None else {},
            price=self.event_type.price,
            currency=self.event_type.currency,
            payment_intent=f"pi_{parts.letters(f'payment {seed}', 24)}",
            one_time_password=UUID(parts.made_up_uuid(f"one-time {seed}")),
            created_at=self.begin,
            **moved,
        )
        if old is not None:
            booking.take_the_place_of(old)
        return booking

    def webhook(self) -> Webhook:
        return Webhook(
            id=UUID(parts.made_up_uuid("webhook")),
            subscriber_url=self.subscriber_url,
            triggers=["AFTER_HOSTS_CAL_VIDEO_NO_SHOW", "AFTER_GUESTS_CAL_VIDEO_NO_SHOW"],
            time=5,
        )
