"""The cache in the database: Django's own, with counting for all processes."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from careercoach.sharedcache.backend import SWEPT, _until_free

pytestmark = pytest.mark.django_db

NOON = 1_800_000_000.0  # The beginning of a bucket.


@pytest.fixture(autouse=True)
def _empty(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM shared_cache")
        return cursor.fetchone()[0]


def take(most: int, times: int, *, at: float) -> list[float]:
    return [cache.take({"a": most}, now=NOON + at) for _each in range(times)]


def test_so_many_are_given_in_a_minute_and_no_more() -> None:
    assert take(3, 5, at=0) == [0, 0, 0, 70, 70]
    assert take(3, 1, at=69.5) == [0.5]
    assert take(3, 4, at=70) == [0, 0, 0, 70]


def test_what_is_refused_costs_nothing() -> None:
    take(2, 2, at=0)
    take(2, 50, at=1)

    assert take(2, 2, at=70) == [0, 0]


def test_the_minute_goes_along_with_the_clock() -> None:
    assert [take(4, 1, at=at) for at in (0, 15, 30, 45)] == [[0]] * 4
    assert take(4, 1, at=60) == [10]
    assert [take(4, 1, at=at) for at in (70, 79)] == [[0], [1]]
    assert take(4, 1, at=80) == [0]


def test_of_several_allowances_all_are_taken_or_none() -> None:
    both = {"few": 1, "many": 9}

    assert [cache.take(both, now=NOON) for _each in range(3)] == [0, 70, 70]
    assert [cache.take({"many": 9}, now=NOON) for _each in range(9)] == [0] * 8 + [70]


@pytest.mark.parametrize("name", ["a" * 9000, "schlüssel", "a b", "\ud800", ""], ids=ascii)
def test_names_may_be_anything(name: str) -> None:
    assert [cache.take({name: 1}, now=NOON) for _each in range(2)] == [0, 70]


def test_what_is_over_goes_by_itself() -> None:
    for number in range(5):
        cache.take({f"user {number}": 9}, now=NOON)
    cache.set("kept", "x", 10**9)

    cache.take({"user": 9}, now=NOON + 500)

    assert (rows(), cache.get("kept")) == (2, "x")


def test_it_goes_in_small_portions() -> None:
    for number in range(SWEPT + 3):
        cache.take({f"user {number}": 9}, now=NOON)

    cache.sweep(now=NOON + 500)
    left = rows()
    cache.sweep(now=NOON + 500)

    assert (left, rows()) == (3, 0)


def test_two_statements_are_all_it_costs(django_assert_num_queries: Any) -> None:
    take(9, 1, at=0)

    with django_assert_num_queries(2):
        cache.take({"a": 9}, now=NOON)


@pytest.mark.mysql
@pytest.mark.django_db(transaction=True)
def test_no_count_is_lost_however_many_take_at_once() -> None:
    def call(_number: int) -> float:
        try:
            return cache.take({"a": 30, "b": 40}, now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(call, range(60)))

    # Never more than allowed; fewer where one that was counted and given back kept another waiting.
    assert 20 <= given.count(0) <= 30


# --- Locks -----------------------------------------------------------------------------------------------------------


def test_what_is_added_is_read_as_if_it_were_set() -> None:
    assert (cache.add("a", [1, "x"], 60), cache.get("a")) == (True, [1, "x"])
    assert (cache.add("a", "other", 60), cache.get("a")) == (False, [1, "x"])
    assert (cache.add("for-ever", 1, None), cache.get("for-ever")) == (True, 1)


def test_what_is_over_can_be_added_again() -> None:
    cache.add("a", "old", -5)

    assert [cache.add("a", new, 60) for new in ("new", "newer")] == [True, False]
    assert cache.get("a") == "new"


def test_only_who_added_it_releases_it() -> None:
    cache.add("a", "mine", 60)

    cache.release("a", "another's")
    kept = cache.get("a")
    cache.release("a", "mine")

    assert (kept, cache.get("a")) == ("mine", None)


@pytest.mark.mysql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("over", [True, False], ids=["over", "new"])
def test_of_many_that_add_at_once_one_does(over: bool) -> None:
    together = threading.Barrier(8)

    def call(number: int) -> int:
        try:
            cache.get("a")  # Connected, so that all begin at once.
            won = 0
            for lap in range(10):
                together.wait()
                won += cache.add(f"a{lap}", number, 60)
            return won
        finally:
            connection.close()

    if over:
        for lap in range(10):
            cache.set(f"a{lap}", "old", -5)
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(call, range(8)))

    assert sum(won) == 10


@given(st.dictionaries(st.integers(0, 6), st.integers(0, 9)), st.integers(0, 30))
def test_after_the_wait_one_more_is_free_and_not_before(counts: dict[int, int], most: int) -> None:
    """The one that is asked for is the last of those that are counted."""
    counts = {bucket: counts.get(bucket, 0) for bucket in range(7)}
    counts[6] += 1

    wait = _until_free(counts, most=most, now=60.0)

    left = {bucket: count for bucket, count in counts.items() if (bucket + 7) * 10 > 60.0 + wait}
    assert sum(left.values()) <= most or wait == 70
    if wait:
        before = {bucket: count for bucket, count in counts.items() if (bucket + 8) * 10 > 60.0 + wait}
        assert sum(before.values()) > most
