"""Lists in both forms of paging, to their end, whatever the server says of it."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.cal.client import CalApi, CalUnavailable, UnreadableAnswer, paging
from bookings.tests.test_client import NOW, Asked, Cal, Said, failed, said


def booking(number: int) -> dict[str, Any]:
    return {"id": number, "uid": f"uid-{number}", "start": "2026-12-03T14:00:00.000Z"}


def by_skip(rows: list[dict[str, Any]], **lies: Any) -> Callable[[Asked], Said]:
    """A server that pages by take and skip."""

    def answer(asked: Asked) -> Said:
        take, skip = int(asked.query["take"]), int(asked.query["skip"])
        take = lies.get("itemsPerPage", take)
        told = {"totalItems": len(rows), "itemsPerPage": take, "hasNextPage": skip + take < len(rows)}
        return said(rows[skip : skip + take], pagination=told | lies)

    return answer


def by_cursor(rows: list[dict[str, Any]], *, size: int) -> Callable[[Asked], Said]:
    """A server that pages by cursor and knows neither take nor skip."""

    def answer(asked: Asked) -> Said:
        start = int(asked.query.get("cursor", "c0")[1:])
        end = start + size
        more = end < len(rows)
        return said(rows[start:end], pagination={"nextCursor": f"c{end}" if more else None, "hasMore": more})

    return answer


def uids(api: CalApi, **options: Any) -> list[str]:
    return [row["uid"] for page in api.bookings(**options) for row in page.rows]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7])
def test_all_pages_by_skip(cal: Cal, api: CalApi, count: int) -> None:
    cal.always = by_skip([booking(number) for number in range(count)])

    assert uids(api, take=3) == [f"uid-{number}" for number in range(count)]
    assert [asked.query["skip"] for asked in cal.asked] == [str(skip) for skip in range(0, count + 1, 3)]


def test_has_next_page_is_not_believed(cal: Cal, api: CalApi) -> None:
    """As with afterUpdatedAt, where Cal.com counts rows that it filters (api_v2.md §2.4)."""
    cal.always = by_skip([booking(number) for number in range(5)], hasNextPage=True, totalItems=312)
    assert (len(uids(api, take=3)), len(cal.asked)) == (5, 2)

    cal.always = by_skip([booking(number) for number in range(5)], hasNextPage=False)
    assert len(uids(api, take=3)) == 5


def test_a_server_that_gives_less_than_asked_for_is_read_to_its_end(cal: Cal, api: CalApi) -> None:
    cal.always = by_skip([booking(number) for number in range(7)], itemsPerPage=2)

    assert len(uids(api, take=5)) == 7


def test_a_page_tells_when_it_was_asked_and_how_many_there_may_be(cal: Cal, api: CalApi) -> None:
    cal.always = by_skip([booking(1)])

    page = next(api.bookings())

    assert (page.rows, page.total, page.exchange.asked_at) == ([booking(1)], 1, NOW)
    assert "uid-1" not in repr(page)


def test_pages_are_asked_for_only_when_they_are_wanted(cal: Cal, api: CalApi) -> None:
    cal.always = by_skip([booking(number) for number in range(9)])

    pages = api.bookings(take=3)
    assert cal.asked == []
    next(pages)

    assert len(cal.asked) == 1


def test_all_pages_by_cursor(cal: Cal, api: CalApi) -> None:
    cal.always = by_cursor([booking(number) for number in range(5)], size=2)

    assert uids(api, event_type_ids=[7]) == [f"uid-{number}" for number in range(5)]
    assert [asked.query for asked in cal.asked] == [
        {"eventTypeIds": "7", "sortCreated": "asc", "take": "250", "skip": "0"},
        {"eventTypeIds": "7", "sortCreated": "asc", "cursor": "c2", "limit": "100"},
        {"eventTypeIds": "7", "sortCreated": "asc", "cursor": "c4", "limit": "100"},
    ]


@pytest.mark.parametrize("pagination", [{"nextCursor": None}, {"hasMore": False}, {"nextCursor": 7, "hasMore": False}])
def test_ends_by_cursor(cal: Cal, api: CalApi, pagination: dict[str, Any]) -> None:
    cal.says(said([booking(1)], pagination=pagination))

    assert uids(api, take=1) == ["uid-1"]


def test_totals_mean_paging_by_skip_even_beside_a_cursor(cal: Cal, api: CalApi) -> None:
    cal.always = by_skip([booking(number) for number in range(3)], nextCursor=None)

    assert len(uids(api, take=2)) == 3


@pytest.mark.parametrize(
    "pagination",
    [
        {"totalItems": 312, "hasNextPage": True},
        {"nextCursor": "same", "hasMore": True},
        None,
        "none",
    ],
)
def test_a_server_that_does_not_turn_pages_is_left(cal: Cal, api: CalApi, pagination: Any) -> None:
    cal.always = lambda _: said([booking(1), booking(2)], pagination=pagination)

    with pytest.raises(UnreadableAnswer, match=r"^GET /bookings: the same page twice"):
        uids(api, take=2)

    assert len(cal.asked) == 2


def test_a_cursor_that_leads_to_itself_is_left(cal: Cal, api: CalApi) -> None:
    cal.always = lambda _: said([], pagination={"nextCursor": "same", "hasMore": True})

    with pytest.raises(UnreadableAnswer, match="the same cursor twice"):
        uids(api)


def test_more_without_a_cursor_is_no_end(cal: Cal, api: CalApi) -> None:
    cal.says(said([booking(1)], pagination={"nextCursor": None, "hasMore": True}))

    with pytest.raises(UnreadableAnswer, match="more pages, but not where"):
        uids(api)


def test_there_is_an_end_in_any_case(cal: Cal, api: CalApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 3)
    cal.always = lambda asked: said([booking(int(asked.query["skip"]))])

    with pytest.raises(UnreadableAnswer, match="more pages than there can be"):
        uids(api, take=1)

    assert len(cal.asked) == 3


@pytest.mark.parametrize("data", [{"bookings": [], "totalCount": 20}, [booking(1), "no row"], "none", None])
def test_what_is_no_list_of_rows_is_unreadable(cal: Cal, api: CalApi, data: Any) -> None:
    cal.says(said(data))

    with pytest.raises(UnreadableAnswer, match="no list of rows"):
        uids(api)


def test_a_page_in_the_shape_of_another_version_is_unreadable(cal: Cal, api: CalApi) -> None:
    cal.says(said([{"id": 1, "uid": "uid-1", "startTime": "2026-12-03T14:00:00.000Z"}]))

    with pytest.raises(UnreadableAnswer, match="another version"):
        uids(api)


def test_a_failure_in_the_middle_is_told_after_the_pages_before_it(cal: Cal, api: CalApi) -> None:
    cal.says(said([booking(1)]), *[failed(500, "")] * 5)
    pages = api.bookings(take=1)

    assert next(pages).rows == [booking(1)]
    with pytest.raises(CalUnavailable):
        next(pages)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(0, 12), take=st.integers(1, 5), most=st.integers(1, 5), cursor=st.booleans())
def test_every_row_is_read_once_whatever_the_size_of_pages(
    cal: Cal, api: CalApi, count: int, take: int, most: int, cursor: bool
) -> None:
    rows = [booking(number) for number in range(count)]
    cal.always = by_cursor(rows, size=most) if cursor else by_skip(rows, itemsPerPage=min(take, most))

    assert uids(api, take=take) == [row["uid"] for row in rows]
