"""What a person did, whatever came of it: the part of a booking's story that no message and no status tells."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.domain.attention import OF_MONEY, Condition
from bookings.domain.registers import STRIPE_LENGTH
from bookings.models.booking import Booking
from bookings.models.message import Message
from bookings.models.rules import known
from bookings.models.run import Run
from users.models import User


class Did(models.TextChoices):
    RESYNC = "resync", _("Read again from Cal.com")
    CANCEL = "cancel", _("Cancelled at Cal.com")
    REASSIGN = "reassign", _("Given to another coach")
    ATTENDANCE = "attendance", _("Marked absent or present")
    LINK = "link", _("Linked to a user")
    PAYMENT = "payment", _("Recorded a payment")
    REFUND = "refund", _("Recorded a refund")
    FREE = "free", _("Accepted as free")
    PROCESS = "process", _("Processed a message again")
    SETTLE = "settle", _("Settled")
    REOPEN = "reopen", _("Opened again")


class Act(models.Model):
    """One act of one person on one booking or message. Written once, never changed.

    `note` is what the person wrote, and whom they named; `given` is what they chose, by its codes, or an amount in
    minor units and its currency; `stripe_id` is what they saw at Stripe. `came` is the sentence that says what came
    of it, where more is to be said than that it was done, as the catalogues know it, and `result` what it repeats:
    each reads it in a language of their own. Without a sentence `result` is, of a case, its condition; of what was
    read again, the fields that had changed; else an error as it is.
    """

    did = models.CharField(_("act"), max_length=20, choices=Did)
    booking = models.ForeignKey(Booking, models.CASCADE, null=True, related_name="acts", verbose_name=_("booking"))
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+", verbose_name=_("message"))
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+", verbose_name=_("run"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    is_done = models.BooleanField(_("done"), default=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    result = models.CharField(_("result"), max_length=1000, blank=True)
    given = models.JSONField(_("what was given"), default=dict, blank=True)
    stripe_id = models.CharField(_("ID at Stripe"), max_length=STRIPE_LENGTH, blank=True)
    came = models.CharField(_("what came of it"), max_length=200, blank=True)

    OF_MONEY = frozenset({Did.PAYMENT, Did.REFUND, Did.FREE})
    OF_CASES = frozenset({Did.SETTLE, Did.REOPEN})

    class Meta:
        db_table = "act"
        verbose_name = _("act of a person")
        verbose_name_plural = _("acts of people")
        ordering = ("-id",)
        constraints = (known("did", Did, "act_did_known"),)
        indexes = (
            models.Index(fields=["booking", "id"], name="act_of_booking"),
            models.Index(fields=["stripe_id"], name="act_by_stripe_id"),
        )

    def __str__(self) -> str:
        return self.get_did_display()

    @property
    def condition(self) -> Condition | None:
        """What was wrong, of a case; None of other acts, and where the note says it, as those of before do."""
        is_told = self.did in self.OF_CASES and self.result in Condition.values
        return Condition(self.result) if is_told else None

    @property
    def is_of_money(self) -> bool:
        return self.did in self.OF_MONEY or self.condition in OF_MONEY
