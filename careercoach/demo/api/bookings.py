"""Reading bookings: of the key's scope, of a team, or one by its uid; in both versions that the path has."""

from collections.abc import Iterator, Sequence
from typing import Any

from careercoach.demo.api import access, asked, booking_rows, filters, old_rows
from careercoach.demo.api.access import Ask
from careercoach.demo.api.answering import Answer, success
from careercoach.demo.api.booking_rows import Row, Successor
from careercoach.demo.api.errors import refused
from careercoach.demo.models import Booking, Host

OLD_RULES: dict[str, asked.Rule] = {
    "cursor": asked.skip,
    "limit": asked.take,
    "filters[status]": asked.one_of(filters.STATUSES, "Invalid status"),
}
OLD_TAKE = 10


def listed(ask: Ask) -> Answer:
    numbers, paging = filters.page(access.visible(ask.owner), ask.query, now=ask.now)
    return success(list(_rows(numbers)), pagination=paging)


def listed_of_team(ask: Ask) -> Answer:
    team = access.of_team(ask, admin=True)
    numbers, paging = filters.page(Booking.objects.all(), ask.query, now=ask.now, team=team)
    return success(list(_rows(numbers)), pagination=paging)


def listed_old(ask: Ask) -> Answer:
    """Ten upcoming ones, whatever the newer parameters say; no pagination object (recorded 075)."""
    given = asked.read(ask.query, OLD_RULES)
    skip, take = given.get("cursor", 0), given.get("limit", OLD_TAKE)
    status = filters.of_status(given.get("filters[status]", "upcoming"), ask.now)
    wanted = access.visible(ask.owner).filter(status).order_by("start")
    total, numbers = wanted.count(), list(wanted.values_list("pk", flat=True)[skip : skip + take])
    hosts = list(Host.objects.filter(is_host=True, is_gone=False).order_by("pk"))
    rows = [old_rows.listed(booking, successor, hosts=hosts) for booking, successor in _pairs(numbers)]
    more = skip + take if total > skip + take else None
    return success({"bookings": rows, "recurringInfo": [], "totalCount": total, "nextCursor": more})


def one(ask: Ask) -> Answer:
    """Whoever has the uid may read, without a key (§2.6)."""
    return success(told(found(ask, "Booking with uid={} was not found in the database")))


def one_old(ask: Ask) -> Answer:
    booking = found(ask, "Booking with UID={} does not exist.")
    return success(old_rows.single(booking, _successors([booking.uid]).get(booking.uid)))


def found(ask: Ask, words: str) -> Booking:
    """Raises Refusal (404) with these words about the uid."""
    uid = ask.values["uid"]
    booking = Booking.objects.select_related("event_type", "host").filter(uid=uid).first()
    if booking is None:
        raise refused(404, words.format(uid))
    return booking


def told(booking: Booking) -> Row:
    """The booking as it is in the database now."""
    ((fresh, successor),) = _pairs([booking.pk])
    return booking_rows.row(fresh, successor)


def _rows(numbers: Sequence[int]) -> Iterator[Row]:
    return (booking_rows.row(booking, successor) for booking, successor in _pairs(numbers))


def _pairs(numbers: Sequence[int]) -> list[tuple[Booking, Successor | None]]:
    """Two queries, however many there are."""
    bookings: dict[Any, Booking] = Booking.objects.select_related("event_type", "host").in_bulk(numbers)
    successors = _successors([booking.uid for booking in bookings.values()])
    return [(bookings[number], successors.get(bookings[number].uid)) for number in numbers]


def _successors(uids: Sequence[str]) -> dict[str, Successor]:
    """By the uid that each took the place of; the first of several."""
    moved = Booking.objects.filter(from_reschedule__in=uids).order_by("-pk")
    return {
        old: Successor(uid, moved_by)
        for old, uid, moved_by in moved.values_list("from_reschedule", "uid", "rescheduled_by")
    }
