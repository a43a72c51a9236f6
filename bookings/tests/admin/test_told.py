"""What the table of registers says of them."""

from datetime import UTC, datetime

import pytest

from bookings.admin.told import registers_table
from bookings.domain.registers import Stamp, Told, absence_of, encode
from bookings.models import Booking

pytestmark = pytest.mark.django_db


def test_the_absence_of_an_erased_client_is_named_without_an_address() -> None:
    stamp = Stamp(datetime(2026, 12, 3, 14, 20, tzinfo=UTC), 1, "0" * 12)
    registers = {absence_of(address): Told(True, 0, stamp) for address in ("", "jonas.berg@client.example")}

    page = registers_table(Booking(registers=encode(registers)))

    assert "client absent" in page
    assert "absent: jonas.berg@client.example" in page
