"""What needs a person: a row for each condition of a booking that holds or will hold, and each failed message."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.domain.attention import Condition
from bookings.models.booking import Booking
from bookings.models.message import Message
from bookings.models.rules import known
from users.models import User


class AttentionState(models.TextChoices):
    OPEN = "open", _("Open")
    SETTLED = "settled", _("Settled")


class AttentionQuerySet(models.QuerySet["Attention"]):
    """Reads as words."""

    def open(self, *, now: datetime) -> Self:
        """Those that hold by now, and that nobody has settled."""
        return self.filter(state=AttentionState.OPEN, since__lte=now)

    def settled(self) -> Self:
        return self.filter(state=AttentionState.SETTLED)


class Attention(models.Model):
    """One condition of one booking, or one failed message. Made, changed and removed by `bookings.attention` alone.

    `since` may lie ahead: unless something is told before, it will hold then. `about` are the facts that it rests on:
    with others it opens again. A condition that has ceased to hold has no row.
    """

    condition = models.CharField(_("what is wrong"), max_length=30, choices=Condition)
    weight = models.PositiveSmallIntegerField(_("weight"))
    booking = models.ForeignKey(Booking, models.CASCADE, null=True, related_name="attention", verbose_name=_("booking"))
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="attention", verbose_name=_("message"))
    since = models.DateTimeField(_("since"))
    about = models.CharField(_("facts it rests on"), max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=AttentionState, default=AttentionState.OPEN)
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("settled by"))
    note = models.CharField(_("note"), max_length=1000, blank=True)

    objects = AttentionQuerySet.as_manager()

    class Meta:
        db_table = "attention"
        verbose_name = _("case")
        verbose_name_plural = _("attention")
        ordering = ("weight", "since", "id")
        constraints = (
            known("condition", Condition, "attention_condition_known"),
            known("state", AttentionState, "attention_state_known"),
            models.UniqueConstraint(fields=["booking", "condition"], name="attention_once_a_booking"),
            models.UniqueConstraint(fields=["message", "condition"], name="attention_once_a_message"),
            models.CheckConstraint(
                condition=Q(booking=None, message__isnull=False) | Q(booking__isnull=False, message=None),
                name="attention_about_one",
            ),
        )
        indexes = (
            models.Index(fields=["state", "weight", "since", "id"], name="attention_by_weight"),
            models.Index(fields=["state", "condition", "since"], name="attention_by_condition"),
        )

    def __str__(self) -> str:
        return self.get_condition_display()
