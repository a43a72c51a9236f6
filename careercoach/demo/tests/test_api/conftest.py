"""Fixtures of the tests of the stand-in's API v2."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from careercoach.demo import desk, seed
from careercoach.demo.api.limits import limiter
from careercoach.demo.models import Account, Booking, EventType, Host, Webhook
from careercoach.demo.tests.conftest import AT_TEN, NOW, Receiver
from careercoach.demo.tests.test_api import EVERYTHING, KEY, LONG_AGO, Caller, book, soon


@pytest.fixture(autouse=True)
def _api(settings: Any) -> Iterator[None]:
    """The key, and a limiter that knows nothing of other tests."""
    settings.CAL_API_KEY = KEY
    limiter.forget()
    yield
    limiter.forget()


@pytest.fixture
def cal() -> Caller:
    return Caller()


@pytest.fixture
def account() -> Account:
    """The key's owner: of the team."""
    return Account.current()


@pytest.fixture
def member(account: Account) -> Account:
    """The key's owner is Ada, who is a coach and no admin."""
    account.user_id, account.email, account.role = 77, "ada@coaches.example", Account.Role.MEMBER
    account.save()
    return account


@pytest.fixture
def personal(account: Account) -> Account:
    """A free account of Ada's own."""
    account.user_id, account.name, account.username, account.email = 77, "Ada", "ada", "ada@coaches.example"
    account.is_personal = True
    account.save()
    return account


@pytest.fixture
def organization(account: Account) -> Account:
    account.organization_id = 900
    account.save()
    return account


# --- Bookings ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def subscribed(event_type: EventType, receiver: Receiver) -> Receiver:
    Webhook.objects.create(event_type=event_type, subscriber_url=receiver.url, secret="s", triggers=seed.TRIGGERS)
    return receiver


@pytest.fixture
def booking(event_type: EventType, ada: Host, alice: desk.Booker) -> Booking:
    """Paid, by Alice with Ada, in 2030."""
    return book(event_type, alice, AT_TEN)


@pytest.fixture
def near(event_type: EventType, ada: Host, alice: desk.Booker) -> Booking:
    """Within the days ahead for which coaches are free."""
    return book(event_type, alice, soon(), at=datetime.now(UTC))


@pytest.fixture
def begun(event_type: EventType, ada: Host, alice: desk.Booker) -> Booking:
    return book(event_type, alice, LONG_AGO)


@pytest.fixture
def pending(event_type: EventType, ada: Host, alice: desk.Booker) -> Booking:
    EventType.objects.update(requires_confirmation=True, price=0)
    return book(EventType.objects.get(), alice, AT_TEN)


@pytest.fixture
def six(event_type: EventType, ada: Host) -> dict[str, Booking]:
    """One booking of each kind, by its name, which is its booker's too."""
    made = {}
    for number, name in enumerate(EVERYTHING):
        start = (LONG_AGO if "past" in name else AT_TEN) + timedelta(hours=number)
        booker = desk.Booker(name=name, email=f"{number}@example.com", time_zone="UTC")
        made[name] = book(event_type, booker, start, paid="pending" not in name)
    desk.cancel(made["cancelled"], reason="Ill", by="x@example.com", now=NOW)
    Booking.objects.filter(pk=made["rejected"].pk).update(status=Booking.Status.REJECTED)
    return made
