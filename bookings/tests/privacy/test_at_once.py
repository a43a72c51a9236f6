"""On MySQL, where many connections write at once: what is told in the midst of an erasure is erased too."""

import json
import random
from typing import Any

import pytest
from django.test import Client

from bookings.models import Message
from bookings.privacy.erasing import erase
from bookings.privacy.person import Person
from bookings.tests.privacy import ADDRESS, LATER, NAME, PAID, PHONE, WISH, about_zoe, booking, found, rebuilt
from bookings.tests.test_concurrency import at_once, post_status
from careercoach.testing import signed_post

pytestmark = [pytest.mark.mysql, pytest.mark.django_db(transaction=True)]


def test_webhooks_that_come_while_somebody_is_erased_bring_nothing_back() -> None:
    signed_post(Client(), about_zoe("booking_payment_initiated"))
    storm: list[Any] = [
        json.dumps(about_zoe(name, bookingId=number))
        for name in ("booking_created_after_payment", "booking_paid", "meeting_started", "meeting_ended")
        for number in range(8)
    ]
    random.shuffle(storm)

    def work(each: Any) -> int:
        return post_status(each) if each else erase_her()

    answers = at_once(work, [*storm[:10], None, *storm[10:]])

    assert answers == [200] * 33
    assert booking(PAID).erased is True
    assert found(NAME, ADDRESS, PHONE, WISH) == {}
    assert Message.objects.filter(uid=PAID, is_reduced=False).count() == 0
    assert rebuilt() == "0 differ, 0 changed meanwhile, 0 left out as pruned."


def erase_her() -> int:
    erase(Person(None, ADDRESS), by=None, note="", now=LATER)
    return 200
