"""The whole examination over real HTTP, against a small account at Cal.com that a test can spoil."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from bookings.cal.doctor import examine
from bookings.cal.doctor.subscriptions import NEWER, TRIGGERS
from bookings.domain.words import Outcome, Source
from bookings.models import Message
from bookings.tests.doctor import ME, colours, team_type, webhook
from bookings.tests.test_client import KEY, Asked, FakeClock, Said, failed, said, serving, shape_a
from careercoach.testing import SECRET, away

pytestmark = pytest.mark.django_db

ORGANIZATION = 900


@dataclass
class Account:
    """A team's account where everything is right: paths to rows, and what to refuse."""

    url: str = ""
    me: dict[str, Any] = field(default_factory=lambda: dict(ME))
    types: list[dict[str, Any]] = field(default_factory=lambda: [team_type()])
    unlisted: list[dict[str, Any]] = field(default_factory=list)  # Told only when asked for by id.
    members: list[dict[str, Any]] = field(default_factory=lambda: [{"userId": 70, "role": "ADMIN"}])
    webhooks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # By the path of their scope.
    bookings: list[dict[str, Any]] = field(default_factory=list)
    refused: dict[str, Said] = field(default_factory=dict)  # By the pattern of method and path.
    older: bool = False  # Knows no newer triggers.
    ours: Said = field(default_factory=lambda: Said(200, b'{"message": 1, "outcome": "ignored"}'))  # To a PING.
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Said:
        self.asked.append(asked)
        if asked.route == "/api/webhook/cal":
            return self.ours
        route = asked.route.removeprefix("/v2").replace(f"/organizations/{ORGANIZATION}/teams/", "/teams/")
        for pattern, answer in self.refused.items():
            if re.fullmatch(pattern, f"{asked.method} {route}"):
                return answer
        return self._answer(asked, route)

    def _answer(self, asked: Asked, route: str) -> Said:
        place = route.removeprefix("/teams/12")
        if "/webhooks" in route:
            scope, _, number = route.partition("/webhooks")
            return self._webhook(asked, self.webhooks.setdefault(scope, []), number.removeprefix("/"))
        if named := re.fullmatch(r"/event-types/(\d+)", place):
            found = [row for row in self.types + self.unlisted if row["id"] == int(named[1])]
            return said(found[0]) if found else shape_a(404, "NotFoundException", "Event type not found")
        rows = {"/me": self.me, "/event-types": self.types, "/memberships": self.members, "/bookings": self.bookings}
        return said(rows[place])

    def _webhook(self, asked: Asked, rows: list[dict[str, Any]], number: str) -> Said:
        if asked.method == "GET":
            return said(rows)
        if self.older and set(NEWER) & set((asked.json or {}).get("triggers", [])):
            return shape_a(400, "BadRequestException", "Bad Request Exception")
        told = {
            name: value for name, value in (asked.json or {}).items() if name not in ("time", "timeUnit", "version")
        }
        if asked.method == "POST":
            rows.append({"id": f"made-{len(self.asked)}", "payloadTemplate": None, **told})
            return said(rows[-1], status=201)
        (row,) = [each for each in rows if each["id"] == number]
        if asked.method == "PATCH":
            row.update(told)
        else:
            rows.remove(row)
        return said(row)

    @property
    def changes(self) -> list[str]:
        return [f"{each.method} {each.route}" for each in self.asked if each.method != "GET" and "/v2" in each.path]


OWN_TYPE = "/teams/12/event-types/501"
OWNER = ""


@pytest.fixture
def cal(settings: Any) -> Iterator[Account]:
    account = Account()
    with serving() as server:
        server.always = account.answer
        account.url = server.address.replace("/v2", "/api/webhook/cal")
        account.webhooks[OWN_TYPE] = [webhook(subscriberUrl=account.url)]
        settings.CAL_API_BASE_URL, settings.CAL_API_KEY, settings.CAL_TEAM_ID = server.address, KEY, 12
        settings.CAL_EVENT_TYPE_IDS, settings.CAL_PAYMENT_REQUIRED = [501], True
        settings.CAL_EVENT_URL = "https://cal.com/team/career-coach/coaching-30"
        settings.DEBUG = True  # In production SQLite, on which the tests may run, is a finding.
        yield account


@pytest.fixture
def heard() -> datetime:
    """A webhook came an hour ago."""
    at = datetime.now(UTC) - timedelta(hours=1)
    Message.objects.create(
        source=Source.WEBHOOK, trigger="BOOKING_CREATED", digest="0" * 64, outcome=Outcome.APPLIED, received_at=at
    )
    return at


