"""Every page of the admin opens for those who may see it, and for nobody else."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import Schedule, Task

from bookings.models import (
    Act,
    Attention,
    Booking,
    Did,
    Difference,
    Done,
    Message,
    PrivacyKind,
    PrivacyRequest,
    Run,
    RunKind,
)
from bookings.periodic import schedules
from careercoach.testing import body_of
from coaches.models import Coach
from users.models import User

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
ADDED_BY_HAND = {Group, User}


@pytest.fixture
def rows(alice: User, post: Callable[..., None]) -> None:
    """At least one of everything."""
    Group.objects.get_or_create(name="Operations")
    schedules.write(now=timezone.now())
    moment = timezone.now()
    run = Run.objects.create(kind=RunKind.COACHES, started_at=moment)
    Difference.objects.create(run=run, uid="4101", field="status", done=Done.CHANGED)
    PrivacyRequest.objects.create(kind=PrivacyKind.EXPORT, user=alice, at=moment)
    Task.objects.create(id="1", name="one", func="f", group="end_meetings", started=moment, stopped=moment)
    Act.objects.create(did=Did.SETTLE, by=alice, at=timezone.now())
    post(body_of("booking_created_after_payment"), body_of("booking_paid"), body_of("booking_rescheduled"))


def pages(model: type[Model]) -> dict[str, str]:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = [model._default_manager.order_by("pk")[0].pk]
    return {
        "list": reverse(f"{name}_changelist"),
        "search": reverse(f"{name}_changelist") + "?q=jonas",
        "facets": reverse(f"{name}_changelist") + "?_facets=True",
        "change": reverse(f"{name}_change", args=row),
        "history": reverse(f"{name}_history", args=row),
        "add": reverse(f"{name}_add"),
    }


def test_the_admin_has_what_operations_need() -> None:
    ours = {Act, Attention, Booking, Difference, Message, PrivacyRequest, Run, Coach, User}
    assert ours | {Group, Schedule, Task} == set(MODELS)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_superuser_opens_every_page(model: type[Model], client: Client, sam: User) -> None:
    client.force_login(sam)

    answers = {page: client.get(address).status_code for page, address in pages(model).items()}

    add = 200 if model in ADDED_BY_HAND else 403
    assert answers == {"list": 200, "search": 200, "facets": 200, "change": 200, "history": 200, "add": add}


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_staff_without_permissions_open_none(model: type[Model], client: Client, charlie: User) -> None:
    User.objects.filter(pk=charlie.pk).update(is_staff=True)
    client.force_login(charlie)

    answers = {client.get(address).status_code for address in pages(model).values()}

    assert answers == {403}


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_staff_who_may_view_can_do_no_more(model: type[Model], client: Client, charlie: User) -> None:
    User.objects.filter(pk=charlie.pk).update(is_staff=True)
    charlie.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(charlie)
    before = list(model._default_manager.order_by("pk").values())
    addresses = pages(model)

    answers = {page: client.get(address).status_code for page, address in addresses.items()}
    posted = client.post(addresses["change"], {"name": "Mallory"}).status_code

    assert answers == {"list": 200, "search": 200, "facets": 200, "change": 200, "history": 200, "add": 403}
    assert posted == 403
    assert list(model._default_manager.order_by("pk").values()) == before


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_clients_are_sent_to_the_login(model: type[Model], client: Client, alice: User) -> None:
    client.force_login(alice)

    answers = {client.get(address).headers["Location"].split("?")[0] for address in pages(model).values()}

    assert answers == {reverse("admin:login")}
