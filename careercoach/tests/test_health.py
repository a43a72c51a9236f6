"""Probes: alive without anything else, ready only with a database that is as the code expects it."""

import importlib
import runpy
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from careercoach.testing import away


def test_the_process_is_alive_without_a_database(client: Client) -> None:
    """The test has no right to the database, and would fail if the probe asked for it."""
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_it_can_serve_when_every_migration_is_applied(client: Client) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ok", "database": "ok", "migrations": 0})


@pytest.mark.django_db
def test_it_can_not_serve_while_a_migration_is_missing(client: Client) -> None:
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("bookings")
    MigrationRecorder(connection).record_unapplied(*newest)

    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (
        503,
        {"status": "unavailable", "database": "ok", "migrations": 1},
    )


@pytest.mark.django_db
@pytest.mark.parametrize("problem", [OperationalError(2002, "can't connect"), InterfaceError(0, "")])
def test_it_can_not_serve_while_the_database_is_away(problem: Exception, client: Client) -> None:
    with away(problem):
        ready, alive = client.get("/readyz"), client.get("/healthz")

    assert (ready.status_code, ready.json()) == (503, {"status": "unavailable", "database": "away"})
    assert alive.status_code == 200


@pytest.mark.django_db
def test_a_server_finds_the_application_where_settings_say_it_is(settings: Any) -> None:
    module, _dot, name = settings.WSGI_APPLICATION.rpartition(".")
    application = getattr(importlib.import_module(module), name)
    environ: dict[str, Any] = {"PATH_INFO": "/healthz"}
    setup_testing_defaults(environ)
    answers: list[str] = []

    body = b"".join(application(environ, lambda status, headers: answers.append(status)))

    assert (answers, body) == (["200 OK"], b'{"status": "ok"}')


@pytest.mark.django_db
def test_the_front_door_leads_to_the_admin(client: Client, settings: Any) -> None:
    """Where there is no demo, which has a page of its own there."""
    settings.DEMO = False
    settings.ROOT_URLCONF = tuple(runpy.run_path(str(settings.BASE_DIR / "careercoach" / "urls.py"))["urlpatterns"])

    response = client.get("/")

    assert (response.status_code, response.headers["Location"]) == (302, "/admin/")


@pytest.mark.django_db
def test_probes_come_by_any_name_and_by_plain_http(client: Client, settings: Any) -> None:
    """A probe asks for the container's own address, which is in no ALLOWED_HOSTS."""
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["coach.example"], True

    answers = [client.get(path, headers={"Host": "10.0.0.7"}).status_code for path in ("/healthz", "/readyz")]

    assert answers == [200, 200]
