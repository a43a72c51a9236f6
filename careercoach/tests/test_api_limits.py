"""How often one may call: for each user and for each address, by all processes together."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

from careercoach.testing import problem, signed_post
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limits(db: None, settings: Any) -> Iterator[None]:
    settings.API_CALLS_PER_USER, settings.API_CALLS_PER_ADDRESS = 2, 5
    cache.clear()
    yield
    cache.clear()


def ask(client: Client, user: str, **more: Any) -> int:
    return client.get("/api/bookings", {"userId": user}, **more).status_code


def test_whoever_asks_too_often_is_told_when_to_come_again(client: Client, alice: User) -> None:
    answers = [client.get("/api/bookings", {"userId": "alice-1"}) for _each in range(3)]

    last = answers[-1]
    wait = int(last.headers["Retry-After"])
    detail = f"Request was throttled. Expected available in {wait} seconds."
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert last.json() == problem(("throttled", detail, None), kind="client_error", retryable=True)
    assert 60 <= wait <= 70


def test_each_user_and_each_address_has_a_count_of_its_own(client: Client, alice: User, charlie: User) -> None:
    assert [ask(client, "alice-1") for _each in range(3)] == [200, 200, 429]
    assert [ask(client, "charlie-1") for _each in range(3)] == [200, 200, 429]
    assert [ask(client, "nobody") for _each in range(2)] == [404, 429]  # The fifth and the sixth of this address.
    assert ask(client, "nobody", REMOTE_ADDR="192.0.2.9") == 404


@pytest.mark.parametrize(
    "given",
    [
        {"data": {"userId": "alice-1"}},
        {"data": {"userId": "alice-1"}, "content_type": "application/json"},
        {"data": "userId=alice-1", "content_type": "application/x-www-form-urlencoded"},
    ],
    ids=["multipart", "json", "form"],
)
def test_the_user_is_counted_wherever_the_id_is_given(given: Any, client: Client, alice: User) -> None:
    assert [client.post("/api/booking-url", **given).status_code for _each in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("body", ["[", "[]", "null", '{"userId": null}', "[" * 100_000])
def test_a_body_without_a_user_counts_for_the_address(body: str, client: Client) -> None:
    answers = [client.post("/api/booking-url", body, content_type="application/json").status_code for _each in range(6)]

    assert answers == [400] * 5 + [429]


@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_body_that_is_too_large_is_not_even_read(kind: str, client: Client) -> None:
    """Who is throttled could fill memory and disk otherwise."""
    sent = io.BytesIO(b'{"userId": "alice-1"}' + b" " * 1024 * 1024)

    answers = [
        client.generic(
            "POST",
            "/api/users",
            content_type=kind,
            CONTENT_TYPE=kind,
            CONTENT_LENGTH=len(sent.getbuffer()),
            **{"wsgi.input": sent},
        )
        for _each in range(6)
    ]

    assert [(each.status_code, each.json()["errors"][0]["code"]) for each in answers] == [
        *[(400, "too_much")] * 5,
        (429, "throttled"),
    ]
    assert sent.tell() == 0


def test_addresses_of_one_network_are_one(client: Client) -> None:
    """Whoever has one address of IPv6 has 2⁶⁴."""
    answers = [ask(client, f"u{number}", REMOTE_ADDR=f"2001:db8::{number}") for number in range(6)]

    assert answers == [404] * 5 + [429]
    assert ask(client, "u", REMOTE_ADDR="2001:db8:0:1::1") == 404


@pytest.mark.parametrize(("proxies", "expected"), [(0, 429), (1, 404)])
def test_behind_a_proxy_its_word_on_the_address_counts_and_nobody_elses(
    proxies: int, expected: int, client: Client, settings: Any
) -> None:
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": proxies}

    answers = [ask(client, f"u{n}", headers={"X-Forwarded-For": f"evil, 192.0.2.{n}"}) for n in range(6)]

    assert answers == [404] * 5 + [expected]


def test_an_address_that_is_none_is_counted_as_it_is(client: Client, settings: Any) -> None:
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}

    answers = [ask(client, f"u{n}", headers={"X-Forwarded-For": "_hidden"}) for n in range(6)]

    assert answers == [404] * 5 + [429]


def test_whoever_tries_keys_is_counted_too(client: Client, settings: Any) -> None:
    settings.API_KEYS = ["a-key"]
    guess = {"headers": {"Authorization": "Bearer a-guess"}}

    answers = [ask(client, f"u{number}", **guess) for number in range(6)]

    assert answers == [401] * 5 + [429]
    assert [ask(client, "u"), ask(client, "u", headers={"Authorization": "Bearer a-key"})] == [429, 429]


def test_whoever_has_a_key_is_counted_once(client: Client, settings: Any, alice: User) -> None:
    settings.API_KEYS = ["a-key"]
    settings.API_CALLS_PER_USER = 0

    answers = [ask(client, "alice-1", headers={"Authorization": "Bearer a-key"}) for _each in range(6)]

    assert answers == [200] * 5 + [429]


def test_a_limit_of_zero_is_none(client: Client, alice: User, settings: Any, django_assert_num_queries: Any) -> None:
    settings.API_CALLS_PER_USER = settings.API_CALLS_PER_ADDRESS = 0

    with django_assert_num_queries(0):
        assert client.get("/api/meta").status_code == 200
        settings.API_KEYS = ["a-key"]
        assert client.get("/api/meta").status_code == 401


def test_an_answer_costs_two_statements_more(client: Client, alice: User, django_assert_num_queries: Any) -> None:
    ask(client, "alice-1")

    with django_assert_num_queries(1 + 2):
        ask(client, "alice-1")


def test_where_nobody_can_count_the_call_goes_on(client: Client, alice: User) -> None:
    def broken(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "shared_cache" in sql:
            raise OperationalError(1213, "Deadlock found")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(broken):
        assert [ask(client, "alice-1") for _each in range(6)] == [200] * 6


def test_cal_coms_webhook_and_the_schema_have_no_limit(client: Client) -> None:
    ping = {"triggerEvent": "PING", "createdAt": "2026-11-25T19:00:00Z"}

    assert {signed_post(client, ping).status_code for _each in range(7)} == {200}
    assert {client.get("/api/nowhere").status_code for _each in range(7)} == {404}
