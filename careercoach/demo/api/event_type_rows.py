"""An event type as API v2 tells it in version 2024-06-14 (recorded 034; a team's as in api_v2.md §4). No query."""

from collections.abc import Iterable
from typing import Any

from careercoach.demo.calendar import NOTICE
from careercoach.demo.models import Account, EventType, Host

Row = dict[str, Any]

# The form's own questions: slug, type, required, and what else is told of it.
_FORM = (
    ("name", "name", True, {"disableOnPrefill": False}),
    ("email", "email", True, {"disableOnPrefill": False, "hidden": False}),
    ("location", "radioInput", False, {"hidden": False}),
    ("notes", "textarea", False, {"disableOnPrefill": False, "hidden": False}),
    ("guests", "multiemail", False, {"disableOnPrefill": False, "hidden": False}),
    ("rescheduleReason", "textarea", False, {"disableOnPrefill": False, "hidden": False}),
)


def personal(event_type: EventType, owner: Account) -> Row:
    """The type of a personal account."""
    user = {"id": owner.user_id, "name": owner.name, "username": owner.username, "weekStart": "Monday"}
    nothing = dict.fromkeys(["avatarUrl", "brandColor", "darkBrandColor"])
    return {**_row(event_type), "ownerId": owner.user_id, "users": [user | nothing | {"metadata": {}}]}


def of_team(event_type: EventType, hosts: Iterable[Host]) -> Row:
    """The type of a team, with its hosts, of whom no address is told."""
    is_round_robin = event_type.scheduling_type == "roundRobin"
    return {
        **_row(event_type),
        "teamId": event_type.team_id,
        "ownerId": None,
        "parentEventTypeId": None,
        "hosts": [
            {
                "userId": host.pk,
                "name": host.name,
                "username": host.username,
                "avatarUrl": None,
                **({"mandatory": host.is_fixed, "priority": "medium"} if is_round_robin else {}),
            }
            for host in hosts
        ],
        "assignAllTeamMembers": False,
        "schedulingType": event_type.scheduling_type,
        "team": {
            "id": event_type.team_id,
            "slug": event_type.team_slug,
            "name": event_type.team_name,
            "bannerUrl": None,
            "logoUrl": None,
            "weekStart": "Sunday",
            **dict.fromkeys(["brandColor", "darkBrandColor", "theme"]),
        },
        "rescheduleWithSameRoundRobinHost": False,
        "bookingUrl": f"{event_type.site}{event_type.path}",
    }


def payment_app(event_type: EventType) -> Row:
    """Where the price comes from: the settings of the Stripe app."""
    if not event_type.price:
        return {}
    stripe = {"appId": "stripe", "price": event_type.price, "enabled": event_type.takes_payment}
    more = {"currency": event_type.currency, "credentialId": 1, "paymentOption": "ON_BOOKING"}
    return {"apps": {"stripe": stripe | more}}


def _row(event_type: EventType) -> Row:
    waits = {"type": "always", "blockUnconfirmedBookingsInBooker": False}
    disabled = {"disabled": True}
    return {
        "id": event_type.pk,
        "lengthInMinutes": event_type.length,
        "title": event_type.title,
        "slug": event_type.slug,
        "description": event_type.description,
        "locations": [{"type": "integration", "integration": "cal-video"}],
        "bookingFields": [*_form(), *event_type.booking_fields],
        "recurrence": None,
        "disableGuests": False,
        "slotInterval": None,
        "minimumBookingNotice": int(NOTICE.total_seconds() // 60),
        "beforeEventBuffer": 0,
        "afterEventBuffer": 0,
        "metadata": payment_app(event_type),
        "price": event_type.price,
        "currency": event_type.currency,
        "lockTimeZoneToggleOnBookingPage": False,
        "forwardParamsSuccessRedirect": True,
        "successRedirectUrl": event_type.success_redirect_url or None,
        "isInstantEvent": False,
        "scheduleId": None,
        "onlyShowFirstAvailableSlot": False,
        "offsetStart": 0,
        "bookingWindow": disabled,
        "confirmationPolicy": waits if event_type.requires_confirmation else disabled,
        "requiresBookerEmailVerification": False,
        "hideCalendarNotes": False,
        "seats": disabled,
        "useDestinationCalendarEmail": False,
        "hideCalendarEventDetails": False,
        "hideOrganizerEmail": False,
        "hidden": event_type.hidden,
        "bookingRequiresAuthentication": False,
        "bookerActiveBookingsLimit": disabled,
    }


def _form() -> list[Row]:
    return [
        {"isDefault": True, "type": kind, "slug": slug, "required": required, **more}
        for slug, kind, required, more in _FORM
    ]
