"""What was done in one go, without a webhook: readings of Cal.com, looks at the clock, acts for the staff."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.domain.registers import UID_LENGTH
from bookings.models.booking import Booking
from bookings.models.rules import known
from coaches.models import Coach
from users.fields import ExactCharField
from users.models import User


class RunKind(models.TextChoices):
    BOOKINGS = "bookings", _("Resync of bookings")
    COACHES = "coaches", _("Resync of coaches")
    CLOCK = "clock", _("Clock")
    ACT = "act", _("Done at Cal.com")


class RunState(models.TextChoices):
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    INTERRUPTED = "interrupted", _("Interrupted")


class Done(models.TextChoices):
    """What was done about a difference."""

    CHANGED = "changed", _("Changed")
    CREATED = "created", _("Created")
    GONE = "gone", _("Cancelled, as gone at Cal.com")
    ENDED = "ended", _("Ended by the clock")
    NOTHING = "nothing", _("Nothing: only looked at")
    FAILED = "failed", _("Failed")


class RunQuerySet(models.QuerySet["Run"]):
    """Reads as words."""

    def of(self, kind: RunKind) -> Self:
        return self.filter(kind=kind)

    def unfinished(self) -> Self:
        return self.filter(state=RunState.RUNNING)


class Run(models.Model):
    """One run, and what came of it: `seen` is the sum of the four counts after it. Kept, so that drift can be seen.

    `watermark` is the latest change at Cal.com up to which all that is changed there is known to have been read; the
    next incremental run goes on from there. `calls` are the questions asked of Cal.com, without their repetitions.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=RunKind)
    state = models.CharField(_("state"), max_length=20, choices=RunState, default=RunState.RUNNING)
    options = models.JSONField(_("options"), default=dict)
    dry_run = models.BooleanField(_("only looked"), default=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    seen = models.PositiveIntegerField(_("seen"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    created = models.PositiveIntegerField(_("created"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    calls = models.PositiveIntegerField(_("calls"), default=0)
    watermark = models.DateTimeField(_("read up to"), null=True)
    error = models.CharField(_("error"), max_length=1000, blank=True)
    host = models.CharField(_("host"), max_length=255, blank=True)
    pid = models.PositiveBigIntegerField(_("process"), null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        db_table = "run"
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ("-id",)
        constraints = (
            known("kind", RunKind, "run_kind_known"),
            known("state", RunState, "run_state_known"),
        )
        indexes = (
            models.Index(fields=["kind", "id"], name="run_by_kind"),
            models.Index(fields=["kind", "started_at"], name="run_kind_start"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


COLUMNS = {field.name: field for model in (Coach, Booking) for field in model._meta.concrete_fields}


def field_label(field: str) -> Any:
    """What people call the field; "error" is no column but why it failed."""
    return COLUMNS[field].verbose_name if field in COLUMNS else _("error") if field == "error" else field


class Difference(models.Model):
    """One thing that we had otherwise than it is: `ours` before, `theirs` after. `uid` names a coach by the id."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="differences", verbose_name=_("run"))
    booking = models.ForeignKey(Booking, models.SET_NULL, null=True, related_name="+", verbose_name=_("booking"))
    uid = ExactCharField(_("Cal.com uid"), max_length=UID_LENGTH)
    field = models.CharField(_("field"), max_length=40)
    ours = models.JSONField(_("ours"), null=True)
    theirs = models.JSONField(_("theirs"), null=True)
    done = models.CharField(_("what was done"), max_length=20, choices=Done)

    class Meta:
        db_table = "difference"
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ("-id",)
        constraints = (known("done", Done, "difference_done_known"),)
        indexes = (
            models.Index(fields=["field", "id"], name="difference_by_field"),
            models.Index(fields=["uid", "id"], name="difference_by_uid"),
        )

    def __str__(self) -> str:
        return f"{self.uid}: {field_label(self.field)}"
