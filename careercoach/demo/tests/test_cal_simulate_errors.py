"""cal_simulate where something is wrong: each error says what its reader can do about it."""

import socket
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from bookings.models import Message
from careercoach.demo.tests.simulating import answering, fails, serving


@pytest.fixture
def deployment(transactional_db: None) -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.mark.parametrize("secret", ["another", ""])
def test_a_wrong_secret(secret: str, deployment: str, capsys: pytest.CaptureFixture[str]) -> None:
    said, error = fails(capsys, deployment, secret=secret)

    assert said[-1] == "3 of 3 posted, 0 answered 200."
    assert said[0].startswith("401  The signature in X-Cal-Signature-256 doesn't fit this body.")
    assert error == (
        "3 not answered 200. 401: the secret differs from CAL_WEBHOOK_SECRETS there; give one of them as --secret."
    )
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("path", "status", "advice"),
    [
        ("webhook/call", 404, "nothing is at that address; a webhook's ends in /api/webhook/cal."),
        (
            "booking-url",
            400,
            "is the name in --url one of ALLOWED_HOSTS there, and does the address end in /api/webhook/cal?",
        ),
        ("bookings", 405, "no webhook is at that address; it ends in /api/webhook/cal."),
    ],
)
def test_a_wrong_address(
    path: str, status: int, advice: str, deployment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _said, error = fails(capsys, deployment.replace("webhook/cal", path))

    assert error == f"3 not answered 200. {status}: {advice}"


def test_nobody_there(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # Not listening: connections are refused.
        said, error = fails(capsys, f"http://127.0.0.1:{closed.getsockname()[1]}/")

    assert said == ["---  nobody answers there", "1 of 3 posted, 0 answered 200."]
    assert error == "1 not answered 200. Is it running, and is --url its address?"


def test_an_address_that_nothing_can_have(capsys: pytest.CaptureFixture[str]) -> None:
    said, error = fails(capsys, "http://.example.com/")

    assert said[0].startswith("---  can't be posted to: URL has an invalid label")
    assert error == "1 not answered 200. Is it running, and is --url its address?"


def test_no_answer_in_time(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(200, after=20) as url:
        said, error = fails(capsys, url, "--timeout", "0.2")

    assert said == ["---  no answer within 0.2 seconds", "1 of 3 posted, 0 answered 200."]
    assert error == "1 not answered 200. Is it running, and is --url its address?"


def test_a_certificate_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(200) as url:
        said, _error = fails(capsys, url.replace("http", "https"))

    assert said == ["---  its certificate can't be trusted", "1 of 3 posted, 0 answered 200."]


def test_a_redirect_is_not_followed(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(301, location="https://api.example/") as url:
        said, error = fails(capsys, url)

    assert said[0] == "301  redirects to https://api.example/"
    assert error == ("3 not answered 200. 301: Cal.com follows no redirect; give the address it leads to as --url.")


def test_somebody_else_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(403) as url:
        said, error = fails(capsys, url)

    assert said[0] == "403  Forbidden"
    assert error == (
        "3 not answered 200. 403: something before the deployment refuses this, as a proxy or firewall, or --url is "
        "not its address."
    )


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"errors": []}', b'{"errors": [{}]}'])
def test_a_failure_there(body: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(500, body) as url:
        said, error = fails(capsys, url)

    assert said[0] == "500  Internal Server Error"
    assert error == "3 not answered 200. 500: the log of the deployment says why."


WHOLE = "{} is not a whole address, such as http://127.0.0.1:8000/api/webhook/cal"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ([], "Which story? --list shows them all."),
        (["unpaid", "--price", "0"], "The story unpaid is one of a payment: it needs a --price."),
        (
            ["paid", "--booking-url", "cal.com/team"],
            "--booking-url is the address that POST /api/booking-url answers: https://…?name=…&email=…",
        ),
        (["paid", "--booking-url", "http:/x"], "--booking-url is the address that POST /api/booking-url answers"),
        (["paid", "--start", "soon"], "soon is no ISO 8601 time, such as 2026-12-01T10:00Z"),
        (["paid", "--start", "2026-12-01T10:00"], "2026-12-01T10:00 has no time zone: write 2026-12-01T10:00Z for UTC"),
        (["storm", "--count", "-1"], "-1 is no whole number from 0 on"),
        (["paid", "--price", "x"], "x is no whole number from 0 on"),
        (["paid", "--timeout", "0"], "nobody answers in no time at all"),
        (["paid", "--timeout", "nan"], "nan is no number of seconds from 0 to 86400"),
        (["paid", "--pause", "soon"], "soon is no number of seconds from 0 to 86400"),
        (["paid", "--url", "localhost:8000/api/webhook/cal"], WHOLE.format("localhost:8000/api/webhook/cal")),
        (["paid", "--url", "http:///api/webhook/cal"], WHOLE.format("http:///api/webhook/cal")),
        (["paid", "--url", "http://localhost:port/"], WHOLE.format("http://localhost:port/")),
        (["weather"], "invalid choice: 'weather'"),
    ],
)
def test_options_that_make_no_sense(options: list[str], error: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("cal_simulate", *options)

    assert error in str(caught.value)
