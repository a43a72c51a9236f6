"""When the client asks again, how long it waits before, and when it gives up; nothing here really waits."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from bookings.cal.client import (
    CalApi,
    CalRefused,
    CalUnavailable,
    Configuration,
    RateLimited,
    SystemClock,
    Transport,
    UnreadableAnswer,
)
from bookings.cal.client import transport as transport_module
from bookings.tests.test_client import KEY, NOW, Cal, FakeClock, Said, failed, said, shape_a

BOOKING = {"uid": "7hQ2mXk9sVb4TzLr8cNpYe", "start": "2026-12-03T14:00:00.000Z"}
ME = {"id": 1, "email": "anna@praxis.example"}
LIMITED = {"X_RateLimit_Limit_Default": "120", "X_RateLimit_Remaining_Default": "0"}


def too_many(**headers: str) -> Said:
    it = shape_a(429, "ThrottlerException", "ThrottlerException: Too Many Requests")
    return Said(it.status, it.body, tuple((name.replace("_", "-"), value) for name, value in headers.items()))


@pytest.mark.parametrize(
    "failure",
    [
        failed(500, {"statusCode": 500, "message": "Internal server error"}),
        failed(502, "<html><body>Bad gateway</body></html>"),
        failed(503, ""),
        failed(524, "error code: 524"),
        failed(408, ""),
        Said(silent=True),
        Said(body=b'{"status":"succ', cut=True),
    ],
    ids=["500", "502", "503", "524", "408", "hung up", "cut off"],
)
def test_a_get_is_asked_again_after_a_failure_that_may_pass(
    cal: Cal, api: CalApi, clock: FakeClock, failure: Said
) -> None:
    cal.says(failure, failure, said(ME))

    assert api.me() == ME
    assert clock.slept == [1, 2]


def test_it_gives_up_after_five_attempts_with_ever_longer_pauses(cal: Cal, api: CalApi, clock: FakeClock) -> None:
    cal.always = lambda _: failed(524, "error code: 524", X_Request_Id="9c10fd8f-6d46")

    with pytest.raises(CalUnavailable) as raised:
        api.me()

    assert (len(cal.asked), clock.slept, raised.value.retryable) == (5, [1, 2, 4, 8], True)
    assert str(raised.value) == "GET /me: 524: error code: 524 (request 9c10fd8f-6d46)"


def test_pauses_are_shortened_by_chance_to_a_half_at_most(
    cal: Cal, connect: Callable[..., CalApi], clock: FakeClock
) -> None:
    cal.says(failed(500, ""), failed(500, ""), said(ME))

    assert connect(jitter=lambda: 0.0).me() == ME
    assert clock.slept == [0.5, 1]


def test_a_read_time_out_is_a_failure_that_may_pass(cal: Cal, connect: Callable[..., CalApi], clock: FakeClock) -> None:
    gate = threading.Event()
    first = iter([True])

    def slow_at_first(_: Any) -> Said:
        if next(first, False):
            gate.wait(5)
        return said(ME)

    cal.always = slow_at_first

    try:
        assert connect(timeout=(2, 0.05)).me() == ME
    finally:
        gate.set()
    assert clock.slept == [1]


def test_an_address_where_nobody_answers(connect: Callable[..., CalApi], clock: FakeClock) -> None:
    with pytest.raises(CalUnavailable) as raised:
        connect("http://127.0.0.1:1/v2").me()

    assert (str(raised.value), clock.slept) == ("GET /me: no answer (ConnectionError)", [1, 2, 4, 8])


def test_an_address_without_tls(cal: Cal, connect: Callable[..., CalApi]) -> None:
    with pytest.raises(CalUnavailable, match=r"^GET /me: no answer \(SSLError\)$"):
        connect(cal.address.replace("http:", "https:")).me()


def test_an_answer_that_drips_is_given_up(cal: Cal, api: CalApi, clock: FakeClock) -> None:
    clock.ticks = transport_module.ANSWER_WITHIN + 1
    cal.always = lambda _: said(ME)

    with pytest.raises(CalUnavailable, match=r"^GET /me: no answer \(ReadTimeout\)$"):
        api.me()


def test_all_answers_together_have_so_long_and_no_longer(cal: Cal) -> None:
    """However few bytes come at a time, and for what is asked when no time is left too."""
    whole = said(ME)
    cal.says(whole, replace(whole, drip=0.05), whole)
    configuration = Configuration(base_url=cal.address, key=KEY)
    transport = Transport(base_url=cal.address, key=KEY, patience=0, timeout=(1, 5), within=0.5)
    began = time.monotonic()

    with CalApi(configuration, transport) as api:
        first = api.me()
        with pytest.raises(CalUnavailable, match=r"^GET /me: no answer \(ReadTimeout\)$"):
            api.me()
        with pytest.raises(CalUnavailable, match=r"^GET /me: not sent, since no time is left for it$"):
            api.me()

    assert (first, len(cal.asked)) == (ME, 2)
    assert time.monotonic() - began < 3


def test_an_answer_without_end_is_given_up(cal: Cal, api: CalApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "ANSWER_LENGTH", 10)
    cal.says(said(ME))

    with pytest.raises(UnreadableAnswer, match="an answer without end"):
        api.me()


@pytest.mark.parametrize(
    ("failure", "retryable"),
    [
        (failed(500, {"statusCode": 500, "message": "Failed to update no-show status"}), False),
        (failed(502, ""), False),
        (Said(silent=True), False),
        (Said(body=b"{", cut=True), False),
        (too_many(), True),
    ],
    ids=["500", "502", "hung up", "cut off", "429"],
)
@pytest.mark.parametrize("what", ["cancel", "delete"])
def test_what_changes_something_is_never_repeated(
    cal: Cal, api: CalApi, clock: FakeClock, failure: Said, retryable: bool, what: str
) -> None:
    cal.says(failure, said(BOOKING))

    with pytest.raises(CalUnavailable) as raised:
        api.cancel(BOOKING["uid"], reason="Ill") if what == "cancel" else api.delete_webhook("0b0b")

    assert (len(cal.asked), clock.slept, raised.value.retryable) == (1, [], retryable)


def test_what_never_reached_cal_com_may_be_made_again(connect: Callable[..., CalApi], clock: FakeClock) -> None:
    with pytest.raises(CalUnavailable) as raised:
        connect("http://127.0.0.1:1/v2").cancel(BOOKING["uid"], reason="Ill")

    assert (raised.value.retryable, clock.slept) == (True, [])


@pytest.mark.parametrize("answer", [shape_a(404, "NotFoundException", "Booking was not found"), failed(400, {})])
def test_a_refusal_is_final(cal: Cal, api: CalApi, clock: FakeClock, answer: Said) -> None:
    cal.says(answer, said(BOOKING))

    with pytest.raises(CalRefused):
        api.booking(BOOKING["uid"])

    assert (len(cal.asked), clock.slept) == (1, [])


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry_After": "7"}, 7),
        ({"Retry_After": "7", "X_RateLimit_Reset_Default": "30"}, 7),
        ({"Retry_After": format_datetime(NOW + timedelta(seconds=12), usegmt=True)}, 12),
        ({"Retry_After": format_datetime(NOW - timedelta(seconds=12), usegmt=True)}, 0),
        # The date is by the server's clock, which is a minute ahead of ours here.
        (
            {
                "Date": format_datetime(NOW + timedelta(seconds=60), usegmt=True),
                "Retry_After": format_datetime(NOW + timedelta(seconds=75), usegmt=True),
            },
            15,
        ),
        ({"Retry_After_Default": "9"}, 9),
        ({"X_RateLimit_Reset_Default": "30"}, 30),
        ({"X_RateLimit_Reset_Default": str(int(NOW.timestamp()) + 25)}, 25),
        ({"X_RateLimit_Reset_Default": "5", "X_RateLimit_Reset_Day": "40"}, 40),
        ({}, 60),
        ({"Retry_After": "soon", "X_RateLimit_Reset_Default": "later"}, 60),
        ({"X_RateLimit_Reset_Default": "7200"}, 60),
        ({"X_RateLimit_Reset_Default": str(int(NOW.timestamp()) - 25)}, 0),
    ],
)
def test_after_429_it_waits_as_long_as_cal_com_says(
    cal: Cal, api: CalApi, clock: FakeClock, headers: dict[str, str], pause: float
) -> None:
    cal.says(too_many(**headers), said(ME))

    assert api.me() == ME
    assert clock.slept == [pause + 1 if pause else 0]  # And the second that chance adds.


def test_a_server_that_is_down_says_for_how_long(cal: Cal, api: CalApi, clock: FakeClock) -> None:
    cal.says(failed(503, "", Retry_After="20"), said(ME))

    assert api.me() == ME
    assert clock.slept == [20]


def test_it_waits_before_it_would_be_blocked(cal: Cal, api: CalApi, clock: FakeClock) -> None:
    cal.says(said(ME, **LIMITED, X_RateLimit_Reset_Default="42"), said(ME), said(ME))

    api.me()
    assert clock.slept == []
    api.me()
    api.me()

    assert clock.slept == [43]


def test_it_waits_only_for_what_is_left_of_the_window(cal: Cal, api: CalApi, clock: FakeClock) -> None:
    cal.says(said(ME, **LIMITED, X_RateLimit_Reset_Default="42"), said(BOOKING))

    api.me()
    clock.moment += timedelta(seconds=40)
    api.cancel(BOOKING["uid"], reason="Ill")

    assert clock.slept == [3]


@pytest.mark.parametrize(
    ("headers", "slept"),
    [
        ({"X_RateLimit_Remaining_Default": "1", "X_RateLimit_Reset_Default": "42"}, []),
        ({"X_RateLimit_Remaining_Default": "0"}, [61]),
        ({"X_RateLimit_Remaining_Default": "0", "X_RateLimit_Reset_Default": "0"}, []),
        ({"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "10"}, [11]),
        (
            {
                "X_RateLimit_Remaining_Default": "80",
                "X_RateLimit_Reset_Default": "50",
                "X_RateLimit_Remaining_Short": "0",
                "X_RateLimit_Reset_Short": "4",
            },
            [5],
        ),
    ],
)
def test_each_limit_has_its_own_headers(
    cal: Cal, api: CalApi, clock: FakeClock, headers: dict[str, str], slept: list[float]
) -> None:
    cal.says(said(ME, **headers), said(ME))

    api.me()
    api.me()

    assert clock.slept == slept


def test_after_429_another_call_waits_too(cal: Cal, api: CalApi, clock: FakeClock) -> None:
    cal.says(too_many(Retry_After="30"), said(ME))

    with pytest.raises(RateLimited) as raised:
        api.cancel(BOOKING["uid"], reason="Ill")
    api.me()

    assert (raised.value.retry_after, clock.slept) == (30, [31])


def test_it_waits_no_longer_in_all_than_its_patience(
    cal: Cal, connect: Callable[..., CalApi], clock: FakeClock
) -> None:
    cal.always = lambda _: too_many()
    with pytest.raises(RateLimited):
        connect().me()
    assert clock.slept == [61, 61]

    hasty = connect(patience=10)
    with pytest.raises(RateLimited) as raised:
        hasty.me()
    assert (raised.value.retryable, raised.value.retry_after, len(clock.slept)) == (True, 60, 2)

    asked = len(cal.asked)
    with pytest.raises(RateLimited, match=r"^GET /me: not sent"):
        hasty.me()
    assert (len(cal.asked), len(clock.slept)) == (asked, 2)


def test_a_pause_of_years_is_no_accident(cal: Cal, api: CalApi) -> None:
    cal.says(too_many(Retry_After="999999999999999"))

    with pytest.raises(RateLimited) as raised:
        api.me()

    assert raised.value.retry_after == 24 * 3600


def test_waiting_for_the_limit_and_for_the_server_count_together(
    cal: Cal, connect: Callable[..., CalApi], clock: FakeClock
) -> None:
    api = connect(patience=70)
    cal.says(said(ME, **LIMITED), failed(503, "", Retry_After="30"), said(ME))

    api.me()
    with pytest.raises(CalUnavailable) as raised:
        api.me()

    assert (raised.value.status, clock.slept) == (503, [61])


def test_the_clock_of_a_real_run(cal: Cal) -> None:
    before = SystemClock().now()
    SystemClock().sleep(0.001)

    assert timedelta(0) < SystemClock().now() - before < timedelta(minutes=1)
