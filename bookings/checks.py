"""Configuration and database traps, named by `manage.py check` before the first event meets them.

What is impossible is always said; what is missing is an error for `check --deploy`, and a note in development.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import connections

SHORTEST_SECRET = 16  # Letters.
OLDEST_MYSQL = (8, 0, 16)  # The first that keeps check constraints.

URLS = ("CAL_EVENT_URL", "CAL_WEB_BASE_URL", "CAL_API_BASE_URL")


@register(Tags.compatibility)
def impossible_values(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = [
        Error(
            f"{name} is {getattr(settings, name)!r}, which is not an http or https address.",
            hint=f"Give {name} the whole address, with https:// before it.",
            id="bookings.E001",
        )
        for name in URLS
        if getattr(settings, name) and not _is_url(getattr(settings, name))
    ]
    messages += [
        Error(
            f"ALLOWED_HOSTS names {host!r}, which is not a host.",
            hint="Give the name only: no https:// before it, no port or path after it.",
            id="bookings.E002",
        )
        for host in settings.ALLOWED_HOSTS
        if "/" in host
    ]
    messages += [
        Error(
            f"CAL_EVENT_TYPE_IDS holds {number}, which is no id of an event type.",
            hint="Give the numbers that Cal.com shows in the addresses of the event types.",
            id="bookings.E003",
        )
        for number in settings.CAL_EVENT_TYPE_IDS
        if number <= 0
    ]
    return messages


@register(Tags.compatibility)
def missing_values_in_development(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.DEBUG:
        return []
    return [Info(what, hint=cure, id=f"bookings.I{number:03}") for number, what, cure in _missing()]


@register(Tags.security, deploy=True)
def missing_values(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [Error(what, hint=cure, id=f"bookings.E{number + 10:03}") for number, what, cure in _missing()]


@register(Tags.security, deploy=True)
def doubtful_values(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    if not settings.CAL_PAYMENT_REQUIRED:
        messages.append(
            Warning(
                "CAL_PAYMENT_REQUIRED is false: free bookings count as sessions.",
                hint="Set CAL_PAYMENT_REQUIRED=true where every session is paid.",
                id="bookings.W001",
            )
        )
    if any(len(secret) < SHORTEST_SECRET for secret in settings.CAL_WEBHOOK_SECRETS):
        messages.append(
            Warning(
                f"One of CAL_WEBHOOK_SECRETS is shorter than {SHORTEST_SECRET} letters: it can be guessed.",
                hint="Give the webhook at Cal.com a long random secret, and set the same here.",
                id="bookings.W002",
            )
        )
    if any(len(key) < SHORTEST_SECRET for key in settings.API_KEYS):
        messages.append(
            Warning(
                f"One of API_KEYS is shorter than {SHORTEST_SECRET} letters: it can be guessed.",
                hint="Use long random keys.",
                id="bookings.W003",
            )
        )
    return messages


@register(Tags.security, deploy=True)
def weak_foundations(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What it works without, until the first loss."""
    messages: list[CheckMessage] = []
    if not settings.CAL_API_KEY:
        messages.append(
            Warning(
                "CAL_API_KEY is not set: what webhooks don't bring is never read again, and nobody learns of it.",
                hint="Make a key at Cal.com, Settings, Developer, API keys, set it, and restart the worker.",
                id="bookings.W004",
            )
        )
    if not settings.DEBUG and settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        messages.append(
            Warning(
                "The database is SQLite: one process writes at a time, and all that write have to be on one machine.",
                hint="Set DATABASE_URL to MySQL's: mysql://user:password@host:3306/name.",
                id="bookings.W005",
            )
        )
    return messages


@register(Tags.database)
def database_traps(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Asks the server, so it runs with `check --database default` and before `migrate`."""
    messages: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor == "mysql":
            messages += _mysql_traps(connection)
    return messages


def _mysql_traps(connection: Any) -> Iterator[CheckMessage]:
    if connection.mysql_is_mariadb:
        yield Error(
            "This is MariaDB, which differs from MySQL in collations, JSON and constraints, and is not tested.",
            hint="Use MySQL 8.0.16 or newer.",
            id="bookings.E021",
        )
    elif connection.mysql_version < OLDEST_MYSQL:
        yield Error(
            f"This MySQL is older than {'.'.join(map(str, OLDEST_MYSQL))} and ignores check constraints.",
            hint="Use MySQL 8.0.16 or newer.",
            id="bookings.E022",
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT CONVERT_TZ('2026-01-01 00:00:00', 'UTC', 'Europe/Berlin')")
        (converted,) = cursor.fetchone()
    if converted is None:
        yield Warning(
            "MySQL's time zone tables are empty: anything by day in a time zone fails.",
            hint="Load them once: mysql_tzinfo_to_sql /usr/share/zoneinfo | mysql -u root mysql",
            id="bookings.W021",
        )


def _missing() -> Iterator[tuple[int, str, str]]:
    if not settings.CAL_WEBHOOK_SECRETS:
        yield (
            1,
            "CAL_WEBHOOK_SECRETS is not set: every webhook is refused with 401.",
            "Set it to the secret of the webhook at Cal.com.",
        )
    if not settings.CAL_EVENT_URL:
        yield (
            2,
            "CAL_EVENT_URL is not set: there is no link to book, and POST /api/booking-url answers 503.",
            "Set it to the address of the event page at Cal.com.",
        )


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
