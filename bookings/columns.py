"""What is concluded of a booking, as the columns of its row. Writes nothing: that is the door's (services)."""

from collections.abc import Iterable
from dataclasses import asdict
from enum import Enum

from bookings.domain.projection import Projection
from coaches.models import Coach


def of(projection: Projection) -> dict[str, object]:
    """A projection as columns: all but the coach, who needs a look-up."""
    values = {name: value.value if isinstance(value, Enum) else value for name, value in asdict(projection).items()}
    del values["coach"]
    values["user_id"] = values.pop("user")
    return values


def coaches(projections: Iterable[Projection]) -> dict[int | str, int]:
    """Primary keys of the coaches that these name, by id upstream and by address."""
    names = {coach_name(projection) for projection in projections} - {""}
    found: dict[int | str, int] = {}
    if ids := {name for name in names if isinstance(name, int)}:
        found |= dict(Coach.objects.filter(cal_user_id__in=ids).values_list("cal_user_id", "id"))
    if emails := {name for name in names if isinstance(name, str)}:
        found |= dict(Coach.objects.filter(email__in=emails).order_by("-id").values_list("email", "id"))
    return found


def coach_name(projection: Projection) -> int | str:
    """What names the coach: the id upstream, else the address; empty where nothing does."""
    return projection.coach_email if projection.coach is None else projection.coach
