"""Polling made cheap: what an answer of the list depends on, told by one aggregate instead of the rows."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.http import parse_etags, quote_etag
from rest_framework.request import Request

from bookings.api import errors
from bookings.models.booking import OPENS
from users.models import User

# An instant as a number, so that a sum of them changes with each one; modulo some days, so that a sum has room. The
# latest alone would miss a change that was made before the latest and committed after it. SQLite keeps text, without a
# fraction where that is zero.
MICROSECONDS = {
    "mysql": "MOD(CAST(UNIX_TIMESTAMP({0}) * 1000000 AS SIGNED), 1000000000000)",
    "sqlite": "((strftime('%%s', {0}) * 1000000 + substr({0} || '.000000', 21, 6)) %% 1000000000000)",
}


@dataclass(frozen=True, slots=True)
class State:
    """What a user's list depends on: every change of a booking or its coach, and how far the clock has come."""

    rows: int
    heads: int
    changes: int
    changes_of_coaches: int
    over: int
    open: int


def state_of(user_id: str, *, now: datetime) -> tuple[User, State]:
    """One query, for the user and of their own rows. Raises UserNotFound.

    By hand, since the ORM takes longer to write it than MySQL to answer it. Of the user only the names are read.
    """
    micros = MICROSECONDS[connection.vendor]
    at = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT u.id, COUNT(b.id), SUM(b.is_head), SUM({micros.format('b.updated_at')}),"  # noqa: S608 numbers
            f" SUM({micros.format('c.updated_at')}), SUM(CASE WHEN b.ends_at <= %s THEN 1 ELSE 0 END),"
            " SUM(CASE WHEN b.starts_at <= %s THEN 1 ELSE 0 END)"
            f" FROM user u LEFT JOIN booking b ON b.user_id = u.id{ours_alone()} LEFT JOIN coach c ON c.id = b.coach_id"
            " WHERE u.user_id = %s AND u.erased_at IS NULL GROUP BY u.id",
            [at(now), at(now + OPENS), user_id],
        )
        found = cursor.fetchone()
    if found is None:
        raise errors.UserNotFound
    return User(pk=found[0], user_id=user_id), State(*(int(value or 0) for value in found[1:]))


def ours_alone() -> str:
    """As BookingQuerySet.ours, of bookings called b."""
    ours = settings.CAL_EVENT_TYPE_IDS
    return f" AND (b.event_type IS NULL OR b.event_type IN ({', '.join(map(str, ours))}))" if ours else ""


def tag(*told: object) -> str:
    """Weak, since compression between us and the caller may change the bytes.

    What makes an answer of the rows is in it too: after an upgrade the old answer must not be taken for the new.
    """
    made_by = release(settings.BASE_DIR / "bookings", settings.BASE_DIR / "locale"), settings.CAL_WEB_BASE_URL
    return f'W/"{hashlib.sha256(repr((*made_by, *told)).encode(errors="replace")).hexdigest()[:32]}"'


@cache
def release(*folders: Path) -> str:
    """Of the code and the words in them."""
    files = (path for folder in folders for kind in ("*.py", "*.mo") for path in sorted(folder.rglob(kind)))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def known(request: Request) -> set[str]:
    """The answers that the caller has already; `*` is whichever there is, so not known before there is one."""
    given = parse_etags(request.headers.get("If-None-Match", ""))
    return {each if each.startswith("W/") or each == "*" else f"W/{quote_etag(each)}" for each in given}
