"""What the query string of an event page says, or the form that it became (webhooks.md §6).

Anybody can write anything there, so what doesn't fit is left out. No I/O.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

from careercoach.demo.pages import zones

ZONE_COOKIE = "cal-zone"
ZONE, MONTH, DAY, SLOT, MOVING, MOVED_BY = "cal.tz", "month", "date", "slot", "rescheduleUid", "rescheduledBy"
FIELDS = ("name", "email", "notes", "guests", "reason")  # Of the form that a person sees.
# Words of Cal.com's own; every other key is the slug of a question of the event type.
OWN = frozenset(
    {ZONE, MONTH, DAY, SLOT, MOVING, MOVED_BY, *FIELDS, "csrfmiddlewaretoken", "duration", "layout", "embed"}
)
QUESTION = re.compile(r"[A-Za-z0-9_-]{1,60}")
METADATA = re.compile(r"metadata\[(.{1,60})\]")
MOST = 30  # Answers or metadata of one request; a booking link has one or two.
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    zone: str
    zone_given: bool  # By the address, or by the cookie that remembers an earlier one.
    month: date | None
    day: date | None
    slot: datetime | None
    slot_given: bool
    moving: str
    moved_by: str
    answers: dict[str, str]
    metadata: dict[str, str]
    _pairs: tuple[tuple[str, str], ...] = field(repr=False)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form carries on unseen."""
        return [(key, value) for key, value in self._pairs if key not in FIELDS]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the form that changes the zone carries on: all but the zone."""
        return [(key, value) for key, value in self._pairs if key != ZONE]

    @property
    def prefill(self) -> dict[str, str]:
        """What the form's fields start with; one guest to a line."""
        said = {key: [value for name, value in self._pairs if name == key] for key in FIELDS}
        return {key: "\n".join(values) for key, values in said.items() if values}

    def query(self, **changes: str | None) -> str:
        """The same query with some keys changed, or left out where None; `zone` stands for cal.tz."""
        renamed = {ZONE if key == "zone" else key: value for key, value in changes.items()}
        kept = [(key, value) for key, value in self._pairs if key not in renamed]
        return "?" + urlencode([*kept, *((key, value) for key, value in renamed.items() if value is not None)])


def read(request: HttpRequest) -> Asked:
    data = request.POST if request.method == "POST" else request.GET
    given, kept = data.get(ZONE, ""), request.COOKIES.get(ZONE_COOKIE, "")
    pairs = [
        (key, _clean(value))
        for key, values in data.lists()
        if key != "csrfmiddlewaretoken"
        for value in (values if key == "guests" else values[-1:])
    ]
    return Asked(
        zone=zones.first_known(given, kept),
        zone_given=zones.known(given) or (not given and zones.known(kept)),
        month=_date(f"{data.get(MONTH, '')}-01"),
        day=_date(data.get(DAY, "")),
        slot=_moment(data.get(SLOT, "")),
        slot_given=bool(data.get(SLOT)),
        moving=data.get(MOVING, ""),
        moved_by=_clean(data.get(MOVED_BY, ""))[:254],
        answers=_answers(data),
        metadata=_metadata(data),
        _pairs=tuple(pairs),
    )


def written(moment: datetime) -> str:
    """An instant as Cal.com writes it: 2026-12-01T09:00:00.000Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"


def _answers(data: QueryDict) -> dict[str, str]:
    slugs = [key for key in data if key not in OWN and QUESTION.fullmatch(key)]
    return {slug: _clean(data[slug]) for slug in slugs[:MOST]}


def _metadata(data: QueryDict) -> dict[str, str]:
    keys = [match for match in map(METADATA.fullmatch, data) if match]
    return {match[1]: _clean(data[match[0]]) for match in keys[:MOST]}


def _clean(text: str) -> str:
    return text.replace("\0", "")[:LONGEST]


def _date(text: str) -> date | None:
    moment = _moment(f"{text}T00:00:00Z")
    return moment.date() if moment else None


def _moment(text: str) -> datetime | None:
    """An aware instant of this century, where other zones don't lead out of the calendar; None where it is none."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # A plus that nobody quoted.
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo and 2000 <= moment.year < 2100 else None
