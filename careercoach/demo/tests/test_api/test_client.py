"""Our own client against the stand-in over real HTTP: each of its operations, as a team, an organization and alone."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookings.cal.client import (
    CalApi,
    CalRefused,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
    Subscription,
    Unauthorized,
)
from bookings.tests.test_client import FakeClock, api_of
from careercoach.demo import desk
from careercoach.demo.models import Account, Booking, EventType, Host
from careercoach.demo.tests.simulating import serving
from careercoach.demo.tests.test_api import KEY, LONG_AGO, book, soon

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "demo"])

HOOK = Subscription(url="https://coach.example/hook", triggers=["BOOKING_PAID"], secret="s3cret")
OTHER = Subscription(url="https://coach.example/hook", triggers=["BOOKING_CREATED"], secret="s3cret")


@pytest.fixture
def site() -> Iterator[str]:
    with serving() as address:
        yield address.removesuffix("/api/webhook/cal")


@pytest.fixture
def connect(site: str) -> Iterator[Callable[..., CalApi]]:
    with ExitStack() as stack:

        def connect(**options: Any) -> CalApi:
            given = {"key": KEY, "timeout": (5, 30)} | options
            return stack.enter_context(api_of(f"{site}/v2", FakeClock(datetime.now(UTC)), **given))

        yield connect


@pytest.fixture
def api(connect: Callable[..., CalApi]) -> CalApi:
    return connect(team_id=12, event_type_ids=(501,))


def uids(api: CalApi, **how: Any) -> list[str]:
    return [row["uid"] for page in api.bookings(**how) for row in page.rows]


def test_a_team_reads(api: CalApi, event_type: EventType, ada: Host, alice: desk.Booker) -> None:
    bookings = [book(event_type, alice, LONG_AGO + timedelta(hours=each)) for each in range(5)]
    day = soon().date()

    assert (api.me()["id"], api.organization_id()) == (70, None)
    assert uids(api, take=2) == [each.uid for each in bookings]
    assert uids(api, starts_after=LONG_AGO + timedelta(hours=4)) == [bookings[4].uid]
    assert uids(api, updated_after=LONG_AGO, sort="updated") == uids(api, updated_after=LONG_AGO)
    assert uids(api, event_type_ids=(999,)) == uids(api)  # Dropped: the team's all.
    assert api.booking(bookings[0].uid)["hosts"][0]["id"] == 77
    assert [row["userId"] for page in api.memberships() for row in page.rows] == [70, 77]
    assert [row["id"] for row in api.event_types()] == [501]
    assert api.event_type(501)["hosts"][0]["name"] == "Ada"
    assert list(api.slots(501, start=day, end=day, time_zone="UTC")) == [day.isoformat()]
    assert api.last_exchange is not None
    assert api.last_exchange.request_id


def test_a_team_acts(api: CalApi, event_type: EventType, ada: Host, bob: Host, alice: desk.Booker) -> None:
    begun = book(event_type, alice, LONG_AGO)
    ahead = book(event_type, alice, soon(), at=datetime.now(UTC))
    EventType.objects.update(requires_confirmation=True, price=0)
    one, two = (
        book(EventType.objects.get(), alice, soon() + timedelta(hours=hours), at=datetime.now(UTC)) for hours in (1, 2)
    )

    assert api.mark_absent(begun.uid, host=True, attendees={alice.email: True})["absentHost"] is True
    other = {77: 81, 81: 77}[ahead.host.pk]
    assert api.reassign(ahead.uid)["reassignedTo"]["id"] == other
    assert api.reassign(ahead.uid, to_user_id=ahead.host.pk, reason="Back")["reassignedTo"]["id"] == ahead.host.pk
    assert api.cancel(ahead.uid, reason="Ill")["status"] == "cancelled"
    with pytest.raises(CalRefused, match="cancelled already"):
        api.cancel(ahead.uid, reason="Ill")
    assert api.confirm(one.uid)["status"] == "accepted"
    assert api.decline(two.uid, reason="No time")["status"] == "rejected"
    with pytest.raises(NotFound):
        api.booking("none")
    assert Booking.objects.count() == 4


@pytest.mark.parametrize("scope", [{"event_type_id": 501}, {}], ids=["event type", "account"])
@pytest.mark.parametrize("kind", ["team", "organization", "personal"])
def test_webhooks(
    connect: Callable[..., CalApi], event_type: EventType, account: Account, kind: str, scope: dict[str, int]
) -> None:
    if kind == "team" and not scope:
        return  # A team has none of its own, and the client knows.
    Account.objects.update(is_personal=kind == "personal", organization_id=900 if kind == "organization" else None)
    api = connect(team_id=None if kind == "personal" else 12)

    made = api.create_webhook(HOOK, **scope)
    with pytest.raises(Conflict):
        api.create_webhook(HOOK, **scope)
    changed = api.update_webhook(made["id"], OTHER, **scope)

    assert changed == made | {"triggers": ["BOOKING_CREATED"]}
    assert api.webhooks(**scope) == [changed]
    api.delete_webhook(made["id"], **scope)
    assert api.webhooks(**scope) == []


def test_a_personal_account_reads(
    connect: Callable[..., CalApi], event_type: EventType, ada: Host, alice: desk.Booker, personal: Account
) -> None:
    booking = book(event_type, alice, LONG_AGO)
    api = connect()

    assert uids(api) == [booking.uid]
    assert [row["ownerId"] for row in api.event_types()] == [77]
    assert api.event_type(501)["users"][0]["id"] == 77
    assert list(api.memberships()) == []


def test_an_organization_reads_at_its_own_addresses(
    api: CalApi, event_type: EventType, ada: Host, alice: desk.Booker, organization: Account
) -> None:
    booking = book(event_type, alice, LONG_AGO)

    assert (api.organization_id(), uids(api)) == (900, [booking.uid])
    assert api.event_type(501)["id"] == 501


def test_keys_that_may_not(connect: Callable[..., CalApi], api: CalApi, event_type: EventType, member: Account) -> None:
    with pytest.raises(Forbidden):
        uids(api)
    with pytest.raises(Unauthorized):
        connect(key="cal_wrong").me()


def test_the_limit_is_kept(connect: Callable[..., CalApi], event_type: EventType, settings: Any) -> None:
    """The client waits before it would be refused; another with the same key is."""
    settings.DEMO_API_LIMIT = 2
    first, second = connect(), connect(patience=0)
    first.me()
    first.me()

    with pytest.raises(RateLimited):
        second.me()
