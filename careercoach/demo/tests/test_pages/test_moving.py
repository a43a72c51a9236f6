"""Rescheduling, from the link to the new booking."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from careercoach.demo import desk
from careercoach.demo.models import Booking, EventType
from careercoach.demo.pages import words
from careercoach.demo.tests.test_pages.conftest import (
    FORM,
    PAGE,
    slot,
    text,
)

pytestmark = [pytest.mark.django_db(databases=["default", "demo"]), pytest.mark.usefixtures("ada")]


def test_the_reschedule_link_leads_to_the_event_page(client, paid):
    answer = client.get(f"/reschedule/{paid.uid}", {"rescheduledBy": "alice@example.com"})

    assert answer.status_code == 302
    to = urlsplit(answer["Location"])
    assert (to.path, parse_qs(to.query)) == (
        PAGE,
        {"rescheduleUid": [paid.uid], "rescheduledBy": ["alice@example.com"]},
    )


def test_a_reschedule_starts_with_what_the_booking_says(client, paid, event_type):
    page = text(client.get(f"/reschedule/{paid.uid}", follow=True))

    assert "Reschedule: Career coaching session" in page
    assert words.times_of(paid.start, paid.end, "UTC") in page
    form = text(client.get(PAGE, {"rescheduleUid": paid.uid, "slot": slot(event_type, 1)}))
    assert 'value="Alice"' in form
    assert "Paid already" in form
    assert "Reason for the new time" in form


def move(client: Client, booking: Booking, event_type: EventType, **more: str) -> Booking:
    data = FORM | {"slot": slot(event_type, 3), "rescheduleUid": booking.uid, "reason": "Ill"} | more
    answer = client.post(PAGE, data)
    moved = Booking.objects.get(from_reschedule=booking.uid)
    assert moved.uid in answer["Location"] or moved.payment_uid in answer["Location"]
    return moved


def test_a_client_who_moves_a_paid_booking_waits_for_the_coach(client, paid, event_type):
    moved = move(client, paid, event_type)

    assert (moved.status, moved.rescheduling_reason, moved.rescheduled_by) == ("PENDING", "Ill", "Alice@Example.com")
    assert "Your request was sent" in text(client.get(f"/booking/{moved.uid}?isSuccessBookingPage=true"))
    before = text(client.get(f"/booking/{paid.uid}"))
    assert "This meeting was moved" in before
    assert f'href="/booking/{moved.uid}"' in before


def test_the_coach_moves_a_paid_booking_at_once(client, paid, event_type):
    moved = move(client, paid, event_type, rescheduledBy=paid.host.email.upper())

    assert (moved.status, moved.rescheduled_by) == ("ACCEPTED", paid.host.email)


def test_an_unpaid_booking_that_is_moved_is_still_to_be_paid(client, booked, event_type):
    assert move(client, booked, event_type).awaits_payment


def test_what_cannot_be_moved_says_why(client, over):
    for path in (f"/reschedule/{over.uid}", f"{PAGE}?rescheduleUid={over.uid}"):
        answer = client.get(path)

        assert answer.status_code == 409
        assert "This meeting is over, so it can&#x27;t be changed any more." in text(answer)


def test_a_booking_is_moved_on_the_page_of_its_own_kind_only(client, paid, event_type):
    EventType.objects.create(
        team_id=12,
        team_name="T",
        team_slug="t",
        slug="other",
        title="Other",
        length=30,
        price=0,
        currency="usd",
        site="http://x.example",
    )

    assert client.get("/team/t/other", {"rescheduleUid": paid.uid}).status_code == 404


def test_a_client_who_is_asked_for_another_time_finds_the_way(client, paid):
    desk.request_reschedule(paid, reason="Flu", now=timezone.now())

    page = text(client.get(f"/booking/{paid.uid}"))

    assert "Your coach asks for another time" in page
    assert "Please reschedule. Flu" in page
    assert f'href="/reschedule/{paid.uid}"' in page
