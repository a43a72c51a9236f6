"""People in the admin: staff are let in here, clients are found here, and rights are for superusers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from careercoach.testing import body_of
from users.models import User

ADD = "admin:users_user_add"
LIST = "admin:users_user_changelist"
NEW = {
    "name": "Nina New",
    "email": "Nina@Example.org",
    "user_id": "nina-1",
    "is_staff": "on",
    "usable_password": "true",
    "password1": "a-long-new-password",
    "password2": "a-long-new-password",
}
RIGHTS = ("is_staff", "is_superuser")


def change_page(user: User) -> str:
    return reverse("admin:users_user_change", args=[user.pk])


def row(user: User) -> dict[str, Any]:
    return User.objects.values("user_id", "name", "email", "is_active", *RIGHTS).get(pk=user.pk)


@pytest.fixture
def clerk(db: None) -> User:
    """Staff who may do with users what permissions allow, and no more."""
    clerk = User.objects.create_user("clerk@example.org", "Clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="users"))
    return clerk


def test_a_new_member_of_staff_can_log_in(client: Client, sam: User) -> None:
    client.force_login(sam)

    response = client.post(reverse(ADD), NEW)

    nina = User.objects.get(user_id="nina-1")
    assert response.headers["Location"] == change_page(nina)
    assert row(nina) == {
        "user_id": "nina-1",
        "name": "Nina New",
        "email": "nina@example.org",
        "is_active": True,
        "is_staff": True,
        "is_superuser": False,
    }
    login = Client().post(reverse("admin:login"), {"username": "NINA@example.org", "password": NEW["password1"]})
    assert login.status_code == 302


def test_the_form_for_staff_proposes_a_user_id_and_staff(client: Client, sam: User) -> None:
    client.force_login(sam)

    form = client.get(reverse(ADD)).context["adminform"].form

    assert len(form["user_id"].value()) == 36
    assert form["is_staff"].value() is True


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"email": "SAM@example.org"}, {"email": ["User with this E-mail already exists."]}),
        ({"user_id": "sam-1"}, {"user_id": ["User with this User ID already exists."]}),
        ({"password2": "another"}, {"password2": ["The two password fields didn’t match."]}),
    ],
)
def test_a_form_that_is_wrong_adds_nobody(
    wrong: dict[str, str], errors: dict[str, list[str]], client: Client, sam: User
) -> None:
    client.force_login(sam)

    response = client.post(reverse(ADD), NEW | wrong)

    assert response.context["adminform"].form.errors == errors
    assert User.objects.count() == 1


def test_a_password_is_changed(client: Client, sam: User, alice: User) -> None:
    client.force_login(sam)
    page = reverse("admin:auth_user_password_change", args=[alice.pk])
    data = {"password1": "another-long-one", "password2": "another-long-one", "usable_password": "true"}

    response = client.post(page, data | {"set-password": "1"})

    alice.refresh_from_db()
    assert response.headers["Location"] == change_page(alice)
    assert alice.check_password("another-long-one")


def test_a_user_id_stays(client: Client, sam: User, alice: User) -> None:
    client.force_login(sam)

    response = client.post(
        change_page(alice),
        {"name": "Alice Renamed", "email": "New@Example.org", "user_id": "mallory", "is_active": "on"},
    )

    assert response.status_code == 302
    assert row(alice) == {
        "user_id": "alice-1",
        "name": "Alice Renamed",
        "email": "new@example.org",
        "is_active": True,
        "is_staff": False,
        "is_superuser": False,
    }


@pytest.mark.parametrize("term", ["alice-1", " ALICE@Example.org", "Alice Cl", "alice"])
def test_people_are_found(term: str, client: Client, sam: User, alice: User, charlie: User) -> None:
    client.force_login(sam)

    listed = client.get(reverse(LIST), {"q": term}).context["cl"].queryset

    assert list(listed) == [alice]


@pytest.mark.parametrize("term", ["lice", "@example.org", "lice-1", "Client"])
def test_nobody_is_looked_for_by_parts(term: str, client: Client, sam: User, alice: User) -> None:
    """That reads all people there are."""
    client.force_login(sam)

    assert list(client.get(reverse(LIST), {"q": term}).context["cl"].queryset) == []


def test_no_choice_is_everybody_without_a_group(client: Client, sam: User) -> None:
    Group.objects.all().delete()  # Those of the migrations are there or not: tests that empty the tables take them.
    for name in ("Night shift", "Day shift"):
        Group.objects.create(name=name)
    client.force_login(sam)

    changelist = client.get(reverse(LIST)).context["cl"]
    (groups,) = (spec for spec in changelist.filter_specs if spec.title == "groups")

    offered = [choice["display"] for choice in groups.choices(changelist)]
    assert offered == ["All", "Day shift", "Night shift"]


def test_the_page_leads_to_the_bookings_of_the_user(
    client: Client, sam: User, charlie: User, post: Callable[..., None]
) -> None:
    jonas = User.objects.create_user("jonas.berg@client.example", "Jonas Berg", user_id="biz/47 11")
    post(body_of("booking_created_free"))
    client.force_login(sam)
    bookings = reverse("admin:bookings_booking_changelist")

    page = client.get(change_page(jonas)).content.decode()
    of_jonas = client.get(f"{bookings}?user=biz%2F47+11").context["cl"]
    of_charlie = client.get(f"{bookings}?user=charlie-1").context["cl"]

    assert f'href="{bookings}?user=biz%2F47+11"' in page
    assert [booking.user for booking in of_jonas.queryset] == [jonas]
    assert of_jonas.has_active_filters
    assert list(of_charlie.queryset) == []


def test_a_user_with_bookings_is_not_deleted_and_the_page_says_why(
    client: Client, sam: User, post: Callable[..., None]
) -> None:
    jonas = User.objects.create_user("jonas.berg@client.example", "Jonas Berg")
    post(body_of("booking_created_free"))
    client.force_login(sam)
    page = reverse("admin:users_user_delete", args=[jonas.pk])

    response = client.post(page, {"post": "yes"})

    assert "would require deleting the following protected related objects" in response.content.decode()
    assert User.objects.filter(pk=jonas.pk).exists()


def test_a_user_without_bookings_can_be_deleted_but_not_many_at_once(
    client: Client, sam: User, alice: User, charlie: User
) -> None:
    client.force_login(sam)
    selected = {"action": "delete_selected", "_selected_action": [charlie.pk], "post": "yes", "index": 0}

    client.post(reverse(LIST), selected)
    client.post(reverse("admin:users_user_delete", args=[alice.pk]), {"post": "yes"})

    assert set(User.objects.all()) == {sam, charlie}


def test_staff_give_nobody_rights(client: Client, clerk: User, alice: User) -> None:
    client.force_login(clerk)
    rights = {"is_staff": "on", "is_superuser": "on", "user_permissions": [1]}

    client.post(change_page(alice), {"name": "Alice", "email": alice.email, "is_active": "on"} | rights)
    client.post(reverse(ADD), NEW | rights)

    assert [user.name for user in User.objects.filter(is_staff=True)] == ["Clerk"]
    assert row(alice)["name"] == "Alice"
    assert not alice.user_permissions.exists()


def test_staff_do_not_touch_other_staff(client: Client, clerk: User, sam: User) -> None:
    client.force_login(clerk)
    before = User.objects.values().get(pk=sam.pk)
    password = reverse("admin:auth_user_password_change", args=[sam.pk])
    new = {"password1": "another-long-one", "password2": "another-long-one", "usable_password": "true"}

    answers = [
        client.get(change_page(sam)),
        client.post(change_page(sam), {"name": "Mallory", "email": "mallory@example.org"}),
        client.post(password, new | {"set-password": "1"}),
        client.post(reverse("admin:users_user_delete", args=[sam.pk]), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [200, 403, 403, 403]
    assert User.objects.values().get(pk=sam.pk) == before
