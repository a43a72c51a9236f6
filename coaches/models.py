"""Who teaches, as Cal.com knows them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from users.fields import ExactCharField


class Coach(models.Model):
    """A coach, known by the id of the Cal.com account (`organizer.id`); never by e-mail, which changes.

    Name, e-mail, username and time zone are mirrored: `services.record_coach` alone writes them. `stamps` holds, for
    each of them, as of when it was told. `left_at` is when we learned that an active coach is no host at Cal.com any
    more; `services.record_pool` alone writes it. Whether a coach is active is for staff to say beyond that.
    """

    cal_user_id = models.PositiveBigIntegerField(_("Cal.com user ID"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = ExactCharField(_("e-mail"), max_length=254, blank=True)
    username = models.CharField(_("username"), max_length=100, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    left_at = models.DateTimeField(_("left the pool"), null=True, editable=False)
    stamps = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        db_table = "coach"
        verbose_name = _("coach")
        verbose_name_plural = _("coaches")
        ordering = ("name", "id")
        indexes = (models.Index(fields=["email"], name="coach_by_email"),)

    def __str__(self) -> str:
        """Without the address, which not everybody who sees the coach may see."""
        return self.name or self.username or f"Cal.com {self.cal_user_id}"
