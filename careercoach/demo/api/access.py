"""Who asks, and whether they may: the key, and what its owner is in the team (api_v2.md §1.2)."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from careercoach.demo.api.errors import Refusal, refused
from careercoach.demo.models import Account, Booking, EventType

NO_KEY = (
    "ApiAuthStrategy - No authentication method provided. Either pass an API key as 'Bearer' header or OAuth client "
    "credentials as 'x-cal-secret-key' and 'x-cal-client-id' headers"
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One call: who (None without a key), what, and when."""

    account: Account | None
    query: QueryDict
    body: dict[str, Any]
    now: datetime
    values: dict[str, Any] = field(default_factory=dict)  # From the path.

    @property
    def owner(self) -> Account:
        """Of the key, for an operation that needs one."""
        return cast(Account, self.account)


def caller(request: HttpRequest) -> tuple[str, bool]:
    """Whose calls this one counts among, and whether it has a key. Raises Refusal for a key that isn't known.

    The key is looked up by the limiter, so an unknown one is refused even where none is needed (recorded 003).
    """
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not given:
        return f"ip {request.META.get('REMOTE_ADDR')}", False
    if not settings.CAL_API_KEY or not hmac.compare_digest(given.encode(), settings.CAL_API_KEY.encode()):
        raise refused(401, "CustomThrottlerGuard - Invalid API Key")
    return "key", True


def no_key() -> Refusal:
    return refused(401, NO_KEY)


def of_team(ask: Ask, *, admin: bool = False) -> QuerySet[EventType]:
    """The event types of the team that the path names. Raises Refusal: no such team of the owner's, or no admin."""
    account, team, organization = ask.owner, ask.values["team_id"], ask.values.get("organization_id")
    if organization is not None and organization != account.organization_id:
        raise refused(403, f"RolesGuard - User is not part of the organization with id={organization}.")
    event_types = EventType.objects.filter(team_id=team).order_by("pk")
    if account.is_personal or not event_types.exists():
        raise refused(403, f"RolesGuard - User is not a member of the team with id={team}.")
    if admin and not account.is_admin:
        within = "" if organization is None else f" organization with id={organization}"
        raise _no_admin(account, "TEAM_ADMIN", f"{within} team with id={team}")
    return event_types


def of_organization(ask: Ask) -> int:
    """The organization that the path names, of which the owner must be an admin."""
    organization: int = ask.values["organization_id"]
    if organization != ask.owner.organization_id:
        raise refused(403, f"RolesGuard - User is not a member of the organization with id={organization}.")
    if not ask.owner.is_admin:
        raise _no_admin(ask.owner, "ORG_ADMIN", f" organization with id={organization}")
    return organization


def visible(account: Account) -> QuerySet[Booking]:
    """All bookings of the teams' members and types for an admin; else those where one is host or attendee."""
    if account.is_admin or account.is_personal:
        return Booking.objects.all()
    return Booking.objects.filter(Q(host_id=account.user_id) | Q(email=account.email))


def _no_admin(account: Account, role: str, within: str) -> Refusal:
    return refused(
        403,
        f"RolesGuard - user with id={account.user_id} does not have the minimum required role={role} within{within}.",
    )
