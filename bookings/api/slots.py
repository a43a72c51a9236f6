"""GET /api/slots: when somebody is free, so that a front-end lets its user choose in its own page."""

from datetime import timedelta

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api import errors, parameters, schema
from bookings.api.answers import instant
from bookings.api.resource import Resource
from bookings.cal import slots
from bookings.cal.asking import Unanswered
from bookings.cal.client import NotConfigured


class Slots(Resource):
    """The free times of the whole pool of coaches."""

    @schema.SLOTS
    def get(self, request: Request) -> Response:
        given = parameters.read(parameters.OfSlots, request)
        first, last, zone = given["from"], given["to"], given["timeZone"]
        now = timezone.now()
        try:
            free = slots.free(first, last, now=now)
        except NotConfigured:
            raise errors.SlotsNotConfigured from None
        except Unanswered as failure:
            raise (errors.CalAway(wait=failure.wait) if failure.retryable else errors.CalFailed) from None
        days: dict[str, list[dict[str, str | None]]] = {
            (first + timedelta(days=number)).isoformat(): [] for number in range((last - first).days + 1)
        }
        for start in free.starts:
            day = start.astimezone(zone).date().isoformat()
            if day in days and start > now:  # What Cal.com told is up to five minutes old.
                days[day].append({"start": instant(start)})
        body = {
            "timeZone": zone.key,
            "asOf": instant(free.as_of),
            "stale": free.stale,
            "days": [{"date": day, "slots": starts} for day, starts in days.items()],
        }
        return Response(body, headers={"Cache-Control": "private, max-age=10"})
