"""The operations of API v2 that the stand-in has. What it hasn't is a 404 in Cal.com's words."""

from collections.abc import Iterator

from django.urls import URLPattern, path, re_path

from careercoach.demo.api import acting, bookings, event_types, people, slots, webhooks
from careercoach.demo.api.answering import Methods, Operation, answer

# Which versions a path has (api_v2.md §1.3, and the lists of versions in Cal.com's controllers).
BOOKINGS, OLD_BOOKINGS = ("2024-08-13",), ("2024-04-15", "2024-06-11", "2024-06-14")
EVENT_TYPES, OLD_EVENT_TYPES = ("2024-06-14",), ("2024-04-15", "2024-06-11")
SLOTS = ("2024-09-04",)


def get(*operations: Operation) -> Methods:
    return {"GET": operations}


def post(*operations: Operation) -> Methods:
    return {"POST": operations}


BOOKING = "bookings/<str:uid>"
ROUTES: dict[str, Methods] = {
    "me": get(Operation(people.me)),
    "bookings": get(Operation(bookings.listed, BOOKINGS), Operation(bookings.listed_old, OLD_BOOKINGS)),
    BOOKING: get(
        Operation(bookings.one, BOOKINGS, needs_key=False),
        Operation(bookings.one_old, OLD_BOOKINGS, needs_key=False),
    ),
    f"{BOOKING}/cancel": post(
        Operation(acting.cancel, BOOKINGS, needs_key=False, sends=True),
        Operation(acting.cancel_old, OLD_BOOKINGS, status=201, needs_key=False, sends=True),
    ),
    f"{BOOKING}/reschedule": post(Operation(acting.reschedule, BOOKINGS, status=201, needs_key=False, sends=True)),
    f"{BOOKING}/mark-absent": post(Operation(acting.mark_absent, BOOKINGS, sends=True)),
    f"{BOOKING}/confirm": post(Operation(acting.confirm, BOOKINGS, sends=True)),
    f"{BOOKING}/decline": post(Operation(acting.decline, BOOKINGS, sends=True)),
    f"{BOOKING}/reassign": post(Operation(acting.reassign, BOOKINGS, sends=True)),
    f"{BOOKING}/reassign/<int:user_id>": post(Operation(acting.reassign_to, BOOKINGS, sends=True)),
    "event-types": get(Operation(event_types.listed, EVENT_TYPES), Operation(event_types.listed_old, OLD_EVENT_TYPES)),
    "event-types/<int:event_type_id>": get(Operation(event_types.one, EVENT_TYPES)),
    "slots": get(Operation(slots.listed, SLOTS, needs_key=False)),
    "teams": get(Operation(people.teams)),
}

# An organization has twins of a team's addresses, but for the webhooks of event types.
TEAM = "teams/<int:team_id>"
OF_TEAM: dict[str, Methods] = {
    "bookings": get(Operation(bookings.listed_of_team)),
    "event-types": get(Operation(event_types.listed_of_team)),
    "event-types/<int:event_type_id>": get(Operation(event_types.one_of_team)),
    "memberships": get(Operation(people.memberships)),
}
ORGANIZATION = "organizations/<int:organization_id>"

WEBHOOKS = {
    "webhooks": webhooks.OF_OWNER,
    "event-types/<int:event_type_id>/webhooks": webhooks.OF_EVENT_TYPE,
    f"{TEAM}/event-types/<int:event_type_id>/webhooks": webhooks.OF_TEAM_EVENT_TYPE,
    f"{ORGANIZATION}/webhooks": webhooks.OF_ORGANIZATION,
}


def _patterns() -> Iterator[URLPattern]:
    for route, methods in ROUTES.items():
        yield path(route, answer, {"methods": methods})
    for route, methods in OF_TEAM.items():
        yield path(f"{TEAM}/{route}", answer, {"methods": methods})
        yield path(f"{ORGANIZATION}/{TEAM}/{route}", answer, {"methods": methods})
    for route, (collection, item) in WEBHOOKS.items():
        yield path(route, answer, {"methods": collection})
        yield path(f"{route}/<uuid:webhook_id>", answer, {"methods": item})
    yield re_path(r"^", answer, {"methods": {}})


urlpatterns = list(_patterns())
