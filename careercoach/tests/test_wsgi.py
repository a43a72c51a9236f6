"""The application as a server calls it: what comes in pieces, without a length, is read like anything else."""

import io
import json
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from bookings.cal import signature
from bookings.models import Message
from careercoach.testing import SECRET, body_of
from careercoach.wsgi import application

# Not within a transaction: before and after a server's request Django looks whether its connection is still good.
pytestmark = pytest.mark.django_db(transaction=True)


class Taken(io.BytesIO):
    """What a server hands over, and how much of it was read."""

    def post(self, **environ: Any) -> tuple[str, dict[str, Any]]:
        statuses: list[str] = []
        asked: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/api/webhook/cal",
            "CONTENT_TYPE": "application/json",
            "HTTP_TRANSFER_ENCODING": "chunked",
            "HTTP_X_CAL_SIGNATURE_256": signature.sign(self.getvalue(), SECRET),
            "wsgi.input": self,
        }
        setup_testing_defaults(asked := asked | environ)
        answer = b"".join(application(asked, lambda status, *_headers: statuses.append(status)))
        return statuses[0], json.loads(answer)


def test_a_webhook_in_pieces_is_taken() -> None:
    """Cal.com gives the length; a proxy between may not pass it on, and the event is sent once."""
    body = json.dumps(body_of("booking_created_free")).encode()

    status, answer = Taken(body).post(**{"wsgi.input_terminated": True})

    assert (status, answer["outcome"]) == ("200 OK", "applied")
    assert Message.objects.count() == 1


def test_no_more_is_read_of_one_in_pieces_than_is_taken() -> None:
    body = Taken(b" " * 3 * 1024 * 1024)

    status, answer = body.post(**{"wsgi.input_terminated": True})

    assert (status, answer["errors"][0]["code"]) == ("413 Request Entity Too Large", "too_large")
    assert body.tell() == 1024 * 1024 + 1


def test_what_has_no_end_is_not_waited_for() -> None:
    """Where the server doesn't mark it."""
    body = Taken(b"{}")

    status, _answer = body.post()

    assert (status, body.tell()) == ("401 Unauthorized", 0)
