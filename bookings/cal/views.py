"""POST /api/webhook/cal: where Cal.com tells us. The answers are those of its table in docs/architecture.md."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.cal import inbox, signature
from bookings.cal.payloads.fields import PayloadError
from bookings.domain.words import Outcome


class NotAuthentic(APIException):
    status_code = status.HTTP_401_UNAUTHORIZED
    default_code = "bad_signature"
    default_detail = _(
        "The signature in X-Cal-Signature-256 doesn't fit this body. The secret of the webhook at Cal.com must be "
        "one of CAL_WEBHOOK_SECRETS here."
    )


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = _("The body is larger than 1 MiB.")


class Unreadable(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "unreadable"


class CouldNotApply(APIException):
    status_code = status.HTTP_500_INTERNAL_SERVER_ERROR
    default_code = "could_not_apply"
    default_detail = _("The message is kept, but could not be applied. It will be tried again.")


class CalWebhook(APIView):
    """Verify, keep, apply. Nothing is written for a body that isn't authentic."""

    http_method_names = ["post"]
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()  # An event must not be lost since there are many.
    parser_classes = ()

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        """JSON, whatever the sender accepts: an event must not be lost over a header."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            body = request.body
        except RequestDataTooBig:
            raise TooLarge from None
        if not signature.is_authentic(
            body,
            request.headers.get(signature.HEADER, ""),
            settings.CAL_WEBHOOK_SECRETS,
        ):
            raise NotAuthentic
        message = inbox.receive(body)
        if message.outcome in (Outcome.RECEIVED, Outcome.FAILED):
            try:
                message = inbox.process(message)
            except PayloadError as error:
                raise Unreadable(str(error)) from None
            except Exception:  # noqa: BLE001 The inbox has logged it, and noted it on the message.
                raise CouldNotApply from None  # Its text would be logged with it, and may hold addresses of people.
        return Response({"message": message.pk, "outcome": message.outcome})
