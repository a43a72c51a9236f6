"""The page of one booking, and its video room."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from careercoach.demo import desk
from careercoach.demo.models import Booking, EventType
from careercoach.demo.pages import asked, words
from careercoach.demo.tests.test_pages.conftest import (
    hidden,
    only,
    text,
)

pytestmark = [pytest.mark.django_db(databases=["default", "demo"]), pytest.mark.usefixtures("ada")]


def test_a_scheduled_booking_leads_back_to_the_front_end(client, paid):
    page = text(client.get(f"/booking/{paid.uid}", {"isSuccessBookingPage": "true"}))

    assert "This meeting is scheduled" in page
    back = urlsplit(re.search(r'data-return="([^"]+)"', page)[1].replace("&amp;", "&"))
    assert f"{back.scheme}://{back.netloc}{back.path}" == "http://front.example/"
    assert {key: values[0] for key, values in parse_qs(back.query).items()} == {
        "type": "coaching-session",
        "uid": paid.uid,
        "title": "Career coaching session between Ada and Alice",
        "startTime": asked.written(paid.start),
        "endTime": asked.written(paid.end),
        "hostName": "Ada",
        "attendeeName": "Alice",
        "email": "Alice@Example.com",
        "location": f"http://cal.example/video/{paid.uid}",
    }


@pytest.mark.parametrize(
    ("address", "begins"),
    [("", "/?type="), ("http://front.example/?from=cal", "http://front.example/?from=cal&amp;type=")],
)
def test_the_way_back_keeps_the_front_ends_own_query(client, paid, address, begins):
    EventType.objects.update(success_redirect_url=address)

    assert f'data-return="{begins}' in text(client.get(f"/booking/{paid.uid}", {"isSuccessBookingPage": "true"}))


def test_a_booking_that_is_looked_at_later_leads_nowhere_by_itself(client, paid):
    page = text(client.get(f"/booking/{paid.uid}", {"changes": "true"}))

    assert "data-return" not in page
    assert "Ada" in page
    assert "Alice@Example.com" in page
    assert words.times_of(paid.start, paid.end, "Europe/Paris") in page
    assert f'href="/video/{paid.uid}"' in page


def test_an_unpaid_booking_can_be_paid_from_its_page(client, booked):
    page = text(client.get(f"/booking/{booked.uid}", {"isSuccessBookingPage": "true"}))

    assert f'href="/payment/{booked.payment_uid}"' in page
    assert "data-return" not in page


def test_the_cancel_link_opens_the_form_and_the_form_cancels(client, paid):
    query = {"cancel": "true", "allRemainingBookings": "false", "cancelledBy": "alice@example.com"}
    form = client.get(f"/booking/{paid.uid}", query)

    answer = client.post(f"/booking/{paid.uid}", hidden(form) | {"reason": "Found a job"})

    assert answer["Location"] == f"/booking/{paid.uid}"
    booking = only()
    assert (booking.status, booking.cancellation_reason, booking.cancelled_by) == (
        "CANCELLED",
        "Found a job",
        "alice@example.com",
    )
    page = text(client.get(answer["Location"]))
    assert "This meeting is cancelled" in page
    assert "Found a job" in page
    assert 'href="http://front.example/"' in page


def test_a_coach_has_to_say_why(client, paid):
    answer = client.post(f"/booking/{paid.uid}", {"cancelledBy": paid.host.email, "reason": ""})

    assert answer.status_code == 409
    assert "A coach who cancels has to give a reason." in text(answer)
    assert only().is_open


def test_a_reason_that_is_too_long_cancels_nothing(client, paid):
    answer = client.post(f"/booking/{paid.uid}", {"reason": "x" * 501})

    assert answer.status_code == 400
    assert only().is_open


def test_what_cannot_be_cancelled_says_why(client, paid):
    def said() -> list[str]:
        answers = [client.get(f"/booking/{paid.uid}?cancel=true"), client.post(f"/booking/{paid.uid}", {"reason": "x"})]
        assert [answer.status_code for answer in answers] == [200, 409]
        found = [re.search(r'role="alert">([^<]+)<', text(answer))[1] for answer in answers]
        return found[:1] if found[0] == found[1] else found

    EventType.objects.update(disable_cancelling=True)
    assert said() == ["Meetings of this kind can&#x27;t be cancelled here."]
    EventType.objects.update(disable_cancelling=False)
    desk.let_time_pass(paid, now=timezone.now(), to_end=True)
    assert said() == ["This meeting is over, so it can&#x27;t be changed any more."]
    Booking.objects.update(status="CANCELLED")
    assert said() == ["This meeting is cancelled already."]


def test_each_state_has_its_heading_and_its_badge(client, booked):
    uid = booked.uid

    def shown() -> tuple[str, str]:
        page = text(client.get(f"/booking/{uid}"))
        return re.search(r"<h1>(.+)</h1>", page)[1], re.search(r'class="badge \w+">(.+)</span>', page)[1]

    now = timezone.now()
    assert shown() == ("One step left: the payment", "Unpaid")
    desk.pay(booked, now=now)
    assert shown() == ("This meeting is scheduled", "Confirmed")
    desk.let_time_pass(booked, now=now, to_end=False)
    assert shown() == ("This meeting is scheduled", "Running")
    desk.let_time_pass(booked, now=now, to_end=True)
    assert shown() == ("This meeting is over", "Over")
    Booking.objects.update(status="PENDING")
    assert shown() == ("Your request was sent", "Waiting for the coach")
    Booking.objects.update(status="REJECTED", rejection_reason="Ill")
    assert shown() == ("The coach declined this meeting", "Declined")
    Booking.objects.update(status="CANCELLED")
    assert shown() == ("This meeting is cancelled", "Cancelled")
    Booking.objects.update(rescheduled=True)
    assert shown() == ("Your coach asks for another time", "Moved")


def test_a_meeting_of_the_past_cannot_be_moved_from_its_page(client, paid):
    Booking.objects.update(start=paid.start - timedelta(days=30), end=paid.end - timedelta(days=30))

    page = text(client.get(f"/booking/{paid.uid}"))

    assert "This meeting is over" in page
    assert f"/reschedule/{paid.uid}" not in page


def test_the_room_says_when_it_is_open(client, booked):
    def heading() -> str:
        return re.search(r"<h1>(.+)</h1>", text(client.get(f"/video/{booked.uid}")))[1]

    now = timezone.now()
    assert heading() == "This meeting is not confirmed yet"
    desk.pay(booked, now=now)
    assert heading() == "You are early"
    Booking.objects.update(start=now + timedelta(minutes=9))
    assert heading() == "You are in the meeting"
    Booking.objects.update(start=now - timedelta(hours=2), end=now - timedelta(hours=1))
    assert heading() == "This meeting is over"
    desk.let_time_pass(booked, now=now, to_end=False)
    assert heading() == "You are in the meeting"
    desk.let_time_pass(booked, now=now, to_end=True)
    assert heading() == "This meeting is over"
    Booking.objects.update(status="CANCELLED")
    assert heading() == "This meeting does not take place"


def test_the_room_shows_who_is_who_and_who_is_absent(client, paid):
    Booking.objects.update(no_show=True, no_show_host=True)

    page = text(client.get(f"/video/{paid.uid}"))

    assert page.count("absent") == 2
    assert ("Coach" in page, "Client" in page) == (True, True)
