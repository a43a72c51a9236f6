"""How values look on the pages of the admin. No query."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin import ShowFacets
from django.core.paginator import Page, Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList

from bookings.admin import seeing, viewer
from bookings.domain.attention import OF_MONEY, Condition
from bookings.domain.words import Outcome, Payment, Status
from bookings.models.attention import AttentionState
from users.models import User

# Named in office.css, for both themes.
GREEN, BLUE, AMBER, RED, GREY = "green", "blue", "amber", "red", "grey"
TONES = {
    Status.PENDING: AMBER,
    Status.BOOKING_CREATED: GREEN,
    Status.BOOKING_CANCELLED: GREY,
    Status.MEETING_ENDED: BLUE,
    Status.NO_SHOW: RED,
    Payment.DUE: AMBER,
    Payment.PRESUMED: BLUE,
    Payment.PAID: GREEN,
    Outcome.RECEIVED: AMBER,
    Outcome.APPLIED: GREEN,
    Outcome.UNCHANGED: BLUE,
    Outcome.IGNORED: GREY,
    Outcome.FAILED: RED,
    AttentionState.OPEN: AMBER,
    AttentionState.SETTLED: GREEN,
    **dict.fromkeys(Condition, AMBER),
    **dict.fromkeys(OF_MONEY | {Condition.NO_LINK, Condition.FAILED_MESSAGE}, RED),
    Condition.NO_USER: GREY,
    Condition.FORMAT: GREY,
    Condition.EMAIL_ONLY: GREY,
}

# What Cal.com counts no hundredths of (packages/lib/currencyConversions.ts there, after Stripe's list). It takes all
# others for hundredths, even those that have thousandths.
WITHOUT_HUNDREDTHS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)


def price(amount: int | None, currency: str) -> str:
    """A price in minor units as people read it: `price(9000, "usd")` is "90.00 USD". Empty where none is known."""
    if amount is None:
        return ""
    if not currency:
        return str(_("%(amount)d minor units") % {"amount": amount})
    return f"{units(amount, currency)} {currency.upper()}"


def units(amount: int | None, currency: str) -> str:
    """The same as a number alone: "90.00"; minor units where no currency is known."""
    if amount is None:
        return ""
    whole = not currency or currency.upper() in WITHOUT_HUNDREDTHS
    return str(amount) if whole else f"{amount // 100}.{amount % 100:02}"


def instant(moment: datetime | None, *, timespec: str = "minutes") -> str:
    """With its zone, since whoever reads it may sit anywhere."""
    if moment is None:
        return "-"
    local = timezone.localtime(moment)
    return f"{local.replace(tzinfo=None).isoformat(sep=' ', timespec=timespec)} {local.tzname()}"


def there(moment: datetime | None, name: str) -> str:
    """The same in the client's zone; empty where nobody told one, or where the viewer is in the same."""
    zone = viewer.zone(name)
    if moment is None or zone is None:
        return ""
    local = moment.astimezone(zone)
    if local.utcoffset() == timezone.localtime(moment).utcoffset():
        return ""
    return f"{local.replace(tzinfo=None).isoformat(sep=' ', timespec='minutes')} {name}"


def badge(value: str, label: object) -> str:
    """A label with the colour of its value."""
    return format_html('<span class="badge badge-{}">{}</span>', TONES.get(value, GREY), label)


def stacked(*lines: object) -> str:
    """One below the other, without those that are empty."""
    return format_html_join("", "<div>{}</div>", ((line,) for line in lines if line)) or "-"


def narrow(text: object, *, width: int = 10) -> str:
    """Text that may be broken anywhere, but is this wide at least, in letters; for lists with many columns."""
    return format_html('<div class="anywhere" style="min-width:{}em">{}</div>', width, text)


def soft(text: object) -> str:
    """Beside what matters more."""
    return format_html('<span class="soft small">{}</span>', text) if text else ""


def unbroken(text: object) -> str:
    return format_html('<span class="unbroken">{}</span>', text)


def page_of(row: Model, text: object = None) -> str:
    """A link to the row's page."""
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, seeing.address(str(row)) if text is None else text)


def who(person: User) -> str:
    """Their name, which leads to their page where whoever looks may see that."""
    return page_of(person, person.name) if viewer.may("users.view_user") else person.name


def table(headings: Iterable[object], rows: Sequence[Iterable[object]]) -> str:
    if not rows:
        return "-"
    lines = [(format_html_join("", '<td class="anywhere">{}</td>', ((cell,) for cell in row)),) for row in rows]
    return format_html(
        '<table class="plain-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        format_html_join("", '<th scope="col">{}</th>', ((heading,) for heading in headings)),
        format_html_join("", "<tr>{}</tr>", lines),
    )


class CappedPaginator(Paginator):
    """Counts no further than `most`: to count all of a big table takes longer than anyone waits. Counts keys: what a
    list looks up for each of its rows would be looked up for each that is counted.

    Of a page the keys are read first, which an index has, then its rows: in one query MySQL reads those of all pages
    before it too, and with two filters those that fit only one (seconds, where they lie all over a big table).
    """

    most = 10_000
    template_name = "bookings/office/counted.html"

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by().values("pk")[: self.most].count()

    def page(self, number: int | str) -> Page:
        page = super().page(number)
        keys = list(page.object_list.values_list("pk", flat=True))
        page.object_list = self.object_list.filter(pk__in=keys)
        return page


class Paged(ChangeList):
    """By the paginator, also where all fits on one page: Django asks it only where there are several.

    A list that leaves nothing out has no link to all of it.
    """

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not (self.query or self.has_active_filters):
            self.full_result_count = self.result_count
        if not self.multi_page:
            self.result_list = self.paginator.page(1).object_list


class ReadOnly:
    """For those who may see it; added, changed and deleted by messages alone. No counts beside filters: for those the
    whole of a big table is read.

    Their pages lead to no list of edits, which would be empty, unless `has_history`: edits that actions write down.
    """

    show_facets = ShowFacets.NEVER
    has_history = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Paged

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        return super().render_change_form(request, context | {"show_history": self.has_history}, **kwargs)
