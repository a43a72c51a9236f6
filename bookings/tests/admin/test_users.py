"""Whoever is added or given another address in the admin gets the bookings made with it, like whoever signs up."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from bookings.models import Booking, Message
from bookings.tests.admin import booked, page_of
from careercoach.testing import signed_post
from users.models import User

# As in production, the page's transaction is over before bookings are attributed.
pytestmark = pytest.mark.django_db(transaction=True)

ADD = "admin:users_user_add"
CLIENT_ONE = {"name": "Cleo One", "email": "Client1@Example.org"}
NEW = {**CLIENT_ONE, "user_id": "client-1", "usable_password": "false"}


def change_page(user: User) -> str:
    return reverse("admin:users_user_change", args=[user.pk])


def owners() -> list[tuple[str, str | None, str]]:
    return list(Booking.objects.order_by("uid").values_list("uid", "user__user_id", "linked_by"))


def test_a_user_added_in_the_admin_gets_the_bookings_made_with_the_address(client: Client, sam: User) -> None:
    for number in (1, 2):
        signed_post(client, booked(number))
    client.force_login(sam)

    response = client.post(reverse(ADD), NEW)

    assert response.status_code == 302
    assert owners() == [("uid-1", "client-1", "email"), ("uid-2", None, "nobody")]
    assert list(Message.objects.filter(source="sign_up").values_list("uid", "linked_user__user_id")) == [
        ("uid-1", "client-1")
    ]


def test_a_user_given_another_address_in_the_admin_gets_its_bookings(client: Client, sam: User, alice: User) -> None:
    signed_post(client, booked(1))
    client.force_login(sam)

    response = client.post(change_page(alice), {**CLIENT_ONE, "is_active": "on"})

    assert response.status_code == 302
    assert owners() == [("uid-1", "alice-1", "email")]
    assert list(Message.objects.filter(source="sign_up").values_list("uid", "by")) == [("uid-1", sam.pk)]
    client.force_login(User.objects.create_superuser("other@example.org", "Other"))
    assert "Sam Staff" in client.get(page_of(Booking.objects.get())).content.decode()


def test_a_booking_that_is_somebodys_stays_theirs(client: Client, sam: User, charlie: User) -> None:
    body = booked(1)
    body["payload"]["responses"]["email"]["value"] = charlie.email
    signed_post(client, body)
    charlie.email = "moved@example.org"
    charlie.save()
    client.force_login(sam)

    client.post(reverse(ADD), NEW | {"email": "charlie@example.org"})

    assert owners() == [("uid-1", "charlie-1", "email")]


def test_a_page_that_is_refused_gives_nobody_a_booking(client: Client, sam: User, alice: User) -> None:
    signed_post(client, booked(1))
    clerk = User.objects.create_user("clerk@example.org", "Clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="view_user"))

    client.force_login(sam)
    wrong = client.post(reverse(ADD), NEW | {"user_id": "alice-1"})
    client.force_login(clerk)
    refused = client.post(change_page(alice), {**CLIENT_ONE, "is_active": "on"})

    assert (wrong.status_code, refused.status_code) == (200, 403)
    assert owners() == [("uid-1", None, "nobody")]


def test_a_deadlock_is_tried_again_and_does_not_undo_the_user(client: Client, sam: User) -> None:
    signed_post(client, booked(1))
    client.force_login(sam)
    problems = [OperationalError(1213, "Deadlock found when trying to get lock")]

    def deadlock(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and "registers" in sql and problems:
            raise problems.pop()
        return execute(sql, *rest)

    with connection.execute_wrapper(deadlock):
        response = client.post(reverse(ADD), NEW)

    assert (response.status_code, problems) == (302, [])
    assert owners() == [("uid-1", "client-1", "email")]
