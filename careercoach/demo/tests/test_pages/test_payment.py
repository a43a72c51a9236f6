"""The payment page: pay, be declined, walk away."""

import pytest
from django.utils import timezone

from careercoach.demo import desk
from careercoach.demo.models import Booking
from careercoach.demo.pages import words
from careercoach.demo.tests.test_pages.conftest import only, text

pytestmark = [pytest.mark.django_db(databases=["default", "demo"]), pytest.mark.usefixtures("ada")]


def test_the_payment_page_says_that_nothing_is_charged(client, booked):
    page = text(client.get(f"/payment/{booked.payment_uid}"))

    for said in ("$49.00", "nothing is charged", "Let the card be declined", 'href="http://front.example/"'):
        assert said in page


def test_a_declined_card_can_be_tried_again(client, booked):
    path = f"/payment/{booked.payment_uid}"

    declined = client.post(path, {"card": "declined"})

    assert declined.status_code == 402
    assert "Your card was declined" in text(declined)
    assert only().paid_at is None
    assert client.post(path, {"card": "accepted"})["Location"] == f"/booking/{booked.uid}?isSuccessBookingPage=true"
    assert only().paid_at is not None


def test_who_paid_is_led_to_the_confirmation(client, paid):
    path = f"/payment/{paid.payment_uid}"

    for answer in (client.get(path), client.post(path), client.post(path, {"card": "declined"})):
        assert answer["Location"] == f"/booking/{paid.uid}?isSuccessBookingPage=true"


def test_a_session_that_costs_nothing_leads_to_the_confirmation(client, booked):
    Booking.objects.update(price=0)
    path = f"/payment/{booked.payment_uid}"

    for answer in (client.get(path), client.post(path)):
        assert answer["Location"] == f"/booking/{booked.uid}?isSuccessBookingPage=true"
    assert only().paid_at is None


def test_a_cancelled_booking_asks_for_no_money(client, booked):
    desk.cancel(booked, reason="", by="", now=timezone.now())

    page = text(client.get(f"/payment/{booked.payment_uid}"))

    assert "Nothing to pay" in page
    assert "Let the card be declined" not in page


def test_a_payment_for_a_slot_that_went_to_somebody_else_is_refused(client, booked, event_type, charlie):
    desk.cancel(booked, reason="", by="", now=timezone.now())
    desk.book(event_type=event_type, start=booked.start, booker=charlie, now=timezone.now())

    answer = client.post(f"/payment/{booked.payment_uid}")

    assert answer.status_code == 409
    assert str(words.REFUSALS["slot_taken"]) in text(answer)
