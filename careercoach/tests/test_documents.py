"""The schema as it is served: local, whole, and true of the examples and the answers."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from django.test import Client
from jsonschema import Draft202012Validator

from bookings.cal import links
from bookings.domain.words import Payment, Status, Why
from bookings.models import Obstacle
from careercoach.settings import BASE_DIR
from careercoach.testing import body_of
from careercoach.testing import problem as told
from users.models import User

DOCUMENT = yaml.safe_load((BASE_DIR / "docs" / "openapi.yml").read_text())
OPERATIONS = [
    (path, method, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]
IDS = [operation["operationId"] for _path, _method, operation in OPERATIONS]


def wrong(schema: dict[str, Any], value: Any) -> list[str]:
    validator = Draft202012Validator(
        schema | {"components": DOCUMENT["components"]}, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [error.message for error in validator.iter_errors(value)]


@pytest.mark.parametrize(
    ("accepted", "kind"),
    [
        ("*/*", ""),
        ("text/html,*/*;q=0.8", ""),
        ("application/yaml", ""),
        ("application/json", "+json"),
        ("application/vnd.oai.openapi+json", "+json"),
    ],
)
def test_the_schema_is_served_in_both_forms(accepted: str, kind: str, client: Client) -> None:
    """It never says that it can't be had as one likes: the page to read it accepts what few others do."""
    answer = client.get("/api/schema", headers={"Accept": accepted})

    assert answer.headers["Content-Type"].split(";")[0] == f"application/vnd.oai.openapi{kind}"
    assert yaml.safe_load(answer.content)["paths"].keys() == DOCUMENT["paths"].keys()


def test_what_is_wrong_with_asking_for_it_is_told_as_anywhere(client: Client) -> None:
    answer = client.post("/api/schema")

    expected = told(("method_not_allowed", 'Method "POST" not allowed.', None), kind="client_error")
    assert (answer.status_code, answer.headers["Content-Type"], answer.json()) == (405, "application/json", expected)


def test_the_page_to_read_it_comes_from_our_own_files(client: Client) -> None:
    html = client.get("/api/docs").content.decode()

    named = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert [each for each in named if not each.startswith("/static/drf_spectacular_sidecar/")] == []
    assert "swagger-ui" in html
    assert re.findall(r"https?://", html) == []


def test_neither_asks_for_a_key(client: Client, settings: Any) -> None:
    settings.API_KEYS = ["a-key"]

    assert [client.get(f"/api/{name}").status_code for name in ("schema", "docs")] == [200, 200]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=IDS)
def test_every_operation_says_what_it_does_and_all_that_it_answers(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    assert not path.endswith("/")
    assert re.fullmatch("[a-z]+[A-Za-z]+", operation["operationId"])
    assert operation["summary"]
    assert operation["description"]
    always = {"401", "405", "500", "503"} if "webhook" in path else {"400", "401", "405", "429", "500", "503"}
    assert always <= operation["responses"].keys()
    bodies = [
        content
        for status, response in operation["responses"].items()
        for content in response.get("content", {}).values()
    ]
    assert all(body["examples"] for body in bodies)


def examples() -> Iterator[Any]:
    for path, method, operation in OPERATIONS:
        body = operation.get("requestBody", {"content": {}})
        for where, said in [("asked", body), *operation["responses"].items()]:
            for content in said.get("content", {}).values():
                for name, example in content.get("examples", {}).items():
                    yield pytest.param(content["schema"], example["value"], id=f"{method} {path} {where} {name}")


@pytest.mark.parametrize(("schema", "value"), list(examples()))
def test_every_example_is_as_the_schema_says(schema: dict[str, Any], value: Any) -> None:
    assert wrong(schema, value) == []


@pytest.mark.parametrize(
    ("name", "kind"), [("Status", Status), ("Reason", Why), ("PaymentState", Payment), ("Obstacle", Obstacle)]
)
def test_every_value_is_there_with_its_meaning(name: str, kind: Any) -> None:
    schema = DOCUMENT["components"]["schemas"][name]

    assert schema["enum"] == kind.values
    assert [line.split("`")[1] for line in schema["description"].splitlines()] == kind.values


def test_whatever_may_be_null_says_when() -> None:
    unsaid = [
        f"{name}.{field}"
        for name, shape in DOCUMENT["components"]["schemas"].items()
        for field, schema in shape.get("properties", {}).items()
        if "null" in schema.get("type", ()) or {"type": "null"} in schema.get("oneOf", ())
        if "null " not in schema.get("description", "").lower()
    ]

    assert unsaid == []


def test_every_value_that_a_page_may_show_has_a_label(client: Client) -> None:
    """Those of errors and of waiting are for machines."""
    for_machines = {"ProblemType", "PendingState"}
    enumerations = [
        schema["enum"]
        for name, schema in DOCUMENT["components"]["schemas"].items()
        if "enum" in schema and name not in for_machines
    ]

    listed = client.get("/api/meta").json()

    del listed["languages"]
    assert sorted([each["value"] for each in values] for values in listed.values()) == sorted(enumerations)


@pytest.mark.parametrize("name", ["booking_created_free", "booking_requested", "booking_cancelled", "meeting_ended"])
def test_answers_are_as_the_schema_says(name: str, client: Client, alice: User, post: Callable[..., None]) -> None:
    body = body_of("booking_created_free")
    body["payload"]["metadata"] = {"cc_ref": links.user_token(alice)}
    post(body, body_of(name))

    listed = client.get("/api/bookings", {"userId": "alice-1"}).json()
    one = client.get(f"/api/bookings/{listed['results'][0]['bookingId']}", {"userId": "alice-1"}).json()
    meta, problem = client.get("/api/meta").json(), client.get("/api/bookings").json()

    for shape, answer in [("Bookings", listed), ("BookingWithTimeline", one), ("Meta", meta), ("Problem", problem)]:
        assert wrong({"$ref": f"#/components/schemas/{shape}"}, answer) == []
        required = DOCUMENT["components"]["schemas"][shape]
        assert set(answer) == set(required["properties"]) == set(required["required"])
