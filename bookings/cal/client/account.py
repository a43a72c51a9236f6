"""One account at Cal.com: where its things are, and the shapes in which it answers."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from bookings.cal.client.configuration import Configuration
from bookings.cal.client.errors import CalError, NotConfigured, UnreadableAnswer
from bookings.cal.client.exchange import Answer, Call, Exchange
from bookings.cal.client.paging import TAKE, Page, Query, Row, pages
from bookings.cal.client.transport import PATIENCE, Clock, Transport


class IsSeries(CalError):
    """A uid of a whole recurrence, which names several bookings; none of ours is one."""


class Account:
    """Personal, of a team, or of a team in an organization; hosted by Cal.com or by oneself. For one thread.

    Use it as a context, or close it, so that its connection is given back.
    """

    def __init__(self, configuration: Configuration, transport: Transport) -> None:
        self.configuration = configuration
        self._transport = transport
        self._team_route = ""

    @classmethod
    def from_settings(cls, *, clock: Clock | None = None, patience: float = PATIENCE) -> Self:
        """`patience` is how many seconds one call may wait. Raises NotConfigured."""
        configuration = Configuration.from_settings()
        transport = Transport(base_url=configuration.base_url, key=configuration.key, clock=clock, patience=patience)
        return cls(configuration, transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    @property
    def last_exchange(self) -> Exchange | None:
        """When the last answer came, an error's too, and what the server's clock said; None before the first."""
        return self._transport.last

    def me(self) -> Row:
        """The owner of the key: id, email, username, organizationId."""
        return self._object("GET", "/me")

    def organization_id(self) -> int | None:
        number = self.me().get("organizationId")
        return number if type(number) is int else None

    # --- Where -------------------------------------------------------------------------------------------------------

    def _team(self) -> str:
        """Where our team is; only for a configuration with one.

        An organization's plan has its own twins of the team's addresses, and /me tells which account this is (api_v2.md
        §2.1). It is asked once.
        """
        if not self._team_route:
            organization = self.organization_id()
            team = f"/teams/{self.configuration.team_id}"
            self._team_route = team if organization is None else f"/organizations/{organization}{team}"
        return self._team_route

    def _of_team(self, things: str) -> str:
        """Where the team's bookings or event types are; for a personal account, its owner's."""
        return things if self.configuration.team_id is None else f"{self._team()}{things}"

    def _webhooks(self, event_type_id: int | None) -> str:
        """Raises NotConfigured for a team without an organization, which has no webhooks of its own at Cal.com."""
        team = self.configuration.team_id
        if event_type_id is not None:
            # An organization has no twin of this one (api_v2.md §5).
            return f"{'' if team is None else f'/teams/{team}'}/event-types/{event_type_id}/webhooks"
        if team is None:
            return "/webhooks"
        organization = self.organization_id()
        if organization is None:
            raise NotConfigured("CAL_EVENT_TYPE_IDS is not set: a team's webhooks belong to its event types.")
        return f"/organizations/{organization}/webhooks"

    # --- How ---------------------------------------------------------------------------------------------------------

    def _ask(
        self,
        method: str,
        route: str,
        *,
        values: Mapping[str, str] | None = None,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        family: str = "",
    ) -> Answer:
        return self._transport.call(
            Call(method=method, route=route, values=values or {}, query=query or {}, body=body, family=family)
        )

    def _object(self, method: str, route: str, **asked: Any) -> Row:
        answer = self._ask(method, route, **asked)
        if not isinstance(answer.data, dict):
            raise UnreadableAnswer("no object, or in another version's shape", **_told_of(answer, method, route))
        return answer.data

    def _booking(self, method: str, route: str, *, uid: str, body: Mapping[str, Any] | None = None) -> Row:
        answer = self._ask(method, route, values={"uid": uid}, family="bookings", body=body)
        told = _told_of(answer, method, route)
        if isinstance(answer.data, list):
            raise IsSeries("the uid of a recurrence: ask for its bookings one by one", **told)
        if not isinstance(answer.data, dict) or not is_of_our_version([answer.data]):
            raise UnreadableAnswer("no booking, or in another version's shape", **told)
        return answer.data

    def _pages(self, route: str, *, query: Query | None = None, take: int = TAKE, family: str = "") -> Iterator[Page]:
        def ask(query: Query) -> Answer:
            return self._ask("GET", route, query=query, family=family)

        return pages(ask, query=query or {}, take=take, call=f"GET {route}")


def _told_of(answer: Answer, method: str, route: str) -> dict[str, Any]:
    return {"call": f"{method} {route}", "request_id": answer.exchange.request_id}


def is_of_our_version(rows: list[Row]) -> bool:
    """Are these bookings as we asked? A server that doesn't know our version says nothing and tells `startTime`."""
    return not rows or any("start" in row for row in rows)
