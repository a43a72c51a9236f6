"""What the API answers where it can't do what was asked; the shape is careercoach.errors'."""

import math

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, NotFound, ValidationError


class UserNotFound(NotFound):
    default_code = "user_not_found"
    default_detail = _("There is no user with this userId. Make one with POST /api/users.")


class BookingNotFound(NotFound):
    """For another user's booking too: whose it is, is nobody's business."""

    default_code = "booking_not_found"
    default_detail = _("This user has no booking with this bookingId or uid.")


class PageNotFound(NotFound):
    default_code = "page_not_found"
    default_detail = _("The list has no such page.")


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class EmailTaken(Conflict):
    attr = "email"
    default_code = "email_taken"
    default_detail = _("Another user has this e-mail address.")


class StaffOnly(Conflict):
    default_code = "staff_account"
    default_detail = _("This user is a member of staff, whose account is edited in the admin only.")


class WithoutTime(Conflict):
    default_code = "without_time"
    default_detail = _("The time of this booking isn't known yet, so no calendar can show it.")


class NotConfigured(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "not_configured"
    default_detail = _("CAL_EVENT_URL is not set, so there is no page to book on.")


class UnknownCoach(ValidationError):
    """By the list's filter."""

    def __init__(self) -> None:
        super().__init__({"coach": ErrorDetail(str(_("There is no coach with this username.")), code="unknown_coach")})


class CalAway(APIException):
    """Cal.com doesn't answer, or asks us to wait."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "cal_unavailable"
    default_detail = _("Cal.com can't be reached right now. Try again shortly.")
    retryable = True

    def __init__(self, *, wait: float) -> None:
        super().__init__()
        self.wait = math.ceil(wait)  # Seconds, for Retry-After.


class CalFailed(APIException):
    """Cal.com says no, or something that we don't understand: the same call would be answered the same."""

    status_code = status.HTTP_502_BAD_GATEWAY
    default_code = "cal_failed"
    default_detail = _("Cal.com refused what was asked of it. Whoever runs this server finds the reason in its log.")
    retryable = False


class SlotsNotConfigured(NotConfigured):
    default_detail = _("CAL_API_KEY is not set, or Cal.com knows no event type of ours, so there are no times to show.")
