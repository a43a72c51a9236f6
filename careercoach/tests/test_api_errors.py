"""One shape for everything that goes wrong under /api/, with a number that finds the request."""

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse, HttpResponseServerError
from django.test import Client, RequestFactory

from careercoach.errors import InShape
from careercoach.requestids import RequestId
from careercoach.settings import BASE_DIR
from careercoach.testing import away, problem
from users.models import User

pytestmark = pytest.mark.django_db


def test_every_answer_has_a_number_and_an_error_repeats_it(client: Client) -> None:
    good, bad, page = client.get("/api/meta"), client.get("/api/bookings"), client.get("/admin/login/")

    numbers = [answer.headers["X-Request-Id"] for answer in (good, bad, page)]
    assert all(re.fullmatch("[0-9a-f]{32}", number) for number in numbers)
    assert len(set(numbers)) == 3
    assert bad.json()["requestId"] == bad.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("front-end_0042", True), ("x" * 64, True), ("short", False), ("x" * 65, False), ("a b c d e f", False)],
)
def test_a_callers_own_number_is_kept_where_it_looks_like_one(given: str, kept: bool, client: Client) -> None:
    answer = client.get("/api/bookings", headers={"X-Request-Id": given})

    assert (answer.headers["X-Request-Id"] == given) is kept
    assert answer.json()["requestId"] == answer.headers["X-Request-Id"]


def test_a_failure_of_ours_tells_its_number_and_nothing_else(client: Client, alice: User) -> None:
    client.raise_request_exception = False

    with away(RuntimeError("the password is x9")):
        answer = client.get("/api/bookings", {"userId": "alice-1"})

    detail = "Something went wrong here. The request's id finds it in our log."
    assert (answer.status_code, answer.json()) == (500, problem(("error", detail, None), kind="server_error"))


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the handler of the settings writes, in the format of the settings."""
    written = io.StringIO()
    (handler,) = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


def test_the_number_finds_a_failure_in_the_log(client: Client, alice: User, log: io.StringIO) -> None:
    client.raise_request_exception = False

    with away(RuntimeError("out of order")):
        answer = client.get("/api/bookings", {"userId": "alice-1"})

    (line,) = [line for line in log.getvalue().splitlines() if line.endswith(": /api/bookings")]
    assert line.split()[3] == answer.json()["requestId"]


def test_the_number_is_in_what_is_written_meanwhile_and_in_nothing_else(log: io.StringIO) -> None:
    def view(_request: Any) -> HttpResponse:
        logging.getLogger("bookings.somewhere").warning("Asking Cal.com")
        return HttpResponse()

    answer = RequestId(view)(RequestFactory().get("/"))
    logging.getLogger("bookings.somewhere").warning("Nobody asked")

    told = [line.split(maxsplit=3)[2:] for line in log.getvalue().splitlines()]
    assert told == [
        ["WARNING", f"{answer.headers['X-Request-Id']} bookings.somewhere Asking Cal.com"],
        ["WARNING", "- bookings.somewhere Nobody asked"],
    ]


def test_the_number_is_in_the_servers_log_too() -> None:
    assert "%({x-request-id}o)s" in (BASE_DIR / "Dockerfile").read_text()


def test_what_django_refuses_by_itself_is_told_in_the_same_shape(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]

    api = client.get("/api/bookings", headers={"Host": "other.example"})
    page = client.get("/admin/login/", headers={"Host": "other.example"})

    expected = problem(("bad_request", "This request can't be answered.", None), kind="client_error")
    assert (api.status_code, api.json()) == (400, expected)
    assert api.headers["X-Request-Id"] == api.json()["requestId"]
    assert (page.status_code, page.headers["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_what_fails_before_any_view_is_told_in_the_same_shape() -> None:
    """As Django answers where a middleware fails."""
    answer = InShape(lambda request: HttpResponseServerError("<h1>Server Error (500)</h1>"))(
        RequestFactory().get("/api/bookings")
    )

    detail = "Something went wrong here. The request's id finds it in our log."
    expected = problem(("internal_server_error", detail, None), kind="server_error")
    assert (answer.status_code, json.loads(answer.content)) == (500, expected)


def test_a_page_of_another_site_can_read_what_django_refuses(client: Client, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS, settings.ALLOWED_HOSTS = ["https://front.example"], ["testserver"]
    headers = {"Origin": "https://front.example", "Host": "other.example"}

    answer = client.get("/api/bookings", headers=headers)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "bad_request")
    assert answer.headers["Access-Control-Allow-Origin"] == "https://front.example"
    assert answer.headers["Content-Length"] == str(len(answer.content))


@pytest.mark.parametrize("accepted", ["text/html", "application/xml", "nonsense"])
def test_answers_are_json_whatever_is_accepted(accepted: str, client: Client) -> None:
    answer = client.get("/api/bookings", headers={"Accept": accepted})

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/json")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("users", "POST"),
        ("bookings", "GET, HEAD"),
        ("bookings/CC-00000-00000", "GET, HEAD"),
        ("slots", "GET, HEAD"),
        ("meta", "GET, HEAD"),
        ("webhook/cal", "POST"),
        ("schema", "GET, HEAD"),
        ("docs", "GET, HEAD"),
    ],
)
def test_whoever_asks_what_can_be_done_is_told_what_can(path: str, allowed: str, client: Client) -> None:
    """OPTIONS itself is for browsers that ask of another site, which is answered elsewhere."""
    answer = client.options(f"/api/{path}")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == allowed