def findings(cal: Account, **options: Any) -> dict[str, str]:
    found = examine(url=options.pop("url", cal.url), now=datetime.now(UTC), clock=FakeClock(), **options)
    return colours(found.findings)


GREEN = dict.fromkeys(
    [
        "settings",
        "endpoint",
        "key",
        "team_admin",
        "event_type",
        "visible",
        "length",
        "question",
        "single",
        "scheduling",
        "hosts",
        "confirmation",
        "price",
        "event_url",
        "webhook",
        "active",
        "triggers",
        "template",
        "version",
        "secret",
        "last_webhook",
    ],
    "green",
)
# The address is of this machine and not https, and the small server tells no time.
RIGHT = GREEN | {"address": "yellow", "clock": "yellow"}


def test_where_all_is_right_nothing_is_red(cal: Account, heard: datetime) -> None:
    assert findings(cal) == RIGHT
    assert cal.changes == []


def test_a_free_personal_account_gets_notes_and_no_red(cal: Account, heard: datetime, settings: Any) -> None:
    settings.CAL_TEAM_ID, settings.CAL_PAYMENT_REQUIRED = None, False
    settings.CAL_EVENT_URL = "https://cal.com/olivia/coaching-30"
    users = [{"id": 70, "username": "olivia"}]
    cal.types = [team_type(price=0, metadata={}, team=None, hosts=None, schedulingType=None, users=users)]
    cal.webhooks = {OWNER: [webhook(subscriberUrl=cal.url)]}

    found = findings(cal)

    of_team = {"team_admin", "scheduling", "hosts"}
    expected = {name: colour for name, colour in RIGHT.items() if name not in of_team}
    assert found == expected | {"settings": "yellow"}  # CAL_PAYMENT_REQUIRED=false is worth a look in production.


def test_cal_com_away_is_red_and_the_rest_goes_on(cal: Account, heard: datetime) -> None:
    cal.refused = {".*": failed(502, "<html>Bad gateway</html>")}

    found = findings(cal)

    assert {name for name, colour in found.items() if colour == "red"} == {"key"}
    assert found == {
        "settings": "green",
        "address": "yellow",
        "endpoint": "green",
        "key": "red",
        "clock": "yellow",
        "event_type": "yellow",
        "event_url": "yellow",
        "webhook": "yellow",
        "last_webhook": "yellow",
    }


def test_without_a_key_all_that_needs_none_is_looked_at(cal: Account, settings: Any) -> None:
    settings.CAL_API_KEY = ""

    found = examine(url=cal.url, fix=True, now=datetime.now(UTC))

    assert colours(found.findings)["key"] == "red"
    assert colours(found.findings)["endpoint"] == "green"
    assert len(found.done) == 1
    assert found.done[0].startswith("mended nothing: CAL_API_KEY is not set")


def test_our_address_may_not_be_known(cal: Account, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]

    found = examine(now=datetime.now(UTC), fix=True, clock=FakeClock())

    assert found.address is None
    assert found.done == ("mended nothing, since our address is not known: give --url",)
    assert {name: colours(found.findings).get(name) for name in ("address", "webhook", "endpoint")} == {
        "address": "yellow",
        "webhook": "yellow",
        "endpoint": None,
    }


def test_what_the_system_checks_say_is_a_finding(cal: Account, settings: Any) -> None:
    settings.CAL_WEBHOOK_SECRETS, settings.CAL_PAYMENT_REQUIRED = [], False

    found = examine(url=cal.url, fix=True, now=datetime.now(UTC), clock=FakeClock())

    told = [(each.colour.value, each.found) for each in found.findings if each.check == "settings"]
    assert told == [
        ("red", "CAL_WEBHOOK_SECRETS is not set: every webhook is refused with 401."),
        ("yellow", "CAL_PAYMENT_REQUIRED is false: free bookings count as sessions."),
    ]
    assert found.done == ("mended nothing, since CAL_WEBHOOK_SECRETS is not set",)
    assert colours(found.findings)["endpoint"] == "red"


def test_a_database_that_is_away_is_red_and_the_rest_goes_on(cal: Account) -> None:
    with away(OperationalError(2002, "Can't connect")):
        found = findings(cal)

    expected = {name: colour for name, colour in RIGHT.items() if name != "settings"}
    assert found | {"database": "red"} == expected | {"database": "red", "last_webhook": "red"} | (
        {} if connection.vendor == "mysql" else {"settings": "green"}
    )
    assert ("database" in found) == (connection.vendor == "mysql")


