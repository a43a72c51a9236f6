"""Settings of a production deployment: what they refuse, and that no event is lost to a redirect."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from bookings.cal import links
from users.models import User

FILE = Path(settings.BASE_DIR) / "careercoach" / "settings.py"
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "of-production-" * 4,
    "ALLOWED_HOSTS": "coach.example,testserver",
    "DATABASE_URL": "sqlite:///unused.sqlite3",
    "CAL_WEBHOOK_SECRETS": "the-secret-of-production",
    "BEHIND_PROXY": "false",
    "SECURE_SSL_REDIRECT": "true",
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings file as a process with this environment reads it, and without the demo of the tests."""
    monkeypatch.delenv("DEMO", raising=False)

    def run(**environment: str) -> dict[str, Any]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(FILE))

    return run


def test_without_any_configuration_it_is_for_development(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)

    names = read(CAL_TEAM_ID="")

    assert (names["DEBUG"], names["ALLOWED_HOSTS"], names["CAL_TEAM_ID"]) == (True, ["*"], None)
    assert "SECURE_SSL_REDIRECT" not in names


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("SECRET_KEY", "SECRET_KEY is not set: give it 50 random characters or more, or set DEBUG=true."),
        ("ALLOWED_HOSTS", "ALLOWED_HOSTS is not set: name the hosts this server answers to, comma separated."),
    ],
)
def test_production_refuses_to_start_without_what_it_must_know(name: str, message: str, read: Any) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(**PRODUCTION | {name: ""})

    assert str(refusal.value) == message


BY_HTTPS = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize(
    ("behind", "header", "proxies"),
    [("false", None, 0), ("0", None, 0), ("true", BY_HTTPS, 1), ("1", BY_HTTPS, 1), ("2", BY_HTTPS, 2)],
)
def test_the_word_of_a_proxy_is_believed_only_where_there_is_one(
    behind: str, header: tuple[str, str] | None, proxies: int, read: Any
) -> None:
    names = read(**PRODUCTION | {"BEHIND_PROXY": behind})

    assert (names.get("SECURE_PROXY_SSL_HEADER"), names["REST_FRAMEWORK"]["NUM_PROXIES"]) == (header, proxies)


@pytest.mark.parametrize("mistyped", ["ture", "-1", "1.5", "two"])
def test_a_number_of_proxies_that_is_none_is_said_with_the_cure(mistyped: str, read: Any) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(**PRODUCTION | {"BEHIND_PROXY": mistyped})

    assert str(refusal.value) == f"BEHIND_PROXY is {mistyped!r}: give true, false, or how many proxies there are."


def test_production_is_safe_by_itself(read: Any) -> None:
    names = read(**PRODUCTION)

    expected = {
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "API_KEYS": [],
        "DEMO": False,
    }
    assert {name: names[name] for name in expected} == expected


def test_lists_leave_out_what_is_empty(read: Any) -> None:
    names = read(**PRODUCTION, API_KEYS=",a-key,", CAL_EVENT_TYPE_IDS="88021,7", CAL_TEAM_ID="512")
    secrets = read(CAL_WEBHOOK_SECRETS="old,,new")["CAL_WEBHOOK_SECRETS"]

    assert (names["API_KEYS"], names["CAL_EVENT_TYPE_IDS"], names["CAL_TEAM_ID"]) == (["a-key"], [88021, 7], 512)
    assert secrets == ["old", "new"]


def test_each_database_has_its_own_options(read: Any) -> None:
    mysql = read(DATABASE_URL="mysql://coach:x@db:3307/careercoach")["DATABASES"]["default"]
    sqlite = read(DATABASE_URL="sqlite:////data/db.sqlite3")["DATABASES"]["default"]

    assert (mysql["ENGINE"], mysql["HOST"], mysql["PORT"]) == ("django.db.backends.mysql", "db", 3307)
    assert (mysql["CONN_MAX_AGE"], mysql["CONN_HEALTH_CHECKS"]) == (60, True)
    assert mysql["OPTIONS"] == {
        "charset": "utf8mb4",
        "isolation_level": "read committed",
        "init_command": "SET sql_mode = 'TRADITIONAL'",
    }
    assert (sqlite["ENGINE"], sqlite["NAME"]) == ("django.db.backends.sqlite3", "/data/db.sqlite3")
    assert (sqlite["OPTIONS"]["transaction_mode"], sqlite["OPTIONS"]["timeout"]) == ("IMMEDIATE", 20)


