"""What we ask of Cal.com's API v2. Paths, bodies and quirks are those of api_v2.md.

It yields Cal.com's plain dicts and knows no model and no service.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal

from bookings.cal.client.account import Account, is_of_our_version
from bookings.cal.client.errors import UnreadableAnswer
from bookings.cal.client.paging import TAKE, Page, Row, rows_of
from bookings.cal.client.subscription import Subscription

Sort = Literal["start", "end", "created", "updated"]
SORTS: dict[Sort, str] = {
    "start": "sortStart",
    "end": "sortEnd",
    "created": "sortCreated",
    "updated": "sortUpdatedAt",  # The document's `sortUpdated` is wrong.
}


class CalApi(Account):
    """Cal.com as one key sees it. Every method that asks raises CalError; see its kinds in `errors`."""

    # --- Bookings ----------------------------------------------------------------------------------------------------

    def bookings(
        self,
        *,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
        starts_after: datetime | None = None,
        ends_before: datetime | None = None,
        event_type_ids: Sequence[int] | None = None,
        sort: Sort = "created",
        take: int = TAKE,
    ) -> Iterator[Page]:
        """Bookings of the team, or for a personal account of the key's owner, page by page; all limits are inclusive.

        `event_type_ids` are by default those configured. A filter that matches nothing is dropped by Cal.com (api_v2.md
        §9, 1), and some servers ignore the limits on `updatedAt`: look at each row. Sorted by creation no row is missed
        while others come and change; sorted by update one is, when a row before it moves to the end.
        """
        ids = self.configuration.event_type_ids if event_type_ids is None else event_type_ids
        limits = {
            "afterUpdatedAt": updated_after,
            "beforeUpdatedAt": updated_before,
            "afterStart": starts_after,
            "beforeEnd": ends_before,
        }
        query: dict[str, str | int] = {name: _instant(moment) for name, moment in limits.items() if moment is not None}
        if ids:
            query["eventTypeIds"] = ",".join(map(str, ids))
        query[SORTS[sort]] = "asc"
        route = self._of_team("/bookings")
        for page in self._pages(route, query=query, take=take, family="bookings"):
            if not is_of_our_version(page.rows):
                raise UnreadableAnswer("bookings in another version's shape", call=f"GET {route}")
            yield page

    def booking(self, uid: str) -> Row:
        """One booking. Raises NotFound where Cal.com has none, IsSeries where it has several."""
        return self._booking("GET", "/bookings/{uid}", uid=uid)

    def cancel(self, uid: str, *, reason: str) -> Row:
        """Cancel one booking, which refunds it by the event type's policy.

        The message of CalRefused tells "cancelled already".
        """
        if not reason.strip():
            raise ValueError("Cal.com wants a reason of whoever cancels as the host.")
        return self._booking("POST", "/bookings/{uid}/cancel", uid=uid, body={"cancellationReason": reason})

    def reassign(self, uid: str, *, to_user_id: int | None = None, reason: str | None = None) -> Row:
        """Give a round-robin booking to that host, or to whom Cal.com picks, which takes no reason. The uid stays.

        The answer is no booking: `{"bookingUid", "reassignedTo": {"id", ...}}`.
        """
        route, body = "/bookings/{uid}/reassign", {}
        if to_user_id is not None:
            route, body = f"{route}/{to_user_id}", _told(reason=reason)
        return self._object("POST", route, values={"uid": uid}, body=body, family="bookings")

    def mark_absent(self, uid: str, *, host: bool | None = None, attendees: Mapping[str, bool] | None = None) -> Row:
        """Who was absent (True) or present after all (False): the host, and attendees by e-mail address.

        Cal.com refuses it before the start, ignores an address it doesn't know, and answers 500 to whoever may not.
        """
        people = [{"email": email, "absent": absent} for email, absent in (attendees or {}).items()]
        body = _told(host=host, attendees=people or None)
        if not body:
            raise ValueError("Say of whom.")
        return self._booking("POST", "/bookings/{uid}/mark-absent", uid=uid, body=body)

    def confirm(self, uid: str) -> Row:
        """Accept a pending booking."""
        return self._booking("POST", "/bookings/{uid}/confirm", uid=uid, body={})

    def decline(self, uid: str, *, reason: str | None = None) -> Row:
        """Reject a pending booking."""
        return self._booking("POST", "/bookings/{uid}/decline", uid=uid, body=_told(reason=reason))

    # --- Coaches, event types, slots ---------------------------------------------------------------------------------

    def memberships(self) -> Iterator[Page]:
        """Who is in the team, those who haven't accepted yet too; a personal account has no page of them."""
        if self.configuration.team_id is not None:
            yield from self._pages(self._of_team("/memberships"))

    def event_types(self) -> list[Row]:
        """All event types of the team, with `hosts` (no addresses), or of the key's owner, with `users`."""
        route = self._of_team("/event-types")
        return rows_of(self._ask("GET", route, family="event-types").data, call=f"GET {route}")

    def event_type(self, event_type_id: int) -> Row:
        return self._object("GET", f"{self._of_team('/event-types')}/{event_type_id}", family="event-types")

    def slots(self, event_type_id: int, *, start: date, end: date, time_zone: str) -> dict[str, list[Row]]:
        """Free starts by day in that zone. `start` and `end` are whole days in UTC, or instants."""
        query = {
            "eventTypeId": event_type_id,
            "start": _day_or_instant(start),
            "end": _day_or_instant(end),
            "timeZone": time_zone,
        }
        days = self._object("GET", "/slots", query=query, family="slots")
        return {day: rows_of(free, call="GET /slots") for day, free in days.items()}

    # --- Webhooks ----------------------------------------------------------------------------------------------------
    # Of one event type, or of all that the account has: the organization's, or the key owner's own. A row holds the
    # secret in clear, and its id is a text (a UUID), whatever the document says.

    def webhooks(self, *, event_type_id: int | None = None) -> list[Row]:
        return [row for page in self._pages(self._webhooks(event_type_id)) for row in page.rows]

    def create_webhook(self, subscription: Subscription, *, event_type_id: int | None = None) -> Row:
        """Raises Conflict where the address is registered in this scope already."""
        return self._object("POST", self._webhooks(event_type_id), body=subscription.body())

    def update_webhook(self, webhook_id: str, subscription: Subscription, *, event_type_id: int | None = None) -> Row:
        """Make it what the subscription says, without a template."""
        route = f"{self._webhooks(event_type_id)}/{{webhook_id}}"
        body = {**subscription.body(), "payloadTemplate": None}
        return self._object("PATCH", route, values={"webhook_id": webhook_id}, body=body)

    def delete_webhook(self, webhook_id: str, *, event_type_id: int | None = None) -> None:
        self._ask("DELETE", f"{self._webhooks(event_type_id)}/{{webhook_id}}", values={"webhook_id": webhook_id})


def _told(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _instant(moment: datetime) -> str:
    """ISO 8601 as strictly as Cal.com wants it. Raises ValueError for a naive time."""
    if moment.tzinfo is None:
        raise ValueError("A time without a zone.")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _day_or_instant(moment: date) -> str:
    return _instant(moment) if isinstance(moment, datetime) else moment.isoformat()
