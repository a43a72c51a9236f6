"""The inbox in the admin: what was told us, what became of it, and trying again."""

import json
from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin as Page

from bookings.admin.acting.views import few_enough, results_page
from bookings.admin.lists import ReadOnly
from bookings.admin.shown import badge, instant, narrow, page_of, stacked, table, unbroken
from bookings.cal import inbox
from bookings.cal.payloads.webhook import EVENTS
from bookings.domain.words import Source
from bookings.models import Act, Booking, Did, Message

OWN_EVENTS = {
    "gone": _("No longer at Cal.com"),
    "cancelled for us": _("Cancelled for us"),
    "staff: erase": _("Erased"),
    **{f"staff: {did}": did.label for did in (Did.PAYMENT, Did.REFUND, Did.FREE, Did.LINK)},
}
HEADINGS = (_("Message"), _("Outcome"), _("Received"))


class OfEvent(admin.SimpleListFilter):
    """The events that concern us: to list all that ever came would read the whole table."""

    title = _("event")
    parameter_name = "trigger"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(trigger, trigger) for trigger in EVENTS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return queryset.filter(trigger=self.value()) if self.value() else queryset


@admin.register(Message)
class MessageAdmin(ReadOnly, Page):
    """Read by all who may view it, but for the bodies; tried again by those who have the permission to change it."""

    list_fullwidth = True
    list_display = ("received", "told", "about", "result", "attempts", "complaint")
    list_filter = ("outcome", OfEvent)  # Each has an index: nothing reads the table through.
    search_fields = ("uid__exact", "digest__exact")
    search_help_text = _("Cal.com uid or digest, whole.")
    ordering = ("-id",)
    sortable_by = ()
    actions = ("process_again",)
    readonly_fields = (
        "about",
        "result",
        "again",
        "changes_made",
        "received",
        "processed",
        "event",
        "body_shown",
        "body_masked",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        booking = Booking.objects.filter(uid=OuterRef("uid")).values("pk")
        return super().get_queryset(request).annotate(booking_pk=Subquery(booking)).defer("body")

    def get_fieldsets(self, request: HttpRequest, obj: Message | None = None) -> tuple[Any, ...]:
        again = ("again",) if self.has_process_permission(request) else ()
        body = "body_shown" if request.user.has_perm("bookings.view_message_body") else "body_masked"
        return (
            (None, {"fields": ("received", "source", "event", "about", "linked_user", "linked_by", "by")}),
            (
                _("What became of it"),
                {"fields": ("result", "error", "attempts", "processed", "changes_made", *again)},
            ),
            (_("What it says"), {"fields": ("digest", "is_reduced", body)}),
        )

    def has_process_permission(self, request: HttpRequest) -> bool:
        """Nobody edits a message, so the permission to change one is what is needed to have it processed."""
        return request.user.has_perm("bookings.change_message")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.process_one))
        return [path("<int:pk>/process/", view, name="bookings_message_process"), *super().get_urls()]

    # --- Process again -----------------------------------------------------------------------------------------------

    @admin.action(description=_("Process again"), permissions=["process"])
    def process_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> HttpResponse | None:
        chosen = few_enough(request, queryset.defer(None).order_by("pk"))
        processed = [self._process(request, message) for message in chosen]
        if len(processed) < 2:
            for message in processed:
                self._told(request, message)
            return None
        failed = sum(bool(message.error) for message in processed)
        counted = {"done": len(processed) - failed, "failed": failed}
        told = _("%(done)d processed, %(failed)d failed") if failed else _("%(done)d processed")
        messages.add_message(request, messages.WARNING if failed else messages.SUCCESS, told % counted)
        results = [
            (
                (page_of(message), self.result(message), self.received(message)),
                {"is_done": not message.error, "text": message.error},
            )
            for message in processed
        ]
        return results_page(self, request, _("Process again"), HEADINGS, results)

    def process_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button on the page of a message. A view of its own, since Django saves pages in one transaction."""
        if not self.has_process_permission(request):
            raise PermissionDenied
        self._told(request, self._process(request, get_object_or_404(Message, pk=pk)))
        return redirect("admin:bookings_message_change", pk)

    def _process(self, request: HttpRequest, message: Message) -> Message:
        """Apply it, and keep who did it. One that fails keeps nobody from the next."""
        with suppress(Exception):  # The inbox has logged it, and noted it on the message.
            inbox.process(message)
        Act.objects.create(
            did=Did.PROCESS,
            booking=Booking.objects.without_registers().filter(uid=message.uid).first() if message.uid else None,
            message=message,
            by=request.user,
            at=timezone.now(),
            is_done=not message.error,
            result=message.error,
        )
        self.log_change(request, message, _("Processed again."))
        return message

    def _told(self, request: HttpRequest, message: Message) -> None:
        if message.error:
            messages.warning(request, _("Message %(id)d: %(error)s") % {"id": message.pk, "error": message.error})
        else:
            messages.success(request, _("%(done)d processed") % {"done": 1})

    # --- How it looks ------------------------------------------------------------------------------------------------

    @admin.display(description=_("received"))
    def received(self, message: Message) -> str:
        return unbroken(instant(message.received_at, timespec="seconds"))

    @admin.display(description=_("processed"))
    def processed(self, message: Message) -> str:
        return instant(message.processed_at, timespec="seconds")

    @admin.display(description=_("source and event"))
    def told(self, message: Message) -> str:
        event = self.event(message)
        return stacked(message.get_source_display(), "" if event == "-" else narrow(event))

    @admin.display(description=_("event"))
    def event(self, message: Message) -> Any:
        """As Cal.com calls it; of what we told ourselves, in words, where they say more than the source."""
        return message.trigger or "-" if message.source == Source.WEBHOOK else OWN_EVENTS.get(message.trigger, "-")

    @admin.display(description=_("Cal.com uid"))
    def about(self, message: Message) -> str:
        if message.booking_pk is None:
            return message.uid or "-"
        address = reverse("admin:bookings_booking_change", args=[message.booking_pk])
        return narrow(format_html('<a href="{}">{}</a>', address, message.uid), width=8)

    @admin.display(description=_("outcome"))
    def result(self, message: Message) -> str:
        return badge(message.outcome, message.get_outcome_display())

    @admin.display(description=_("error"))
    def complaint(self, message: Message) -> str:
        return narrow(Truncator(message.error).chars(100), width=9) if message.error else "-"

    @admin.display(description=_("changes made"))
    def changes_made(self, message: Message) -> str:
        changes = message.changes.select_related("booking").defer("booking__registers")
        return table(
            (_("Booking"), _("Status"), _("Because")),
            [
                (page_of(change.booking), badge(change.new, change.get_new_display()), change.get_why_display())
                for change in changes
            ],
        )

    @admin.display(description=_("try again"))
    def again(self, message: Message) -> str:
        """A button of the page's own form, which has the CSRF token."""
        address = reverse("admin:bookings_message_process", args=[message.pk])
        return format_html(
            '<button type="submit" class="office-button" formaction="{}">{}</button>',
            address,
            _("Process again"),
        )

    @admin.display(description=_("body"))
    def body_shown(self, message: Message) -> str:
        try:
            text = json.dumps(json.loads(message.body), ensure_ascii=False, indent=2)
        except (ValueError, RecursionError):
            text = message.body
        return format_html('<pre class="office-pre">{}</pre>', text)

    @admin.display(description=_("body"))
    def body_masked(self, message: Message) -> object:
        return _("Hidden: seeing what messages say takes the permission for it.")
