"""Fixtures of the tests of privacy: a person with a past, and those of the tests of the resync and of the admin."""

import pytest
from django.test import Client

from bookings.tests.admin.conftest import member
from bookings.tests.privacy import past_of_zoe
from bookings.tests.sync.conftest import cal
from users.models import User

__all__ = ["cal", "member", "zoe"]


@pytest.fixture
def zoe(client: Client, sam: User, charlie: User) -> User:
    return past_of_zoe(client, sam)
