"""Everything that an examination asks Cal.com, as values: what can't be had is there as the error it met."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self, TypeVar

from bookings.cal.client import CalApi, CalError, Clock, Configuration, Exchange, Forbidden, NotFound, Row, Transport
from bookings.cal.doctor import arrivals, event_types
from bookings.cal.doctor.subscriptions import Registered, Scope

PATIENCE = 20.0  # Seconds that one call may wait: a person does, too.
OWNER = Scope(name="the key's owner", personal=True)
PAGES = (
    8  # Of bookings that changed since the last webhook: the earliest come first, and one that was missed is enough.
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What Cal.com said. `members` is of a team only; `unseen` are scopes whose webhooks could not be listed."""

    me: Row | CalError
    event_types: list[Row] | CalError
    members: list[Row] | CalError
    webhooks: tuple[Registered, ...]
    unseen: tuple[tuple[Scope, CalError], ...]
    exchanges: list[Exchange]

    @classmethod
    def nothing(cls, error: CalError, exchanges: list[Exchange] | None = None) -> Self:
        """Where nothing could be asked, or the first thing wasn't answered."""
        return cls(me=error, event_types=error, members=error, webhooks=(), unseen=(), exchanges=exchanges or [])

    @property
    def our_event_types(self) -> list[Row]:
        return [] if isinstance(self.event_types, CalError) else self.event_types


class Looker:
    """One account at Cal.com, and beside it the key owner's own things. Close it after use."""

    def __init__(self, configuration: Configuration, *, event_url: str, clock: Clock | None = None) -> None:
        self.configuration, self._event_url = configuration, event_url
        self._transport = Transport(
            base_url=configuration.base_url, key=configuration.key, clock=clock, patience=PATIENCE
        )
        self._account = CalApi(configuration, self._transport)
        self._owner = CalApi(replace(configuration, team_id=None), self._transport)
        self._exchanges: list[Exchange] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def look(self) -> Seen:
        me = self._ask(self._account.me)
        if isinstance(me, CalError):
            return Seen.nothing(me, self._exchanges)
        types = self._ask(self._our_event_types)
        members = self._ask(lambda: [row for page in self._account.memberships() for row in page.rows])
        webhooks: list[Registered] = []
        unseen: list[tuple[Scope, CalError]] = []
        for scope in self._scopes(me, [] if isinstance(types, CalError) else types):
            listed = self.webhooks_of(scope)
            if isinstance(listed, CalError):
                unseen.append((scope, listed))
            else:
                known = {each.id for each in webhooks}
                webhooks += [each for each in listed if each.id not in known]
        return Seen(
            me=me,
            event_types=types,
            members=members,
            webhooks=tuple(webhooks),
            unseen=tuple(unseen),
            exchanges=self._exchanges,
        )

    def webhooks_of(self, scope: Scope) -> list[Registered] | CalError:
        rows = self._ask(lambda: self.api_of(scope).webhooks(event_type_id=scope.event_type_id))
        return rows if isinstance(rows, CalError) else [Registered(scope=scope, row=row) for row in rows]

    def api_of(self, scope: Scope) -> CalApi:
        return self._owner if scope.personal else self._account

    def changes_since(self, since: datetime, seen: Seen) -> list[arrivals.Change] | CalError:
        """What happened to bookings of our event types; only as far as a missed webhook is to be found."""
        if isinstance(seen.event_types, CalError):
            return seen.event_types
        ids = tuple(row["id"] for row in seen.event_types)
        if not ids:  # Asked for no event type, Cal.com tells of all.
            return []

        def read() -> list[arrivals.Change]:
            found: list[arrivals.Change] = []
            known: set[str] = set()
            pages = self._account.bookings(updated_after=since, event_type_ids=ids, sort="updated")
            for _number, page in zip(range(PAGES), pages, strict=False):
                rows = [row for row in page.rows if _event_type_of(row) in ids and str(row.get("uid")) not in known]
                known |= {str(row.get("uid")) for row in rows}
                here = arrivals.mirrored((str(row.get("uid")) for row in rows), since=since)
                found += arrivals.changes(rows, here, since=since)
                if any(change.missed for change in found):
                    break
            return found

        return self._ask(read)

    def _our_event_types(self) -> list[Row]:
        """Those in the account's list, and of those that it leaves out, since they may be hidden, each by itself."""
        ids = self.configuration.event_type_ids
        listed = [row for row in self._account.event_types() if type(row.get("id")) is int]
        rows = event_types.ours(listed, ids=ids, event_url=self._event_url)
        for number in sorted(set(ids) - {row.get("id") for row in rows}):
            try:
                row = self._account.event_type(number)
            except (NotFound, Forbidden):
                continue
            if row.get("id") == number:
                rows.append(row)
        return rows

    def _scopes(self, me: Row, types: list[Row]) -> Iterator[Scope]:
        """All that could send us something and that this key can see."""
        for row in types:
            yield Scope(name=f"event type {row['id']}", event_type_id=row["id"])
        if self.configuration.team_id is not None and type(me.get("organizationId")) is int:
            yield Scope(name="the organization")
        yield OWNER

    def _ask(self, question: Callable[[], T]) -> T | CalError:
        try:
            return question()
        except CalError as error:
            return error
        finally:
            last = self._transport.last
            if last is not None and (not self._exchanges or self._exchanges[-1] is not last):
                self._exchanges.append(last)


def _event_type_of(row: Row) -> object:
    """A filter that matches nothing is dropped by Cal.com (api_v2.md §9, 1), so each row is looked at."""
    named = row.get("eventType")
    return named.get("id") if isinstance(named, dict) else row.get("eventTypeId")
