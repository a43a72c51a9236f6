"""All pages of a list, in both forms that Cal.com has (api_v2.md §2.2, §2.4), and an end to each.

The caller tells rows apart and drops those it has seen: a booking made or moved in the meantime shifts the pages.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bookings.cal.client.errors import UnreadableAnswer
from bookings.cal.client.exchange import Answer, Exchange

TAKE = 250  # Cal.com refuses more.
CURSOR_LIMIT = 100  # And more than this where it pages by cursor.
MOST_PAGES = 10_000

Row = dict[str, Any]
Query = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`total` counts without the filters on `updatedAt`, so it is at most a hint for showing progress."""

    rows: list[Row] = field(repr=False)
    total: int | None
    exchange: Exchange


def pages(ask: Callable[[Query], Answer], *, query: Query, take: int, call: str) -> Iterator[Page]:
    """Page after page. Raises UnreadableAnswer where the server would never come to an end.

    It begins by take and skip, which every server knows in the versions that we ask for, and goes on by cursor where
    the answer does. By skip the end is a short page: `hasNextPage` counts without some filters and lies.
    """
    seen: set[object] = set()  # Pages by what tells them apart, and cursors.
    skip = 0
    asked: Query = {**query, "take": take, "skip": 0}
    for _ in range(MOST_PAGES):
        answer = ask(asked)
        rows = rows_of(answer.data, call=call)
        if rows:
            mark = _mark(rows)
            if mark in seen:
                raise UnreadableAnswer("the same page twice, as if the server didn't turn pages", call=call)
            seen.add(mark)
        paging = answer.pagination if isinstance(answer.pagination, dict) else {}
        yield Page(rows=rows, total=_count(paging.get("totalItems")), exchange=answer.exchange)

        # Live answers have the totals even where the document says cursor, so the totals decide.
        if "totalItems" not in paging and ("nextCursor" in paging or "hasMore" in paging):
            cursor, more = paging.get("nextCursor"), paging.get("hasMore")
            if not cursor and more is True:
                raise UnreadableAnswer("more pages, but not where", call=call)
            if not isinstance(cursor, str | int) or not cursor or more is False:
                return
            if cursor in seen:
                raise UnreadableAnswer("the same cursor twice", call=call)
            seen.add(cursor)
            asked = {**query, "cursor": cursor, "limit": min(take, CURSOR_LIMIT)}
            continue
        # A server may give less than asked for at once, and says so: else its full page would look like the last.
        if len(rows) < min(take, _count(paging.get("itemsPerPage")) or take):
            return
        skip += len(rows)
        asked = {**query, "take": take, "skip": skip}
    raise UnreadableAnswer("more pages than there can be", call=call)


def rows_of(data: Any, *, call: str) -> list[Row]:
    """A list of objects. Raises UnreadableAnswer."""
    if isinstance(data, list) and all(isinstance(row, dict) for row in data):
        return data
    raise UnreadableAnswer("no list of rows, or in another version's shape", call=call)


def _mark(rows: list[Row]) -> bytes:
    """What tells one page from another."""
    names = repr([row.get("uid", row.get("id")) for row in rows])
    return hashlib.sha256(names.encode(errors="replace")).digest()


def _count(value: Any) -> int | None:
    return value if type(value) is int and value > 0 else None
