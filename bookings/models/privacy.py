"""What was done for the privacy of people: an export or an erasure, by whom, and how much it was."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models.rules import known
from users.models import User


class PrivacyKind(models.TextChoices):
    EXPORT = "export", _("Export")
    ERASE = "erase", _("Erasure")


class PrivacyRequest(models.Model):
    """One export or erasure. Nothing in it says who the person was, so it is kept when they are erased.

    `user` is the row that stays as a stub; none where only an address was known. `counts` are numbers by what was
    counted. One without `finished_at` was interrupted, and goes on where it is asked for again.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=PrivacyKind)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("user"))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    counts = models.JSONField(_("counted"), default=dict)
    note = models.CharField(_("note"), max_length=1000, blank=True)

    class Meta:
        db_table = "privacy_request"
        verbose_name = _("privacy request")
        verbose_name_plural = _("privacy requests")
        permissions = (
            ("export_person", _("Can export all data of a person")),
            ("erase_person", _("Can erase all data of a person")),
        )
        ordering = ("-id",)
        constraints = (known("kind", PrivacyKind, "privacy_request_kind_known"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
