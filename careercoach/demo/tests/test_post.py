"""Webhooks over real HTTP, on a straight wire and on a spoiled one."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest

from careercoach.demo import bodies, post
from careercoach.demo.models import Account, Delivery, Webhook, Wire
from careercoach.demo.tests.conftest import NOW, Receiver

pytestmark = pytest.mark.django_db(databases=["default", "demo"])

MUCH_LATER = NOW + timedelta(hours=1)


@pytest.fixture
def webhook(event_type, receiver: Receiver) -> Webhook:
    return Webhook.objects.create(
        event_type=event_type, subscriber_url=receiver.url, secret="topsecret", triggers=["PING", "FIRST", "SECOND"]
    )


def spoil(**shares: int) -> None:
    Wire.current()
    Wire.objects.update(**shares)


def queue(event_type, trigger: str = "PING") -> dict[str, Any]:
    body = bodies.ping(at=NOW) | {"triggerEvent": trigger}
    post.queue(body, event_type=event_type, booking=None, now=NOW)
    return body


def test_a_webhook_is_signed_over_the_bytes_that_are_sent(event_type, webhook, receiver):
    body = queue(event_type)

    assert post.send_due(NOW) == 1

    [(headers, came)] = receiver.came
    assert came == bodies.encode(body)
    assert headers["X-Cal-Signature-256"] == hmac.new(b"topsecret", came, hashlib.sha256).hexdigest()
    assert headers["Content-Type"] == "application/json"
    delivery = Delivery.objects.get()
    assert (delivery.answer, delivery.fates, delivery.fate_labels) == ("200", [], [])


def test_without_a_secret_the_signature_says_so(event_type, webhook, receiver):
    Webhook.objects.update(secret="")
    queue(event_type)
    post.send_due(NOW)

    assert receiver.came[0][0]["X-Cal-Signature-256"] == "no-secret-provided"


@pytest.mark.parametrize("status", [302, 500])
def test_redirects_are_not_followed_and_nothing_is_tried_again(event_type, webhook, receiver, status):
    receiver.status = status
    queue(event_type)

    assert (post.send_due(NOW), post.send_due(MUCH_LATER)) == (1, 0)
    assert (len(receiver.came), Delivery.objects.get().answer) == (1, str(status))


def test_a_subscriber_that_is_away_is_not_waited_for(event_type, webhook):
    Webhook.objects.update(subscriber_url="http://127.0.0.1:9/api/webhook/cal")
    queue(event_type)
    post.send_due(NOW)

    assert Delivery.objects.get().answer == "ConnectionError"


def test_on_a_straight_wire_the_order_is_that_of_the_events(event_type, webhook, receiver):
    first, second = queue(event_type, "FIRST"), queue(event_type, "SECOND")
    post.send_due(NOW)

    assert [body for _headers, body in receiver.came] == [bodies.encode(first), bodies.encode(second)]


def test_what_is_not_due_waits(event_type, webhook, receiver):
    queue(event_type)

    assert (post.send_due(NOW - timedelta(seconds=1)), receiver.came) == (0, [])


def test_what_another_thread_has_taken_is_not_sent_twice(event_type, webhook, receiver, monkeypatch):
    queue(event_type)
    queue(event_type)
    real_post = post.requests.post

    def meanwhile(*args: object, **kwargs: object) -> object:
        Delivery.objects.filter(sent_at=None).update(sent_at=NOW)
        return real_post(*args, **kwargs)

    monkeypatch.setattr(post.requests, "post", meanwhile)

    assert (post.send_due(NOW), len(receiver.came)) == (1, 1)


def test_a_dropped_delivery_never_comes(event_type, webhook, receiver):
    spoil(drop=100, repeat=100)
    queue(event_type)

    assert (post.send_due(MUCH_LATER), receiver.came) == (1, [])
    delivery = Delivery.objects.get()
    assert (delivery.fates, delivery.fate_labels, delivery.answer) == (["dropped"], ["dropped"], "")


def test_a_repeated_delivery_comes_twice_byte_for_byte(event_type, webhook, receiver):
    spoil(repeat=100)
    queue(event_type)
    post.send_due(MUCH_LATER)

    [(_headers, once), (_headers, again)] = receiver.came
    assert once == again
    assert [delivery.fates for delivery in Delivery.objects.order_by("id")] == [[], ["repeated"]]


def test_delayed_and_shuffled_ones_come_later(event_type, webhook, receiver):
    spoil(delay=100, shuffle=100)
    queue(event_type)

    assert (post.send_due(NOW + timedelta(seconds=post.DELAY[0])), receiver.came) == (0, [])
    assert post.send_due(NOW + timedelta(seconds=post.DELAY[1] + post.LATEST_SHUFFLED)) == 1
    assert Delivery.objects.get().fates == ["shuffled", "delayed"]


def test_a_shuffled_wire_brings_events_out_of_order(event_type, webhook):
    spoil(shuffle=100)
    for number in range(20):
        queue(event_type, "FIRST" if number < 10 else "SECOND")
    in_order = [delivery.trigger for delivery in Delivery.objects.order_by("due_at", "id")]

    assert in_order != sorted(in_order)


def test_a_body_that_is_cut_off_arrives_as_half(event_type, webhook, receiver):
    spoil(cut=100)
    body = queue(event_type)
    post.send_due(NOW)

    whole = bodies.encode(body)
    while not receiver.came:
        pass
    [(headers, came)] = receiver.came
    assert (int(headers["Content-Length"]), came) == (len(whole), whole[: len(whole) // 2])
    assert Delivery.objects.get().answer == ""


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_cutting_off_a_subscriber_that_is_away(event_type, webhook, scheme):
    spoil(cut=100)
    Webhook.objects.update(subscriber_url=f"{scheme}://127.0.0.1:9/api/webhook/cal")
    queue(event_type)
    post.send_due(NOW)

    assert Delivery.objects.get().answer == "ConnectionRefusedError"


@pytest.mark.parametrize(("is_personal", "heard"), [(True, 2), (False, 1)])
def test_a_personal_webhook_hears_of_a_personal_accounts_bookings_only(
    event_type, webhook, receiver, is_personal, heard
):
    Account.current()
    Account.objects.update(is_personal=is_personal)
    Webhook.objects.create(subscriber_url=receiver.url, triggers=["PING"])
    queue(event_type)

    assert (post.send_due(NOW), len(receiver.came)) == (heard, heard)
