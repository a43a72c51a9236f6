"""cal_doctor against the stand-in over real HTTP: right as the demo makes it, and each thing spoiled in turn."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bookings.cal.doctor import Examination, examine
from bookings.models import Message
from careercoach.demo import EVENT_TYPE_ID, SLUG, TEAM_ID, TEAM_SLUG, calendar, desk, post, seed
from careercoach.demo.api.limits import limiter
from careercoach.demo.models import Account, EventType, Host, Webhook, Wire
from careercoach.testing import SECRET

pytestmark = pytest.mark.django_db(databases=["default", "demo"], transaction=True)


@pytest.fixture
def examined(live_server: Any, settings: Any) -> Callable[..., Examination]:
    """The doctor, where all is as the demo makes it."""
    site = live_server.url
    settings.DEBUG = True  # As in the demo: in production its SQLite would be a finding.
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.CAL_API_BASE_URL, settings.CAL_API_KEY = f"{site}/v2", "cal_demo_key_of_no_value"
    settings.CAL_TEAM_ID, settings.CAL_EVENT_TYPE_IDS = TEAM_ID, [EVENT_TYPE_ID]
    settings.CAL_EVENT_URL, settings.CAL_PAYMENT_REQUIRED = f"{site}/team/{TEAM_SLUG}/{SLUG}", True
    limiter.forget()
    address = f"{site}/api/webhook/cal"
    seed.prepare(site=site, webhook_url=address, secret=SECRET)

    def examined(**options: Any) -> Examination:
        return examine(**({"url": address, "now": timezone.now()} | options))

    return examined


def amiss(examination: Examination) -> dict[str, str]:
    """What isn't green, but for the address of this machine, to which no Cal.com of its own would post."""
    named = {finding.check: finding.colour.value for finding in examination.findings}
    assert named.pop("address") == "yellow"
    return {check: colour for check, colour in named.items() if colour != "green"}


FRESH = {"last_webhook": "yellow"}  # None has come yet.


def test_the_demo_is_right_but_for_events_that_change_no_status(examined: Callable[..., Examination]) -> None:
    assert amiss(examined()) == FRESH | {"triggers": "yellow"}

    assert amiss(examined(fix=True)) == FRESH
    assert Message.objects.values_list("trigger", "outcome").distinct().get() == ("PING", "ignored")


SPOILED: list[tuple[Any, dict[str, Any], str]] = [
    (EventType, {"hidden": True}, "visible"),
    (EventType, {"length": 45}, "length"),
    (EventType, {"booking_fields": []}, "question"),
    (EventType, {"scheduling_type": "collective"}, "scheduling"),
    (EventType, {"price": 0}, "price"),
    (EventType, {"takes_payment": False}, "price"),
    (EventType, {"requires_confirmation": True}, "confirmation"),
    (EventType, {"slug": "renamed"}, "event_url"),
    (Host, {"is_host": False}, "hosts"),
    (Host, {"is_fixed": True}, "hosts"),
    (Webhook, {"active": False}, "active"),
    (Webhook, {"secret": ""}, "secret"),
    (Webhook, {"secret": "another"}, "secret"),
    (Webhook, {"payload_template": '{"a":"{{title}}"}'}, "template"),
    (Webhook, {"triggers": ["BOOKING_CREATED"]}, "triggers"),
    (Webhook, {"subscriber_url": "https://elsewhere.example/api/webhook/cal"}, "webhook"),
]


def test_each_thing_that_is_wrong_is_red_and_nothing_else(examined: Callable[..., Examination]) -> None:
    """One after the other, since each test with a server takes a second to begin."""
    examined(fix=True)
    found, expected = [], []

    for model, change, check in SPOILED:
        (was,) = model.objects.values(*change).distinct()
        model.objects.update(**change)
        found.append((change, amiss(examined())))
        also = {"webhook_elsewhere": "yellow"} if check == "webhook" else {}  # It carries our secret there.
        expected.append((change, FRESH | {check: "red"} | also))
        model.objects.update(**was)
        limiter.forget()

    assert found == expected
    assert amiss(examined()) == FRESH


def test_an_ordinary_member_s_key_is_red(examined: Callable[..., Examination]) -> None:
    Account.current()
    Account.objects.update(role=Account.Role.MEMBER)

    assert {check for check, colour in amiss(examined()).items() if colour == "red"} == {"team_admin", "webhook"}


def test_a_personal_account_of_somebody_who_tries_it_has_no_red(
    examined: Callable[..., Examination], settings: Any
) -> None:
    Account.current()
    Account.objects.update(is_personal=True)
    EventType.objects.update(price=0)
    Webhook.objects.update(event_type=None)
    settings.CAL_TEAM_ID, settings.CAL_PAYMENT_REQUIRED = None, False
    settings.CAL_EVENT_URL = f"https://cal.example/olivia/{SLUG}"

    assert amiss(examined(fix=True)) == FRESH | {"settings": "yellow"}
    assert Webhook.objects.count() == 1


def test_fix_deletes_doubles_in_every_scope(examined: Callable[..., Examination]) -> None:
    Account.current()
    Account.objects.update(organization_id=900)
    webhook = Webhook.objects.get()
    for place in ({"event_type": None, "organization_id": 900}, {"event_type": None}):
        Webhook.objects.create(subscriber_url=webhook.subscriber_url, secret=SECRET, triggers=webhook.triggers, **place)

    assert amiss(examined()) == FRESH | {"triggers": "yellow", "webhook": "red"}
    assert amiss(examined(fix=True)) == FRESH
    assert Webhook.objects.get().pk == webhook.pk


def test_fix_registers_at_a_cal_com_that_knows_fewer_events(examined: Callable[..., Examination]) -> None:
    Account.current()
    Account.objects.update(is_hosted=False)
    Webhook.objects.all().delete()

    found = examined(fix=True)

    assert amiss(found) == FRESH | {"triggers": "yellow"}
    assert len(found.done) == 1
    assert "BOOKING_REASSIGNED" not in Webhook.objects.get().triggers


def test_dead_webhooks_are_red_half_an_hour_after_the_first_that_was_missed(
    examined: Callable[..., Examination], live_server: Any
) -> None:
    examined(fix=True)
    now = timezone.now()
    booked = seed_booking(now=now - timedelta(hours=2))
    post.send_due()
    Message.objects.update(received_at=now - timedelta(hours=2))
    assert amiss(examined()) == {}

    Wire.objects.update(drop=100)
    desk.cancel(booked, reason="ill", by="alice@example.com", now=now - timedelta(minutes=20))
    post.send_due()
    assert amiss(examined()) == {"last_webhook": "yellow"}
    assert amiss(examined(now=now + timedelta(minutes=11))) == {"last_webhook": "red"}


def seed_booking(*, now: Any) -> Any:
    event_type = EventType.objects.get()
    booker = desk.Booker(name="Alice", email="alice@example.com", time_zone="Europe/Paris")
    start = next(iter(calendar.free_slots(event_type, since=now, until=now + timedelta(days=6), now=now)))
    return desk.pay(desk.book(event_type=event_type, start=start, booker=booker, now=now), now=now)
