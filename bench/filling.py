"""Two years of bookings in MySQL, for benchmarks: 10,000 and 1,000,000 of the same kind, in two databases.

Some are made by the real code (`seeds`), and copied in SQL, 5 times and 500 times, under other keys (whatever has MARK
in it gets the copy's own) and at other times of the day. So the databases differ in nothing but the size of their
tables, and rows of the first copy are the same in both.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import seeds
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, models

from bookings.models import Act, Attention, Booking, Difference, Message, Run, StatusChange
from coaches.models import Coach
from users.models import User

FEW, MANY = 5, 500  # Copies.
OPEN_IN = 50  # Of the copies: in the others the staff have settled all cases.
COPIED: tuple[type[models.Model], ...] = (User, Booking, Message, StatusChange, Attention, Act, Difference)
BY_STAFF = frozenset({"by", "settled_by"})
MARKED = frozenset(
    {
        *("uid", "superseded_by", "registers", "body", "link", "calendar_uid", "payment_intent", "refund_id"),
        *("user_id", "name", "email", "client_name", "client_email", "cancelled_by"),
    }
)
AT_ONCE = 20_000


def use(name: str) -> None:
    """Let what follows ask this database; without leaving the connection, so that both can be asked in turns."""
    with connection.cursor() as cursor:
        cursor.execute(f"USE `{name}`")


def make(name: str) -> None:
    if connection.vendor != "mysql" or "bench" not in name:
        sys.exit("DATABASE_URL must name a MySQL database with `bench` in its name: it is dropped first.")
    drop(name)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE `{name}`")
    migrate(name)


def drop(name: str) -> None:
    _leave()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS `{name}`")


def _leave() -> None:
    """Every database: what is to be made, or was dropped, is not there to connect to."""
    connection.close()
    connection.settings_dict["NAME"] = None


def migrate(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0)


def is_filled(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = %s AND table_name = 'filled'", [name]
        )
        return cursor.fetchone() is not None


def _finish(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"USE `{name}`")
        tables = ", ".join(f"`{model._meta.db_table}`" for model in (*COPIED, Coach, Run))
        cursor.execute(f"ANALYZE TABLE {tables}")
        cursor.fetchall()
        cursor.execute("CREATE TABLE filled (id INT)")


# --- The copies ------------------------------------------------------------------------------------------------------


def copy(name: str, *, source: str, copies: int) -> None:
    make(name)
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION foreign_key_checks = 0, unique_checks = 0")
        cursor.execute("CREATE TEMPORARY TABLE copy (n INT PRIMARY KEY, mark CHAR(4) COLLATE utf8mb4_bin)")
        cursor.executemany(
            "INSERT INTO copy VALUES (%s, %s)", [(n, f"{seeds.MARK[0]}{n - 1:03}") for n in range(1, copies + 1)]
        )
        for model in (Coach, Run):
            table = model._meta.db_table
            cursor.execute(f"INSERT INTO `{table}` SELECT * FROM `{source}`.`{table}`")
        for model in COPIED:
            with _without_indexes(cursor, model):
                _copy(cursor, model, source=source, copies=copies)
            print(f"{name}: {model._meta.db_table} copied", flush=True)
        cursor.execute("SET SESSION foreign_key_checks = 1, unique_checks = 1")
    User.objects.get(email=seeds.OPERATIONS).groups.add(Group.objects.get(name="Operations"))
    _finish(name)


@contextmanager
def _without_indexes(cursor: Any, model: type[models.Model]) -> Iterator[None]:
    """Made at once in the end: kept up row by row, those that don't fit into memory take most of the time."""
    kept = {field.name for field in model._meta.fields if field.remote_field}  # MySQL needs these for foreign keys.
    indexes = [index for index in model._meta.indexes if index.fields[0] not in kept]
    table = f"ALTER TABLE `{model._meta.db_table}`"
    if indexes:
        cursor.execute(f"{table} {', '.join(f'DROP INDEX `{index.name}`' for index in indexes)}")
    yield
    if indexes:
        cursor.execute(f"{table} {', '.join(_index(model, index) for index in indexes)}")


