"""Slots over the pool, and who gets one."""

from datetime import UTC, datetime, timedelta

import pytest

from careercoach.demo import calendar
from careercoach.demo.models import Booking, Host
from careercoach.demo.tests.conftest import AT_TEN, NOW, host

pytestmark = pytest.mark.django_db(databases=["default", "demo"])

HALF_HOUR = timedelta(minutes=30)


def booked(event_type, whom, start, *, made=NOW, status=Booking.Status.ACCEPTED) -> Booking:
    return Booking.objects.create(
        event_type=event_type, host=whom, status=status, start=start, end=start + HALF_HOUR, created_at=made
    )


def starts(event_type, day: datetime, **more: object) -> list[str]:
    midnight = day.replace(hour=0, minute=0)
    slots = calendar.free_slots(event_type, since=midnight, until=midnight + calendar.DAY, now=NOW, **more)
    return [f"{start:%H:%M}" for start in slots]


def test_a_slot_is_every_half_hour_of_a_coachs_working_day(event_type, ada):
    ada.hours = {"1": [["09:00", "10:40"], ["13:00", "14:00"]]}
    ada.save()

    assert starts(event_type, AT_TEN) == ["09:00", "09:30", "10:00", "13:00", "13:30"]
    assert starts(event_type, AT_TEN + calendar.DAY) == []


def test_working_hours_are_in_the_coachs_own_zone_and_follow_its_summer_time(event_type):
    host(84, "Siyuan", "Asia/Shanghai", hours={"1": [["09:00", "10:00"]]})
    host(102, "Tom", "America/Los_Angeles", hours={"1": [["09:00", "09:30"]]})

    assert starts(event_type, AT_TEN) == ["01:00", "01:30", "17:00"]
    assert starts(event_type, AT_TEN + timedelta(days=7)) == ["01:00", "01:30", "16:00"]


def test_a_slot_is_free_when_any_coach_is(event_type, ada, bob):
    booked(event_type, ada, AT_TEN)

    assert calendar.free_hosts(event_type, AT_TEN, now=NOW) == [bob]

    booked(event_type, bob, AT_TEN)

    assert calendar.free_hosts(event_type, AT_TEN, now=NOW) == []
    assert "10:00" not in starts(event_type, AT_TEN)


@pytest.mark.parametrize(
    ("status", "free"),
    [("ACCEPTED", False), ("PENDING", False), ("CANCELLED", True), ("REJECTED", True)],
)
def test_an_open_booking_holds_its_slot_whether_paid_or_not(event_type, ada, status, free):
    booked(event_type, ada, AT_TEN, status=status)

    assert (calendar.free_hosts(event_type, AT_TEN, now=NOW) == [ada]) is free


def test_a_booking_that_overlaps_takes_both_slots(event_type, ada):
    booked(event_type, ada, AT_TEN + timedelta(minutes=15))

    taken = {"10:00", "10:30"}
    assert taken.isdisjoint(starts(event_type, AT_TEN))
    assert {"09:30", "11:00"} <= set(starts(event_type, AT_TEN))


def test_a_booking_that_is_moved_gives_its_own_slot_up(event_type, ada):
    booking = booked(event_type, ada, AT_TEN)

    assert calendar.free_hosts(event_type, AT_TEN, now=NOW, moving=booking) == [ada]


def test_nobody_books_too_late_or_too_far_ahead(event_type, ada):
    assert starts(event_type, NOW)[0] == "10:00"
    assert calendar.free_hosts(event_type, NOW + calendar.HORIZON + calendar.DAY, now=NOW) == []


def test_a_time_between_slots_is_no_slot(event_type, ada):
    assert calendar.free_hosts(event_type, AT_TEN + timedelta(minutes=10), now=NOW) == []


@pytest.mark.parametrize("state", [{"is_away": True}, {"is_host": False}, {"is_gone": True}])
def test_a_coach_who_is_away_or_has_left_offers_nothing(event_type, ada, bob, state):
    Host.objects.filter(pk=ada.pk).update(**state)

    assert calendar.free_hosts(event_type, AT_TEN, now=NOW) == [bob]


def test_the_coach_who_was_booked_least_recently_gets_it(event_type, ada, bob):
    cyd = host(90, "Cyd")
    booked(event_type, ada, AT_TEN, made=NOW)
    booked(event_type, bob, AT_TEN, made=NOW - HALF_HOUR)
    # One that came to nothing is no booking.
    booked(event_type, cyd, AT_TEN, made=NOW, status=Booking.Status.CANCELLED)

    assert calendar.least_recently_booked([ada, bob, cyd]) == cyd
    assert calendar.least_recently_booked([ada, bob]) == bob
    assert calendar.least_recently_booked([ada]) == ada


def test_among_those_never_booked_the_first_gets_it(event_type, ada, bob):
    assert calendar.least_recently_booked([bob, ada]) == ada


def test_slots_are_in_order_of_time_whoever_offers_them(event_type):
    host(1, "Late", hours={"1": [["15:00", "16:00"]]})
    host(2, "Early", hours={"1": [["09:00", "10:00"]]})

    assert starts(event_type, datetime(2030, 3, 5, tzinfo=UTC)) == ["09:00", "09:30", "15:00", "15:30"]
