"""GET /api/slots: when any coach is free, asked of Cal.com once for all who want to know."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from bookings.cal import asking, slots
from bookings.cal.asking import Unanswered
from bookings.tests.test_client import KEY, Asked, Cal, Said, failed, said, serving, shape_a
from careercoach.testing import pass_by, problem

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
DAY = timedelta(days=1)
AWAY = failed(503, "no healthy upstream")


def at(day: date, time: str) -> str:
    return f"{day}T{time}.000Z"


FREE = said(
    {
        str(TODAY + DAY): [{"start": at(TODAY + DAY, "09:00:00")}, {"start": at(TODAY + DAY, "23:30:00")}],
        str(TODAY + 2 * DAY): [{"start": at(TODAY + 2 * DAY, "09:00:00")}, {"start": at(TODAY + 2 * DAY, "09:00:00")}],
    }
)


@pytest.fixture
def cal(settings: Any) -> Iterator[Cal]:
    cache.clear()
    with serving() as server:
        settings.CAL_API_BASE_URL, settings.CAL_API_KEY, settings.CAL_EVENT_TYPE_IDS = server.address, KEY, [501]
        yield server


def ask(client: Client, first: date = TODAY + DAY, last: date = TODAY + 2 * DAY, zone: str = "Asia/Shanghai") -> Any:
    client.raise_request_exception = False
    return client.get("/api/slots", {"from": str(first), "to": str(last), "timeZone": zone})


def free(age: float = 0) -> slots.Free:
    return slots.free(TODAY + DAY, TODAY + 2 * DAY, now=NOW + timedelta(seconds=age))


def test_free_times_are_told_by_days_of_the_callers_zone(client: Client, cal: Cal) -> None:
    cal.says(FREE)

    answer = ask(client)

    assert answer.status_code == 200
    assert answer.json() == {
        "timeZone": "Asia/Shanghai",
        "asOf": answer.json()["asOf"],
        "stale": False,
        "days": [
            {"date": str(TODAY + DAY), "slots": [{"start": f"{TODAY + DAY}T09:00:00Z"}]},
            {
                "date": str(TODAY + 2 * DAY),
                "slots": [{"start": f"{TODAY + DAY}T23:30:00Z"}, {"start": f"{TODAY + 2 * DAY}T09:00:00Z"}],
            },
        ],
    }
    asked = cal.asked[0].query
    assert asked == {"eventTypeId": "501", "start": str(TODAY), "end": str(TODAY + 3 * DAY), "timeZone": "UTC"}


def test_a_time_that_has_passed_since_cal_com_told_it_is_left_out(client: Client, cal: Cal) -> None:
    """An answer may be minutes old, and to choose such a time is an error."""
    now = datetime.now(UTC)
    passed, next_one = now - timedelta(seconds=1), (now + timedelta(hours=1)).replace(microsecond=0)
    cal.says(said({str(TODAY): [{"start": each.isoformat()} for each in (passed, next_one)]}))

    days = ask(client, TODAY - DAY, TODAY + DAY, zone="UTC").json()["days"]

    assert [slot["start"] for day in days for slot in day["slots"]] == [f"{next_one:%Y-%m-%dT%H:%M:%SZ}"]


def test_cal_com_is_asked_once_whatever_the_zone(client: Client, cal: Cal) -> None:
    cal.says(FREE)

    answers = [ask(client, zone=zone).status_code for zone in ("UTC", "America/Lima", "Asia/Shanghai")]

    assert (answers, len(cal.asked)) == ([200] * 3, 1)


@pytest.mark.mysql
@pytest.mark.django_db(transaction=True)
def test_cal_com_is_asked_once_however_many_ask_at_once(cal: Cal) -> None:
    begun = threading.Event()

    def slowly(asked: Asked) -> Said:
        begun.wait(0.3)
        return FREE

    def call(_number: int) -> int:
        try:
            return ask(Client()).status_code
        finally:
            connection.close()

    cal.always = slowly
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(call, range(24)))

    assert (answers, len(cal.asked)) == ([200] * 24, 1)


ANOTHER_PROCESS = """
import sys
from datetime import date, datetime
import django
django.setup()
from django.core.cache import cache
from bookings.cal import slots
first, last, now = sys.argv[1:]
cache.get("connected")
print("ready", flush=True)
sys.stdin.readline()
print(len(slots.free(date.fromisoformat(first), date.fromisoformat(last), now=datetime.fromisoformat(now)).starts))
"""


@pytest.mark.mysql
@pytest.mark.django_db(transaction=True)
def test_several_processes_ask_once_though_one_died_in_asking(cal: Cal) -> None:
    """What it left is over, and Cal.com takes its time."""

    def slowly(asked: Asked) -> Said:
        time.sleep(1)
        return FREE

    cal.always = slowly
    name = f"{TODAY} {TODAY + 3 * DAY} {slots.settings.CAL_EVENT_URL} [501]"
    cache.set(slots._key("asking", name), "the dead one's", -5)
    cache.set(slots._key("slots", name), slots.Free((), NOW - timedelta(seconds=400), stale=False), -5)
    at = connection.settings_dict
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "careercoach.settings",
        "DATABASE_URL": f"mysql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}",
        "CAL_API_BASE_URL": cal.address,
        "CAL_API_KEY": KEY,
        "CAL_EVENT_TYPE_IDS": "501",
        "CAL_EVENT_URL": slots.settings.CAL_EVENT_URL,
    }
    days = [str(TODAY + DAY), str(TODAY + 2 * DAY), NOW.isoformat()]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ANOTHER_PROCESS, *days],
            cwd=slots.settings.BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _each in range(4)
    ]

    ready = [process.stdout.readline() for process in processes if process.stdout]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60)[0] for process in processes]

    assert (ready, told, len(cal.asked)) == (["ready\n"] * 4, ["3\n"] * 4, 1)


def test_what_was_told_is_kept_for_half_a_minute(cal: Cal) -> None:
    cal.says(FREE, said({}))

    first, same, newer = free(), free(29), free(31)

    assert first == same
    assert (len(first.starts), newer.starts, newer.stale) == (3, (), False)
    assert len(cal.asked) == 2


def test_while_cal_com_is_away_the_last_answer_is_given_with_a_mark_for_five_minutes(cal: Cal) -> None:
    cal.says(FREE, AWAY)

    first, stale, same = free(), free(31), free(299)

    assert (stale.starts, stale.as_of, stale.stale) == (first.starts, NOW, True)
    assert same == stale
    with pytest.raises(Unanswered):
        free(300)
    assert len(cal.asked) == 2  # Whom it has just failed nobody asks again for some seconds.


def test_while_another_asks_the_last_answer_is_given(cal: Cal) -> None:
    cal.says(FREE)
    first, name = free(), f"{TODAY} {TODAY + 3 * DAY} {slots.settings.CAL_EVENT_URL} [501]"
    cache.add(slots._key("asking", name), 1, 10)

    assert free(31) == slots.replace(first, stale=True)


def test_whoever_waits_for_another_asks_when_nothing_comes(cal: Cal, monkeypatch: pytest.MonkeyPatch) -> None:
    cal.says(FREE)
    name = f"{TODAY} {TODAY + 3 * DAY} {slots.settings.CAL_EVENT_URL} [501]"
    cache.add(slots._key("asking", name), 1, 10)
    monkeypatch.setattr(time, "sleep", lambda seconds: cache.clear())

    assert len(free().starts) == 3


def test_nobody_waits_for_another_for_ever(client: Client, cal: Cal, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{TODAY} {TODAY + 3 * DAY} {slots.settings.CAL_EVENT_URL} [501]"
    cache.add(slots._key("asking", name), 1, 10)
    monkeypatch.setattr(slots, "WAITED", -1)

    answer = ask(client)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_of_a_cal_com_that_is_away_nobody_asks_for_other_days_either(client: Client, cal: Cal) -> None:
    cal.says(AWAY)

    answers = [ask(client, last=TODAY + number * DAY).status_code for number in (2, 3, 4)]

    assert (answers, len(cal.asked)) == ([503] * 3, 1)


@pytest.mark.parametrize(("asked_for", "kept"), [("1", 5), ("17", 17), ("3600", 60)])
def test_a_cal_com_that_asks_for_a_pause_gets_it_as_callers_are_told(
    asked_for: str, kept: int, client: Client, cal: Cal
) -> None:
    """Within bounds: what it says may be a mistake."""
    cal.says(failed(429, {}, Retry_After=asked_for), FREE)

    first = ask(client)
    pass_by(kept - 1)
    before = ask(client)
    pass_by(3)
    then = ask(client)

    told = [(each.status_code, each.headers.get("Retry-After")) for each in (first, before, then)]
    assert told == [(503, str(kept)), (503, str(kept)), (200, None)]
    assert len(cal.asked) == 2


def test_who_asks_later_waits_for_what_is_left_of_it_and_is_answered_then(
    client: Client, cal: Cal, monkeypatch: pytest.MonkeyPatch
) -> None:
    cal.says(failed(429, {}, Retry_After="17"), FREE)
    answers = [ask(client)]
    moment = time.time()
    for seconds in (10, 17):
        monkeypatch.setattr(time, "time", lambda seconds=seconds: moment + seconds)
        answers.append(ask(client))

    told = [(each.status_code, each.headers.get("Retry-After")) for each in answers]
    assert told == [(503, "17"), (503, "7"), (200, None)]


def test_what_cal_com_refuses_for_some_days_it_is_asked_for_others(client: Client, cal: Cal) -> None:
    cal.says(shape_a(400, "BadRequestException", "no"), said({}))

    answers = [ask(client, last=TODAY + number * DAY).status_code for number in (2, 2, 3)]

    assert (answers, len(cal.asked)) == ([502, 502, 200], 2)


@pytest.mark.mysql
@pytest.mark.django_db(transaction=True)
def test_a_cal_com_that_hangs_keeps_few_waiting(cal: Cal) -> None:
    """Whoever else asks is told to come again at once, and the web server has threads for other things."""
    go_on, answers = threading.Event(), []

    def hang(asked: Asked) -> Said:
        go_on.wait(20)
        return said({})

    def call(number: int) -> None:
        try:
            answers.append(ask(Client(), last=TODAY + number * DAY).status_code)
        finally:
            connection.close()
        if len(answers) == 5:
            go_on.set()

    cal.always = hang
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(2, 10)))

    assert answers == [503] * 5 + [200] * 3
    assert len(cal.asked) == 3


def test_while_enough_wait_for_cal_com_the_last_answer_is_given(cal: Cal) -> None:
    cal.says(FREE)
    first = free()
    for number in range(3):
        cache.add(f"place-{number}-calls-for-slots", "another's", 10)

    assert free(31) == slots.replace(first, stale=True)
    cache.clear()
    cal.says(said({}))
    assert free(32).starts == ()


def test_an_answer_that_drips_is_given_up(client: Client, cal: Cal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "WITHIN", 0.3)
    cal.says(slots.replace(FREE, drip=0.05))
    began = time.monotonic()

    assert ask(client).status_code == 503
    assert time.monotonic() - began < 5


def test_whoever_took_too_long_does_not_free_the_place_of_the_next() -> None:
    with asking.place("a-place") as found:
        cache.set("a-place", "the next one's", 30)

    assert (found, cache.get("a-place")) == (True, "the next one's")


@pytest.mark.parametrize(
    ("told", "status", "code", "wait"),
    [
        (AWAY, 503, "cal_unavailable", "5"),
        (failed(429, {}, Retry_After="17"), 503, "cal_unavailable", "17"),
        (Said(silent=True), 503, "cal_unavailable", "5"),
        (shape_a(400, "BadRequestException", "no"), 502, "cal_failed", None),
        (shape_a(404, "NotFoundException", "Event Type with ID=501 not found"), 502, "cal_failed", None),
        (failed(200, "<html>"), 502, "cal_failed", None),
        (said({"2026-12-01": [{"start": "soon"}]}), 502, "cal_failed", None),
        (said({"2026-12-01": ["soon"]}), 502, "cal_failed", None),
    ],
)
def test_what_cal_com_does_wrong_is_told_with_whether_to_try_again(
    told: Said, status: int, code: str, wait: str | None, client: Client, cal: Cal
) -> None:
    cal.says(told)

    answer = ask(client)

    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, wait)
    assert answer.json()["retryable"] is (wait is not None)
    assert [each["code"] for each in answer.json()["errors"]] == [code]


def test_a_slot_without_a_start_is_left_out(cal: Cal) -> None:
    cal.says(said({"2026-12-01": [{}]}))

    assert free().starts == ()


def test_slots_take_their_share_of_calls_and_no_more(cal: Cal, client: Client) -> None:
    cal.always = lambda asked: said({})

    answers = [ask(client, TODAY, TODAY + number * DAY).status_code for number in range(42)]

    assert (answers, len(cal.asked)) == ([200] * 40 + [503] * 2, 40)


@pytest.mark.parametrize("first", [TODAY - 2 * DAY, TODAY + 401 * DAY, date.min, date.max])
def test_of_days_on_which_nobody_can_book_nobody_is_asked(first: date, client: Client, cal: Cal) -> None:
    answer = ask(client, first, first)

    assert (answer.status_code, answer.json()["days"]) == (200, [{"date": str(first), "slots": []}])
    assert cal.asked == []


# --- Of which event type ---------------------------------------------------------------------------------------------

TYPES = said([{"id": 7, "slug": "coaching-30"}, {"id": 8, "slug": "coaching-30"}, {"id": 9, "slug": "another"}])


@pytest.mark.parametrize(("ours", "asked_for"), [([], "7"), ([8, 9], "8")])
def test_of_several_event_types_it_is_the_one_that_the_page_is_of(
    ours: list[int], asked_for: str, client: Client, cal: Cal, settings: Any
) -> None:
    settings.CAL_EVENT_TYPE_IDS = ours
    cal.says(TYPES, FREE, FREE)

    ask(client)
    ask(client, TODAY, TODAY)

    assert [each.query.get("eventTypeId") for each in cal.asked] == [None, asked_for, asked_for]


def test_without_an_event_type_there_are_no_times(client: Client, cal: Cal, settings: Any) -> None:
    settings.CAL_EVENT_TYPE_IDS = [9, 10]
    cal.says(TYPES)

    answer = ask(client)

    detail = "CAL_API_KEY is not set, or Cal.com knows no event type of ours, so there are no times to show."
    assert (answer.status_code, answer.json()) == (503, problem(("not_configured", detail, None), kind="server_error"))


def test_without_a_key_there_are_no_times(client: Client, cal: Cal, settings: Any) -> None:
    settings.CAL_API_KEY = ""

    assert (ask(client).status_code, cal.asked) == (503, [])


# --- Parameters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "code", "attr"),
    [
        ({"from": ""}, "invalid", "from"),
        ({"from": "2026-13-01"}, "invalid", "from"),
        ({"to": "tomorrow"}, "invalid", "to"),
        ({"to": str(TODAY - DAY)}, "reversed", "to"),
        ({"to": str(TODAY + 62 * DAY)}, "too_many_days", "to"),
        ({"timeZone": "Mars/Olympus"}, "unknown_zone", "timeZone"),
        ({"timezone": "UTC"}, "unknown_parameter", "timezone"),
    ],
)
def test_what_is_wrong_is_named(query: dict[str, str], code: str, attr: str, client: Client, cal: Cal) -> None:
    answer = client.get("/api/slots", {"from": str(TODAY), "to": str(TODAY), "timeZone": "UTC"} | query)

    assert answer.status_code == 400
    assert [(each["code"], each["attr"]) for each in answer.json()["errors"]] == [(code, attr)]
