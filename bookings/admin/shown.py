"""How values look on the pages of the admin. No query."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

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


def ago(moment: datetime, *, now: datetime) -> str:
    """How long ago, in its largest unit: "2 hours ago". What is yet to come is taken for now: clocks differ."""
    if now - moment < timedelta(minutes=1):
        return gettext("just now")
    return gettext("%(time)s ago") % {"time": timesince(moment, now, depth=1)}


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
