"""A coach who is always at work, a booking in each state, and what a page says."""

import html
import re
from datetime import datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from careercoach.demo import calendar, desk, post, seed
from careercoach.demo.models import Booking, EventType, Host, Webhook
from careercoach.demo.pages import asked
from careercoach.demo.tests.conftest import Receiver, host

PAGE = "/team/career-coach/coaching-session"
ALWAYS = {str(day): [["00:00", "23:30"]] for day in range(7)}
FORM = {"name": "Alice", "email": "Alice@Example.com", "notes": "", "guests": "", "cal.tz": "Europe/Paris"}
LINK = {
    "name": "Alice Moreau",
    "email": "alice@example.com",
    "cc-ref": "alice-1:signed",
    "metadata[cc_ref]": "alice-1:s",
}


@pytest.fixture
def ada(event_type: EventType) -> Host:
    return host(77, "Ada", hours=ALWAYS)


def free(event_type: EventType, number: int = 0) -> datetime:
    now = timezone.now()
    slots = calendar.free_slots(event_type, since=now + timedelta(days=2), until=now + timedelta(days=4), now=now)
    return list(slots)[number]


def slot(event_type: EventType, number: int = 0) -> str:
    return asked.written(free(event_type, number))


@pytest.fixture
def webhook(event_type: EventType, receiver: Receiver) -> Webhook:
    return event_type.webhook_set.create(subscriber_url=receiver.url, secret="s", triggers=seed.TRIGGERS)


@pytest.fixture
def booked(event_type: EventType, alice: desk.Booker) -> Booking:
    return sent(desk.book(event_type=event_type, start=free(event_type), booker=alice, now=timezone.now()))


@pytest.fixture
def paid(booked: Booking) -> Booking:
    return sent(desk.pay(booked, now=timezone.now() - timedelta(seconds=1)))  # PAID is due some milliseconds later.


@pytest.fixture
def over(paid: Booking) -> Booking:
    return sent(desk.let_time_pass(paid, now=timezone.now(), to_end=True))


@pytest.fixture
def chinese(client: Client) -> Client:
    client.cookies["django_language"] = "zh-hans"
    return client


def sent(booking: Booking) -> Booking:
    """The same booking, when the webhooks that are due are sent; without `webhook` there are none."""
    post.send_due()
    return booking


def said(answer: HttpResponse) -> list[str]:
    """The messages of the control page, each with its kind before it."""
    found = re.findall(r'<p class="notice (\w+)">([^<]+)</p>', text(answer))
    return [f"{kind}: {html.unescape(words)}".replace("\n", " ") for kind, words in found]


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def hidden(answer: HttpResponse) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text(answer).partition("<main")[2]
    ):
        found.setdefault(name, []).append(value)
    return found


def next_address(answer: HttpResponse) -> str:
    return html.unescape(re.search(r'name="next" value="([^"]*)"', text(answer))[1])


def only() -> Booking:
    return Booking.objects.get()
