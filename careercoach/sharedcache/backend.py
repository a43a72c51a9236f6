"""Django's cache in the database, and counting in it: how often was this done in the last minute, by all processes?"""

import base64
import hashlib
import pickle
import time
from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router
from django.db.models.constants import OnConflict

# A minute is six buckets; with the current one, which is not over, seven are looked at. So never more than allowed in
# any minute, and sometimes a little less.
BUCKET = 10  # Seconds.
BUCKETS = 7
SWEPT = 200  # Old rows that go at once.
NEVER = datetime(9999, 12, 31, tzinfo=UTC).timestamp()

# Both add one where the row is there. No count is lost, however many do it at once.
UPSERT = {
    "mysql": "ON DUPLICATE KEY UPDATE value = CAST(value AS UNSIGNED) + 1",
    "sqlite": "ON CONFLICT (cache_key) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
}


class SharedCache(DatabaseCache):
    """As Django's, which needs no server of its own, with `take` beside it, and with `add` fit for a lock."""

    def add(self, key: str, value: object, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Of several that add one key at once, one does.

        Django's looks and then writes, so that of an entry that is over each of them would be the one. Here the
        database decides, by the rows that one statement changes.
        """
        until = self.get_backend_timeout(timeout)
        name, encoded = self.make_and_validate_key(key, version=version), self._encoded(value)
        expires = self._adapted(NEVER if until is None else until)
        insert = self._connection.ops.insert_statement(on_conflict=OnConflict.IGNORE)
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self._quoted} SET value = %s, expires = %s WHERE cache_key = %s AND expires < %s",  # noqa: S608
                [encoded, expires, name, self._adapted(time.time())],
            )
            if not cursor.rowcount:
                cursor.execute(
                    f"{insert} {self._quoted} (cache_key, value, expires) VALUES (%s, %s, %s)",
                    [name, encoded, expires],
                )
            return bool(cursor.rowcount)

    def release(self, key: str, value: object) -> None:
        """Drop what was added, unless it was over meanwhile and somebody else has added another value."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {self._quoted} WHERE cache_key = %s AND value = %s",  # noqa: S608
                [self.make_and_validate_key(key), self._encoded(value)],
            )

    def take(self, allowances: Mapping[str, int], *, now: float | None = None) -> float:
        """Take one from each allowance per minute, or from none where one is used up.

        Returns 0 where it was taken, else the seconds until it can be. Two statements, and never more is given than
        allowed: each is counted before it is looked at.
        """
        moment = time.time() if now is None else now
        bucket = int(moment // BUCKET)
        names = {name: hashlib.sha256(name.encode(errors="replace")).hexdigest()[:40] for name in allowances}
        mine = [f"taken:{name}:{bucket}" for name in sorted(names.values())]
        self._count(mine, expires=(bucket + BUCKETS) * BUCKET)
        counts = self._counts(f"taken:{name}:{each}" for name in names.values() for each in _looked_at(bucket))
        wait = 0.0
        for name, most in allowances.items():
            by_bucket = {each: counts.get(f"taken:{names[name]}:{each}", 0) for each in _looked_at(bucket)}
            wait = max(wait, _until_free(by_bucket, most=most, now=moment))
        if wait:
            self._give_back(mine)
        elif any(counts[key] == 1 for key in mine):
            self.sweep(now=moment)  # For each row that is made some go.
        return wait

    def sweep(self, *, now: float) -> None:
        """Drop some of what is over. Django's own cache does so only when it is full."""
        expires = self._adapted(now)
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"SELECT cache_key FROM {self._quoted} WHERE expires < %s ORDER BY expires LIMIT {SWEPT}",  # noqa: S608
                [expires],
            )
            if old := [key for (key,) in cursor.fetchall()]:
                marks = ", ".join(["%s"] * len(old))
                cursor.execute(
                    f"DELETE FROM {self._quoted} WHERE cache_key IN ({marks}) AND expires < %s",  # noqa: S608
                    [*old, expires],
                )

    def _count(self, keys: list[str], *, expires: float) -> None:
        rows = ", ".join(["(%s, '1', %s)"] * len(keys))
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self._quoted} (cache_key, value, expires) VALUES {rows}"  # noqa: S608
                f" {UPSERT[self._connection.vendor]}",
                [each for key in keys for each in (key, self._adapted(expires))],
            )

    def _give_back(self, keys: list[str]) -> None:
        marks = ", ".join(["%s"] * len(keys))
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self._quoted} SET value = value - 1 WHERE cache_key IN ({marks})",  # noqa: S608
                keys,
            )

    def _counts(self, keys: Any) -> dict[str, int]:
        wanted = list(keys)
        marks = ", ".join(["%s"] * len(wanted))
        # From where they were written: a replica may not have them yet.
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"SELECT cache_key, value FROM {self._quoted} WHERE cache_key IN ({marks})",  # noqa: S608
                wanted,
            )
            return {key: int(float(value)) for key, value in cursor.fetchall()}

    def _encoded(self, value: object) -> str:
        """As Django's own methods read it."""
        return base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode()

    @property
    def _connection(self) -> Any:
        return connections[router.db_for_write(self.cache_model_class)]

    @property
    def _quoted(self) -> str:
        return self._connection.ops.quote_name(self._table)

    def _adapted(self, moment: float) -> Any:
        return self._connection.ops.adapt_datetimefield_value(datetime.fromtimestamp(int(moment), tz=UTC))


def _looked_at(bucket: int) -> range:
    return range(bucket - BUCKETS + 1, bucket + 1)


def _until_free(counts: Mapping[int, int], *, most: int, now: float) -> float:
    """Seconds until one more may be taken; the one that is asked for is among the counts already."""
    excess = sum(counts.values()) - most
    if excess <= 0:
        return 0.0
    buckets = sorted(counts)
    going = list(accumulate(counts[bucket] for bucket in buckets))  # How many are over with each.
    return (buckets[bisect_left(going, excess)] + BUCKETS) * BUCKET - now
