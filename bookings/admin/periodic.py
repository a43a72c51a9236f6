"""The periodic work in the admin: when each job runs next, what came of it the last time, and running it now.

django-q2's own pages let whoever may change a schedule run any function by its name, so they are not shown. Nothing is
edited here: the table of jobs is in the code, and the next start of a worker would write it again.
"""

from typing import Any

import django_q.admin  # noqa: F401 registers its pages, which are taken out below
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_q.models import Failure, OrmQ, Schedule, Success, Task

from bookings.admin.lists import ReadOnly
from bookings.admin.sentences import told
from bookings.admin.shown import badge, instant, narrow, stacked, table, unbroken
from bookings.domain.words import Outcome
from bookings.periodic import schedules
from bookings.periodic.jobs import BY_NAME

LAST_RESULTS = 20
TRACEBACK = " : Traceback"

for _model in (Schedule, Success, Failure, OrmQ):
    admin.site.unregister(_model)


def label(name: str | None) -> Any:
    job = BY_NAME.get(name or "")
    return job.label if job else name or "-"


def outcome(success: bool) -> Any:
    """In the colours of messages: applied and failed."""
    return badge(Outcome.APPLIED, _("Done")) if success else badge(Outcome.FAILED, _("Failed"))


def said(result: object) -> str:
    """The first line: after it, of a failure, comes where in the code."""
    return told(str(result or "").strip().partition(TRACEBACK)[0])[:1000] or "-"


def titled(row: Any, field: str, name: str) -> Any:
    """With the job's name where a page looks for its title: there are a function's, and words by chance."""
    if row is not None:
        setattr(row, field, str(label(getattr(row, name))))
    return row


@admin.register(Schedule)
class ScheduleAdmin(ReadOnly, admin.ModelAdmin):
    """The jobs. Whoever may change a scheduled task may run it now, and let it rest."""

    has_history = True
    list_display = ("job", "pause", "next_shown", "last_run", "last_result")
    search_fields = ("name",)
    sortable_by = ()
    ordering = ("name",)
    actions = ("run_now", "let_rest", "resume")
    readonly_fields = ("job", "pause", "next_shown", "last_run", "results")
    fields = readonly_fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        last = Task.objects.filter(group=OuterRef("name")).order_by("-stopped")
        named = {f"last_{column}": Subquery(last.values(column)[:1]) for column in ("success", "stopped", "result")}
        return super().get_queryset(request).annotate(**named)

    def get_object(self, *args: Any, **kwargs: Any) -> Schedule | None:
        return titled(super().get_object(*args, **kwargs), "func", "name")

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("django_q.change_schedule")

    @admin.display(description=_("job"))
    def job(self, row: Schedule) -> Any:
        return label(row.name)

    @admin.display(description=_("every"))
    def pause(self, row: Schedule) -> Any:
        if row.repeats == schedules.RESTING:
            return badge(Outcome.RECEIVED, _("at rest"))
        if row.schedule_type == Schedule.DAILY:
            return _("day")
        return ngettext("minute", "%(count)d minutes", row.minutes or 1) % {"count": row.minutes or 1}

    @admin.display(description=_("next run"))
    def next_shown(self, row: Schedule) -> str:
        return "-" if row.repeats == schedules.RESTING else unbroken(instant(row.next_run))

    @admin.display(description=_("last run"))
    def last_run(self, row: Any) -> str:
        return stacked(unbroken(instant(row.last_stopped)), outcome(row.last_success) if row.last_stopped else "")

    @admin.display(description=_("last result"))
    def last_result(self, row: Any) -> str:
        return narrow(said(row.last_result), width=20)

    @admin.display(description=_("last results"))
    def results(self, row: Schedule) -> str:
        last = Task.objects.filter(group=row.name).order_by("-stopped")[:LAST_RESULTS]
        return table(
            [_("ended"), _("seconds"), _("outcome"), _("result")],
            [
                (
                    instant(task.stopped, timespec="seconds"),
                    f"{task.time_taken():.1f}",
                    outcome(task.success),
                    said(task.result),
                )
                for task in last
            ],
        )

    @admin.action(description=_("Run now"), permissions=["run"])
    def run_now(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        rows = queryset.exclude(repeats=schedules.RESTING)
        count = self._change(request, rows, _("Run now"), next_run=timezone.now())
        self._tell(
            request,
            ngettext("%(count)d job runs within half a minute.", "%(count)d jobs run within half a minute.", count),
            count,
        )

    @admin.action(description=_("Let rest"), permissions=["run"])
    def let_rest(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        count = self._change(request, queryset, _("Let rest"), repeats=schedules.RESTING)
        self._tell(
            request,
            ngettext("%(count)d job rests until it is resumed.", "%(count)d jobs rest until they are resumed.", count),
            count,
        )

    @admin.action(description=_("Resume"), permissions=["run"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        rows = queryset.filter(repeats=schedules.RESTING)
        count = self._change(request, rows, _("Resume"), repeats=schedules.ALWAYS, next_run=timezone.now())
        self._tell(request, ngettext("%(count)d job resumed.", "%(count)d jobs resumed.", count), count)

    def _change(self, request: HttpRequest, rows: QuerySet[Schedule], said: Any, **values: Any) -> int:
        """Each with a line in its history, which says who did it."""
        chosen = list(rows)
        for row in chosen:
            self.log_change(request, row, said)
        return Schedule.objects.filter(pk__in=[row.pk for row in chosen]).update(**values)

    def _tell(self, request: HttpRequest, sentence: str, count: int) -> None:
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS if count else messages.WARNING)


@admin.register(Task)
class TaskAdmin(ReadOnly, admin.ModelAdmin):
    """What came of each run of a job."""

    list_display = ("job", "ended", "took", "came_of_it", "result_shown")
    list_filter = ("success",)
    search_fields = ("group",)
    sortable_by = ()
    ordering = ("-stopped",)
    fields = readonly_fields = ("job", "began", "ended", "took", "came_of_it", "result_whole")

    def get_object(self, *args: Any, **kwargs: Any) -> Task | None:
        return titled(super().get_object(*args, **kwargs), "name", "group")

    @admin.display(description=_("job"))
    def job(self, row: Task) -> Any:
        return label(row.group)

    @admin.display(description=_("began"))
    def began(self, row: Task) -> str:
        return instant(row.started, timespec="seconds")

    @admin.display(description=_("ended"))
    def ended(self, row: Task) -> str:
        return instant(row.stopped, timespec="seconds")

    @admin.display(description=_("seconds"))
    def took(self, row: Task) -> str:
        return f"{row.time_taken():.1f}"

    @admin.display(description=_("outcome"))
    def came_of_it(self, row: Task) -> Any:
        return outcome(row.success)

    @admin.display(description=_("result"))
    def result_shown(self, row: Task) -> str:
        return narrow(said(row.result), width=20)

    @admin.display(description=_("result"))
    def result_whole(self, row: Task) -> str:
        return "".join(filter(None, (said(row.result), *str(row.result or "").strip().partition(TRACEBACK)[1:])))
