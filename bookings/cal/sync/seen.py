"""What a run has met already, on disk: memory stays flat however many bookings there are."""

import sqlite3
from collections.abc import Iterable
from types import TracebackType
from typing import Self


class Seen:
    """A set of names in SQLite's temporary database, which goes with it."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("CREATE TABLE seen (name BLOB PRIMARY KEY) WITHOUT ROWID")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def __contains__(self, name: str) -> bool:
        return bool(self._db.execute("SELECT 1 FROM seen WHERE name = ?", (_writable(name),)).fetchone())

    def add(self, name: str) -> bool:
        """Was it new?"""
        return self._db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (_writable(name),)).rowcount == 1

    def unseen(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if name not in self]


def _writable(name: str) -> bytes:
    """SQLite takes no lone surrogates as text, and compares bytes as they are."""
    return name.encode(errors="surrogatepass")