def test_a_clock_that_is_wrong_is_red(cal: Account, heard: datetime) -> None:
    clock = FakeClock()
    late = format_datetime(clock.moment + timedelta(seconds=-45), usegmt=True)
    cal.refused = {"GET /me": said(cal.me, Date=late)}

    assert findings(cal) == RIGHT | {"clock": "red"}


# --- Event types -----------------------------------------------------------------------------------------------------


def test_a_type_that_is_not_listed_is_asked_for_by_its_number(cal: Account, heard: datetime, settings: Any) -> None:
    cal.types, cal.unlisted = [{"id": "unreadable"}], [team_type(hidden=True), team_type(id=7)]

    assert findings(cal) == RIGHT | {"visible": "red"}

    settings.CAL_EVENT_TYPE_IDS = [404]
    found = findings(cal)
    assert (found["event_type"], found["webhook"], found["event_url"]) == ("red", "red", "red")


def test_a_type_that_is_answered_for_another_number_is_not_there(cal: Account, settings: Any) -> None:
    settings.CAL_EVENT_TYPE_IDS = [404]
    cal.refused = {"GET /teams/12/event-types/404": said(team_type())}

    assert findings(cal, fix=True)["event_type"] == "red"
    assert cal.changes == []


def test_event_types_that_may_not_be_seen_are_red(cal: Account, heard: datetime) -> None:
    cal.refused = {"GET /teams/12/.*": shape_a(403, "ForbiddenException", "not a member of the team")}

    found = examine(url=cal.url, fix=True, now=datetime.now(UTC), clock=FakeClock())

    assert found.done == ("mended nothing, since the event types could not be looked at",)
    assert {name for name, colour in colours(found.findings).items() if colour == "red"} == {
        "event_type",
        "team_admin",
        "webhook",
    }


# --- Webhooks --------------------------------------------------------------------------------------------------------


def test_the_webhook_is_looked_for_in_every_scope_that_can_be_seen(cal: Account, heard: datetime) -> None:
    cal.me["organizationId"] = ORGANIZATION
    ours = webhook(subscriberUrl=cal.url)
    cal.webhooks = {OWN_TYPE: [ours], f"/organizations/{ORGANIZATION}": [{**ours, "id": "second"}, ours]}

    assert findings(cal) == RIGHT | {"webhook": "red"}

    cal.refused = {f"GET /organizations/{ORGANIZATION}/webhooks": shape_a(403, "ForbiddenException", "no admin")}
    assert findings(cal) == RIGHT | {"webhooks_seen": "yellow"}


def test_scopes_that_may_not_be_listed_are_said(cal: Account, heard: datetime) -> None:
    cal.refused = {f"GET {OWN_TYPE}/webhooks": shape_a(403, "ForbiddenException", "no admin")}

    found = examine(url=cal.url, fix=True, now=datetime.now(UTC), clock=FakeClock())

    assert colours(found.findings)["webhook"] == "red"
    assert found.done == ("could not register for event type 501: its webhooks could not be listed",)
    assert cal.changes == []


def test_fix_registers_what_is_missing(cal: Account, heard: datetime) -> None:
    cal.webhooks = {}

    found = examine(url=cal.url, fix=True, now=datetime.now(UTC), clock=FakeClock())

    assert found.done == (f"registered {cal.url} for event type 501",)
    assert colours(found.findings) == RIGHT
    (made,) = [each for each in cal.asked if each.method == "POST" and "/v2" in each.path]
    assert made.json == {
        "active": True,
        "subscriberUrl": cal.url,
        "triggers": list(TRIGGERS),
        "secret": SECRET,
        "version": "2021-10-20",
        "time": 5,
        "timeUnit": "MINUTE",
    }
    assert examine(url=cal.url, fix=True, now=datetime.now(UTC), clock=FakeClock()).done == (
        "nothing to mend: the webhook is as it must be",
    )


def test_fix_registers_a_personal_account_once_for_all_its_types(cal: Account, settings: Any) -> None:
    settings.CAL_TEAM_ID = None
    cal.webhooks = {}

    assert findings(cal, fix=True)["webhook"] == "green"
    assert cal.changes == ["POST /v2/webhooks"]


def test_fix_mends_what_is_wrong_and_deletes_what_is_too_many(cal: Account, heard: datetime) -> None:
    wrong = webhook(subscriberUrl=cal.url, id="wrong", active=False, triggers=[], secret="x", payloadTemplate="{}")
    stranger = webhook(subscriberUrl=f"{cal.url}/other", id="stranger", secret="another")
    cal.webhooks = {OWN_TYPE: [wrong, stranger], OWNER: [webhook(subscriberUrl=cal.url, id="double")]}

    found = examine(url=cal.url, fix=True, now=datetime.now(UTC), clock=FakeClock())

    assert found.done == (
        "mended the webhook of event type 501",
        "deleted the webhook of the key's owner, which was one too many",
    )
    assert cal.changes == [f"PATCH /v2{OWN_TYPE}/webhooks/wrong", "DELETE /v2/webhooks/double"]
    assert colours(found.findings) == RIGHT
    assert [row["id"] for row in cal.webhooks[OWN_TYPE]] == ["wrong", "stranger"]


