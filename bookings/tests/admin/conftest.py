"""Fixtures of the tests of the admin: members of the staff, and rows of which some must not leak."""

from collections.abc import Callable, Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from bookings.models import Run, RunKind
from bookings.tests.admin import EMAIL
from careercoach.testing import body_of, signed_post
from users.models import User


@pytest.fixture
def member(client: Client, charlie: User) -> Iterator[Callable[[str], Client]]:
    """A browser of a member of the group, as the migration makes it; tests that empty the tables took it away.

    The language of the last page would stay that of the tests that follow.
    """
    import_module("bookings.migrations.0005_groups").make_groups(apps)
    import_module("bookings.migrations.0008_privacy").give_permissions(apps)

    def of(group: str) -> Client:
        User.objects.filter(pk=charlie.pk).update(is_staff=True)
        charlie.groups.set(Group.objects.filter(name=group))
        client.force_login(charlie)
        return client

    with override("en"):
        yield of


@pytest.fixture
def rows(alice: User, post: Callable[..., None], client: Client) -> None:
    """At least one of everything that comes by itself, and what must not leak."""
    User.objects.create_user(EMAIL, "Jonas Berg")
    post(body_of("booking_created_after_payment"), body_of("booking_paid"), body_of("booking_cancelled"))
    signed_post(client, "no JSON")
    Run.objects.create(kind=RunKind.COACHES, started_at=timezone.now())
