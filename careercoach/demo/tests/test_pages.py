"""Cal.com's public pages: what people see, what travels through them, and what they say when something can't be."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone, translation

from careercoach.demo import calendar, desk
from careercoach.demo.models import Booking, EventType, Host
from careercoach.demo.pages import asked, words, zones
from careercoach.demo.pages.urls import urlpatterns
from careercoach.demo.tests.conftest import host

pytestmark = [pytest.mark.django_db(databases=["default", "demo"]), pytest.mark.usefixtures("ada")]

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


def free(event_type: EventType, number: int = 0):
    now = timezone.now()
    slots = calendar.free_slots(event_type, since=now + timedelta(days=2), until=now + timedelta(days=4), now=now)
    return list(slots)[number]


def slot(event_type: EventType, number: int = 0) -> str:
    return asked.written(free(event_type, number))


@pytest.fixture
def booked(event_type: EventType, alice: desk.Booker) -> Booking:
    return desk.book(event_type=event_type, start=free(event_type), booker=alice, now=timezone.now())


@pytest.fixture
def paid(booked: Booking) -> Booking:
    return desk.pay(booked, now=timezone.now())


@pytest.fixture
def over(paid: Booking) -> Booking:
    return desk.let_time_pass(paid, now=timezone.now(), to_end=True)


@pytest.fixture
def chinese(client: Client) -> Client:
    client.cookies["django_language"] = "zh-hans"
    return client


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def hidden(answer: HttpResponse) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text(answer)):
        found.setdefault(name, []).append(value)
    return found


def only() -> Booking:
    return Booking.objects.get()


# --- The event page --------------------------------------------------------------------------------------------------


def test_the_event_page_says_what_is_sold_and_when(client, event_type):
    host(81, "Bob")

    page = text(client.get(PAGE))

    for said in ("Career coaching session", "30 minutes", "$49.00", "whoever of our 2 coaches is free"):
        assert said in page
    assert 'aria-current="date"' in page
    assert 'class="slot"' in page


def test_a_coach_alone_is_no_round_robin(client):
    assert "With our coach" in text(client.get(PAGE))


def test_slots_are_shown_in_the_readers_zone(client, event_type):
    start = free(event_type)

    for zone in ("Europe/Paris", "Asia/Shanghai"):
        page = text(client.get(PAGE, {"cal.tz": zone, "date": words.zoned(start, zone).date().isoformat()}))

        assert words.time_of(start, zone) in page
        assert f'<option value="{zone}" selected>' in page


def test_the_zone_is_remembered(client):
    client.get(PAGE, {"cal.tz": "Asia/Shanghai"})

    page = text(client.get(PAGE))

    assert '<option value="Asia/Shanghai" selected>' in page
    assert "data-detect-zone" not in page


@pytest.mark.parametrize("zone", ["Europe", "../../etc/passwd", "Mars/Phobos", "x" * 5000, "\0"])
def test_a_zone_that_is_none_is_left_to_the_browser(client, zone):
    answer = client.get(PAGE, {"cal.tz": zone})

    assert '<option value="UTC" selected>' in text(answer)
    assert "data-detect-zone" in text(answer)
    assert asked.ZONE_COOKIE not in answer.cookies


def test_a_zone_outside_our_list_is_taken_too(client):
    assert "Reykjavik (UTC+00:00)</option>" in text(client.get(PAGE, {"cal.tz": "Atlantic/Reykjavik"}))


def test_months_can_be_turned_as_far_as_can_be_booked(client):
    now = timezone.now()
    first, last = now.replace(day=1), (now + calendar.HORIZON).replace(day=1)

    begin, end = (text(client.get(PAGE, {"month": f"{month:%Y-%m}"})) for month in (first, last))

    assert ('rel="prev"' in begin, 'rel="next"' in begin) == (False, True)
    assert ('rel="prev"' in end, 'rel="next"' in end) == (True, False)


@pytest.mark.parametrize(
    "query",
    [
        {"month": "1999-01"},
        {"month": "2099-12", "date": "2099-12-31"},
        {"month": "9999-99"},
        {"date": "yesterday"},
        {"date": "0001-01-01"},
        {"month": "", "date": "", "duration": "30", "layout": "month_view"},
    ],
)
def test_a_month_or_day_that_cannot_be_leads_to_one_that_can(client, query):
    assert 'class="slot"' in text(client.get(PAGE, query))


@pytest.mark.parametrize("given", ["tomorrow", "2030-01-01T10:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_a_slot_that_is_no_time_leads_to_the_calendar(client, given):
    answer = client.get(PAGE, {"slot": given})

    assert answer.status_code == 200
    assert str(words.REFUSALS["no_slot"]) in text(answer)


def test_a_slot_in_the_past_leads_to_the_calendar(client):
    answer = client.get(PAGE, {"slot": "2020-01-06T10:00:00.000Z"})

    assert "That time is not free any more" in text(answer)


def test_nobody_free_is_said(client, ada):
    Host.objects.update(is_away=True)

    assert "Nobody is free in this month" in text(client.get(PAGE))


@pytest.mark.parametrize(
    "path",
    [
        "/team/career-coach/nothing",
        "/team/nobody/coaching-session",
        "/booking/nope",
        "/reschedule/nope",
        "/video/nope",
        "/payment/nope",
        f"{PAGE}?rescheduleUid=nope",
        "/booking/%3Cscript%3E",
    ],
)
def test_what_is_not_there_is_said_in_both_languages(client, path):
    for language, html in (("en", '<html lang="en">'), ("zh-hans", '<html lang="zh-Hans">')):
        client.cookies["django_language"] = language

        answer = client.get(path)

        assert answer.status_code == 404
        assert html in text(answer)


# --- The form --------------------------------------------------------------------------------------------------------


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
        ({"name": "x" * 101}, "at most 100 characters"),
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


# --- Rescheduling ----------------------------------------------------------------------------------------------------


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


# --- Payment ---------------------------------------------------------------------------------------------------------


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
    for answer in (client.get(f"/payment/{paid.payment_uid}"), client.post(f"/payment/{paid.payment_uid}")):
        assert answer["Location"] == f"/booking/{paid.uid}?isSuccessBookingPage=true"


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


# --- The booking's page ----------------------------------------------------------------------------------------------


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


# --- The room --------------------------------------------------------------------------------------------------------


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


# --- Words -----------------------------------------------------------------------------------------------------------


def test_every_refusal_of_the_desk_has_words(settings):
    sources = [path.read_text() for path in (settings.BASE_DIR / "careercoach" / "demo" / "desk").glob("*.py")]

    codes = {code for source in sources for code in re.findall(r'Refused\("(\w+)"\)', source)}

    assert codes - set(words.REFUSALS) == set()
    assert len(codes) > 9
    assert all(words.refusal(code) for code in codes)


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [(0, "usd", "Free"), (4900, "usd", "$49.00"), (4950, "eur", "€49.50"), (4900, "sek", "SEK 49.00")],
)
def test_prices_are_written_as_people_write_them(amount, currency, written):
    assert words.price(amount, currency) == written


def test_times_are_written_in_the_readers_language(booked):
    Booking.objects.update(start="2030-03-05T15:00Z", end="2030-03-05T15:30Z")
    row = only()

    def written() -> tuple[str, str]:
        return words.day_of(row.start, "Asia/Shanghai"), words.times_of(row.start, row.end, "Asia/Shanghai")

    with translation.override("en"):
        assert written() == ("Tuesday, 5 March 2030", "11:00 PM – 11:30 PM")
    with translation.override("zh-hans"):
        assert written() == ("2030年3月5日 星期二", "23:00 – 23:30")
    with translation.override("fr"):
        assert words.times_of(row.start, row.end, "Asia/Shanghai") == "11:00 PM – 11:30 PM"


def test_zones_go_from_west_to_east():
    at = timezone.now()

    names = [choice.name for choice in zones.choices("Asia/Kathmandu", at=at)]

    assert names[0] == "Pacific/Honolulu"
    assert names.index("Asia/Kolkata") < names.index("Asia/Kathmandu") < names.index("Asia/Dhaka")
    assert len(names) == len(set(names))


# --- Every page ------------------------------------------------------------------------------------------------------


def test_every_page_has_the_ribbon_and_asks_no_other_host(client, paid):
    paths = [
        PAGE,
        f"{PAGE}?slot={asked.written(free(paid.event_type, 2))}",
        f"/booking/{paid.uid}",
        f"/video/{paid.uid}",
        "/booking/x",
    ]
    for page in [text(client.get(path)) for path in [*paths, "/demo/"]]:
        assert "nothing is charged, nobody is mailed." in page
        assert 'action="/i18n/setlang/"' in page
        loaded = re.findall(r'(?:src|<link[^>]+href)="?([^" >]+)', page)
        assert {address for address in loaded if not address.startswith("/static/demo/cal/")} == {
            'rel="icon"',
            'rel="stylesheet"',
        } & set(loaded)
        assert not re.search(r"<script(?! src)|<style| style=| on\w+=", page)


def test_the_language_switch_leads_back_to_the_same_page(client, paid):
    path = f"/booking/{paid.uid}?changes=true"
    form = client.get(path)

    answer = client.post("/i18n/setlang/", {"language": "zh-hans", "next": hidden(form)["next"][0]}, follow=True)

    assert answer.redirect_chain == [(path, 302)]
    assert '<html lang="zh-Hans">' in text(answer)
    assert "English</button>" in text(answer)


def test_pages_are_asked_the_way_they_answer(client, paid):
    assert client.post(f"/video/{paid.uid}").status_code == 405
    assert client.post(f"/reschedule/{paid.uid}").status_code == 405
    assert client.put(PAGE).status_code == 405
    assert client.delete(f"/booking/{paid.uid}").status_code == 405
    assert client.head(PAGE).status_code == 200
    assert "no-store" in client.get(PAGE)["Cache-Control"]


def test_the_pages_are_where_cal_com_has_them():
    assert {str(each.pattern) for each in urlpatterns if each.name.startswith("cal-")} == {
        "team/<str:team>/<str:slug>",
        "payment/<str:payment_uid>",
        "booking/<str:uid>",
        "reschedule/<str:uid>",
        "video/<str:uid>",
    }
    assert get_resolver().resolve("/booking/abc").url_name == "cal-booking"
