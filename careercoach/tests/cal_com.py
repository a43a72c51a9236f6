"""A Cal.com for tests of what heals: the stand-in, over real HTTP, where people book, pay, move and meet at random."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from bookings.cal import inbox
from bookings.cal.client import CalApi
from bookings.cal.pool import resync_coaches
from bookings.cal.sync import Options, resync
from bookings.cal.sync.clock import GRACE
from bookings.models import Booking as Mirrored
from bookings.models import Run
from careercoach.demo import desk, post, seed
from careercoach.demo.api.limits import limiter
from careercoach.demo.models import Booking, Delivery, EventType, Host, Webhook, Wire
from careercoach.testing import SECRET

KEY = "cal_key_of_the_tests"
WEEK = {str(day): [["00:00", "23:30"]] for day in range(7)}
SHOWN = (
    "uid",
    "status",
    "lifecycle",
    "superseded_by",
    "coach__cal_user_id",
    "title",
    "starts_at",
    "ends_at",
    "client_email",
    "client_name",
    "event_type",
    "chain_reference",
    "is_head",
    "reason",
)


def rows(*more: str) -> list[dict[str, Any]]:
    """What the mirror shows, beyond the money, which the API doesn't know."""
    return list(Mirrored.objects.order_by("uid").values(*SHOWN, *more))


@dataclass
class CalCom:
    """The stand-in, with a coach to be replaced by another, and a webhook to our address."""

    address: str
    event_type: EventType
    hosts: list[Host]
    random: Random = field(default_factory=Random)

    def drop(self, percent: int) -> None:
        Wire.current()
        Wire.objects.update(drop=percent)

    def send(self) -> None:
        post.send_due(datetime.now(UTC) + timedelta(days=1))

    def api(self) -> CalApi:
        limiter.forget()
        return CalApi.from_settings()

    def resync(self, **options: Any) -> Run:
        with self.api() as api:
            return resync(api, Options(**options))

    def resync_coaches(self) -> Run:
        with self.api() as api:
            return resync_coaches(api)

    # --- Lives of bookings ------------------------------------------------------------------------------------------

    def live(self, number: int, *, now: datetime) -> None:
        """Somebody books, and then this and that happens, all of it before `now`. What Cal.com refuses doesn't."""
        chance = self.random
        start = (now + timedelta(days=chance.choice([-3, -1, 2, 5]))).replace(minute=0, second=0, microsecond=0)
        start += timedelta(hours=number % 20)
        at = start - timedelta(hours=3) if start <= now else now - timedelta(days=2)
        booker = desk.Booker(name=f"Client {number}", email=f"client{number}@example.com", time_zone="Europe/Paris")
        booking = desk.book(event_type=self.event_type, start=start, booker=booker, now=at)
        pauses = [timedelta(minutes=chance.choice([1, 20, 100, 1500])) for _act in range(chance.randint(0, 9))]
        for moment in [each for each in accumulate(pauses, initial=at) if each < now][1:]:
            booking = self._something(booking, at=moment)

    def _something(self, booking: Booking, *, at: datetime) -> Booking:
        chance = self.random
        acts = {
            "pay": lambda: desk.pay(booking, now=at),
            "cancel": lambda: desk.cancel(booking, reason="Ill", by=booking.email, now=at),
            "move": lambda: desk.book(
                event_type=self.event_type,
                start=booking.start + timedelta(hours=24),
                booker=desk.Booker(name=booking.name, email=booking.email, time_zone="Europe/Paris"),
                now=min(at, booking.start - timedelta(hours=3)),
                moving=booking,
            ),
            "confirm": lambda: desk.confirm(booking, now=at),
            "reject": lambda: desk.reject(booking, reason="No time", now=at),
            "reassign": lambda: desk.reassign(
                booking, to=chance.choice(self.hosts), announce=chance.random() < 0.5, now=at
            ),
            "client absent": lambda: desk.mark_client(booking, absent=chance.random() < 0.7, now=at),
            "coach absent": lambda: desk.mark_host(booking, absent=chance.random() < 0.7, now=at),
            "begin": lambda: desk.let_time_pass(booking, now=at, to_end=False),
            "end": lambda: desk.let_time_pass(booking, now=at, to_end=True),
        }
        # Branches would be reached on some days and not on others.
        later = ["end", "client absent", "coach absent"] * 3 if booking.end <= at else []
        early = {"begin", "end"} if booking.start > at else set()
        likely = [act for act in ["pay"] * 6 + list(acts) + later if act not in early]
        with suppress(desk.Refused):
            booking = acts[chance.choice(likely)]()
        return booking

    # --- What is so ---------------------------------------------------------------------------------------------------

    def truth(self, *, now: datetime) -> dict[str, tuple[str, int, datetime, str]]:
        """Of each booking what the API can know: status, coach, start, and the uid that took its place."""
        successors = dict(
            Booking.objects.exclude(from_reschedule="").order_by("-id").values_list("from_reschedule", "uid")
        )
        statuses = {"CANCELLED": "BOOKING_CANCELLED", "REJECTED": "BOOKING_CANCELLED", "PENDING": "PENDING"}
        known = {}
        for booking in Booking.objects.all():
            over = "MEETING_ENDED" if booking.end <= now - GRACE else "BOOKING_CREATED"
            met = "NO_SHOW" if booking.no_show or booking.no_show_host else over
            status = statuses.get(booking.status, met)
            known[booking.uid] = (status, booking.host_id, booking.start, successors.get(booking.uid, ""))
        return known

    def mirrored(self) -> dict[str, tuple[Any, ...]]:
        told = Mirrored.objects.values_list("uid", "status", "coach__cal_user_id", "starts_at", "superseded_by")
        return {uid: tuple(rest) for uid, *rest in told}

    def bodies(self) -> list[bytes]:
        """The webhooks that were not sent yet, in order."""
        return [each.body.encode() for each in Delivery.objects.filter(sent_at=None).order_by("due_at", "id")]


def apply(body: bytes) -> None:
    """A webhook, without the way over HTTP."""
    inbox.process(inbox.receive(body))


@contextmanager
def opened(address: str, settings: Any) -> Iterator[CalCom]:
    """The stand-in, new, as the tests' settings have it."""
    settings.CAL_API_BASE_URL, settings.CAL_API_KEY = f"{address}/v2", KEY
    event_type = seed.prepare(site=address, webhook_url=f"{address}/api/webhook/cal", secret=SECRET)
    settings.CAL_EVENT_TYPE_IDS, settings.CAL_TEAM_ID = [event_type.pk], event_type.team_id
    Host.objects.update(hours=WEEK, time_zone="UTC")
    Webhook.objects.update(triggers=[*seed.TRIGGERS])
    limiter.forget()
    yield CalCom(address, event_type, list(Host.objects.order_by("id")))
    limiter.forget()


__all__ = ["CalCom", "apply", "opened", "rows"]