REQUESTS = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from django.test import Client
from bookings.cal import links, signature
from bookings.models import Message

call_command("migrate", verbosity=0)
client = Client(raise_request_exception=False)
body = b'{"triggerEvent":"PING"}'
headers = {signature.HEADER: signature.sign(body, "the-secret-of-production")}
answers = {}
for method, path, more in [
    ("POST", "/api/webhook/cal", {}),
    ("POST", "/api/webhook/cal/", {}),
    ("POST", "/api/webhook/calx", {}),
    ("POST", "/api/booking-url", {}),
    ("GET", "/admin/login/", {}),
    ("GET", "/healthz", {}),
    ("GET", "/readyz", {}),
    ("GET", "/healthz?claims", {"HTTP_X_FORWARDED_PROTO": "https"}),
    ("GET", "/admin/?claims", {"HTTP_X_FORWARDED_PROTO": "https"}),
]:
    response = client.generic(method, path, body if method == "POST" else b"", headers=headers, **more)
    answers[f"{method} {path}"] = [response.status_code, response.headers.get("Location")]
over_tls = client.post("/api/booking-url", secure=True)
answers["secure"] = [over_tls.status_code, over_tls.headers["Strict-Transport-Security"]]
print(json.dumps({"answers": answers, "kept": Message.objects.count(), "token": links.user_id_in(sys.argv[1])}))
"""


def test_in_production_no_event_and_no_probe_meets_a_redirect(tmp_path: Path) -> None:
    """Cal.com follows none, and probes come by plain http; and a token signed with the key of before still fits."""
    environment = PRODUCTION | {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "careercoach.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "SECRET_KEY_FALLBACKS": settings.SECRET_KEY,
    }
    token = links.user_token(User(user_id="alice-1"))

    done = subprocess.run(
        [sys.executable, "-c", REQUESTS, token],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "answers": {
            "POST /api/webhook/cal": [200, None],
            "POST /api/webhook/cal/": [200, None],
            "POST /api/webhook/calx": [301, "https://testserver/api/webhook/calx"],
            "POST /api/booking-url": [301, "https://testserver/api/booking-url"],
            "GET /admin/login/": [301, "https://testserver/admin/login/"],
            "GET /healthz": [200, None],
            "GET /readyz": [200, None],
            "GET /healthz?claims": [200, None],
            "GET /admin/?claims": [301, "https://testserver/admin/?claims"],
            "secure": [400, "max-age=31536000; includeSubDomains; preload"],
        },
        "kept": 1,
        "token": "alice-1",
    }


SAYING = """
import logging
import django
django.setup()
for name in ("bookings", "django.request", "django.db.backends"):
    for level in ("DEBUG", "WARNING", "CRITICAL"):
        logging.getLogger(name).log(logging.getLevelName(level), "said")
"""


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("DEBUG", {"bookings": 3, "django.request": 3, "django.db.backends": 2}),
        ("INFO", {"bookings": 2, "django.request": 2, "django.db.backends": 2}),
        ("CRITICAL", {"bookings": 1, "django.request": 1}),
    ],
)
def test_the_log_s_level_is_djangos_too(level: str, said: dict[str, int]) -> None:
    """But for its statements, which have in them whatever is stored."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "careercoach.settings", "LOG_LEVEL": level}

    told = subprocess.run(
        [sys.executable, "-c", SAYING],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    lines = told.stderr.splitlines()
    assert {name: sum(f" {name} said" in line for line in lines) for name in said} == said
