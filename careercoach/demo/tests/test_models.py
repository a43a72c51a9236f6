"""What the stand-in's rows call themselves, in logs and in the shell."""

import pytest
from django.db.models import Model

from careercoach.demo.models import Account, Booking, Delivery, EventType, Host, Webhook, Wire


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (Account(name="Olivia Marsh"), "Olivia Marsh"),
        (EventType(title="Coaching session"), "Coaching session"),
        (Host(name="Ada Lin"), "Ada Lin"),
        (Booking(title="Coaching session between Ada and Alice"), "Coaching session between Ada and Alice"),
        (Webhook(subscriber_url="http://front.example/hook"), "http://front.example/hook"),
        (Delivery(trigger="BOOKING_PAID"), "BOOKING_PAID"),
        (Wire(), "wire"),
    ],
)
def test_each_row_says_what_it_is(row: Model, name: str) -> None:
    assert str(row) == name
