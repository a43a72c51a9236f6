"""What the environment says, read as its writer meant it, or refused by name."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

SETTINGS = Path(__file__).resolve().parent.parent / "settings.py"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings that this environment gives."""

    def read_with(**environment: str) -> dict[str, Any]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return read_with


def test_blanks_around_the_commas_of_a_list_are_nothing(read: Any) -> None:
    settings = read(
        CAL_WEBHOOK_SECRETS="first , second,",
        API_KEYS=" one, two",
        ALLOWED_HOSTS="a.example, b.example",
        DEBUG="no",
        SECRET_KEY="key",
        CAL_EVENT_TYPE_IDS="1, 2",
    )

    assert settings["CAL_WEBHOOK_SECRETS"] == ["first", "second"]
    assert settings["API_KEYS"] == ["one", "two"]
    assert settings["ALLOWED_HOSTS"] == ["a.example", "b.example"]
    assert settings["CAL_EVENT_TYPE_IDS"] == [1, 2]


def test_a_name_without_a_value_is_as_good_as_none(read: Any) -> None:
    settings = read(
        CAL_WEB_BASE_URL="", CAL_API_BASE_URL="", DATABASE_URL="", CAL_TEAM_ID="", CAL_PAYMENT_REQUIRED="", API_KEYS=""
    )

    assert settings["CAL_WEB_BASE_URL"] == "https://cal.com"
    assert settings["CAL_API_BASE_URL"] == "https://api.cal.com/v2"
    assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert (settings["CAL_TEAM_ID"], settings["CAL_PAYMENT_REQUIRED"], settings["API_KEYS"]) == (None, False, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CAL_PAYMENT_REQUIRED", "treu"),
        ("DEBUG", "maybe"),
        ("CAL_TEAM_ID", "abc"),
        ("CAL_EVENT_TYPE_IDS", "1,abc"),
        ("DATABASE_URL", "foo"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_an_impossible_value_is_refused_by_name(read: Any, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        read(**{name: value})


def test_the_level_of_the_log_may_be_written_as_one_likes(read: Any) -> None:
    assert read(LOG_LEVEL="warning")["LOGGING"]["root"]["level"] == "WARNING"


def test_a_command_says_in_one_line_what_is_wrong_with_a_setting() -> None:
    command = [sys.executable, "manage.py", "end_meetings"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "careercoach.settings", "CAL_TEAM_ID": "abc"}

    ended = subprocess.run(
        command, cwd=SETTINGS.parent.parent, env=environment, capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "CAL_TEAM_ID is 'abc', which is not a whole number.\n"


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_does_not_start_without(read: Any, missing: str) -> None:
    given = {"DEBUG": "false", "SECRET_KEY": "key", "ALLOWED_HOSTS": "a.example"} | {missing: ""}

    with pytest.raises(ImproperlyConfigured, match=f"{missing} is not set"):
        read(**given)


@pytest.mark.parametrize(("behind_proxy", "header"), [("true", ("HTTP_X_FORWARDED_PROTO", "https")), ("false", None)])
def test_production_is_strict_and_trusts_a_proxy_only_where_there_is_one(
    read: Any, behind_proxy: str, header: tuple[str, str] | None
) -> None:
    settings = read(
        DEBUG="false",
        SECRET_KEY="key",
        ALLOWED_HOSTS="a.example",
        CAL_TEAM_ID="12",
        BEHIND_PROXY=behind_proxy,
        DATABASE_URL="mysql://u:p@db/careercoach",
    )

    assert settings.get("SECURE_PROXY_SSL_HEADER") == header
    assert (settings["SECURE_SSL_REDIRECT"], settings["SECURE_HSTS_SECONDS"]) == (True, 31_536_000)
    assert (settings["SESSION_COOKIE_SECURE"], settings["CSRF_COOKIE_SECURE"]) == (True, True)
    assert settings["DATABASES"]["default"]["OPTIONS"]["isolation_level"] == "read committed"
    assert settings["CAL_TEAM_ID"] == 12
