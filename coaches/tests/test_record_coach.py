"""Each mirrored field of a coach is what the newest statement said, in whatever order the statements come."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as DjangoTestCase

from coaches.models import Coach
from coaches.services import MIRRORED, CoachDetails, record_coach

ADA = CoachDetails(
    cal_user_id=4101, name="Ada Coach", email="ada@coach.example", username="ada", time_zone="Europe/Paris"
)
FIRST, SECOND, THIRD = (1_000, 2, "aa"), (1_001, 2, "bb"), (1_002, 2, "cc")
SHOWN = ("cal_user_id", "name", "email", "username", "time_zone", "is_active")


def rows() -> list[tuple[Any, ...]]:
    return list(Coach.objects.order_by("cal_user_id").values_list(*SHOWN))


@pytest.mark.django_db
def test_an_unknown_coach_is_made() -> None:
    recorded = record_coach(ADA, stamp=FIRST)

    assert (recorded.coach, recorded.email_changed) == (Coach.objects.get(), True)
    assert rows() == [(4101, "Ada Coach", "ada@coach.example", "ada", "Europe/Paris", True)]
    assert Coach.objects.get().stamps == {field: list(FIRST) for field in MIRRORED}


@pytest.mark.django_db
def test_a_coach_of_whom_only_the_id_is_told_is_made_too() -> None:
    recorded = record_coach(CoachDetails(cal_user_id=2**63 - 1), stamp=FIRST)

    assert recorded.email_changed is False
    assert rows() == [(2**63 - 1, "", "", "", "", True)]
    assert Coach.objects.get().stamps == {}


@pytest.mark.django_db
def test_the_same_statement_again_changes_nothing() -> None:
    record_coach(ADA, stamp=FIRST)
    before = list(Coach.objects.values())

    recorded = record_coach(ADA, stamp=FIRST)

    assert recorded.email_changed is False
    assert list(Coach.objects.values()) == before


@pytest.mark.django_db
def test_a_newer_statement_changes_what_it_tells_and_an_empty_value_tells_nothing() -> None:
    record_coach(ADA, stamp=FIRST)

    recorded = record_coach(CoachDetails(cal_user_id=4101, name="Ada Countess"), stamp=SECOND)

    assert recorded.email_changed is False
    assert rows() == [(4101, "Ada Countess", "ada@coach.example", "ada", "Europe/Paris", True)]
    assert Coach.objects.get().stamps == {field: list(FIRST) for field in MIRRORED} | {"name": list(SECOND)}


@pytest.mark.django_db
def test_an_older_statement_fills_only_what_nobody_told() -> None:
    record_coach(CoachDetails(cal_user_id=4101, name="Ada Countess"), stamp=SECOND)

    recorded = record_coach(ADA, stamp=FIRST)

    assert recorded.email_changed is True
    assert rows() == [(4101, "Ada Countess", "ada@coach.example", "ada", "Europe/Paris", True)]


@pytest.mark.django_db
def test_in_one_moment_the_rank_decides_and_then_the_digest() -> None:
    for stamp, name in [((1, 2, "b"), "b"), ((1, 1, "z"), "lower rank"), ((1, 2, "a"), "a"), ((1, 3, "a"), "rank")]:
        record_coach(CoachDetails(cal_user_id=4101, name=name), stamp=stamp)

    assert rows() == [(4101, "rank", "", "", "", True)]


@pytest.mark.django_db
def test_a_new_address_is_told_to_the_caller_for_it_may_bring_bookings() -> None:
    record_coach(ADA, stamp=FIRST)

    changed = record_coach(replace(ADA, email="ada@new.example"), stamp=SECOND)
    unchanged = record_coach(replace(ADA, email="ada@new.example"), stamp=THIRD)

    assert (changed.email_changed, unchanged.email_changed) == (True, False)
    assert rows() == [(4101, "Ada Coach", "ada@new.example", "ada", "Europe/Paris", True)]


@pytest.mark.django_db
def test_coaches_are_told_apart_by_their_id_alone() -> None:
    record_coach(ADA, stamp=FIRST)
    record_coach(replace(ADA, cal_user_id=4102), stamp=FIRST)

    assert [cal_user_id for cal_user_id, *_rest in rows()] == [4101, 4102]


@pytest.mark.django_db
def test_what_the_staff_decide_is_left_alone(ada: Coach) -> None:
    Coach.objects.update(is_active=False)

    record_coach(replace(ADA, name="Ada Countess"), stamp=FIRST)

    assert rows() == [(4101, "Ada Countess", "ada@coach.example", "ada", "Europe/Paris", False)]


@pytest.mark.django_db
def test_a_statement_that_comes_in_between_is_not_overwritten() -> None:
    """Another connection records a newer one after we looked, and before we hold the row."""
    record_coach(ADA, stamp=FIRST)
    waiting = [lambda: record_coach(replace(ADA, name="Ada Newest"), stamp=THIRD)]

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if waiting and "coach" in sql and context["connection"].in_atomic_block and "SAVEPOINT" not in sql:
            looks.append(sql)
            if len(looks) == 2:  # The first look is without a lock.
                waiting.pop()()
        return execute(sql, params, many, context)

    looks: list[str] = []
    with connection.execute_wrapper(wrapper):
        recorded = record_coach(replace(ADA, name="Ada Newer"), stamp=SECOND)

    assert recorded.coach.name == "Ada Newest"
    assert rows() == [(4101, "Ada Newest", "ada@coach.example", "ada", "Europe/Paris", True)]


@pytest.mark.parametrize(
    ("coach", "shown"),
    [
        (Coach(cal_user_id=7, name="Ada", email="ada@coach.example"), "Ada"),
        (Coach(cal_user_id=7, username="ada", email="ada@coach.example"), "ada"),
        (Coach(cal_user_id=7), "Cal.com 7"),
    ],
)
def test_a_coach_is_shown_by_whatever_is_known(coach: Coach, shown: str) -> None:
    assert str(coach) == shown


TEXTS = st.sampled_from(["", "a", "b"])
STATEMENTS = st.lists(
    st.tuples(
        st.builds(CoachDetails, cal_user_id=st.just(1), name=TEXTS, email=TEXTS, username=TEXTS, time_zone=TEXTS),
        st.tuples(st.integers(0, 3), st.integers(0, 1), st.sampled_from(["x", "y"])),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda statement: statement[1],
)


class Order(DjangoTestCase):
    """Order and repetition do not matter."""

    @settings(max_examples=30, deadline=None)
    @given(STATEMENTS, st.randoms())
    def test_order_and_repetition_do_not_matter(self, statements: list[Any], random: Any) -> None:
        for details, stamp in statements:
            record_coach(details, stamp=stamp)
        expected = list(Coach.objects.values(*SHOWN, "stamps"))
        Coach.objects.all().delete()
        shuffled = [*statements, *statements]
        random.shuffle(shuffled)

        for details, stamp in shuffled:
            record_coach(details, stamp=stamp)

        assert list(Coach.objects.values(*SHOWN, "stamps")) == expected
