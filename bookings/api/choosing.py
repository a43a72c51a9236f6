"""Which of a user's bookings a list has, and in which order."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from bookings.api import errors
from bookings.api.answers import COLUMNS, OF_COACH, OF_EARLIER
from bookings.api.etags import ours_alone
from bookings.api.parameters import start_of
from bookings.models import Booking, BookingQuerySet
from coaches.models import Coach
from users.models import User

LATEST_FIRST, NEXT_FIRST = ("-starts_at", "-id"), ("starts_at", "id")
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Chosen:
    filter: Q
    order: tuple[str, str] = LATEST_FIRST


def chosen(given: Mapping[str, Any], *, now: datetime) -> Chosen:
    """What the parameters of the list mean. Raises UnknownCoach."""
    wanted, order = Q(), LATEST_FIRST
    if "status" in given:
        wanted &= Q(status__in=given["status"])
    match given.get("when"):
        case "upcoming":  # One whose time nobody told isn't over.
            wanted, order = wanted & (Q(ends_at=None) | Q(ends_at__gt=now)), NEXT_FIRST
        case "past":
            wanted &= Q(ends_at__lte=now)
    zone = given.get("timeZone", ZoneInfo("UTC"))
    if "from" in given:
        wanted &= Q(starts_at__gte=start_of(given["from"], zone))
    if "to" in given:
        wanted &= Q(starts_at__lt=start_of(given["to"] + A_DAY, zone)) if given["to"].year < 9000 else Q()
    if "coach" in given:
        coaches = list(Coach.objects.filter(username=given["coach"]).values_list("id", flat=True))
        if not coaches:
            raise errors.UnknownCoach
        wanted &= Q(coach__in=coaches)
    return Chosen(wanted, order)


def rows_of(user: User, wanted: Chosen) -> BookingQuerySet:
    """The entries, each chain by its newest booking."""
    heads = Booking.objects.of_user(user).heads().filter(wanted.filter)
    return heads.with_coach().only(*COLUMNS).order_by(*wanted.order)


def history(user: User, rows: Iterable[Booking], *columns: str) -> dict[str, list[Booking]]:
    """The earlier bookings of each chain by its reference, the oldest first, with these columns too. One query.

    By hand, since writing it takes the ORM longer than all else takes that a list of moved sessions costs more.
    """
    references = [row.chain_reference for row in rows]
    if not references:
        return {}
    told = [f"b.{name}" for name in (*OF_EARLIER, *columns)] + [f"c.{name} AS coachs_{name}" for name in OF_COACH]
    found = Booking.objects.raw(
        f"SELECT {', '.join(told)} FROM booking b LEFT JOIN coach c ON c.id = b.coach_id"  # noqa: S608 names of columns
        f" WHERE b.user_id = %s AND b.is_head = %s AND b.chain_reference IN ({', '.join(['%s'] * len(references))})"
        f"{ours_alone()}",
        [user.pk, False, *references],
    )
    chains: dict[str, list[Booking]] = defaultdict(list)
    for row in found:
        if row.coach_id is not None:
            row.coach = Coach(pk=row.coach_id, **{name: getattr(row, f"coachs_{name}") for name in OF_COACH})
        chains[row.chain_reference].append(row)
    return {reference: _in_order(chain) for reference, chain in chains.items()}


def _in_order(chain: Sequence[Booking]) -> list[Booking]:
    """By how many moves each is away from the newest; those of one time may be told in any order."""
    follower = {row.uid: row.superseded_by for row in chain}

    def moves(row: Booking) -> int:
        uid, steps = row.uid, 0
        while uid in follower and steps <= len(chain):  # A circle is told by nobody, and must not hang.
            uid, steps = follower[uid], steps + 1
        return steps

    return sorted(chain, key=lambda row: (-moves(row), row.starts_at or datetime.min.replace(tzinfo=UTC), row.pk))
