"""Payments of which nobody told: the API knows none, so what it alone tells is on the lists of the unpaid."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bookings.domain.words import Lifecycle
from bookings.models import Attention, Booking
from bookings.tests.sync import UID, Upstream
from bookings.tests.sync import row as _row
from careercoach.testing import body_of

pytestmark = pytest.mark.django_db

# Whether it is history is told by the day on which the row was made, and that is today.
START = (timezone.now() + timedelta(days=1)).replace(microsecond=0)
BEGUN = START + timedelta(minutes=10)


def row(uid: str = UID, **values: Any) -> dict[str, Any]:
    return _row(uid, **{"start": START} | values)


def listed(*, days: int = 0) -> list[str]:
    return list(
        Booking.objects.begun_unpaid(now=BEGUN + timedelta(days=days)).order_by("id").values_list("uid", flat=True)
    )


def presumed() -> list[str]:
    return list(Attention.objects.filter(condition="presumed").values_list("booking__uid", flat=True))


def test_what_the_api_alone_told_is_unpaid_until_somebody_tells_of_a_payment(
    cal: Upstream, post: Callable[..., None], settings: Any
) -> None:
    settings.CAL_PAYMENT_REQUIRED = True
    cal.rows = [row(), row("pending", status="pending"), row("gone", status="cancelled")]
    cal.resync()
    before = (Booking.objects.get(uid=UID).payment, listed(), listed(days=-1), listed(days=14), presumed())

    post(body_of("booking_paid"))

    assert before == ("unknown", [UID], [], [], [UID])
    assert (listed(), presumed()) == ([], [])


def test_where_nobody_must_pay_it_is_on_no_list(cal: Upstream) -> None:
    cal.rows = [row()]

    cal.resync()

    assert (listed(), presumed()) == ([], [])


@pytest.mark.parametrize(
    ("values", "unpaid"),
    [({"price": 9000}, True), ({"price": 0}, False), ({"accepted_as_free": True}, False), ({"payment": "paid"}, False)],
)
def test_what_is_known_to_be_free_or_paid_is_not_unpaid(values: dict[str, Any], unpaid: bool, settings: Any) -> None:
    settings.CAL_PAYMENT_REQUIRED = True
    Booking.objects.create(uid=UID, lifecycle=Lifecycle.ACCEPTED, starts_at=START, **values)

    assert listed() == ([UID] if unpaid else [])


def test_a_history_that_the_first_resync_reads_needs_nobody(cal: Upstream, settings: Any) -> None:
    settings.CAL_PAYMENT_REQUIRED = True
    cal.rows = [row("old", start=START - timedelta(days=900), made_at=START - timedelta(days=901))]

    cal.resync()

    assert presumed() == []
