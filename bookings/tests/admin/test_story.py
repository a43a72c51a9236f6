"""The page of a booking tells its story: what came, what it changed, who did what, and what was odd."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.admin.acting.acts import ACTS
from bookings.admin.story import MOST, story
from bookings.cal import inbox, staff
from bookings.cal.payloads import own
from bookings.domain.words import Outcome, Source
from bookings.models import Act, Booking, Did, Message, Run, RunKind, StatusChange
from bookings.tests.admin import booked, page_of, text_of
from careercoach.testing import body_of
from users.models import User


def test_what_nobody_expected_is_marked(client: Client, sam: User, post: Callable[..., None]) -> None:
    post(body_of("after_guests_no_show"), body_of("booking_cancelled"))
    client.force_login(sam)

    page = text_of(client, page_of(Booking.objects.get()))

    assert page.count("⚠ Unexpected") == 1
    assert [f'href="{page_of(message)}"' in page for message in Message.objects.all()] == [True, True]


def test_what_failed_or_told_nothing_new_is_told(client: Client, sam: User, post: Callable[..., None]) -> None:
    post(booked(1))
    Message.objects.create(
        source=Source.WEBHOOK,
        digest="f",
        uid="uid-1",
        outcome=Outcome.FAILED,
        error="No sense.",
        received_at=timezone.now(),
    )
    for outcome in (Outcome.IGNORED, Outcome.RECEIVED, Outcome.UNCHANGED):
        Message.objects.create(
            source=Source.API, digest=outcome, uid="uid-1", outcome=outcome, received_at=timezone.now()
        )
    client.force_login(sam)

    page = text_of(client, page_of(Booking.objects.get()))

    told = ["Could not be applied", "No sense.", "Told nothing new", "Of no concern", "Not processed yet"]
    assert [each for each in told if each not in page] == []


def test_who_did_it_is_named_and_what_came_of_it(client: Client, sam: User, post: Callable[..., None]) -> None:
    post(booked(1))
    booking = Booking.objects.get()
    now = timezone.now()
    run = Run.objects.create(kind=RunKind.ACT, started_at=now, by=sam)
    Act.objects.create(
        did=Did.CANCEL, booking=booking, run=run, by=sam, at=now, is_done=False, note="ill", result="No!"
    )
    staff.accept_as_free(booking, note="a friend", by=sam, now=now + timedelta(seconds=1))
    client.force_login(sam)

    page = text_of(client, page_of(booking))
    entries = story(booking)

    assert [entry.title for entry in entries] == [
        "Staff",
        "Not done: Cancel at Cal.com",
        "Webhook",
    ]  # Without a viewer, no payments.
    assert [entry.cause for entry in entries] == ["Sam Staff", "Sam Staff", ""]
    assert f'<a href="{page_of(sam)}">Sam Staff</a> · <a href="{page_of(run)}">' in page
    assert ("ill" in page, "No!" in page, "Sam Staff" in page) == (True, True, True)


def test_an_act_and_the_message_that_it_caused_are_told_once(
    client: Client, sam: User, post: Callable[..., None]
) -> None:
    post(booked(1), booked(2))
    free, cancelled = Booking.objects.order_by("id")
    client.force_login(sam)
    act = ACTS[Did.PAYMENT]
    seen = {"stripe_id": "pi_1", "amount": "49.00", "note": "by hand"}
    for _twice in range(2):
        client.post(act.address([free.pk]), seen)
    run = Run.objects.create(kind=RunKind.ACT, started_at=timezone.now(), by=sam)
    body = own.cancelled_for_us(cancelled.uid, by=sam.email, at=timezone.now())
    told = inbox.process(inbox.receive(body, source=Source.OPS, run=run, by=sam))
    Act.objects.create(did=Did.CANCEL, booking=cancelled, run=run, by=sam, at=timezone.now(), note="ill")
    paid = Message.objects.filter(uid=free.uid, source=Source.OPS)
    Act.objects.create(did=Did.PROCESS, booking=free, message=paid[0], by=sam, at=timezone.now())

    StatusChange.objects.filter(booking=free).update(message=paid.latest("id"))

    pages = [text_of(client, page_of(booking)) for booking in (free, cancelled)]
    titles = [[str(entry.title) for entry in story(booking)] for booking in (free, cancelled)]

    assert titles == [
        ["Processed a message again", "Done by staff", "Done by staff", "Webhook"],
        ["Cancelled at Cal.com", "Webhook"],
    ]
    assert [len(entry.steps) for entry in story(free)] == [0, 1, 0, 0]
    assert [page.count(">Recorded a payment<") for page in pages] == [2, 0]
    assert [f'href="{page_of(each)}"' in pages[0] for each in paid] == [True, True]
    assert f'href="{page_of(told)}"' in pages[1]


def test_a_change_outlives_its_message(client: Client, sam: User, post: Callable[..., None]) -> None:
    post(booked(1), booked(2, rescheduleUid="uid-1"))
    old = Booking.objects.get(uid="uid-1")
    client.force_login(sam)

    by_another = text_of(client, page_of(old))  # It was moved by a message of the new one.
    Message.objects.all().delete()
    pruned = text_of(client, page_of(old))

    assert ("moved to another time" in by_another, "A message that is not kept" in by_another) == (True, False)
    assert pruned.count("A message that is not kept") == 2


def test_who_did_it_is_named_when_their_message_is_gone(client: Client, sam: User, post: Callable[..., None]) -> None:
    post(booked(1))
    booking = Booking.objects.get()
    StatusChange.objects.update(by=sam)
    Message.objects.all().delete()
    client.force_login(sam)

    page = text_of(client, page_of(booking))

    assert f'<a href="{page_of(sam)}">Sam Staff</a> · A message that is not kept' in page


def test_a_story_too_long_to_show_says_where_the_rest_is(client: Client, sam: User, post: Callable[..., None]) -> None:
    post(booked(1))
    booking, now = Booking.objects.get(), timezone.now()
    client.force_login(sam)
    lists = [reverse("admin:bookings_message_changelist") + "?q=uid-1"]
    lists += [reverse("admin:bookings_act_changelist") + f"?q={booking.reference}"]

    Act.objects.bulk_create([Act(did=Did.RESYNC, booking=booking, by=sam, at=now) for _number in range(MOST)])
    whole = text_of(client, page_of(booking))
    Act.objects.create(did=Did.RESYNC, booking=booking, by=sam, at=now)
    cut = text_of(client, page_of(booking))

    assert [address in whole for address in lists] == [False, False]
    assert [address in cut for address in lists] == [True, True]
    assert "Only the newest 100 messages and acts are shown here." in cut
    assert story(booking)[-1].cause == ""  # For nobody who may see the lists.


def test_a_page_takes_as_many_queries_for_a_long_story(client: Client, sam: User, post: Callable[..., None]) -> None:
    client.force_login(sam)
    counts = []
    for bodies in (
        [body_of("booking_created_after_payment")],
        [
            body_of("booking_paid"),
            body_of("meeting_ended"),
            body_of("no_show_updated_guest"),
            body_of("booking_cancelled"),
        ],
    ):
        post(*bodies)
        booking = Booking.objects.order_by("id")[0]
        text_of(client, page_of(booking))
        with CaptureQueriesContext(connection) as queries:
            text_of(client, page_of(booking))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_run_that_told_something_has_a_link(client: Client, sam: User, post: Callable[..., None]) -> None:
    post(booked(1))
    run = Run.objects.create(kind=RunKind.BOOKINGS, started_at=timezone.now())
    Message.objects.update(run=run)
    client.force_login(sam)

    page = text_of(client, page_of(Booking.objects.get()))

    assert f'<a href="{page_of(run)}">' in page
