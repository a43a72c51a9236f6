"""The control page: each move is posted as a person would, and says what Cal.com sent for it."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from careercoach.demo import desk
from careercoach.demo.models import Booking
from careercoach.demo.pages import control, words
from careercoach.demo.pages.moves import MOVES
from careercoach.demo.tests.conftest import host
from careercoach.demo.tests.test_pages.conftest import ALWAYS, free, said, sent, text

pytestmark = [pytest.mark.django_db(databases=["default", "demo"]), pytest.mark.usefixtures("ada", "webhook")]

NOTHING = "Nothing was sent: Cal.com is silent about it."


@pytest.fixture
def running(paid) -> Booking:
    return sent(desk.let_time_pass(paid, now=timezone.now(), to_end=False))


@pytest.fixture
def waiting(booked, event_type) -> Booking:
    """Paid, of a kind that the coach has to confirm."""
    event_type.requires_confirmation = True
    event_type.save()
    return sent(desk.pay(booked, now=timezone.now()))


def play(client: Client, booking: Booking, action: str, **data: str) -> str:
    answer = client.post(f"/demo/bookings/{booking.uid}/{action}", data, follow=True)
    assert answer.redirect_chain == [(f"/demo/?open={booking.uid}#booking-{booking.uid}", 302)]
    (told,) = said(answer)
    booking.refresh_from_db()
    return told


def offered(client: Client, booking: Booking) -> set[str]:
    """The moves that the page has a form for."""
    page = text(client.get("/demo/"))
    return set(re.findall(rf'action="/demo/bookings/{booking.uid}/([\w-]+)"', page))


# --- What it shows ---------------------------------------------------------------------------------------------------


def test_an_empty_demo_says_how_to_begin(client):
    page = text(client.get("/demo/"))

    assert "Nobody has booked yet." in page
    assert "Nothing was sent yet." in page


def test_open_bookings_come_first_and_then_the_newest(client, event_type, charlie, paid):
    later = desk.book(event_type=event_type, start=free(event_type, 2), booker=charlie, now=timezone.now())
    desk.cancel(later, reason="", by="", now=timezone.now())

    shown = re.findall(r'id="booking-(\w+)"', text(client.get("/demo/")))

    assert shown == [paid.uid, later.uid]


def test_not_all_of_a_long_past_is_shown(client, booked):
    fields = {field.name: getattr(booked, field.name) for field in Booking._meta.fields}
    for made_anew in ("id", "uid", "payment_uid"):
        del fields[made_anew]
    Booking.objects.bulk_create([Booking(**fields) for _number in range(control.SHOWN_BOOKINGS)])

    page = text(client.get("/demo/"))

    assert "One older meeting is not shown." in page
    assert page.count('id="booking-') == control.SHOWN_BOOKINGS


def test_the_page_speaks_chinese(client, paid):
    client.cookies["django_language"] = "zh-hans"

    assert '<html lang="zh-Hans">' in text(client.get("/demo/"))


def test_only_what_makes_sense_is_offered(client, booked, event_type, charlie):
    host(81, "Bob", hours=ALWAYS)
    assert offered(client, booked) == {"pay", "confirm", "decline", "ask", "cancel"}

    desk.pay(booked, now=timezone.now())
    assert offered(client, booked) == {"start", "end", "reassign", "ask", "cancel"}

    desk.let_time_pass(booked, now=timezone.now(), to_end=False)
    presence = {"client-absent", "coach-absent", "room"}
    assert offered(client, booked) == {"end", "reassign", "ask", "cancel"} | presence

    Booking.objects.update(no_show=True, no_show_host=True)
    presence = {"client-present", "coach-present", "room"}
    assert offered(client, booked) == {"end", "reassign", "ask", "cancel"} | presence

    desk.let_time_pass(booked, now=timezone.now(), to_end=True)
    assert offered(client, booked) == presence

    unpaid = desk.book(event_type=event_type, start=free(event_type, 4), booker=charlie, now=timezone.now())
    desk.cancel(unpaid, reason="", by="", now=timezone.now())
    assert offered(client, unpaid) == {"pay"}

    Booking.objects.filter(pk=unpaid.pk).update(price=0)
    assert offered(client, unpaid) == set()


def test_where_nobody_else_is_free_that_is_said(client, paid):
    assert "Nobody else is free at this time." in text(client.get("/demo/"))


# --- Moves -----------------------------------------------------------------------------------------------------------


def test_the_clock_runs_to_the_start_and_to_the_end(client, paid):
    assert play(client, paid, "start") == "ok: The clock ran to the start. Sent: MEETING_STARTED → 200."
    assert play(client, paid, "end") == "ok: The clock ran to the end. Sent: MEETING_ENDED → 200."
    assert (paid.started_at is None, paid.ended_at is None) == (False, False)


def test_a_client_is_absent_and_isnt(client, running):
    sent_for_it = "Sent: BOOKING_NO_SHOW_UPDATED → 200."

    assert play(client, running, "client-absent") == f"ok: The client is marked absent. {sent_for_it}"
    assert running.no_show
    assert play(client, running, "client-present") == f"ok: The client's absence is taken back. {sent_for_it}"
    assert not running.no_show


def test_a_coach_is_absent_in_silence(client, running):
    assert play(client, running, "coach-absent") == f"ok: The coach is marked absent. {NOTHING}"
    assert running.no_show_host
    assert play(client, running, "coach-present") == f"ok: The coach's absence is taken back. {NOTHING}"
    assert not running.no_show_host


@pytest.mark.parametrize(
    ("missing", "triggers"),
    [
        ("", NOTHING),
        ("client", "Sent: AFTER_GUESTS_CAL_VIDEO_NO_SHOW → 200."),
        ("coach", "Sent: AFTER_HOSTS_CAL_VIDEO_NO_SHOW → 200."),
        ("both", "Sent: AFTER_HOSTS_CAL_VIDEO_NO_SHOW → 200; AFTER_GUESTS_CAL_VIDEO_NO_SHOW → 200."),
    ],
)
def test_cal_video_finds_who_is_missing(client, running, missing, triggers):
    assert play(client, running, "room", missing=missing) == f"ok: Cal Video looked who is in the room. {triggers}"


def test_another_coach_takes_over(client, paid):
    bob = host(81, "Bob", hours=ALWAYS)

    told = play(client, paid, "reassign", host=f"{bob.pk}", announce="on")

    assert told == "ok: Another coach has the meeting. Sent: BOOKING_REASSIGNED → 200."
    assert paid.host == bob


def test_another_coach_takes_over_in_silence(client, paid):
    host(81, "Bob", hours=ALWAYS)

    assert play(client, paid, "reassign", host="81") == f"ok: Another coach has the meeting. {NOTHING}"


@pytest.mark.parametrize("number", ["", "999", "²", "-1", "x", "9" * 5000])
def test_a_coach_who_is_none_takes_nothing_over(client, paid, number):
    assert play(client, paid, "reassign", host=number) == f"bad: {words.REFUSALS['host_busy']}"


def test_the_coach_asks_for_another_time(client, paid):
    told = play(client, paid, "ask", reason=" Flu ")

    assert told == "ok: The coach asked for another time. Sent: BOOKING_CANCELLED → 200."
    assert paid.cancellation_reason == "Please reschedule. Flu"


def test_the_coach_cancels_with_a_reason(client, paid):
    assert play(client, paid, "cancel", reason=" \0") == "bad: A coach who cancels has to give a reason."
    told = play(client, paid, "cancel", reason="Flu")
    assert told == "ok: The coach cancelled the meeting. Sent: BOOKING_CANCELLED → 200."
    assert (paid.cancelled_by, paid.cancellation_reason) == (paid.host.email, "Flu")


def test_the_coach_confirms(client, waiting):
    assert play(client, waiting, "confirm") == "ok: The coach confirmed the meeting. Sent: BOOKING_CREATED → 200."


def test_the_coach_declines(client, waiting):
    told = play(client, waiting, "decline", reason="Full")

    assert told == "ok: The coach declined the meeting. Sent: BOOKING_REJECTED → 200."
    assert waiting.rejection_reason == "Full"


def test_a_cancelled_booking_is_paid_all_the_same(client, booked):
    sent(desk.cancel(booked, reason="", by="", now=timezone.now()))

    told = play(client, booked, "pay")

    assert told.startswith("ok: The meeting is paid. Sent: BOOKING_CREATED → 200; BOOKING_PAID → ")
    assert booked.status == "ACCEPTED"


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("client-absent", "not_started"),
        ("coach-present", "not_started"),
        ("room", "not_started"),
        ("confirm", "nothing_to_confirm"),
        ("decline", "nothing_to_confirm"),
        ("pay", "already_paid"),
    ],
)
def test_what_the_desk_refuses_is_said(client, paid, action, code):
    assert play(client, paid, action) == f"bad: {words.REFUSALS[code]}"


@pytest.mark.parametrize("action", ["start", "ask", "cancel"])
def test_what_the_desk_refuses_of_a_cancelled_booking_is_said(client, paid, action):
    desk.cancel(paid, reason="", by="", now=timezone.now())

    assert play(client, paid, action, reason="x").startswith("bad: This ")


def test_what_is_no_booking_or_no_move_is_not_found(client, paid):
    assert client.post(f"/demo/bookings/{paid.uid}/dance").status_code == 404
    assert client.post("/demo/bookings/nope/start").status_code == 404
    assert client.get(f"/demo/bookings/{paid.uid}/start").status_code == 405


def test_every_move_has_a_button(settings):
    templates = settings.BASE_DIR / "careercoach" / "demo" / "templates" / "demo" / "cal"

    buttons = set(re.findall(r'"demo-play" row.uid "([\w-]+)"', (templates / "_meeting.html").read_text()))

    assert buttons == set(MOVES)


def test_nobody_can_play_from_another_site(paid, ada):
    stranger = Client(enforce_csrf_checks=True)

    for path in (f"/demo/bookings/{paid.uid}/start", "/demo/wire", f"/demo/coaches/{ada.pk}"):
        assert stranger.post(path).status_code == 403