def test_fix_leaves_a_secret_that_is_one_of_ours(cal: Account, heard: datetime, settings: Any) -> None:
    settings.CAL_WEBHOOK_SECRETS = ["the-next-of-our-secrets", SECRET]
    cal.webhooks = {OWN_TYPE: [webhook(subscriberUrl=cal.url, active=False)]}

    assert findings(cal, fix=True) == RIGHT
    assert cal.webhooks[OWN_TYPE][0]["secret"] == SECRET


def test_fix_asks_an_older_cal_com_for_what_it_knows(cal: Account, heard: datetime) -> None:
    cal.webhooks, cal.older = {}, True

    found = examine(url=cal.url, fix=True, now=datetime.now(UTC), clock=FakeClock())

    assert found.done == (
        (
            f"registered {cal.url} for event type 501, without BOOKING_REASSIGNED and BOOKING_LOCATION_UPDATED, which "
            "this Cal.com doesn't know"
        ),
    )
    assert colours(found.findings) == RIGHT | {"triggers": "yellow"}


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_what_could_not_be_done_is_said_and_nothing_is_deleted_after_it(method: str, cal: Account) -> None:
    own = webhook(subscriberUrl=cal.url, active=method != "PATCH")
    double = webhook(subscriberUrl=cal.url, id="double")
    cal.webhooks = {OWN_TYPE: [] if method == "POST" else [own], OWNER: [double]}
    cal.refused = {f"{method} .*": shape_a(403, "ForbiddenException", "no admin")}

    found = examine(url=cal.url, fix=True, now=datetime.now(UTC), clock=FakeClock())

    sentence = {
        "POST": "could not register for event type 501: ",
        "PATCH": "could not mend the webhook of event type 501: ",
        "DELETE": "could not delete the webhook of the key's owner, which is one too many: ",
    }[method]
    assert len(found.done) == 1
    assert found.done[0].startswith(sentence)
    assert "no admin" in found.done[0]
    assert cal.webhooks[OWNER] == [double]


@pytest.mark.parametrize(
    "answer", [Said(silent=True), Said(200, b"<html>"), Said(401, b"{}"), Said(308, b""), Said(503, b"")]
)
@pytest.mark.parametrize("registered", [True, False])
def test_fix_registers_no_address_that_does_not_answer(
    cal: Account, heard: datetime, answer: Said, registered: bool
) -> None:
    """What Cal.com sends there would be lost, and at somebody else's address our clients' data besides."""
    cal.ours = answer
    cal.webhooks = {OWN_TYPE: [webhook(subscriberUrl=cal.url, active=False)] if registered else []}

    found = examine(url=cal.url, fix=True, now=datetime.now(UTC), clock=FakeClock())

    assert found.done == ("mended nothing, since our address doesn't answer a PING as it must: see endpoint",)
    assert cal.changes == []
    red = {name for name, colour in colours(found.findings).items() if colour == "red"}
    assert red == {"endpoint", "active" if registered else "webhook"}


def test_fix_does_nothing_where_cal_com_is_away(cal: Account) -> None:
    cal.refused = {"GET /me": failed(401, {"message": "Invalid API Key"})}

    found = examine(url=cal.url, fix=True, now=datetime.now(UTC), clock=FakeClock())

    assert found.done == ("mended nothing, since Cal.com could not be asked",)


# --- The last webhook ------------------------------------------------------------------------------------------------


def booking(uid: str, at: datetime, *, event_type: int | None = 501) -> dict[str, Any]:
    moment = at.isoformat().replace("+00:00", "Z")
    kind = {"eventType": {"id": event_type}} if event_type != 9 else {"eventTypeId": 9}
    return {"uid": uid, "status": "accepted", "start": moment, "createdAt": moment, "updatedAt": moment, **kind}


def test_bookings_that_no_webhook_told_make_it_red(cal: Account, heard: datetime) -> None:
    cal.bookings = [booking("missed", heard + timedelta(minutes=20)), booking("missed", heard + timedelta(minutes=25))]

    assert findings(cal) == RIGHT | {"last_webhook": "red"}

    (asked,) = [each for each in cal.asked if each.route == "/v2/teams/12/bookings"]
    assert asked.query["eventTypeIds"] == "501"
    assert asked.query["afterUpdatedAt"].startswith(heard.isoformat()[:19])


