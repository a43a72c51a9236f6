"""Sends webhooks as Cal.com does: signed, in order, once, following no redirect and never trying again.

Between Cal.com and the subscriber is a wire that can be spoiled (models.Wire): a share of the deliveries is dropped,
repeated, delayed, shuffled or cut off, so that one can see what the mirror makes of it.
"""

import http.client
import random
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from django.db.models import Q, QuerySet
from django.utils import timezone

from careercoach.demo import bodies
from careercoach.demo.models import Account, Booking, Delivery, EventType, Webhook, Wire

PATIENCE = 15  # Seconds. Cal.com waits longer; nobody who tries a demo does.
LATEST_REPEAT, LATEST_SHUFFLED = 4.0, 3.0  # Seconds after its time.
DELAY = (5.0, 20.0)


def queue(body: dict[str, Any], *, event_type: EventType, booking: Booking | None, now: datetime) -> None:
    """Plans the deliveries of one event, one per subscription that asked for it, as the wire lets them through."""
    trigger = body["triggerEvent"]
    text = bodies.encode(body).decode()
    wire = Wire.current()
    for webhook in _subscriptions(event_type):
        if trigger in webhook.triggers:
            for fates, late in _through(wire):
                Delivery.objects.create(
                    webhook=webhook,
                    booking=booking,
                    trigger=trigger,
                    body=text,
                    fates=fates,
                    due_at=now + timedelta(seconds=late),
                )


def send_due(now: datetime | None = None) -> int:
    """Sends what is due, in the order in which it was planned, and gives the number sent. Safe in several threads."""
    sent = 0
    due = Delivery.objects.filter(sent_at=None, due_at__lte=now or timezone.now()).order_by("due_at", "id")
    for delivery in due.select_related("webhook"):
        claimed = Delivery.objects.filter(pk=delivery.pk, sent_at=None).update(sent_at=timezone.now())
        if claimed:
            answer = "" if Delivery.Fate.DROPPED in delivery.fates else _post(delivery)
            Delivery.objects.filter(pk=delivery.pk).update(answer=answer)
            sent += 1
    return sent


def _subscriptions(event_type: EventType) -> QuerySet[Webhook]:
    """Of the type itself, and of the owner where the account is a personal one: a team's bookings leave personal
    webhooks silent (webhooks.md §2)."""
    heard = Q(event_type=event_type)
    if Account.current().is_personal:
        heard |= Q(event_type=None, organization_id=None)
    return Webhook.objects.filter(heard, active=True).order_by("pk")


def _through(wire: Wire) -> list[tuple[list[str], float]]:
    """What the wire makes of one delivery: for each copy its fates, and how many seconds late it is."""
    fate = Delivery.Fate
    if _happens(wire.drop):
        return [([fate.DROPPED], 0.0)]
    copies = 2 if _happens(wire.repeat) else 1
    through = []
    for number in range(copies):
        fates: list[str] = []
        late = 0.0
        if number:
            fates.append(fate.REPEATED)
            late += random.uniform(0, LATEST_REPEAT)
        if _happens(wire.shuffle):
            fates.append(fate.SHUFFLED)
            late += random.uniform(0, LATEST_SHUFFLED)
        if _happens(wire.delay):
            fates.append(fate.DELAYED)
            late += random.uniform(*DELAY)
        if _happens(wire.cut):
            fates.append(fate.CUT)
        through.append((fates, late))
    return through


def _happens(percent: int) -> bool:
    return random.uniform(0, 100) < percent


def _post(delivery: Delivery) -> str:
    """The status that was answered, or why there was none."""
    webhook = delivery.webhook
    body = delivery.body.encode()
    # The secret is the one of now, as at Cal.com, where a job planned long ago is signed when it is sent.
    headers = bodies.headers(body, secret=webhook.secret, version=webhook.version)
    if Delivery.Fate.CUT in delivery.fates:
        return _cut_off(webhook.subscriber_url, body, headers)
    try:
        answer = requests.post(
            webhook.subscriber_url, data=body, headers=headers, timeout=PATIENCE, allow_redirects=False
        )
    except requests.RequestException as error:
        return type(error).__name__
    return str(answer.status_code)


def _cut_off(url: str, body: bytes, headers: dict[str, str]) -> str:
    """A connection that breaks in the middle of the body, whose whole length was announced."""
    parts = urlsplit(url)
    connection_class = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connection_class(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        connection.putrequest("POST", parts.path)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            connection.putheader(name, value)
        connection.endheaders(body[: len(body) // 2])
    except OSError as error:
        return type(error).__name__
    finally:
        connection.close()
    return ""
