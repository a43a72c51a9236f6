"""What all of the API has in common: who may call, one shape of errors, and a last slash that does no harm."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import ANY

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.urls import get_resolver

from bookings.models import Booking
from careercoach.testing import away, problem
from users.models import User

pytestmark = pytest.mark.django_db

CALLS = [
    ("POST", "/api/users"),
    ("POST", "/api/booking-url"),
    ("GET", "/api/slots"),
    ("GET", "/api/bookings"),
    ("GET", "/api/bookings/CC-00000-00000"),
    ("GET", "/api/bookings/CC-00000-00000.ics"),
    ("POST", "/api/bookings/cancel"),
    ("POST", "/api/bookings/reschedule"),
]


def error(code: str, detail: str, *, kind: str = "client_error", retryable: bool = False) -> dict[str, Any]:
    return problem((code, detail, None), kind=kind, retryable=retryable)


# --- API keys --------------------------------------------------------------------------------------------------------

MISSING = error("missing_api_key", "This deployment asks for an API key: send it as “Authorization: Bearer …”.")
WRONG = error("wrong_api_key", "The API key is not one of this deployment's.")


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_without_keys_the_api_is_open(method: str, path: str, client: Client) -> None:
    """Whatever else is wrong with a call, it is not a key."""
    assert client.generic(method, path).status_code == 400


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_deployment_with_keys_asks_for_one_in_every_call(
    method: str, path: str, client: Client, settings: Any
) -> None:
    settings.API_KEYS = ["a-key"]

    without = client.generic(method, path)
    wrong = client.generic(method, path, headers={"Authorization": "Bearer another-key"})
    right = client.generic(method, path, headers={"Authorization": "Bearer a-key"})

    assert (without.status_code, without.json()) == (401, MISSING)
    assert (wrong.status_code, wrong.json()) == (401, WRONG)
    assert without.headers["WWW-Authenticate"] == wrong.headers["WWW-Authenticate"] == "Bearer"
    assert right.status_code == 400


@pytest.mark.parametrize("key", ["the-old-key", "the-new-key", "schlüssel", "a key of words"])
def test_any_of_the_keys_will_do(key: str, client: Client, settings: Any, alice: User) -> None:
    settings.API_KEYS = ["the-old-key", "the-new-key", "schlüssel", "a key of words"]

    answers = [
        client.get("/api/bookings", {"userId": "alice-1"}, headers={"Authorization": given}).status_code
        for given in (f"Bearer {key}", f"bearer  {key} ")
    ]

    assert answers == [200, 200]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", MISSING),
        ("Bearer", MISSING),
        ("Bearer ", MISSING),
        ("a-key", MISSING),
        ("Basic a-key", MISSING),
        ("Bearer a-ke", WRONG),
        ("Bearer a-key2", WRONG),
        ("Bearer A-KEY", WRONG),
        ("Bearer a-key,a-key", WRONG),
        ("Bearer \ud800", WRONG),
    ],
    ids=ascii,
)
def test_nothing_else_is_a_key(header: str, expected: dict[str, Any], client: Client, settings: Any) -> None:
    settings.API_KEYS = ["a-key"]

    response = client.get("/api/bookings", headers={"Authorization": header})

    assert (response.status_code, response.json()) == (401, expected)


def test_a_key_is_not_taken_from_the_query(client: Client, settings: Any, alice: User) -> None:
    settings.API_KEYS = ["a-key"]

    response = client.get("/api/bookings", {"userId": "alice-1", "key": "a-key", "Authorization": "Bearer a-key"})

    assert (response.status_code, response.json()) == (401, MISSING)


# --- Paths -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_one_last_slash_is_ignored_without_a_redirect(method: str, path: str, client: Client) -> None:
    plain, slash, two = (client.generic(method, f"{path}{end}") for end in ("", "/", "//"))

    assert (slash.status_code, slash.json()) == (plain.status_code, plain.json() | {"requestId": ANY})
    assert (two.status_code, two.json()) == (404, error("not_found", "Not found."))


def test_a_last_slash_behind_a_prefix_is_ignored_too(client: Client, alice: User) -> None:
    """Where a server mounts the application somewhere else than at the root."""
    response = client.get("/api/bookings/", {"userId": "alice-1"}, SCRIPT_NAME="/coach")

    assert response.status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/api", "/api/", "/api//", "/api/nowhere", "/api/nowhere/", "/api/users/7/x"])
def test_a_path_that_leads_nowhere_says_so_in_the_same_shape(
    path: str, method: str, client: Client, settings: Any
) -> None:
    settings.API_KEYS = ["a-key"]

    response = client.generic(method, path)

    assert (response.status_code, response.json()) == (404, error("not_found", "Not found."))


@pytest.mark.parametrize("path", ["/apis", "/admin/nowhere/", "/nowhere"])
def test_other_paths_are_not_of_the_api(path: str, client: Client) -> None:
    response = client.get(path)

    assert response.headers["Content-Type"].startswith("text/html")


def test_every_call_is_known_to_this_test() -> None:
    """A new one is added above, so that nobody forgets to ask it for a key."""
    (api,) = (each for each in get_resolver().url_patterns if str(each.pattern) == "api/")
    routes = {str(route.pattern) for each in api.url_patterns for route in getattr(each, "url_patterns", [each])}

    assert routes == {
        "users",
        "booking-url",
        "slots",
        "bookings",
        "bookings/cancel",
        "bookings/reschedule",
        r"^bookings/(?P<bookingId>[^/.]+)\.ics$",
        "^bookings/(?P<bookingId>[^/.]+)$",
        "meta",
        "webhook/cal",
    }


# --- Errors ----------------------------------------------------------------------------------------------------------

TODAY = datetime.now(UTC).date()
GIVEN = {
    "/api/users": "name=Alice&email=alice@example.org",
    "/api/slots": f"from={TODAY}&to={TODAY}&timeZone=UTC",
    "/api/bookings/cancel": "userId=alice-1&bookingId=CC-00000-00000",
    "/api/bookings/reschedule": "userId=alice-1&bookingId=CC-00000-00000",
}
DATABASE_AWAY = error(
    "database_unavailable", "The database can't be reached. Try again shortly.", kind="server_error", retryable=True
)


@pytest.mark.parametrize("problem", [OperationalError(2002, "can't connect"), InterfaceError(0, "")])
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_while_the_database_is_away_callers_are_asked_to_come_again(
    method: str, path: str, problem: Exception, client: Client, settings: Any
) -> None:
    client.raise_request_exception = False
    settings.CAL_API_KEY = "cal_key"

    with away(problem):
        response = client.generic(method, f"{path}?{GIVEN.get(path, 'userId=alice-1')}")

    assert (response.status_code, response.json()) == (503, DATABASE_AWAY)
    assert response.headers["Retry-After"] == "5"


def test_our_own_failures_say_nothing_of_what_failed(client: Client, alice: User) -> None:
    client.raise_request_exception = False

    with away(RuntimeError("the password is x9")):
        response = client.get("/api/bookings", {"userId": "alice-1"})

    (only,) = response.json()["errors"]
    assert (response.status_code, response.json()["type"], only["code"]) == (500, "server_error", "error")
    assert "x9" not in response.content.decode()
    assert Booking.objects.count() == 0


def test_a_page_of_another_site_may_only_call_where_it_is_allowed_to(client: Client, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://front.example"]
    asked = {"Access-Control-Request-Method": "POST"}

    answers = [
        client.options(path, headers=asked | {"Origin": origin}).headers.get("Access-Control-Allow-Origin")
        for path, origin in [
            ("/api/users", "https://front.example"),
            ("/api/users", "https://other.example"),
            ("/admin/", "https://front.example"),
        ]
    ]

    assert answers == ["https://front.example", None, None]


def test_a_page_of_another_site_can_read_each_header_that_is_for_it(client: Client, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://front.example"]

    answer = client.get("/api/meta", headers={"Origin": "https://front.example"})

    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert exposed == ["Allow", "Content-Disposition", "ETag", "Retry-After", "X-Request-Id"]
