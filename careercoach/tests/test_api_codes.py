"""Every code of an error is in docs/api.md, in the schema's examples, and really answered: none of the three lags."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

from bookings.api.parameters import Of
from bookings.domain.projection import reference
from bookings.models import Booking
from bookings.tests.test_client import KEY, Said, failed, serving, shape_a
from careercoach.settings import BASE_DIR
from careercoach.testing import away, signed_post
from careercoach.tests.test_documents import OPERATIONS, wrong
from users.models import User

pytestmark = pytest.mark.django_db

TODAY = datetime.now(UTC).date()
DAY = timedelta(days=1)
LATER = datetime.now(UTC).replace(microsecond=0) + DAY


class Caller:
    """Alice's front-end, which does all wrong that can be done."""

    def __init__(self, client: Client, settings: Any) -> None:
        self.client, self.settings = client, settings
        client.raise_request_exception = False
        settings.CAL_API_KEY, settings.CAL_EVENT_TYPE_IDS = KEY, [501]

    def get(self, path: str = "bookings", *, headers: Any = None, **query: Any) -> Any:
        return self.client.get(f"/api/{path}", {"userId": "alice-1"} | query, headers=headers)

    def slots(self, **query: Any) -> Any:
        return self.client.get("/api/slots", {"from": TODAY, "to": TODAY, "timeZone": "UTC"} | query)

    def post(self, path: str, given: Any, content_type: str = "application/json") -> Any:
        body = given if isinstance(given, str) else json.dumps(given)
        return self.client.post(f"/api/{path}", body, content_type=content_type)

    def sign_up(self, **given: Any) -> Any:
        return self.post("users", {"name": "Somebody", "email": "somebody@example.org"} | given)

    def start(self, moment: str) -> Any:
        return self.post("booking-url", {"userId": "alice-1", "start": moment})

    def change(self, way: str, uid: str = "session", **values: Any) -> Any:
        """Ask to change a booking that is so."""
        self.book(uid, **values)
        return self.post(f"bookings/{way}", {"userId": "alice-1", "bookingId": uid})

    def book(self, uid: str, **values: Any) -> None:
        named = {"uid": uid, "reference": reference(uid), "chain_reference": reference(uid)}
        when = {"starts_at": LATER, "ends_at": LATER, "status": "BOOKING_CREATED"}
        Booking.objects.create(user=User.objects.get(user_id="alice-1"), **named | when | values)

    def with_(self, **settings: Any) -> "Caller":
        for name, value in settings.items():
            setattr(self.settings, name, value)
        return self

    def behind(self, middleware: str) -> "Caller":
        return self.with_(MIDDLEWARE=[*self.settings.MIDDLEWARE, f"{__name__}.{middleware}"])

    def while_(self, *problem: Any) -> Any:
        with away(*problem):
            return self.get()

    def where_cal_com(self, told: Said) -> Any:
        with serving() as cal:
            self.settings.CAL_API_BASE_URL = cal.address
            cal.says(told)
            return self.slots()

    def without_a_timeline(self) -> Any:
        with no_timeline():
            return signed_post(self.client, {"triggerEvent": "BOOKING_CREATED", "payload": {"uid": "a"}} | CREATED)


def broken(_get_response: Any) -> Callable[[Any], None]:
    """A middleware that fails."""

    def fail(_request: Any) -> None:
        raise RuntimeError("the password is x9")

    return fail


CREATED = {"createdAt": "2026-11-25T19:00:00Z"}


