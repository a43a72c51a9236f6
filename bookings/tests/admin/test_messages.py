"""Messages are read by those who may, and processed again."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.admin.acting.acts import MOST
from bookings.domain.words import Outcome, Status
from bookings.models import Act, Booking, Message
from bookings.tests.admin import MESSAGES, booked, page_of, text_of
from careercoach.testing import body_of, signed_post
from users.models import User

EMAIL = "jonas.berg@client.example"


def process_of(message: Message) -> str:
    return reverse("admin:bookings_message_process", args=[message.pk])


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def failed(client: Client, db: None) -> Message:
    """A message that nobody can read."""
    signed_post(client, "no JSON")
    return Message.objects.get()


@pytest.fixture
def viewer(charlie: User) -> User:
    """Staff who may see bookings and messages, but not what these say."""
    charlie.is_staff = True
    charlie.save()
    charlie.user_permissions.set(Permission.objects.filter(codename__in=["view_booking", "view_message"]))
    return charlie


def test_messages_are_found_by_uid_digest_and_event(client: Client, sam: User, post: Callable[..., None]) -> None:
    post(booked(1), booked(2), body_of("ping_test"))
    first, second, ping = Message.objects.order_by("id")
    client.force_login(sam)

    def found(**query: str) -> list[Message]:
        return list(client.get(reverse(MESSAGES), query).context["cl"].queryset)

    assert found(q="uid-1") == [first]
    assert found(q=second.digest) == [second]
    assert found(trigger="BOOKING_CREATED") == [second, first]
    assert found(trigger="BOOKING_PAID") == []
    assert found() == [ping, second, first]


def test_a_body_is_hidden_from_those_without_the_permission(
    client: Client, viewer: User, post: Callable[..., None]
) -> None:
    post(body_of("booking_created_free"))
    page = page_of(Message.objects.get())
    client.force_login(viewer)

    masked = text_of(client, page)
    viewer.user_permissions.add(Permission.objects.get(codename="view_message_body"))
    shown = text_of(client, page)

    assert (EMAIL in masked, "Hidden:" in masked) == (False, True)
    assert (EMAIL in shown, "Hidden:" in shown) == (True, False)


def again(client: Client, *chosen: Message) -> Any:
    keys = [message.pk for message in chosen]
    return client.post(reverse(MESSAGES), {"action": "process_again", "_selected_action": keys, "index": 0})


def test_messages_are_processed_again_from_the_list(
    client: Client, sam: User, failed: Message, post: Callable[..., None]
) -> None:
    post(booked(1))
    good = Message.objects.get(uid="uid-1")
    Message.objects.update(outcome=Outcome.FAILED)
    Booking.objects.all().delete()
    client.force_login(sam)

    response = again(client, failed, good)

    failed.refresh_from_db()
    good.refresh_from_db()
    page = response.content.decode()
    assert told(response) == ["1 processed, 1 failed"]
    assert [each in page for each in (page_of(failed), failed.error, page_of(good))] == [True, True, True]
    assert [(row.outcome, row.attempts) for row in (failed, good)] == [(Outcome.FAILED, 2), (Outcome.APPLIED, 2)]
    assert Booking.objects.get().status == Status.BOOKING_CREATED
    assert set(LogEntry.objects.values_list("user", "object_id")) == {(sam.pk, str(failed.pk)), (sam.pk, str(good.pk))}


def test_several_that_work_are_told_too_and_one_alone_leads_back(
    client: Client, sam: User, failed: Message, post: Callable[..., None]
) -> None:
    post(booked(1), booked(2))
    client.force_login(sam)

    both = again(client, *Message.objects.exclude(uid=""))
    alone = again(client, failed)

    assert (both.status_code, told(both)) == (200, ["2 processed"])
    assert (alone.status_code, told(alone)[-1]) == (302, f"Message {failed.pk}: {failed.error}")


def test_no_more_are_processed_again_than_anyone_waits_for(client: Client, sam: User, failed: Message) -> None:
    more = [
        Message(source="webhook", digest=f"{number}", body="no", outcome="failed", received_at=failed.received_at)
        for number in range(MOST)
    ]
    Message.objects.bulk_create(more)
    client.force_login(sam)

    chosen = {"action": "process_again", "_selected_action": [failed.pk], "index": 0, "select_across": 1}
    response = client.post(reverse(MESSAGES), chosen)

    assert told(response) == ["Choose 100 at most: nothing was done."]
    assert Act.objects.count() == 0


def test_a_message_is_processed_again_from_its_own_page(sam: User, client: Client, post: Callable[..., None]) -> None:
    post(booked(1))
    message = Message.objects.get()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(sam)
    page = text_of(strict, page_of(message))
    form = page[page.index('id="message_form"') :]
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[0]

    forged = strict.post(process_of(message))
    pressed = strict.post(process_of(message), {"csrfmiddlewaretoken": token})

    assert f'<button type="submit" class="office-button" formaction="{process_of(message)}">' in form
    assert (forged.status_code, pressed.status_code) == (403, 302)
    assert pressed.headers["Location"] == page_of(message)
    assert told(pressed) == ["1 processed"]
    assert Message.objects.get().attempts == 2


def test_only_a_post_processes_and_only_what_exists(client: Client, sam: User, failed: Message) -> None:
    client.force_login(sam)
    missing = reverse("admin:bookings_message_process", args=[failed.pk + 1])

    answers = [client.get(process_of(failed)), client.post(missing)]

    assert [answer.status_code for answer in answers] == [405, 404]
    assert Message.objects.get().attempts == 1


def test_who_may_only_view_processes_nothing_again(client: Client, viewer: User, failed: Message) -> None:
    client.force_login(viewer)

    page = text_of(client, page_of(failed))
    answers = [again(client, failed), client.post(process_of(failed))]

    assert "Process again" not in page + text_of(client, reverse(MESSAGES))
    assert [answer.status_code for answer in answers] == [200, 403]
    assert Message.objects.get().attempts == 1


@pytest.mark.parametrize(
    ("source", "trigger", "listed"),
    [
        ("webhook", "BOOKING_PAID", ["Webhook", "BOOKING_PAID"]),
        ("ops", "staff: refund", ["工作人员", "已登记退款"]),
        ("api", "gone", ["API 应答", "Cal.com 已无此预约"]),
        ("clock", "clock", ["时钟"]),
    ],
)
def test_what_we_told_ourselves_is_in_the_language_of_the_page(
    source: str, trigger: str, listed: list[str], client: Client, sam: User
) -> None:
    message = Message.objects.create(source=source, trigger=trigger, digest="d", received_at=timezone.now())
    client.force_login(sam)
    client.cookies["django_language"] = "zh-hans"

    cells = re.findall(r"<div[^>]*>([^<]+)</div>", text_of(client, reverse(MESSAGES)))

    assert [cell for cell in cells if cell in listed] == listed
    assert client.get(page_of(message)).status_code == 200
