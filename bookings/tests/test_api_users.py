"""POST /api/users, and the ways in which a caller may give parameters."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from careercoach.testing import problem
from users.models import User

pytestmark = pytest.mark.django_db


def post(client: Client, given: Any, path: str = "/api/users") -> Any:
    return client.post(path, given, content_type="application/json")


def refused(*errors: tuple[str, str, str | None], kind: str = "validation_error") -> dict[str, Any]:
    return problem(*errors, kind=kind)


def users() -> list[tuple[str, str, str]]:
    return list(User.objects.order_by("id").values_list("user_id", "name", "email"))


# --- Signing up ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/users", "/api/users/"])
def test_a_new_user(path: str, client: Client) -> None:
    response = post(client, {"userId": "crm-7", "name": " Dora Client ", "email": " Dora@Example.ORG "}, path)

    assert (response.status_code, response.json()) == (
        201,
        {"userId": "crm-7", "name": "Dora Client", "email": "dora@example.org"},
    )
    assert users() == [("crm-7", "Dora Client", "dora@example.org")]


def test_a_new_user_without_a_user_id_is_given_one(client: Client) -> None:
    response = post(client, {"name": "Dora", "email": "dora@example.org"})

    user_id = response.json()["userId"]
    assert (response.status_code, users()) == (201, [(user_id, "Dora", "dora@example.org")])
    assert str(uuid.UUID(user_id)) == user_id


def test_blanks_around_a_name_are_no_part_of_it(client: Client) -> None:
    """Of any script: they come with what is pasted."""
    response = post(client, {"userId": "crm-7", "name": "\u3000王小明\xa0 ", "email": "\u3000wang@example.org"})

    assert response.json() == {"userId": "crm-7", "name": "王小明", "email": "wang@example.org"}


def test_the_same_user_id_again_updates_the_user(client: Client, alice: User) -> None:
    response = post(client, {"userId": "alice-1", "name": "Alice Married", "email": "alice@new.example"})

    assert (response.status_code, response.json()) == (
        200,
        {"userId": "alice-1", "name": "Alice Married", "email": "alice@new.example"},
    )
    assert users() == [("alice-1", "Alice Married", "alice@new.example")]


def test_the_same_again_is_harmless(client: Client, alice: User) -> None:
    given = {"userId": "alice-1", "name": "Alice Client", "email": "alice@example.org"}

    assert [(post(client, given).status_code, post(client, given).json()) for _twice in range(2)] == [(200, given)] * 2
    assert users() == [("alice-1", "Alice Client", "alice@example.org")]


@pytest.mark.parametrize("given", [{}, {"userId": "crm-7"}, {"userId": "charlie-1"}, {"userId": "Alice-1"}])
def test_the_address_of_another_user_is_taken(
    given: dict[str, str], client: Client, alice: User, charlie: User
) -> None:
    before = users()

    response = post(client, given | {"name": "Somebody", "email": "ALICE@example.org"})

    assert (response.status_code, response.json()) == (
        409,
        refused(("email_taken", "Another user has this e-mail address.", "email"), kind="client_error"),
    )
    assert users() == before


def test_a_member_of_staff_can_not_be_changed_from_here(client: Client, sam: User) -> None:
    before = list(User.objects.values())

    response = post(client, {"userId": "sam-1", "name": "Intruder", "email": "intruder@example.org"})

    detail = "This user is a member of staff, whose account is edited in the admin only."
    assert (response.status_code, response.json()) == (
        409,
        refused(("staff_account", detail, None), kind="client_error"),
    )
    assert list(User.objects.values()) == before


REQUIRED = "This field is required."
BLANK = "This field may not be blank."
NO_TEXT = "Not a valid string."
NO_MATCH = "This value does not match the required pattern."


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({}, [("required", REQUIRED, "name"), ("required", REQUIRED, "email")]),
        ({"name": "Dora"}, [("required", REQUIRED, "email")]),
        ({"name": " ", "email": ""}, [("blank", BLANK, "name"), ("blank", BLANK, "email")]),
        ({"name": None, "email": "d@e.org"}, [("null", "This field may not be null.", "name")]),
        ({"name": ["D"], "email": "d@e.org"}, [("invalid", NO_TEXT, "name")]),
        ({"name": True, "email": {"a": 1}}, [("invalid", NO_TEXT, "name"), ("invalid", NO_TEXT, "email")]),
        (
            {"name": "D" * 201, "email": "d@e.org"},
            [("max_length", "Ensure this field has no more than 200 characters.", "name")],
        ),
        ({"name": "D", "email": "dora"}, [("invalid", "Enter a valid email address.", "email")]),
        ({"name": "D", "email": "d@@e.org"}, [("invalid", "Enter a valid email address.", "email")]),
        ({"name": "D", "email": "a b@e.org"}, [("invalid", "Enter a valid email address.", "email")]),
        ({"name": "D", "email": "d@e.org", "userId": ""}, [("blank", BLANK, "userId")]),
        ({"name": "D", "email": "d@e.org", "userId": ["x"]}, [("invalid", NO_MATCH, "userId")]),
        ({"name": "D", "email": "d@e.org", "userId": " x"}, [("invalid", NO_MATCH, "userId")]),
        ({"name": "D", "email": "d@e.org", "userId": "\x1dx"}, [("invalid", NO_MATCH, "userId")]),
        ({"name": "\x1dD", "email": "d@e.org"}, [("invalid", "Enter a valid value.", "name")]),
        ({"name": "D", "email": "d@e.org", "userId": "x\n"}, [("invalid", NO_MATCH, "userId")]),
        ({"name": "D\n", "email": "d@e.org"}, [("invalid", "Enter a valid value.", "name")]),
        ({"name": "D", "email": "\x1dd@e.org"}, [("invalid", "Enter a valid email address.", "email")]),
        ({"name": "D", "email": "d@e.org", "userId": 7.5}, [("invalid", NO_MATCH, "userId")]),
        ({"name": "D", "email": "d@e.org", "userId": True}, [("invalid", NO_MATCH, "userId")]),
        (
            {"name": "D", "email": "d@e.org", "userId": "a b"},
            [("invalid", "This value does not match the required pattern.", "userId")],
        ),
        (
            {"name": "D", "email": "d@e.org", "userId": "x" * 65},
            [("max_length", "Ensure this field has no more than 64 characters.", "userId")],
        ),
        (
            {"name": "D\x00", "email": "d@e.org"},
            [
                ("invalid", "Enter a valid value.", "name"),
                ("null_characters_not_allowed", "Null characters are not allowed.", "name"),
            ],
        ),
        (
            {"name": "\ud800", "email": "d@e.org"},
            [("surrogate_characters_not_allowed", "Surrogate characters are not allowed: U+D800.", "name")],
        ),
    ],
    ids=ascii,
)
def test_what_is_wrong_is_named(given: dict[str, Any], errors: list[Any], client: Client) -> None:
    response = client.post("/api/users", json.dumps(given), content_type="application/json")

    assert (response.status_code, response.json()) == (400, refused(*errors))
    assert users() == []


@pytest.mark.parametrize("email", [f"{'a' * 243}@example.org", f"{'İ' * 150}@example.org"], ids=["long", "grows"])
def test_an_address_that_fits_no_column_is_refused(email: str, client: Client) -> None:
    """Some letters become two in lower case."""
    response = post(client, {"name": "Dora", "email": email})

    detail = "Ensure this field has no more than 254 characters."
    assert (response.status_code, response.json()) == (400, refused(("max_length", detail, "email")))


def test_an_accent_tells_two_users_apart(client: Client) -> None:
    answers = [
        post(client, {"userId": user_id, "name": "José", "email": email}).status_code
        for user_id, email in [
            ("a", "jose@example.org"),
            ("b", "josé@example.org"),
            ("c", "JOSE\u0301@example.org"),
            ("d", "用户@例子.广告"),
        ]
    ]

    assert answers == [201, 201, 409, 201]
    assert users() == [
        ("a", "José", "jose@example.org"),
        ("b", "José", "josé@example.org"),
        ("d", "José", "用户@例子.广告"),
    ]


def test_case_tells_two_user_ids_apart(client: Client) -> None:
    answers = [
        post(client, {"userId": user_id, "name": "D", "email": f"{number}@example.org"}).status_code
        for number, user_id in enumerate(["crm-a", "CRM-A", "crm-ä"])
    ]

    assert answers == [201, 201, 201]
    assert client.post("/api/booking-url", {"userId": "Crm-a"}).status_code == 404


def test_a_user_id_may_be_a_number(client: Client) -> None:
    created = post(client, {"userId": 7, "name": "Dora", "email": "dora@example.org"})
    same = post(client, {"userId": "7", "name": "Dora", "email": "dora@example.org"})

    assert (created.status_code, created.json()["userId"]) == (201, "7")
    assert same.status_code == 200
    assert post(client, {"userId": 7}, "/api/booking-url").status_code == 200


# --- Ways to give parameters -----------------------------------------------------------------------------------------

TWICE = refused(("conflicting", "This is given twice, and the two differ.", "userId"))


def booking_url(client: Client, query: str = "", body: Any = "", content_type: str = "application/json") -> Any:
    body = body if isinstance(body, str) else json.dumps(body)
    return client.generic("POST", f"/api/booking-url{query}", body, content_type)


FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
PARTS = '--x\r\nContent-Disposition: form-data; name="userId"\r\n\r\n{}\r\n--x--\r\n'.format


@pytest.mark.parametrize(
    "sent",
    [
        {"query": "?userId=alice-1"},
        {"body": {"userId": "alice-1"}},
        {"body": "userId=alice-1", "content_type": FORM},
        {"body": PARTS("alice-1"), "content_type": MULTIPART},
        {"query": "?userId=alice-1", "body": {"userId": "alice-1"}},
        {"query": "?userId=alice-1", "body": "userId=alice-1", "content_type": FORM},
        {"query": "?userId=alice-1&userId=alice-1"},
        {"body": '{"userId": "alice-1", "userId": "alice-1"}'},
    ],
)
def test_a_parameter_may_come_in_the_query_as_json_or_in_a_form(sent: Any, client: Client, alice: User) -> None:
    assert booking_url(client, **sent).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"query": "?userId=alice-1", "body": {"userId": "charlie-1"}},
        {"query": "?userId=alice-1", "body": {"userId": ["alice-1"]}},
        {"query": "?userId=alice-1", "body": {"userId": None}},
        {"query": "?userId=alice-1", "body": "userId=ALICE-1", "content_type": FORM},
        {"query": "?userId=alice-1&userId=charlie-1"},
        {"body": "userId=alice-1&userId=charlie-1", "content_type": FORM},
        {"body": '{"userId": "alice-1", "userId": "charlie-1"}'},
        {"body": '{"userId": "alice-1", "userId": null}'},
        {"body": '{"userId": "alice-1", "userId": {"userId": "a", "userId": "b"}}'},
    ],
)
def test_two_that_differ_are_refused(sent: Any, client: Client, alice: User, charlie: User) -> None:
    response = booking_url(client, **sent)

    assert (response.status_code, response.json()) == (400, TWICE)


@pytest.mark.parametrize("body", ["[]", '["userId"]', '"userId"', "7", "null", "true"])
def test_a_body_must_be_an_object(body: str, client: Client) -> None:
    response = booking_url(client, "?userId=alice-1", body)

    expected = refused(("not_an_object", "The body must be a JSON object.", None))
    assert (response.status_code, response.json()) == (400, expected)


@pytest.mark.parametrize("body", ["{", "{'userId': 1}", '{"userId": NaN}', "\ufeff{}", "[" * 100_000, "9" * 5_000])
@pytest.mark.parametrize("limit", [0, 60], ids=["without limits", "with limits"])
def test_a_body_must_be_json(body: str, limit: int, client: Client, settings: Any) -> None:
    """Whoever counts calls reads the body first, and REST framework would show it empty to the next."""
    settings.API_CALLS_PER_USER = settings.API_CALLS_PER_ADDRESS = limit

    response = booking_url(client, "", body)

    detail = "The body can't be read: it isn't what its Content-Type says, or is nested too deeply."
    expected = refused(("parse_error", detail, None), kind="client_error")
    assert (response.status_code, response.json()) == (400, expected)


@pytest.mark.parametrize("limit", [0, 60], ids=["without limits", "with limits"])
def test_a_form_must_be_in_the_letters_that_it_names(limit: int, client: Client, settings: Any) -> None:
    settings.API_CALLS_PER_USER = settings.API_CALLS_PER_ADDRESS = limit

    kind = "application/x-www-form-urlencoded; charset=punycode"
    response = client.generic("POST", "/api/booking-url", b"userId=%ff", content_type=kind)

    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "parse_error")


@pytest.mark.parametrize("limit", [0, 60], ids=["without limits", "with limits"])
@pytest.mark.parametrize("each", ['{"a": ', '{"a": 1, "a": '], ids=["named once", "named twice"])
def test_an_object_in_objects_is_no_text_and_no_failure(each: str, limit: int, client: Client, settings: Any) -> None:
    settings.API_CALLS_PER_USER = settings.API_CALLS_PER_ADDRESS = limit

    response = booking_url(client, "", f'{{"userId": {each * 400}1{"}" * 400}}}')

    assert (response.status_code, response.json()) == (400, refused(("invalid", NO_MATCH, "userId")))


def test_a_body_of_another_type_is_refused(client: Client) -> None:
    response = booking_url(client, "", "<userId>alice-1</userId>", "application/xml")

    detail = 'Unsupported media type "application/xml" in request.'
    expected = refused(("unsupported_media_type", detail, None), kind="client_error")
    assert (response.status_code, response.json()) == (415, expected)


MANY = "&".join(f"n{number}=" for number in range(1_001))


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("limit", [0, 60], ids=["without limits", "with limits"])
@pytest.mark.parametrize(
    "sent",
    [
        {"query": f"?{MANY}"},
        {"body": MANY, "content_type": FORM},
        {"body": "x" * (1024 * 1024 + 1)},
        {"body": "x" * (1024 * 1024 + 1), "content_type": FORM},
    ],
    ids=["query", "form", "large json", "large form"],
)
def test_more_than_anyone_needs_is_refused(sent: Any, limit: int, debug: bool, client: Client, settings: Any) -> None:
    settings.DEBUG = debug
    settings.API_CALLS_PER_USER = settings.API_CALLS_PER_ADDRESS = limit

    response = booking_url(client, **sent)

    expected = refused(
        ("too_much", "This is more than the API takes: 1 MiB, and 1,000 parameters.", None), kind="client_error"
    )
    assert (response.status_code, response.json()) == (400, expected)
