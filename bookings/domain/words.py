"""The values that a booking's registers and columns can have, with their names for people."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """What a front-end and the staff see. No others exist, and none is ever assigned: see `status.status_of`."""

    PENDING = "PENDING", _("Pending")
    BOOKING_CREATED = "BOOKING_CREATED", _("Booked")
    BOOKING_CANCELLED = "BOOKING_CANCELLED", _("Cancelled")
    MEETING_ENDED = "MEETING_ENDED", _("Ended")
    NO_SHOW = "NO_SHOW", _("No-show")


class Why(TextChoices):
    """The line of the table of statuses that a booking met."""

    SUPERSEDED = "superseded", _("moved to another time")
    REJECTED = "rejected", _("declined by the coach")
    CANCELLED = "cancelled", _("cancelled")
    CLIENT_ABSENT = "client_absent", _("the client was absent")
    COACH_ABSENT = "coach_absent", _("the coach was absent")
    ENDED = "ended", _("its time has passed")
    ACCEPTED = "accepted", _("accepted")
    FREE = "free", _("free, where payment is required")
    PAYMENT_DUE = "payment_due", _("not paid yet")
    UNCONFIRMED = "unconfirmed", _("not confirmed yet")


class Lifecycle(TextChoices):
    UNKNOWN = "unknown", _("Unknown")
    REQUESTED = "requested", _("Requested")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")


class Payment(TextChoices):
    UNKNOWN = "unknown", _("Unknown")
    DUE = "due", _("Due")
    PRESUMED = "presumed", _("Presumed")
    PAID = "paid", _("Paid")


class LinkedBy(TextChoices):
    """How a booking came to its user, weakest first."""

    NOBODY = "nobody", _("Nobody")
    EMAIL = "email", _("E-mail address")
    CHAIN = "chain", _("Earlier booking")
    TOKEN = "token", _("Signed link")
    OPS = "ops", _("Staff")


class Format(TextChoices):
    """Kinds of booking that are not sold here: taken, folded like others, and shown to the staff."""

    SINGLE = "single", _("One to one")
    SEATS = "seats", _("Seats")
    SERIES = "series", _("Series")
    COLLECTIVE = "collective", _("Several coaches")


class Source(TextChoices):
    """Where a message came from."""

    WEBHOOK = "webhook", _("Webhook")
    API = "api", _("API answer")
    CLOCK = "clock", _("Clock")
    OPS = "ops", _("Staff")
    SIGN_UP = "sign_up", _("Sign-up")


class Outcome(TextChoices):
    """What became of a message."""

    RECEIVED = "received", _("Received")
    APPLIED = "applied", _("Applied")
    UNCHANGED = "unchanged", _("Told nothing new")
    IGNORED = "ignored", _("Of no concern")
    FAILED = "failed", _("Failed")
