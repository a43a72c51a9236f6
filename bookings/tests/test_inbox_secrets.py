"""What opens doors is not stored and not logged: nor from a body that can't be read."""

import hashlib
import json
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.test import Client

from bookings.models import Message
from careercoach.testing import BODIES, all_recorded, signed_post

pytestmark = pytest.mark.django_db

LETTERS = 6  # Of a secret that may never be found in a row.


def strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for value in node.values() if isinstance(node, dict) else node:
            yield from strings(value)


def secrets_of(body: str) -> list[str]:
    """Whatever opens a door in a genuine body."""
    document = json.loads(body)
    payload = document.get("payload") or document
    named = [payload.get(key) for key in ("oneTimePassword", "downloadLink", "downloadLinks", "hashedLink")]
    named.append((payload.get("videoCallData") or {}).get("password"))
    return [text for text in strings(named) if len(text) > LETTERS]


def pieces(secret: str) -> set[str]:
    """All runs of six letters in what is random in a secret; hosts and words of an address are no secret."""
    random = [run for run in re.findall(r"[\w-]{6,}", secret) if re.search(r"\d", run)]
    return {run[at : at + LETTERS] for run in random for at in range(len(run) - LETTERS + 1)}


def kept(client: Client, body: str, *, status: int) -> str:
    """Post a body, and give what was stored of it."""
    response = signed_post(client, body)
    assert response.status_code == status, response.content
    digest = hashlib.sha256(body.encode()).hexdigest()
    stored: str = Message.objects.get(digest=digest).body
    return stored


def left(stored: str, secret: str) -> list[str]:
    return sorted(piece for piece in pieces(secret) if piece in stored)


GENUINE = {name: record["body_raw"] for name, record in all_recorded()}
WITH_SECRETS = {name: body for name, body in GENUINE.items() if "TEMPLATED" not in name and secrets_of(body)}


def test_the_genuine_bodies_have_secrets_of_every_kind() -> None:
    kinds = {
        key
        for body in WITH_SECRETS.values()
        for key in ("oneTimePassword", "password", "downloadLink", "downloadLinks")
        if re.search(rf'"{key}":(?!null)', body)
    }

    assert kinds == {"oneTimePassword", "password", "downloadLink", "downloadLinks"}
    assert len(WITH_SECRETS) == 56
    assert all(pieces(secret) for body in WITH_SECRETS.values() for secret in secrets_of(body))


def test_no_secret_of_a_genuine_body_is_stored(client: Client) -> None:
    for name, body in WITH_SECRETS.items():
        stored = kept(client, body, status=200)

        assert [left(stored, secret) for secret in secrets_of(body)] == [[] for _secret in secrets_of(body)], name
        assert json.loads(stored)["triggerEvent"] == json.loads(body)["triggerEvent"]


def test_no_secret_of_a_built_body_is_stored(client: Client) -> None:
    for path in sorted((BODIES / "payloads").glob("*.json")):
        body = path.read_text()
        if "triggerEvent" not in body:
            continue
        stored = kept(client, body, status=200)

        assert [secret for secret in secrets_of(body) if secret in stored] == [], path.name


def test_a_body_without_secrets_is_stored_as_it_came(client: Client) -> None:
    without = {name: body for name, body in GENUINE.items() if name not in WITH_SECRETS and "TEMPLATED" not in name}
    for name, body in without.items():
        assert kept(client, body, status=200) == body, name


def test_a_private_booking_link_is_not_stored(client: Client) -> None:
    body = json.dumps({"triggerEvent": "PING", "payload": {"hashedLink": {"link": "d0c4f6a2b8", "id": 7}, "n": [1]}})

    assert kept(client, body, status=200) == '{"triggerEvent":"PING","payload":{"hashedLink":null,"n":[1]}}'


def test_a_secret_is_found_however_deep_it_is(client: Client) -> None:
    body = (
        '{"triggerEvent":"PING","a":[[{"b":{"oneTimePassword":"0f0d2b4e","videoCallData":{"password":"x9","u":1}}}]]}'
    )

    assert kept(client, body, status=200) == (
        '{"triggerEvent":"PING","a":[[{"b":{"oneTimePassword":null,"videoCallData":{"u":1}}}]]}'
    )


@pytest.mark.parametrize("share", [0.3, 0.6, 1])
@pytest.mark.parametrize("spaces", [False, True], ids=["as it came", "with spaces"])
def test_no_secret_of_a_body_that_was_cut_is_stored(share: float, spaces: bool, client: Client) -> None:
    """In the middle of the secret, or behind it."""
    for name, body in WITH_SECRETS.items():
        body = json.dumps(json.loads(body), indent=2, ensure_ascii=False) if spaces else body
        for secret in secrets_of(body):
            end = body.index(secret) + round(share * len(secret))
            told = body[body.index(secret) : end]

            stored = kept(client, body[:end], status=422)

            assert left(stored, told) == [], name


def test_no_secret_of_a_body_that_was_cut_at_its_very_end_is_stored(client: Client) -> None:
    for name, body in WITH_SECRETS.items():
        stored = kept(client, body[:-1], status=422)

        assert [left(stored, secret) for secret in secrets_of(body)] == [[] for _secret in secrets_of(body)], name


@pytest.mark.parametrize(
    "written",
    [
        lambda body: urlencode({"payload": body}),
        lambda body: quote(body, safe=""),
        lambda body: urlencode({"oneTimePassword": secrets_of(body)[0], "downloadLink": secrets_of(body)[-1]}),
        json.dumps,
        lambda body: json.dumps(body)[:-1],
        lambda body: json.dumps({"body": body}),
        lambda body: json.dumps(json.dumps(body)),
        lambda body: f"[{body},{json.dumps(body)}]",
        lambda body: f"{body}\n{body}",
        lambda body: f"\ufeff{body}",
    ],
    ids=[
        "form",
        "quoted",
        "form of fields",
        "JSON in a string",
        "JSON in a string, cut",
        "JSON in a string in JSON",
        "JSON in a string in a string",
        "both in a list",
        "twice",
        "with a mark in front",
    ],
)
def test_no_secret_of_a_body_written_otherwise_is_stored(written: Any, client: Client) -> None:
    for name, body in WITH_SECRETS.items():
        stored = kept(client, written(body), status=422)

        assert [left(stored, secret) for secret in secrets_of(body)] == [[] for _secret in secrets_of(body)], name


def test_nothing_of_a_body_is_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.raise_request_exception = False
    caplog.set_level(logging.DEBUG)
    names = [
        "v602/011_BOOKING_PAYMENT_INITIATED",
        "v602/012_BOOKING_CREATED",
        "v602/067_RECORDING_TRANSCRIPTION_GENERATED",
    ]

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT") and "chain_reference" in sql:
            raise RuntimeError("disk full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        answers = [signed_post(client, GENUINE[name]).status_code for name in names]
    answers += [signed_post(client, GENUINE[name]).status_code for name in names]
    answers += [signed_post(client, GENUINE[name][:-1]).status_code for name in names]
    answers += [signed_post(client, GENUINE[name], secret="wrong").status_code for name in names]

    assert answers == [500] * 3 + [200] * 3 + [422] * 3 + [401] * 3
    assert "could not be applied" in caplog.text
    values = {text for name in names for text in strings(json.loads(GENUINE[name])) if len(text) > LETTERS}
    assert sorted(value for value in values if value in caplog.text) == []
