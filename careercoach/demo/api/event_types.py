"""Reading event types: a personal account's, or a team's with its hosts."""

from careercoach.demo.api import access
from careercoach.demo.api.access import Ask
from careercoach.demo.api.answering import Answer, success
from careercoach.demo.api.errors import refused
from careercoach.demo.api.event_type_rows import of_team, personal
from careercoach.demo.models import EventType, Host


def listed(ask: Ask) -> Answer:
    """The owner's own: those of a team aren't among them."""
    return success([personal(each, ask.owner) for each in _own(ask)])


def listed_old(ask: Ask) -> Answer:
    """Groups of event types instead of a list: the shape of 2024-04-15."""
    owner = ask.owner
    short = [{"id": each.pk, "title": each.title, "slug": each.slug, "length": each.length} for each in _own(ask)]
    profile = {"slug": owner.username, "name": owner.name, "image": None}
    group = {"teamId": None, "bookerUrl": None, "membershipRole": None, "profile": profile, "eventTypes": short}
    return success({"eventTypeGroups": [group], "profiles": [profile | {"teamId": None}]})


def one(ask: Ask) -> Answer:
    number = ask.values["event_type_id"]
    for event_type in _own(ask):
        if event_type.pk == number:
            return success(personal(event_type, ask.owner))
    raise refused(404, f"Event type with id {number} not found")


def listed_of_team(ask: Ask) -> Answer:
    """Without pages. Only an admin sees the hidden ones."""
    event_types = access.of_team(ask)
    if not ask.owner.is_admin:
        event_types = event_types.filter(hidden=False)
    if "eventSlug" in ask.query:
        event_types = event_types.filter(slug=ask.query["eventSlug"])
    hosts = _hosts()
    return success([of_team(each, hosts) for each in event_types])


def one_of_team(ask: Ask) -> Answer:
    return success(of_team(named(ask), _hosts()))


def named(ask: Ask, *, admin: bool = False) -> EventType:
    """The event type of the team's that the path names. Raises Refusal (403, 404)."""
    number = ask.values["event_type_id"]
    event_type = access.of_team(ask, admin=admin).filter(pk=number).first()
    if event_type is None:
        raise refused(404, f"Event type with id {number} not found")
    return event_type


def _own(ask: Ask) -> list[EventType]:
    return list(EventType.objects.order_by("pk")) if ask.owner.is_personal else []


def _hosts() -> list[Host]:
    return list(Host.objects.filter(is_host=True, is_gone=False).order_by("pk"))
