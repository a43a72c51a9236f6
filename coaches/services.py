"""The only writer of what is mirrored of a coach, and of who is in the pool."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from coaches.models import Coach


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachDetails:
    """What a message says of a coach. Empty says nothing."""

    cal_user_id: int
    name: str = ""
    email: str = ""
    username: str = ""
    time_zone: str = ""


MIRRORED = tuple(field.name for field in fields(CoachDetails) if field.name != "cal_user_id")


@dataclass(frozen=True, slots=True)
class RecordedCoach:
    coach: Coach
    email_changed: bool


def record_coach(details: CoachDetails, *, stamp: tuple[int, int, str]) -> RecordedCoach:
    """Make the coach if unknown, and let each mirrored field be what the newest statement said.

    `stamp` is (microseconds since 1970 in UTC, rank, digest of the message). Safe to repeat, safe in any order.
    Commits by itself before any booking is locked: a coach's row is shared by many bookings, and a foreign key to it
    holds a shared lock on MySQL, which two transactions could not both raise.
    """
    coach, _created = Coach.objects.get_or_create(cal_user_id=details.cal_user_id)
    if not _newer(coach, details, stamp):
        return RecordedCoach(coach, email_changed=False)
    with transaction.atomic():
        coach = Coach.objects.select_for_update().get(pk=coach.pk)
        newer = _newer(coach, details, stamp)
        known_email = coach.email
        for field in newer:
            setattr(coach, field, getattr(details, field))
            coach.stamps[field] = list(stamp)
        if newer:
            coach.save(update_fields=[*newer, "stamps", "updated_at"])
    return RecordedCoach(coach, email_changed=coach.email != known_email)


@dataclass(frozen=True, slots=True)
class Turnover:
    """Whom a look at the pool made inactive, and whom active again."""

    left: tuple[Coach, ...]
    returned: tuple[Coach, ...]


def in_pool() -> "QuerySet[Coach]":
    """Who is, as far as we know: those that a look at the pool may find to have left."""
    return Coach.objects.filter(is_active=True, left_at=None)


@transaction.atomic
def record_pool(cal_user_ids: Collection[int], *, now: datetime) -> Turnover:
    """Let those be active who are in the pool again, and inactive who have left it. Nobody is deleted.

    Only on leaving and returning, so that what staff decide about a coach in between stays. Safe to repeat.
    """
    left = tuple(in_pool().select_for_update().exclude(cal_user_id__in=cal_user_ids).order_by("id"))
    gone = Coach.objects.select_for_update().exclude(left_at=None).order_by("id")
    returned = tuple(gone.filter(cal_user_id__in=cal_user_ids))
    for coach in left + returned:
        coach.is_active, coach.left_at = coach in returned, None if coach in returned else now
        coach.save(update_fields=["is_active", "left_at", "updated_at"])
    return Turnover(left, returned)


def _newer(coach: Coach, details: CoachDetails, stamp: tuple[int, int, str]) -> list[str]:
    """The fields of which this statement knows better than the row."""
    return [
        field
        for field in MIRRORED
        if getattr(details, field) and (field not in coach.stamps or stamp > tuple(coach.stamps[field]))
    ]
