"""What the API answers where it can't do what was asked; the shape is careercoach.api's."""

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound


class UserNotFound(NotFound):
    default_code = "user_not_found"
    default_detail = _("There is no user with this userId. Make one with POST /api/users.")


class BookingNotFound(NotFound):
    """For another user's booking too: whose it is, is nobody's business."""

    default_code = "booking_not_found"
    default_detail = _("This user has no booking with this bookingId.")


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class EmailTaken(Conflict):
    default_code = "email_taken"
    default_detail = _("Another user has this e-mail address.")


class StaffOnly(Conflict):
    default_code = "staff_account"
    default_detail = _("This user is a member of staff, whose account is edited in the admin only.")


class NotConfigured(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "not_configured"
    default_detail = _("CAL_EVENT_URL is not set, so there is no page to book on.")
