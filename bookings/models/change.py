"""The timeline: a row for each change of a booking's status."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.domain.words import Status, Why
from bookings.models.booking import Booking
from bookings.models.message import Message
from bookings.models.rules import known
from users.models import User


class StatusChangeQuerySet(models.QuerySet["StatusChange"]):
    """Reads as words."""

    def of_chain(self, booking: Booking) -> Self:
        """What happened to this booking and to those of its chain that are the same user's."""
        return self.filter(booking__chain_reference=booking.chain_reference, booking__user=booking.user_id)


class StatusChange(models.Model):
    """The timeline: every change of a booking's status, with its cause. Written once, never changed."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="timeline", verbose_name=_("booking"))
    old = models.CharField(_("from"), max_length=20, choices=Status, blank=True)
    new = models.CharField(_("to"), max_length=20, choices=Status)
    why = models.CharField(_("because"), max_length=20, choices=Why)
    expected = models.BooleanField(
        _("expected"),
        default=True,
        help_text=_("Off: the table of arrows doesn't know this change."),
    )
    as_of = models.DateTimeField(_("as of"), null=True)
    changed_at = models.DateTimeField(_("changed"))
    message = models.ForeignKey(
        Message,
        models.SET_NULL,
        null=True,
        related_name="changes",
        verbose_name=_("message"),
    )
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))

    objects = StatusChangeQuerySet.as_manager()

    class Meta:
        db_table = "status_change"
        verbose_name = _("status change")
        verbose_name_plural = _("timeline")
        ordering: ClassVar = ("changed_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(old="") | Q(old__in=Status.values),
                name="status_change_old_known",
            ),
            known("new", Status, "status_change_new_known"),
            known("why", Why, "status_change_why_known"),
        )
        indexes = (models.Index(fields=["booking", "changed_at", "id"], name="status_change_of_booking"),)

    def __str__(self) -> str:
        return f"{self.get_old_display() or '·'} → {self.get_new_display()}"
