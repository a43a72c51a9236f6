"""One at a time, on all machines that share the database: a lock that its process's death releases."""

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

PREFIX = "careercoach."


class Busy(Exception):
    """Another process holds the lock."""


class LockLost(Exception):
    """The connection to the database was made anew, and with the old one went the lock."""


class Lock:
    """A lock that is held; ask now and then."""

    def check(self) -> None:
        """Raises LockLost where another may hold it by now."""


class _OnServer(Lock):
    """MySQL's own: of the connection, and released with it. Its names are the server's, so they hold the database's."""

    def __init__(self, name: str) -> None:
        database = hashlib.sha256(str(connection.settings_dict["NAME"]).encode()).hexdigest()[:16]
        self._name = f"{PREFIX}{database}.{name}"  # 64 letters at most.

    def take(self) -> None:
        if self._ask("SELECT GET_LOCK(%s, 0)") != 1:
            raise Busy

    def check(self) -> None:
        if self._ask("SELECT IS_USED_LOCK(%s) = CONNECTION_ID()") != 1:
            raise LockLost

    def release(self) -> None:
        self._ask("SELECT RELEASE_LOCK(%s)")

    def _ask(self, question: str) -> int | None:
        with connection.cursor() as cursor:
            cursor.execute(question, [self._name])
            (answer,) = cursor.fetchone()
        return None if answer is None else int(answer)


@contextlib.contextmanager
def held(name: str) -> Iterator[Lock]:
    """Holds the lock of this name. Raises Busy at once where another does."""
    if connection.vendor == "mysql":
        lock = _OnServer(name)
        lock.take()
        try:
            yield lock
        finally:
            with contextlib.suppress(Exception):  # Of a connection that is gone the lock is released already.
                lock.release()
    else:
        # Beside the database, so whoever shares it shares the lock. The file stays: to remove it would let two hold it.
        with _beside_database(name).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy from None
            yield Lock()


def _beside_database(name: str) -> Path:
    database = str(connection.settings_dict["NAME"])
    if ":memory:" in database or "mode=memory" in database:  # Of this process alone.
        return Path(tempfile.gettempdir()) / f"{PREFIX}{os.getpid()}.{name}.lock"
    return Path(f"{database}.{name}.lock")
