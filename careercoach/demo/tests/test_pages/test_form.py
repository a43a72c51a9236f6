"""The form of the event page: what travels through it, and what it says when something can't be."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from careercoach.demo import desk
from careercoach.demo.models import Booking, EventType
from careercoach.demo.pages import asked, words
from careercoach.demo.tests.test_pages.conftest import (
    FORM,
    LINK,
    PAGE,
    free,
    hidden,
    only,
    slot,
    text,
)

pytestmark = [pytest.mark.django_db(databases=["default", "demo"]), pytest.mark.usefixtures("ada")]


def test_the_form_is_filled_in_from_the_link_and_carries_the_rest(client, event_type):
    query = LINK | {"slot": slot(event_type), "notes": "Hello", "guests": ["bo@x.example", "cy@x.example"]}

    answer = client.get(PAGE, query)

    page = text(answer)
    assert 'value="Alice Moreau"' in page
    assert 'value="alice@example.com"' in page
    assert ">\nHello</textarea>" in page
    assert ">\nbo@x.example\ncy@x.example</textarea>" in page
    carried = hidden(answer)
    assert carried["cc-ref"] == ["alice-1:signed"]
    assert carried["metadata[cc_ref]"] == ["alice-1:s"]
    assert "guests" not in carried


def test_all_that_the_link_brought_arrives_in_the_booking(client, event_type):
    page = client.get(PAGE, LINK | {"slot": slot(event_type), "cal.tz": "Europe/Paris"})
    typed = {"name": "Alice", "email": "Alice@Example.com", "notes": "Hi", "guests": "bo@x.example, cy@x.example"}

    answer = client.post(PAGE, hidden(page) | typed)

    booking = only()
    assert (answer.status_code, answer["Location"]) == (302, f"/payment/{booking.payment_uid}")
    assert booking.answers == {"cc-ref": "alice-1:signed"}
    assert booking.metadata == {"cc_ref": "alice-1:s"}
    assert (booking.name, booking.email, booking.notes) == ("Alice", "Alice@Example.com", "Hi")
    assert booking.guests == ["bo@x.example", "cy@x.example"]
    assert (booking.start, booking.time_zone, booking.locale) == (free_of(page), "Europe/Paris", "en")


def free_of(answer: HttpResponse):
    return asked.read(answer.wsgi_request).slot


def test_a_chinese_booker_is_remembered_as_one(chinese, event_type):
    chinese.post(PAGE, FORM | {"slot": slot(event_type)})

    assert only().locale == "zh-CN"


def test_a_free_session_is_scheduled_at_once(client, event_type):
    EventType.objects.update(price=0)

    answer = client.post(PAGE, FORM | {"slot": slot(event_type)})

    assert answer["Location"] == f"/booking/{only().uid}?isSuccessBookingPage=true"


def test_the_webhook_is_sent_before_the_booker_goes_on(client, event_type, receiver):
    event_type.webhook_set.create(subscriber_url=receiver.url, secret="s", triggers=["BOOKING_PAYMENT_INITIATED"])

    client.post(PAGE, FORM | {"slot": slot(event_type)})

    assert len(receiver.came) == 1


def test_a_slot_that_went_to_somebody_else_is_a_409_with_all_that_was_typed(client, event_type, charlie):
    start = free(event_type)
    desk.book(event_type=event_type, start=start, booker=charlie, now=timezone.now())

    answer = client.post(PAGE, FORM | LINK | {"slot": asked.written(start), "name": "Typed"})

    assert answer.status_code == 409
    assert str(words.REFUSALS["slot_taken"]) in text(answer)
    another = re.search(r'class="slot" href="([^"]+)"', text(answer))[1].replace("&amp;", "&")
    form = client.get(PAGE + another)
    assert 'value="Typed"' in text(form)
    assert hidden(form)["cc-ref"] == ["alice-1:signed"]
    assert Booking.objects.count() == 1


def test_a_post_without_a_time_books_nothing(client):
    answer = client.post(PAGE, FORM)

    assert (answer.status_code, Booking.objects.count()) == (400, 0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"guests": "bo@x.example nobody"}, "“nobody” is no e-mail address."),
        ({"guests": " ".join(f"g{number}@x.example" for number in range(11))}, "At most 10 guests can be invited."),
        ({"name": "a\0b"}, "Null characters are not allowed."),
        ({"name": "x" * 201}, "at most 200 characters"),
    ],
)
def test_a_form_with_a_mistake_comes_back_with_what_was_typed(client, event_type, change, said):
    answer = client.post(PAGE, FORM | LINK | {"slot": slot(event_type)} | change)

    assert (answer.status_code, Booking.objects.count()) == (400, 0)
    assert said in text(answer)
    assert hidden(answer)["cc-ref"] == ["alice-1:signed"]


def test_what_is_typed_is_shown_and_never_run(client, event_type):
    evil = "<script>alert(1)</script>"

    client.post(PAGE, FORM | {"slot": slot(event_type), "name": evil, "notes": evil, evil: evil, "q": evil})

    booking = only()
    pages = [f"/booking/{booking.uid}", f"/payment/{booking.payment_uid}", f"/video/{booking.uid}", "/demo/"]
    for page in [text(client.get(path)) for path in pages]:
        assert "&lt;script&gt;alert(1)" in page
        assert evil not in page
    assert evil not in text(client.get(PAGE, {"name": evil, "slot": evil, "date": evil, evil: evil}))
    assert booking.answers == {"q": evil}  # Other keys are no slug.


def test_nobody_can_book_from_another_site(event_type):
    client = Client(enforce_csrf_checks=True)

    assert client.post(PAGE, FORM | {"slot": slot(event_type)}).status_code == 403
