"""The inbox: a row for each message, whatever became of it."""

from collections.abc import Collection
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.domain.registers import UID_LENGTH
from bookings.domain.words import LinkedBy, Outcome, Source
from bookings.models.rules import known
from bookings.models.run import Run
from users.fields import ExactCharField
from users.models import User


class MessageQuerySet(models.QuerySet["Message"]):
    """Reads as words."""

    def told_by(self, digests: Collection[str]) -> Self:
        """Those that are kept of the messages whose digests begin so: as stamps have them, cut short.

        By ranges, since MySQL looks into no index for `startswith`; "g" comes after all that a digest is made of.
        """
        begins = [Q(digest__gte=digest, digest__lt=f"{digest}g") for digest in digests]
        return self.filter(Q(*begins, _connector=Q.OR)) if begins else self.none()


class Message(models.Model):
    """The inbox: all that was told us, kept before it is understood, and replayed by `rebuild`.

    `body` is what came, without the secrets in it; one that `is_reduced` has only its facts left, without a person who
    was erased. `digest` is of the bytes as they came, so that the same bytes are known again. `linked_user` is whom the
    message was found to be about when it was first understood: a key may be rotated and an address may change hands,
    but what it said then stays said.
    """

    source = models.CharField(_("source"), max_length=20, choices=Source)
    digest = ExactCharField(_("digest"), max_length=64, unique=True)
    trigger = models.CharField(_("event"), max_length=64, blank=True)
    uid = ExactCharField(_("Cal.com uid"), max_length=UID_LENGTH, blank=True)
    body = models.TextField(_("body"), blank=True)
    is_reduced = models.BooleanField(_("kept without the person"), default=False)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, default=Outcome.RECEIVED)
    error = models.CharField(_("error"), max_length=1000, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    linked_user = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("user it is about"),
    )
    linked_by = models.CharField(_("user found by"), max_length=20, choices=LinkedBy, default=LinkedBy.NOBODY)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="messages", verbose_name=_("run"))
    received_at = models.DateTimeField(_("received"))
    processed_at = models.DateTimeField(_("processed"), null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        db_table = "message"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        permissions = (("view_message_body", _("Can see what messages say")),)
        ordering = ("-id",)
        constraints = (
            known("source", Source, "message_source_known"),
            known("outcome", Outcome, "message_outcome_known"),
            known("linked_by", LinkedBy, "message_linked_by_known"),
        )
        indexes = (
            models.Index(fields=["uid", "id"], name="message_by_uid"),
            models.Index(fields=["outcome", "id"], name="message_by_outcome"),
            models.Index(fields=["trigger", "id"], name="message_by_trigger"),
        )

    def __str__(self) -> str:
        named = self.trigger if self.source == Source.WEBHOOK else ""
        return f"{named or self.get_source_display()} {self.pk}"
