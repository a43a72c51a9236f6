"""What the table of registers says of them."""

from datetime import UTC, datetime

import pytest

from bookings.admin.told import registers_table
from bookings.domain.registers import Register, Stamp, Told, absence_of, encode, refund_of
from bookings.models import Booking

pytestmark = pytest.mark.django_db


def test_the_absence_of_an_erased_client_is_named_without_an_address() -> None:
    stamp = Stamp(datetime(2026, 12, 3, 14, 20, tzinfo=UTC), 1, "0" * 12)
    registers = {absence_of(address): Told(True, 0, stamp) for address in ("", "jonas.berg@client.example")}

    page = registers_table(Booking(registers=encode(registers)))

    assert "client absent" in page
    assert "absent: jonas.berg@client.example" in page


def test_money_is_told_as_people_write_it_and_each_refund_by_its_id() -> None:
    stamp = Stamp(datetime(2026, 12, 3, 14, 20, tzinfo=UTC), 1, "0" * 12)
    money = {Register.PRICE: 9000, Register.PAID_AMOUNT: 8000, refund_of("re_1"): 2050}
    registers = {register: Told(amount, 0, stamp) for register, amount in money.items()}

    page = registers_table(Booking(registers=encode(registers), currency="usd"))

    assert [text in page for text in ("90.00 USD", "80.00 USD", "refunded: re_1", "20.50 USD")] == [True] * 4
    assert "absent" not in page
