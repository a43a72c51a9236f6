"""What is missing or impossible is named before the first event."""

from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection

from bookings import checks


def ids(*, deploy: bool = False) -> list[str]:
    return sorted(
        message.id for message in run_checks(include_deployment_checks=deploy) if message.id.startswith("bookings.")
    )


@pytest.fixture
def whole(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a deployment should be, which the settings of the tests are not quite."""
    settings.CAL_PAYMENT_REQUIRED, settings.CAL_API_KEY = True, "cal_live_of_the_tests"
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.mysql")


@pytest.mark.usefixtures("whole")
def test_a_whole_configuration_has_nothing_to_say() -> None:

    assert ids() == []
    assert ids(deploy=True) == []


@pytest.mark.parametrize("name", checks.URLS)
@pytest.mark.parametrize("value", ["cal.com/team", "ftp://cal.com", "https://", "https://[broken"])
def test_an_address_that_is_none_is_named(settings: Any, name: str, value: str) -> None:
    setattr(settings, name, value)

    (message,) = checks.impossible_values(None)
    assert (message.id, message.msg) == (
        "bookings.E001",
        f"{name} is {value!r}, which is not an http or https address.",
    )


def test_a_host_with_a_scheme_and_a_number_that_is_no_id_are_named(settings: Any) -> None:
    settings.ALLOWED_HOSTS, settings.CAL_EVENT_TYPE_IDS = ["https://coach.example"], [7, -5]

    assert [message.id for message in checks.impossible_values(None)] == ["bookings.E002", "bookings.E003"]


@pytest.mark.usefixtures("whole")
def test_what_is_missing_is_a_note_in_development_and_an_error_in_production(settings: Any) -> None:
    settings.CAL_WEBHOOK_SECRETS, settings.CAL_EVENT_URL = [], ""

    settings.DEBUG = True
    assert ids() == ["bookings.I001", "bookings.I002"]

    settings.DEBUG = False
    assert ids(deploy=True) == ["bookings.E011", "bookings.E012"]


@pytest.mark.usefixtures("whole")
def test_what_is_doubtful_is_a_warning_in_production(settings: Any) -> None:
    settings.CAL_WEBHOOK_SECRETS, settings.API_KEYS, settings.CAL_PAYMENT_REQUIRED = ["short"], ["short"], False
    settings.CAL_API_KEY = ""

    assert ids(deploy=True) == ["bookings.W001", "bookings.W002", "bookings.W003", "bookings.W004"]


@pytest.mark.usefixtures("whole")
def test_sqlite_is_a_warning_in_production_and_nothing_in_development(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")

    assert (ids(), ids(deploy=True)) == ([], ["bookings.W005"])

    settings.DEBUG = True
    assert (ids(), ids(deploy=True)) == ([], [])


def test_the_database_of_the_tests_holds_no_trap(db: None) -> None:
    assert checks.database_traps(None, databases=["default"]) == []
    assert checks.database_traps(None) == []


class Server:
    """As much of a connection as the check looks at."""

    vendor = "mysql"

    def __init__(self, *, mariadb: bool, version: tuple[int, ...], zones: bool) -> None:
        self.mysql_is_mariadb, self.mysql_version, self._zones = mariadb, version, zones

    def cursor(self) -> "Server":
        return self

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def execute(self, sql: str) -> None:
        return None

    def fetchone(self) -> tuple[str | None]:
        return ("2026-01-01 01:00:00" if self._zones else None,)


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (Server(mariadb=False, version=(8, 0, 16), zones=True), []),
        (Server(mariadb=True, version=(11, 4, 2), zones=True), ["bookings.E021"]),
        (Server(mariadb=False, version=(8, 0, 11), zones=False), ["bookings.E022", "bookings.W021"]),
    ],
)
def test_traps_of_mysql_are_named(server: Server, expected: list[str]) -> None:
    assert [message.id for message in checks._mysql_traps(server)] == expected


@pytest.mark.mysql
def test_the_real_server_has_its_time_zones(db: None) -> None:
    assert list(checks._mysql_traps(connection)) == []
