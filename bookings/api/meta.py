"""GET /api/meta: every enumeration that answers and parameters have, with its labels."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import get_language_info
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api import parameters, schema
from bookings.api.parameters import WHENS
from bookings.api.resource import Resource
from bookings.domain.words import Payment, Status, Why
from bookings.models import Obstacle


class Meta(Resource):
    """Every enumeration, with its labels in the caller's language."""

    @schema.META
    def get(self, request: Request) -> Response:
        parameters.read(parameters.Nothing, request)
        body = {
            "statuses": _values(Status.choices),
            "reasons": _values(Why.choices),
            "paymentStates": _values(Payment.choices),
            "obstacles": _values(Obstacle.choices),
            "whens": _values(WHENS),
            "languages": _values((code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES),
        }
        return Response(body, headers={"Cache-Control": "private, max-age=3600", "Vary": "Accept-Language"})


def _values(choices: Iterable[tuple[str, Any]]) -> list[dict[str, str]]:
    return [{"value": value, "label": str(label)} for value, label in choices]
