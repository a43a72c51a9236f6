"""Whose key it is, which teams there are, and who is in them (api_v2.md §4)."""

from careercoach.demo.api import access, asked
from careercoach.demo.api.access import Ask
from careercoach.demo.api.answering import Answer, success
from careercoach.demo.api.event_type_rows import Row
from careercoach.demo.models import Account, EventType, Host

MOST_EMAILS = 20
RULES: dict[str, asked.Rule] = {"take": asked.take, "skip": asked.skip, "emails": asked.text}


def me(ask: Ask) -> Answer:
    owner = ask.owner
    organization = owner.organization_id
    told = {
        "id": owner.user_id,
        "email": owner.email,
        "name": owner.name,
        "avatarUrl": None,
        "bio": None,
        "timeFormat": 24,
        "defaultScheduleId": 1,
        "weekStart": "Monday",
        "timeZone": owner.time_zone,
        "username": owner.username,
        "organizationId": organization,
    }
    return success(told if organization is None else told | {"organization": {"id": organization, "isPlatform": False}})


def teams(ask: Ask) -> Answer:
    known = [] if ask.owner.is_personal else EventType.objects.order_by("team_id", "-pk")
    return success(list({each.team_id: _team(each, ask.owner) for each in known}.values()))


def memberships(ask: Ask) -> Answer:
    """For an admin, with those who haven't accepted yet, and without a pagination object."""
    access.of_team(ask, admin=True)
    wanted = asked.read(ask.query, RULES)
    team, owner = ask.values["team_id"], ask.owner
    members = [_membership(each, team=team) for each in Host.objects.filter(is_gone=False).order_by("pk")]
    if owner.user_id not in [each["userId"] for each in members]:
        members.insert(0, _owner_membership(owner, team=team))
    if "emails" in wanted:
        emails = wanted["emails"].split(",")[:MOST_EMAILS]
        members = [each for each in members if each["user"]["email"] in emails]
    skip = wanted.get("skip", 0)
    return success(members[skip : skip + wanted.get("take", asked.MOST)])


def _team(event_type: EventType, owner: Account) -> Row:
    return {
        "id": event_type.team_id,
        "parentId": owner.organization_id,
        "name": event_type.team_name,
        "slug": event_type.team_slug,
        **dict.fromkeys(["logoUrl", "calVideoLogo", "appLogo", "appIconLogo", "bio"]),
        "hideBranding": False,
        "isOrganization": False,
        "isPrivate": False,
        "hideBookATeamMember": False,
        "metadata": {},
        **dict.fromkeys(["theme", "brandColor", "darkBrandColor", "bannerUrl", "timeFormat"]),
        "timeZone": owner.time_zone,
        "weekStart": "Sunday",
    }


def _membership(host: Host, *, team: int) -> Row:
    row = _row(user_id=host.pk, team=team, role=host.role, name=host.name, username=host.username, email=host.email)
    return row | {"accepted": host.has_accepted}


def _owner_membership(owner: Account, *, team: int) -> Row:
    return _row(
        user_id=owner.user_id,
        team=team,
        role=owner.role,
        name=owner.name,
        username=owner.username,
        email=owner.email,
    )


def _row(*, user_id: int, team: int, role: str, name: str, username: str, email: str) -> Row:
    user = {"name": name, "username": username, "email": email, "avatarUrl": None, "bio": None, "metadata": {}}
    return {
        "id": 1000 + user_id,
        "userId": user_id,
        "teamId": team,
        "accepted": True,
        "role": role,
        "disableImpersonation": False,
        "user": user,
    }
