"""Shared by all tests: the cast, the only way to the webhook, and Cal.com's bodies."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as property_settings

from bookings.cal import signature
from coaches.models import Coach
from users.models import User

SECRET = "the-secret-of-the-tests"
WEBHOOK = "/api/webhook/cal"
BODIES = Path(__file__).resolve().parent.parent / "bookings" / "tests" / "cal"

# How fast a property is checked says more of what else the machine does than of the code.
property_settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
property_settings.load_profile("unhurried")

# A run in the background inherits that Ctrl-C is ignored, and the processes that it starts and ends so would too.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of what only MySQL does are no tests elsewhere; .ci/run runs the suite on both."""
    if connection.vendor == "mysql":
        return
    kept = [item for item in items if item.get_closest_marker("mysql") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(autouse=True)
def _configuration(settings: Any) -> None:
    """What the tests rely on, whatever the developer's .env says."""
    settings.CAL_WEBHOOK_SECRETS = [SECRET]
    settings.CAL_EVENT_URL = "https://cal.com/team/career-coach/coaching-30"
    settings.CAL_WEB_BASE_URL = "https://cal.com"
    settings.CAL_EVENT_TYPE_IDS = []
    settings.CAL_PAYMENT_REQUIRED = False
    settings.API_KEYS = []
    settings.API_CALLS_PER_USER = settings.API_CALLS_PER_ADDRESS = 0
    translation.deactivate()  # A page leaves its language to the thread, and each test would hand it to the next.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice(db: None) -> User:
    """A client."""
    return User.objects.create_user("alice@example.org", "Alice Client", user_id="alice-1")


@pytest.fixture
def charlie(db: None) -> User:
    """Another client, who must see nothing of Alice's."""
    return User.objects.create_user("charlie@example.org", "Charlie Other", user_id="charlie-1")


@pytest.fixture
def sam(db: None) -> User:
    """A member of staff who may do everything."""
    return User.objects.create_superuser("sam@example.org", "Sam Staff", "sams-password", user_id="sam-1")


@pytest.fixture
def ada(db: None) -> Coach:
    """A coach."""
    return Coach.objects.create(cal_user_id=4101, name="Ada Coach", email="ada@coach.example", time_zone="Europe/Paris")


@contextmanager
def away(problem: Exception) -> Iterator[None]:
    """A database that answers every statement with this problem."""

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise problem

    with connection.execute_wrapper(wrapper):
        yield


def pass_by(seconds: float) -> None:
    """Let what the cache holds be so many seconds older."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, expires FROM shared_cache")
        for key, expires in cursor.fetchall():
            moment = datetime.fromisoformat(str(expires)) - timedelta(seconds=seconds)
            cursor.execute("UPDATE shared_cache SET expires = %s WHERE cache_key = %s", [str(moment), key])


def problem(*errors: tuple[str, str, str | None], kind: str, retryable: bool = False) -> dict[str, Any]:
    """What the API says of these, each a code, a detail and an attr; whatever number the request has."""
    told = [{"code": code, "detail": detail, "attr": attr} for code, detail, attr in errors]
    return {"type": kind, "errors": told, "requestId": ANY, "retryable": retryable}


Body = dict[str, Any] | str | bytes


def signed_post(client: Client, message: Body, *, secret: str = SECRET, path: str = WEBHOOK, **extra: Any) -> Any:
    """Post a message as Cal.com does: the only way in which tests reach the webhook."""
    body = json.dumps(message, ensure_ascii=False) if isinstance(message, dict) else message
    raw = body if isinstance(body, bytes) else body.encode()
    headers = {signature.HEADER: signature.sign(raw, secret)} | extra.pop("headers", {})
    return client.post(path, raw, content_type=extra.pop("content_type", "application/json"), headers=headers, **extra)


def body_of(name: str) -> dict[str, Any]:
    """One of the bodies built from Cal.com's source, by its file's name."""
    document: dict[str, Any] = json.loads((BODIES / "payloads" / f"{name}.json").read_text())
    return document


def recorded(version: str, number: str) -> str:
    """A genuine body, exactly as Cal.com posted it: `recorded("v602", "012")`."""
    (path,) = (BODIES / "recorded" / version).glob(f"{number}_*.json")
    raw: str = json.loads(path.read_text())["body_raw"]
    return raw


def all_recorded() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every genuine webhook with its file's name."""
    for path in sorted((BODIES / "recorded").glob("v*/*.json")):
        yield f"{path.parent.name}/{path.stem}", json.loads(path.read_text())


@pytest.fixture
def post(client: Client, db: None) -> Callable[..., Any]:
    """Post messages to the webhook; each must be answered 200."""

    def post_all(*messages: Body) -> None:
        for message in messages:
            response = signed_post(client, message)
            assert response.status_code == 200, response.content

    return post_all
