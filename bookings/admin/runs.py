"""What was done in one go in the admin: resyncs, looks at the clock, acts at Cal.com, each with what it changed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from unfold.admin import ModelAdmin as Page

from bookings.admin import seeing
from bookings.admin.differences import cells, with_owners
from bookings.admin.lists import ReadOnly
from bookings.admin.sentences import told
from bookings.admin.shown import badge, instant, narrow, stacked, table, unbroken, who
from bookings.domain.words import Outcome
from bookings.models import Did, Difference, Run, RunKind, RunState

TONE = {
    RunState.RUNNING: Outcome.RECEIVED,
    RunState.DONE: Outcome.APPLIED,
    RunState.FAILED: Outcome.FAILED,
    RunState.INTERRUPTED: Outcome.FAILED,
}
OPTIONS = {
    "full": _("all bookings"),
    "since": _("changed since"),
    "until": _("changed until"),
    "uid": _("Cal.com uid"),
    "goneUpTo": _("most that may be gone"),
    "act": _("act"),
    "reason": _("reason given"),
    "to": _("to the coach with Cal.com's number"),
    "client": _("the client was absent"),
    "coach": _("the coach was absent"),
}
ACTS = {"cancel": Did.CANCEL, "reassign": Did.REASSIGN, "mark absent": Did.ATTENDANCE}
MOST = 200  # Differences on the page of a run.


def _option(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "act" and value in ACTS:
        return ACTS[value].label
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "-" if value is None else seeing.address(str(value))


@admin.register(Run)
class RunAdmin(ReadOnly, Page):
    """Runs write themselves."""

    list_display = ("name", "result", "began", "person", "counted", "complaint")
    list_filter = ("kind",)  # Has an index; others would read the table through.
    search_fields = ("=id",)
    search_help_text = _("Number of the run.")
    ordering = ("-id",)
    sortable_by = ()
    list_fullwidth = True
    fields = readonly_fields = (
        "name",
        "result",
        "began",
        "ended",
        "person",
        "counted",
        "calls",
        "dry_run",
        "watermark",
        "asked",
        "complaint",
        "found",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).prefetch_related("by")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Run], search_term: str
    ) -> tuple[QuerySet[Run], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        is_number = term.isascii() and term.isdigit() and len(term) < 19
        return (queryset.filter(pk=int(term)) if is_number else queryset.none()), False

    @admin.display(description=_("run"))
    def name(self, run: Run) -> str:
        return unbroken(run)

    @admin.display(description=_("state"))
    def result(self, run: Run) -> str:
        return badge(TONE[RunState(run.state)], run.get_state_display())

    @admin.display(description=_("started"))
    def began(self, run: Run) -> str:
        return unbroken(instant(run.started_at, timespec="seconds"))

    @admin.display(description=_("finished"))
    def ended(self, run: Run) -> str:
        return instant(run.finished_at, timespec="seconds")

    @admin.display(description=_("by"))
    def person(self, run: Run) -> str:
        return "-" if run.by is None else who(run.by)

    @admin.display(description=_("counted"))
    def counted(self, run: Run) -> str:
        counts = {
            pgettext("how many", "seen"): run.seen,
            pgettext("how many", "changed"): run.changed,
            pgettext("how many", "created"): run.created,
            pgettext("how many", "failed"): run.failed,
        }
        return stacked(*(unbroken(f"{label} {count}") for label, count in counts.items() if count))

    @admin.display(description=_("options"))
    def asked(self, run: Run) -> str:
        return stacked(*(f"{OPTIONS.get(name, name)}: {_option(name, value)}" for name, value in run.options.items()))

    @admin.display(description=_("error"))
    def complaint(self, run: Run) -> str:
        return narrow(told(run.error), width=14) if run.error else "-"

    @admin.display(description=_("differences"))
    def found(self, run: Run) -> str:
        rows = with_owners(Difference.objects.filter(run=run))[:MOST]
        whose = _("Coach") if run.kind == RunKind.COACHES else _("Booking")
        return table((whose, _("Field"), _("Ours"), _("Theirs"), _("What was done")), [cells(each) for each in rows])