def _index(model: type[models.Model], index: models.Index) -> str:
    columns = ", ".join(f"`{model._meta.get_field(name).column}`" for name in index.fields)
    return f"ADD INDEX `{index.name}` ({columns})"


def _copy(cursor: Any, model: type[models.Model], *, source: str, copies: int) -> None:
    """The copies of each row one after the other, so that keys go on growing with time."""
    table = model._meta.db_table
    fields = model._meta.concrete_fields
    names = ", ".join(f"`{field.column}`" for field in fields)
    values = ", ".join(_value(model, field, source=source, copies=copies) for field in fields)
    staff_once = "AND (NOT t.is_staff OR n = 1)" if model is User else ""
    cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM `{source}`.`{table}`")
    (most,) = cursor.fetchone()
    step = max(AT_ONCE // copies, 1)
    for first in range(1, most + 1, step):
        cursor.execute(
            f"INSERT INTO `{table}` ({names}) SELECT {values} FROM `{source}`.`{table}` t JOIN copy"
            f" WHERE t.id >= {first} AND t.id < {first + step} {staff_once} ORDER BY t.id, n"
        )


def _value(model: type[models.Model], field: models.Field, *, source: str, copies: int) -> str:
    column = f"t.`{field.column}`"
    marked = f"REPLACE({column}, '{seeds.MARK}', mark)"
    if field.primary_key:
        return f"({column} - 1) * {copies} + n"
    if field.remote_field and field.related_model in COPIED:
        return f"({column} - 1) * {copies} + {1 if field.name in BY_STAFF else 'n'}"
    if field.name in ("reference", "chain_reference"):
        root = f"(SELECT r.uid FROM `{source}`.booking r WHERE r.reference = {column})"
        return _reference(f"REPLACE({root}, '{seeds.MARK}', mark)")
    if field.name == "digest":
        return f"IF(n = 1, {column}, SHA2(CONCAT({column}, n), 256))"
    if model is Attention and field.name == "state":
        return f"IF(n > {OPEN_IN} AND t.since < NOW(), 'settled', {column})"
    if model is Booking and field.name in ("starts_at", "ends_at"):
        return f"DATE_SUB({column}, INTERVAL (n - 1) * 7 % 48 * 30 MINUTE)"
    if field.name not in MARKED:
        return column
    return (
        f"IF(n = 1, {column}, REPLACE(CAST({column} AS CHAR), '{seeds.MARK}', mark))"
        if isinstance(field, models.JSONField)
        else marked
    )


def _reference(uid: str) -> str:
    """`domain.projection.reference`, in SQL: MySQL's digits of base 32 go on to V, Crockford's leave out some."""
    number = f"CONV(CONV(LEFT(SHA2({uid}, 256), 13), 16, 10) DIV 4, 10, 32)"
    for digit, letter in reversed(list(zip("IJKLMNOPQRSTUV", "JKMNPQRSTVWXYZ", strict=True))):
        number = f"REPLACE({number}, '{digit}', '{letter}')"
    letters = f"LPAD({number}, 10, '0')"
    return f"CONCAT('CC-', LEFT({letters}, 5), '-', RIGHT({letters}, 5))"


def fill(sizes: dict[str, int], *, count: int = seeds.SEEDS) -> None:
    """Databases by name, each with so many copies. Those that were filled before are kept, with today's migrations."""
    _leave()
    wanted = {name: copies for name, copies in sizes.items() if not is_filled(name)}
    if wanted:
        seedbed = f"{next(iter(sizes))}_seeds"
        make(seedbed)
        seeds.sow(count)
        for name, copies in wanted.items():
            copy(name, source=seedbed, copies=copies)
        drop(seedbed)
    for name in sizes:
        migrate(name)
