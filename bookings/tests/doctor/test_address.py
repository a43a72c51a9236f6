"""Where we are to Cal.com, and what answers there, over real HTTP."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bookings.cal import signature
from bookings.cal.doctor import address
from bookings.cal.doctor.address import Address
from bookings.tests.doctor import URL, said
from bookings.tests.test_client import Cal, Said, serving
from careercoach.testing import SECRET

NOW = datetime(2026, 11, 23, 18, 40, tzinfo=UTC)
HOSTED, OWN = "https://api.cal.com/v2", "https://cal.internal.example/v2"


@pytest.mark.parametrize(
    ("given", "hosts", "expected"),
    [
        ("", ["coach.example.com", "other.example.com"], (URL, "the first host of ALLOWED_HOSTS")),
        (
            "",
            ["*", "localhost", "127.0.0.1", "[::1]", ".example.com", "coach.example.com"],
            (URL, "the first host of ALLOWED_HOSTS"),
        ),
        ("", ["*"], None),
        (URL, ["other.example.com"], (URL, "as given by --url")),
        ("https://coach.example.com", [], (URL, "as given by --url")),
        ("https://coach.example.com/", [], (URL, "as given by --url")),
        ("https://coach.example.com/prefix/cal", [], ("https://coach.example.com/prefix/cal", "as given by --url")),
    ],
)
def test_our_address_is_given_or_that_of_the_first_real_host(
    given: str, hosts: list[str], expected: tuple[str, str] | None, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = hosts

    ours = address.our_address(given)

    assert (ours and (ours.url, ours.origin)) == expected


@pytest.mark.parametrize(
    ("url", "api", "colour"),
    [
        (URL, HOSTED, "green"),
        ("http://coach.example.com/api/webhook/cal", HOSTED, "red"),
        ("http://coach.example.com/api/webhook/cal", "https://api.cal.eu/v2", "red"),
        ("http://coach.example.com/api/webhook/cal", OWN, "yellow"),
        ("http://coach.example.com/api/webhook/cal", "https://notcal.com/v2", "yellow"),
        ("coach.example.com/api/webhook/cal", HOSTED, "red"),
        ("https://", HOSTED, "red"),
    ],
)
def test_hosted_cal_com_posts_to_https_only(url: str, api: str, colour: str) -> None:
    assert address.address(Address(url=url, origin="as given by --url"), api_url=api).colour == colour


def test_an_address_that_nobody_named_is_asked_for() -> None:
    finding = address.address(None, api_url=HOSTED)

    assert said(finding) == ("yellow", "ours is not known: ALLOWED_HOSTS names no host")
    assert "--url" in finding.cure


# --- The PING --------------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Cal]:
    with serving() as cal:
        yield cal


def ping(server: Cal, *answers: Said) -> tuple[str, str]:
    server.says(*answers)
    url = server.address.replace("/v2", "/api/webhook/cal")
    return said(address.endpoint(Address(url=url, origin="as given by --url"), now=NOW))


def test_a_signed_ping_is_posted_as_cal_com_posts_it(server: Cal, settings: Any) -> None:
    settings.CAL_WEBHOOK_SECRETS = [SECRET, "old"]

    found = ping(server, Said(200, b'{"message": 1, "outcome": "ignored"}'))

    (asked,) = server.asked
    assert found == ("green", "a signed PING was answered 200, without a redirect")
    assert (asked.method, asked.path, asked.headers["content-type"]) == ("POST", "/api/webhook/cal", "application/json")
    assert signature.is_authentic(asked.body, asked.headers["x-cal-signature-256"], [SECRET])
    assert (asked.json["triggerEvent"], asked.json["createdAt"]) == ("PING", "2026-11-23T18:40:00.000Z")


def test_a_redirect_is_not_followed(server: Cal) -> None:
    redirect = Said(301, headers=(("Location", server.address),))

    assert ping(server, redirect) == ("red", "a signed PING was answered with a redirect (301)")
    assert len(server.asked) == 1


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"status": "ok"}', b"\xff"])
def test_a_200_by_something_else_is_no_answer_of_ours(server: Cal, body: bytes) -> None:
    assert ping(server, Said(200, body)) == (
        "red",
        "a signed PING was answered 200, but by something else than this project",
    )


@pytest.mark.parametrize(("status", "cure"), [(401, "CAL_WEBHOOK_SECRETS"), (404, "path"), (418, "logs")])
def test_each_other_answer_has_its_cure(status: int, cure: str) -> None:
    finding = address.answered(status, json.dumps({}).encode())

    assert said(finding) == ("red", f"a signed PING was answered {status}")
    assert cure in finding.cure


def test_no_answer_is_red(server: Cal) -> None:
    assert ping(server, Said(silent=True)) == ("red", "no answer to a PING (ConnectionError)")


def test_what_speaks_no_tls_is_told_apart(server: Cal) -> None:
    url = server.address.replace("http:", "https:")

    assert said(address.endpoint(Address(url=url, origin=""), now=NOW))[1].startswith("TLS failed")
    assert said(address.endpoint(Address(url="https://", origin=""), now=NOW)) == (
        "red",
        "no answer to a PING (InvalidURL)",
    )


def test_without_a_secret_nothing_is_posted(server: Cal, settings: Any) -> None:
    settings.CAL_WEBHOOK_SECRETS = []

    assert ping(server) == ("red", "no PING could be signed: CAL_WEBHOOK_SECRETS is not set")
    assert server.asked == []