@contextmanager
def no_timeline() -> Iterator[None]:
    def broken(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT INTO") and "changed_at" in sql:
            raise RuntimeError("disk full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(broken):
        yield


OVER = {"starts_at": LATER - 2 * DAY, "ends_at": LATER - 2 * DAY}
PROVOKED: dict[tuple[int, str], Callable[[Caller], Any]] = {
    (400, "required"): lambda caller: caller.client.get("/api/bookings"),
    (400, "blank"): lambda caller: caller.get(userId=""),
    (400, "null"): lambda caller: caller.sign_up(name=None),
    (400, "invalid"): lambda caller: caller.get(page="x"),
    (400, "max_length"): lambda caller: caller.get(userId="x" * 65),
    (400, "min_value"): lambda caller: caller.get(page=0),
    (400, "max_value"): lambda caller: caller.get(pageSize=101),
    (400, "max_string_length"): lambda caller: caller.get(page="9" * 2_000),
    (400, "null_characters_not_allowed"): lambda caller: caller.get(userId="\x00"),
    (400, "surrogate_characters_not_allowed"): lambda caller: caller.sign_up(name="\ud800"),
    (400, "invalid_choice"): lambda caller: caller.get(status="ACCEPTED"),
    (400, "unknown_zone"): lambda caller: caller.slots(timeZone="Mars/Olympus"),
    (400, "unknown_coach"): lambda caller: caller.get(coach="nobody"),
    (400, "unknown_parameter"): lambda caller: caller.get(Status="PENDING"),
    (400, "conflicting"): lambda caller: caller.get(when=["past", "upcoming"]),
    (400, "no_offset"): lambda caller: caller.start(f"{LATER:%Y-%m-%dT%H:%M:%S}"),
    (400, "passed"): lambda caller: caller.start((LATER - 2 * DAY).isoformat()),
    (400, "reversed"): lambda caller: caller.slots(to=TODAY - DAY),
    (400, "too_many_days"): lambda caller: caller.slots(to=TODAY + 62 * DAY),
    (400, "not_an_object"): lambda caller: caller.post("users", "[]"),
    (400, "parse_error"): lambda caller: caller.post("users", "{"),
    (400, "too_much"): lambda caller: caller.get(**{f"n{number}": "" for number in range(1_001)}),
    (400, "bad_request"): lambda caller: caller.with_(ALLOWED_HOSTS=["testserver"]).get(
        headers={"Host": "other.example"}
    ),
    (401, "missing_api_key"): lambda caller: caller.with_(API_KEYS=["a-key"]).get(),
    (401, "wrong_api_key"): lambda caller: caller.with_(API_KEYS=["a-key"]).get(
        headers={"Authorization": "Bearer another"}
    ),
    (401, "bad_signature"): lambda caller: caller.post("webhook/cal", {}),
    (404, "user_not_found"): lambda caller: caller.get(userId="nobody"),
    (404, "booking_not_found"): lambda caller: caller.get("bookings/CC-00000-00000"),
    (404, "page_not_found"): lambda caller: caller.get(page=2),
    (404, "not_found"): lambda caller: caller.get("nowhere"),
    (405, "method_not_allowed"): lambda caller: caller.get("users"),
    (409, "email_taken"): lambda caller: caller.sign_up(email="alice@example.org"),
    (409, "staff_account"): lambda caller: caller.sign_up(userId="sam-1"),
    (409, "already_cancelled"): lambda caller: caller.change("cancel", status="BOOKING_CANCELLED"),
    (409, "already_passed"): lambda caller: caller.change("reschedule", **OVER),
    (409, "cancelling_disabled"): lambda caller: caller.change("cancel", cancelling_disabled=True),
    (409, "rescheduling_disabled"): lambda caller: caller.change("reschedule", rescheduling_disabled=True),
    (409, "without_time"): lambda caller: [
        caller.book("timeless", starts_at=None, ends_at=None),
        caller.get("bookings/timeless.ics"),
    ][1],
    (413, "too_large"): lambda caller: signed_post(caller.client, b" " * (1024 * 1024 + 1)),
    (415, "unsupported_media_type"): lambda caller: caller.post("users", "<user/>", "application/xml"),
    (422, "unreadable"): lambda caller: signed_post(caller.client, "[]"),
    (429, "throttled"): lambda caller: [caller.with_(API_CALLS_PER_USER=1).get(), caller.get()][1],
    (500, "error"): lambda caller: caller.while_(RuntimeError("the password is x9")),
    (500, "internal_server_error"): lambda caller: caller.behind("broken").get(),
    (500, "could_not_apply"): lambda caller: caller.without_a_timeline(),
    (502, "cal_failed"): lambda caller: caller.where_cal_com(shape_a(400, "BadRequestException", "no")),
    (503, "cal_unavailable"): lambda caller: caller.where_cal_com(failed(503, "no healthy upstream")),
    (503, "database_unavailable"): lambda caller: caller.while_(OperationalError(2002, "can't connect")),
    (503, "not_configured"): lambda caller: caller.with_(CAL_API_KEY="").slots(),
}
LISTED = [
    (int(status), code)
    for status, codes in re.findall(r"^\| (\d{3}) \| ([^|]*) \|", (BASE_DIR / "docs" / "api.md").read_text(), re.M)
    for code in re.findall(r"`(\w+)`", codes)
]


@pytest.fixture
def caller(client: Client, settings: Any, alice: User, sam: User) -> Iterator[Caller]:
    cache.clear()
    yield Caller(client, settings)
    cache.clear()


@pytest.mark.parametrize(("status", "code"), PROVOKED, ids=str)
def test_each_is_answered_in_the_one_shape_and_in_the_callers_language(status: int, code: str, caller: Caller) -> None:
    caller.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"

    answer = PROVOKED[status, code](caller)

    told = answer.json()
    assert (answer.status_code, {each["code"] for each in told["errors"]} | {code}) == (
        status,
        {code} | ({"invalid"} if code == "null_characters_not_allowed" else set()),  # It has no right form either.
    )
    assert wrong({"$ref": "#/components/schemas/Problem"}, told) == []
    assert (answer.headers["X-Request-Id"], answer.headers["Content-Type"]) == (told["requestId"], "application/json")
    assert told["retryable"] is ("Retry-After" in answer.headers)
    assert told["type"] == kind_of(status, told)
    chinese = [bool(re.search("[\u4e00-\u9fff]", each["detail"])) for each in told["errors"]]
    assert all(chinese) or code == "unreadable"  # What Cal.com's body lacks is for whoever reads its log.


def kind_of(status: int, told: dict[str, Any]) -> str:
    if status >= 500:
        return "server_error"
    if status == 400 and any(each["attr"] for each in told["errors"]):
        return "validation_error"
    return told["type"]


def test_the_page_lists_each_that_is_answered_and_no_other() -> None:
    assert sorted(LISTED) == sorted(PROVOKED)


def test_each_that_the_code_names_is_listed() -> None:
    """Whoever writes a new one finds it missing here."""
    codes = {code for _status, code in LISTED}
    paths = [BASE_DIR / "bookings/cal/views.py", BASE_DIR / "careercoach/api.py", BASE_DIR / "careercoach/errors.py"]

    named = {
        code for path in [*paths, *(BASE_DIR / "bookings/api").glob("*.py")] for code in codes_in(path.read_text())
    }

    assert named - codes == {"conflict"}  # The base of those that are.


def codes_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.keyword(arg="code", value=ast.Constant(value=str(code))):
                yield code
            case ast.Assign(targets=[ast.Name(id="default_code")], value=ast.Constant(value=str(code))):
                yield code
            case ast.Assign(targets=[ast.Name(id="default_error_messages")], value=ast.Dict(keys=keys)):
                yield from (key.value for key in keys if isinstance(key, ast.Constant))


# Of what isn't text: a date where a moment is wanted, or in a zone without it. And of a limit that no field has.
# A query tells several values as a list, which has one at least.
NEVER = {"date", "datetime", "make_aware", "overflow", "min_length", "not_a_list", "empty"}


def test_each_that_a_parameter_can_have_is_listed() -> None:
    def all_of(kind: type[Of]) -> Iterator[type[Of]]:
        for each in kind.__subclasses__():
            yield each
            yield from all_of(each)

    fields = [field for kind in all_of(Of) for field in kind().fields.values()]
    of_fields = {code for field in fields for code in field.error_messages}
    of_validators = {validator.code for field in fields for validator in field.validators if hasattr(validator, "code")}

    assert (of_fields | of_validators) - NEVER <= {code for _status, code in LISTED}


EXAMPLES = [
    pytest.param(int(status), example["value"], id=f"{operation['operationId']} {status} {name}")
    for _path, _method, operation in OPERATIONS
    for status, response in operation["responses"].items()
    for content in response.get("content", {}).values()
    for name, example in content.get("examples", {}).items()
    if content["schema"] == {"$ref": "#/components/schemas/Problem"}
]


@pytest.mark.parametrize(("status", "example"), EXAMPLES)
def test_the_schema_shows_it_as_it_is(status: int, example: dict[str, Any], caller: Caller) -> None:
    (error,) = example["errors"]

    told = PROVOKED[status, error["code"]](caller).json()

    assert (example["type"], example["retryable"]) == (told["type"], told["retryable"])
    assert (error["attr"] is None) is (told["errors"][0]["attr"] is None)


def test_each_is_shown_in_the_schema() -> None:
    """But those that are about any parameter, and those before any operation is reached."""
    shown = {(status, param.values[1]["errors"][0]["code"]) for param in EXAMPLES for status in [param.values[0]]}

    of_any = {(status, code) for status, code in PROVOKED if status == 400}
    before = {(404, "not_found"), (500, "internal_server_error")}
    assert shown - of_any == set(PROVOKED) - of_any - before
