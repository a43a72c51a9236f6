"""Which bookings a list gives, in which order, and what it says of their number (api_v2.md §2.2 to §2.4)."""

from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import QueryDict

from careercoach.demo.api import asked
from careercoach.demo.models import Booking, EventType

TAKE = 100
STATUSES = ("upcoming", "recurring", "past", "cancelled", "unconfirmed")
_ORDER = asked.one_of(("asc", "desc"), 'SortOrder must be either "asc" or "desc".')

# The first of them that is given wins, whatever their order in the query.
SORTS = {"sortStart": "start", "sortEnd": "end", "sortCreated": "created_at", "sortUpdatedAt": "updated_at"}

RULES: dict[str, asked.Rule] = {
    "status": asked.many_of(STATUSES, f"Invalid status. Allowed are {', '.join(STATUSES)}"),
    "attendeeEmail": asked.text,
    "attendeeName": asked.text,
    "bookingUid": asked.text,
    "eventTypeIds": asked.numbers,
    "eventTypeId": asked.number,
    "teamsIds": asked.numbers,  # `teamIds`, as the document's example has it, is none of its parameters.
    "teamId": asked.number,
    "afterStart": asked.moment,
    "beforeEnd": asked.moment,
    "afterCreatedAt": asked.moment,
    "beforeCreatedAt": asked.moment,
    "afterUpdatedAt": asked.moment,
    "beforeUpdatedAt": asked.moment,
    **dict.fromkeys(SORTS, _ORDER),
    "take": asked.take,
    "skip": asked.skip,
}

PLAIN = {
    "bookingUid": "uid",
    "attendeeName": "name",
    "afterStart": "start__gte",
    "beforeEnd": "end__lte",
}
NOT_COUNTED = {
    "afterCreatedAt": "created_at__gte",
    "beforeCreatedAt": "created_at__lte",
    "afterUpdatedAt": "updated_at__gte",
    "beforeUpdatedAt": "updated_at__lte",
}

_STATUS = Booking.Status
_DEAD = Q(status__in=(_STATUS.CANCELLED, _STATUS.REJECTED))


def of_status(status: str, now: datetime) -> Q:
    """What a status means as a filter, which isn't what it means as a field (§2.3)."""
    return {
        "upcoming": Q(end__gte=now) & ~_DEAD,
        "recurring": Q(pk__in=[]),  # There is no series here.
        "past": Q(end__lte=now) & ~_DEAD,
        "cancelled": _DEAD,
        "unconfirmed": Q(end__gte=now, status=_STATUS.PENDING),
    }[status]


def page(
    bookings: QuerySet[Booking], query: QueryDict, *, now: datetime, team: QuerySet[EventType] | None = None
) -> tuple[list[int], dict[str, Any]]:
    """The numbers of the bookings of one page, in order, and the pagination object. Raises Refusal (400)."""
    wanted = asked.read(query, RULES)
    counted = _counted(bookings, wanted, now=now, team=team)
    filtered = counted.filter(**{field: wanted[name] for name, field in NOT_COUNTED.items() if name in wanted})
    take, skip = wanted.get("take", TAKE), wanted.get("skip", 0)
    # Numbers alone, and no tie-breaker: an index has all that, however far the page is.
    numbers = filtered.order_by(_order(wanted)).values_list("pk", flat=True)[skip : skip + take]
    return list(numbers), pagination(total=counted.count(), take=take, skip=skip)


def pagination(*, total: int, take: int, skip: int) -> dict[str, Any]:
    """Computed from the total alone, which knows nothing of the filters on createdAt and updatedAt: it lies (§2.4)."""
    returned = max(min(take, total - skip), 0)
    return {
        "returnedItems": returned,
        "totalItems": total,
        "itemsPerPage": take,
        "remainingItems": max(total - skip - returned, 0),
        "currentPage": skip // take + 1 if total else 0,
        "totalPages": -(-total // take),
        "hasNextPage": skip + take < total,
        "hasPreviousPage": skip > 0 and total > 0,
    }


def _counted(
    bookings: QuerySet[Booking], wanted: dict[str, Any], *, now: datetime, team: QuerySet[EventType] | None
) -> QuerySet[Booking]:
    """All filters but those that the total doesn't count."""
    bookings = bookings.filter(**{field: wanted[name] for name, field in PLAIN.items() if name in wanted})
    event_types = _event_types(wanted, team=team)
    if event_types is not None:
        bookings = bookings.filter(event_type__in=event_types)
    if "status" in wanted:
        either = Q()
        for status in wanted["status"]:
            either |= of_status(status, now)
        bookings = bookings.filter(either)
    if "attendeeEmail" in wanted:
        email = wanted["attendeeEmail"].replace(" ", "+")  # Who forgot to encode the plus is understood.
        bookings = bookings.filter(Q(email=email) | Q(_is_guest(email)))
    return bookings


def _event_types(wanted: dict[str, Any], *, team: QuerySet[EventType] | None) -> set[int] | None:
    """Those that the filters lead to; a filter that leads to none is dropped (§9, trap 1). None: no filter is left."""
    named = [wanted["eventTypeId"]] if "eventTypeId" in wanted else []
    teams = [wanted["teamId"]] if "teamId" in wanted else []
    filters = [
        set(EventType.objects.filter(pk__in=wanted.get("eventTypeIds", named)).values_list("pk", flat=True)),
        set(EventType.objects.filter(team_id__in=wanted.get("teamsIds", teams)).values_list("pk", flat=True)),
        set() if team is None else set(team.values_list("pk", flat=True)),
    ]
    left = [each for each in filters if each]
    return set.intersection(*left) if left else None


def _is_guest(email: str) -> RawSQL:
    """Django has no filter for what a list in JSON contains, on SQLite, where the stand-in always is."""
    sql = "EXISTS (SELECT 1 FROM json_each(demo_booking.guests) WHERE json_each.value = %s)"
    return RawSQL(sql, [email], output_field=BooleanField())  # noqa: S611 the text is ours, the address a parameter


def _order(wanted: dict[str, Any]) -> str:
    for name, field in SORTS.items():
        if name in wanted:
            return f"-{field}" if wanted[name] == "desc" else field
    return "-start" if wanted.get("status") in (["past"], ["cancelled"]) else "start"