def test_bookings_of_other_types_are_none_of_ours(cal: Account, heard: datetime) -> None:
    """A filter that matches nothing is dropped, and then everything comes."""
    at = heard + timedelta(minutes=20)
    cal.bookings = [booking("a", at, event_type=9), booking("b", at, event_type=None)]

    assert findings(cal) == RIGHT


def test_not_more_pages_are_read_than_it_takes(cal: Account, heard: datetime) -> None:
    """A server that doesn't know afterUpdatedAt would tell all that there ever was."""

    def page(asked: Asked) -> Said:
        if asked.route != "/v2/teams/12/bookings":
            return Account.answer(cal, asked)
        skip = int(asked.query["skip"])
        old = [booking(f"{number}", heard - timedelta(days=1)) for number in range(skip, skip + 250)]
        turned.append(skip)
        return said(old)

    turned: list[int] = []
    cal.answer = page  # type: ignore[method-assign]
    with serving() as server:
        server.always = page
        from django.conf import settings  # noqa: PLC0415

        settings.CAL_API_BASE_URL = server.address
        findings(cal)

    assert turned == [250 * number for number in range(8)]


# --- The command -----------------------------------------------------------------------------------------------------


def run(*options: str, code: int = 0) -> str:
    out = StringIO()
    if code:
        with pytest.raises(SystemExit) as ended:
            call_command("cal_doctor", *options, stdout=out)
        assert ended.value.code == code
    else:
        call_command("cal_doctor", *options, stdout=out)
    return out.getvalue()


def test_the_command_says_a_line_for_each_thing(cal: Account, heard: datetime) -> None:
    lines = run("--url", cal.url).splitlines()

    assert len(lines) == len(RIGHT) + 1
    assert lines[-1].startswith("yellow  periodic: no worker has ever run")
    assert "green   length 501: 30 minutes" in lines
    assert f"yellow  address: {cal.url} (as given by --url) → Put a proxy with TLS before" in "\n".join(lines)
    assert not any("\x1b" in line for line in lines)


def test_the_command_fails_where_anything_is_red(cal: Account, heard: datetime) -> None:
    cal.webhooks = {}

    assert "red     webhook: not registered at" in run("--url", cal.url, code=1)
    assert f"fix     registered {cal.url} for event type 501" in run("--url", cal.url, "--fix")


def test_the_command_prints_one_json_object(cal: Account, heard: datetime, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]

    told = json.loads(run("--json", "--url", cal.url))
    unknown = json.loads(run("--json"))

    assert (told["colour"], told["url"], told["done"]) == ("yellow", cal.url, [])
    assert {
        "check": "length",
        "colour": "green",
        "found": "30 minutes",
        "cure": "",
        "event_type": 501,
    } in told["findings"]
    assert unknown["url"] is None


def test_nothing_that_is_said_holds_a_secret(cal: Account, heard: datetime, settings: Any) -> None:
    settings.CAL_WEBHOOK_SECRETS = [SECRET, "another-secret-of-ours"]
    cal.bookings = [booking("uid-that-opens-a-booking", heard + timedelta(minutes=20))]
    cal.webhooks[OWN_TYPE] = [webhook(subscriberUrl=cal.url, secret="the-secret-at-cal-com")]

    said = (
        run("--url", cal.url, code=1) + run("--url", cal.url, "--json", code=1) + run("--fix", "--url", cal.url, code=1)
    )

    for secret in (KEY, SECRET, "another-secret-of-ours", "the-secret-at-cal-com", "uid-that-opens-a-booking"):
        assert secret not in said


@pytest.mark.parametrize("change", [{}, {"subscriberUrl": "https://user:swordfish@elsewhere.example.com/"}])
def test_a_password_in_our_address_is_not_repeated(cal: Account, change: dict[str, Any]) -> None:
    """Where the webhook is registered there, where it isn't, and where --fix registers it."""
    url = cal.url.replace("//", "//user:swordfish@")
    cal.webhooks[OWN_TYPE] = [webhook(**({"subscriberUrl": url} | change))]

    asked = partial(run, "--url", url, code=1 if change else 0)
    said = asked() + asked("--json") + run("--url", url, "--fix")

    assert "swordfish" not in said
    assert cal.url in said


@pytest.mark.parametrize("url", ["user:swordfish@coach.example.com/api/webhook/cal", "https://user:swordfish@"])
def test_a_password_in_what_is_no_address_is_not_repeated(cal: Account, url: str) -> None:
    assert "swordfish" not in run("--url", url, code=1)
