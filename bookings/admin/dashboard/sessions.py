"""Today's and tomorrow's sessions, by coach, where the viewer is. Cancelled ones are counted and not listed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin import seeing
from bookings.admin.dashboard.figures import bookings_list, number
from bookings.admin.dashboard.period import DAY, Span
from bookings.admin.dashboard.totals import Figures
from bookings.admin.filters import OfCoach, midnight
from bookings.admin.shown import badge
from bookings.domain.words import Status
from bookings.models import Booking
from coaches.models import Coach

MOST = 30  # On one day. Where there are more, today's are those that go on or are to come.
GONE = timedelta(hours=1)  # After the start.


@dataclass(frozen=True, slots=True)
class Group:
    """The sessions of one coach that are shown, as rows of a table; how many these are, and how many there are."""

    coach: Coach | None
    rows: str
    shown: int
    count: int
    address: str


@dataclass(frozen=True, slots=True)
class Day:
    """`rest` are those that are not shown."""

    span: Span
    groups: list[Group]
    count: int
    cancelled: int
    rest: int
    coaches: int
    address: str

    @property
    def figure(self) -> str:
        return number(self.count)

    @property
    def told(self) -> str:
        coaches = ngettext("%(count)d coach", "%(count)d coaches", self.coaches) % {"count": self.coaches}
        cancelled = _("%(count)d cancelled") % {"count": self.cancelled}
        return f"{coaches} · {cancelled}" if self.cancelled else coaches


def days(figures: Figures, coaches: dict[int, Coach], *, now: datetime) -> list[Day]:
    """Today and tomorrow; a query for each."""
    today = timezone.localdate(now)
    return [
        _day(today, "today", figures, coaches, now=now),
        _day(today + DAY, "tomorrow", figures, coaches, now=now),
    ]


def _day(day: date, name: str, figures: Figures, coaches: dict[int, Coach], *, now: datetime) -> Day:
    tallies = {coach: tally for (on, coach), tally in figures.soon.items() if on == day}
    counts = {coach: tally.bookings - tally.cancelled for coach, tally in tallies.items()}
    count = sum(counts.values())
    rows = _rows(day, now=now, all_of_it=count <= MOST)
    query = f"?starts={name}"
    by_coach: dict[int | None, list[Booking]] = defaultdict(list)
    for row in rows:
        by_coach[row.coach_id].append(row)
    groups = [
        Group(
            coach=coaches.get(pk) if pk else None,
            rows=_written(sessions, now=now),
            shown=len(sessions),
            # The rows were read after the counts.
            count=max(counts.get(pk, 0), len(sessions)),
            address=bookings_list(f"{query}&coach__id__exact={pk or OfCoach.NOBODY}"),
        )
        for pk, sessions in by_coach.items()
    ]
    return Day(
        span=Span(day, day),
        groups=sorted(groups, key=lambda group: (group.coach is None, str(group.coach))),
        count=count,
        cancelled=sum(tally.cancelled for tally in tallies.values()),
        rest=max(count - len(rows), 0),
        coaches=sum(1 for coach, sessions in counts.items() if coach and sessions),
        address=bookings_list(query),
    )


def _rows(day: date, *, now: datetime, all_of_it: bool) -> list[Booking]:
    rows = Booking.objects.ours().heads().exclude(status=Status.BOOKING_CANCELLED)
    first = midnight(day) if all_of_it else max(midnight(day), now - GONE)
    rows = rows.filter(starts_at__gte=first, starts_at__lt=midnight(day + DAY))
    shown = ("status", "client_name", "client_email", "starts_at", "ends_at", "coach")
    return list(rows.order_by("starts_at", "id").only(*shown)[:MOST])


def _written(sessions: list[Booking], *, now: datetime) -> str:
    """Here, not in the template, where each of the many rows would cost as much as a dozen here."""
    chip = format_html(' <span class="dash-chip">{}</span>', _("now"))
    badges = {status: badge(status, status.label) for status in Status}
    return format_html_join(
        "",
        '<tr class="{}"><td class="number"><a href="{}">{}</a></td><td class="anywhere">{}{}</td><td>{}</td></tr>',
        (
            (
                "dash-now" if (is_now := _goes_on(booking, now=now)) else "",
                reverse("admin:bookings_booking_change", args=[booking.pk]),
                f"{timezone.localtime(booking.starts_at):%H:%M}",
                seeing.address(booking.client_name or booking.client_email) or "-",
                chip if is_now else "",
                badges[Status(booking.status)],
            )
            for booking in sessions
        ),
    )


def _goes_on(booking: Booking, *, now: datetime) -> bool:
    return booking.ends_at is not None and booking.starts_at <= now < booking.ends_at
