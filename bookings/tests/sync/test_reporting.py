"""What the commands print, and with which code they end."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any, TextIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from bookings.cal import locks
from bookings.cal.runs import Stopped
from bookings.domain.projection import reference
from bookings.management import reporting
from bookings.management.reporting import Progress
from bookings.models import Booking, Difference, Run
from bookings.tests.sync import UID, Upstream, iso, row
from bookings.tests.sync.test_runs import elsewhere
from bookings.tests.test_client import KEY, Asked, Said, failed, said, shape_a
from careercoach.testing import body_of

Post = Callable[..., None]

pytestmark = pytest.mark.django_db


@pytest.fixture
def cal(cal: Upstream, settings: Any) -> Iterator[Upstream]:
    settings.CAL_API_BASE_URL, settings.CAL_API_KEY, settings.CAL_TEAM_ID = cal.address, KEY, None
    return cal


def run(*arguments: str, code: int = 0) -> str:
    """What the command prints, and the error with which it must end."""
    out = StringIO()
    if not code:
        call_command(*arguments, stdout=out)
        return out.getvalue()
    with pytest.raises(CommandError) as raised:
        call_command(*arguments, stdout=out)
    assert raised.value.returncode == code
    return f"{out.getvalue()}{raised.value}"


@contextmanager
def unread() -> Iterator[TextIO]:
    """A pipe whose reader has ended."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as to:
        yield to


def test_the_report_for_people(cal: Upstream, post: Post) -> None:
    soon = timezone.now() + timedelta(days=1)
    post(body_of("booking_created_free"))
    cal.rows = [row(updatedAt=iso(timezone.now()), status="cancelled"), row("new", start=soon)]

    first, second = run("resync_bookings"), run("resync_bookings")

    number = Run.objects.order_by("id").values_list("id", flat=True)
    assert first.splitlines() == [
        f"Resync of bookings {number[0]}: done, 1 calls.",
        "2 seen, 0 unchanged, 1 changed, 1 created, 0 failed.",
        f"CC-7C60H-MF76P {UID}: status: ours 'BOOKING_CREATED', theirs 'BOOKING_CANCELLED': changed",
        f"CC-7C60H-MF76P {UID}: lifecycle: ours 'accepted', theirs 'cancelled': changed",
        f"{Booking.objects.get(uid='new').reference} new: status: ours None, theirs 'BOOKING_CREATED': created",
    ]
    assert second.splitlines() == [
        f"Resync of bookings {number[1]}: done, 2 calls.",
        "2 seen, 2 unchanged, 0 changed, 0 created, 0 failed.",
        "Nothing changed.",
    ]


def test_the_report_as_json(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"))
    cal.rows = [row(updatedAt=iso(timezone.now()), status="cancelled"), row("new", start=timezone.now())]

    looked = json.loads(run("resync_bookings", "--json", "--dry-run"))
    healed = json.loads(run("resync_bookings", "--json"))
    again = json.loads(run("resync_bookings", "--json"))

    assert again == {"seen": 2, "unchanged": 2, "changed": 0, "created": 0, "failed": 0, "differences": []}
    assert {name: healed[name] for name in ("seen", "changed", "created")} == {"seen": 2, "changed": 1, "created": 1}
    assert healed["differences"][0] == {
        "uid": UID,
        "reference": "CC-7C60H-MF76P",
        "field": "status",
        "ours": "BOOKING_CREATED",
        "theirs": "BOOKING_CANCELLED",
        "done": "changed",
    }
    assert looked == healed | {"differences": [each | {"done": "nothing"} for each in healed["differences"]]}


def test_a_long_report_is_cut_for_people_only(cal: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "MOST_LISTED", 2)
    monkeypatch.setattr(reporting, "AT_ONCE", 2)
    cal.rows = [row(f"uid{number}", start=timezone.now()) for number in range(5)]

    lines = run("resync_bookings").splitlines()

    assert [str(each) for each in Difference.objects.order_by("id")[:1]] == ["uid0: status"]
    assert (len(lines), lines[-1]) == (5, f"… and 3 more, all in the admin under {Run.objects.get()}.")
    Difference.objects.all().delete()
    Booking.objects.all().update(registers={})
    assert len(json.loads(run("resync_bookings", "--json", "--full"))["differences"]) == 5


def test_what_failed_comes_first_in_a_long_report(cal: Upstream, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is why the command ends with 1, and is found last where it is looked up by its uid."""
    monkeypatch.setattr(reporting, "MOST_LISTED", 1)
    post(body_of("booking_created_free"))
    cal.rows = [row("fine", start=timezone.now())]
    cal.broken = lambda asked: failed(403, {"message": "not yours"}) if asked.route.endswith(UID) else None

    assert run("resync_bookings", code=1).splitlines()[2:] == [
        f"CC-7C60H-MF76P {UID}: error: ours None, theirs 'GET /bookings/{{uid}}: 403: not yours': failed",
        f"… and 1 more, all in the admin under {Run.objects.get()}.",
        "1 of 2 failed.",
    ]


def test_what_failed_ends_with_1_and_is_listed(cal: Upstream) -> None:
    cal.rows = [row("strange", id=-1)]

    assert run("resync_bookings", code=1).splitlines()[1:] == [
        "1 seen, 0 unchanged, 0 changed, 0 created, 1 failed.",
        f"{reference('strange')} strange: error: ours None, theirs 'PayloadError: id: is beyond 63 bits': failed",
        "1 of 1 failed.",
    ]


def test_a_run_that_cal_com_ends_says_why_and_prints_its_object_all_the_same(cal: Upstream) -> None:
    cal.broken = lambda asked: shape_a(401, "UnauthorizedException", "Invalid API Key")

    text = run("resync_bookings", code=1)
    printed, _, _error = run("resync_bookings", "--json", code=1).partition("}")

    assert text.splitlines()[0].endswith(": FAILED, 0 calls.")
    assert "Nothing changed." not in text
    assert text.endswith("GET /bookings: 401 UnauthorizedException: Invalid API Key → cal_doctor says what is wrong.")
    assert json.loads(printed + "}")["seen"] == 0


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_reader_that_has_read_enough_ends_the_report_and_not_the_run(cal: Upstream, options: list[str]) -> None:
    """As in `resync_bookings | head`: what is still to be written is nobody's error, at the end of the process too."""
    cal.rows = [row(f"uid{number:03}", start=timezone.now()) for number in range(100)]

    with unread() as to:
        call_command("resync_bookings", *options, stdout=to)

    assert Run.objects.values_list("state", "created").get() == ("done", 100)


def test_a_reader_that_has_read_enough_keeps_no_failure_secret(cal: Upstream) -> None:
    cal.rows = [row("strange", id=-1)]

    with unread() as to, pytest.raises(CommandError, match=r"^1 of 1 failed\.$"):
        call_command("resync_bookings", stdout=to)


def test_without_a_key_nothing_is_begun(settings: Any) -> None:
    settings.CAL_API_KEY = ""

    assert "CAL_API_KEY is not set" in run("resync_bookings", code=1)
    assert "CAL_API_KEY is not set" in run("resync_coaches", code=1)
    assert not Run.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_second_run_ends_with_75(cal: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    Run.objects.create(kind="bookings", started_at=datetime(2026, 11, 23, 19, 0, tzinfo=UTC), host="other", pid=7)

    with locks.held("bookings"):
        text = elsewhere(lambda: run("resync_bookings", code=75))

    assert "process 7 on other, since 2026-11-23 19:00:00 UTC" in text


@pytest.mark.django_db(transaction=True)
def test_in_a_thread_signals_are_left_to_its_process() -> None:
    assert elsewhere(lambda: run("end_meetings")).endswith("Nothing changed.\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_cleanly(cal: Upstream, number: int) -> None:
    cal.rows = [row(f"uid{each:03}", start=timezone.now()) for each in range(300)]

    def broken(asked: Asked) -> Said | None:
        if asked.query.get("skip") == "250":
            os.kill(os.getpid(), number)
        return None

    cal.broken = broken
    handler = signal.getsignal(signal.SIGTERM)

    text = run("resync_bookings", code=130)

    assert text.endswith("Interrupted. The next run goes on from here.")
    interrupted = Run.objects.get()
    assert (interrupted.state, interrupted.watermark, interrupted.created) == ("interrupted", None, 250)
    assert signal.getsignal(signal.SIGTERM) == handler
    cal.broken = lambda asked: None
    run("resync_bookings")
    assert Run.objects.latest("id").created == 50


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_query_at_work_end(number: int) -> None:
    """MySQL's driver asks and fetches in two steps, and can't be left between them."""
    ended: list[str] = []

    def signalled(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        signal.raise_signal(number)
        result = execute(sql, *rest)
        ended.append(sql)
        return result

    with pytest.raises(KeyboardInterrupt), reporting.stoppable(), connection.execute_wrapper(signalled):
        Run.objects.exists()

    assert len(ended) == 1
    assert not Run.objects.exists()


def test_what_the_shell_lets_ignore_ctrl_c_goes_on_ignoring_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with reporting.stoppable():
            signal.raise_signal(signal.SIGINT)
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--since", "yesterday"], "'yesterday' is no ISO 8601 date or time"),
        (["--full", "--until", "2026-11-23"], "--until goes with --since, or alone"),
        (["--uid", "a", "--full"], "not allowed with argument"),
        (["--since", "2026-11-24", "--until", "2026-11-23"], "--since is later than --until"),
        (["--uid", UID, "a/b"], "'a/b' is no uid, which has letters, digits, - and _ alone"),
        (["--uid", ""], "'' is no uid"),
        (["--uid", "a" * 101], "is no uid"),
        (["--gone-up-to", "-1"], "'-1' is no number of bookings"),
        (["--until", "9999-12-31T23:59-14:00"], "'9999-12-31T23:59-14:00' is no ISO 8601 date or time"),
    ],
)
def test_what_cannot_be_asked_together_is_refused(cal: Upstream, arguments: list[str], words: str) -> None:
    assert words in run("resync_bookings", *arguments, code=1)


def test_times_without_a_zone_are_utc(cal: Upstream) -> None:
    run("resync_bookings", "--since", "2026-11-23", "--until", "2026-11-24T01:00:00+01:00")

    assert Run.objects.get().options == {"since": "2026-11-23T00:00:00+00:00", "until": "2026-11-24T01:00:00+01:00"}


def test_uids_are_asked_for_once_each(cal: Upstream) -> None:
    cal.rows = [row(start=timezone.now())]

    run("resync_bookings", "--uid", UID, UID, "--gone-up-to", "30")

    assert cal.calls == [f"/bookings/{UID}"]
    assert Run.objects.get().options == {"uid": [UID], "goneUpTo": 30}


def test_what_is_over_is_ended_and_what_is_unpaid_is_listed(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "MOST_LISTED", 1)
    post(body_of("booking_created_free"))
    for uid in ("unpaid", "unpaid-too"):
        unpaid = body_of("booking_payment_initiated")
        unpaid["payload"]["uid"] = uid
        post(unpaid)
    yesterday = timezone.now() - timedelta(days=1)
    Booking.objects.update(starts_at=yesterday, ends_at=yesterday)

    text, nothing = run("end_meetings"), run("end_meetings")

    number = Run.objects.get().pk
    latest = Booking.objects.get(uid="unpaid-too")
    overdue = [
        "Begun, and not paid as far as we know:",
        f"  {latest.chain_reference} {yesterday:%Y-%m-%d %H:%M} UTC, PENDING",
        "  … and more.",
    ]
    assert text.splitlines()[:2] == [
        f"Clock {number}: done, 0 calls.",
        "1 seen, 0 unchanged, 1 changed, 0 created, 0 failed.",
    ]
    assert text.splitlines()[-3:] == overdue
    assert nothing.splitlines() == [
        "0 seen, 0 unchanged, 0 changed, 0 created, 0 failed.",
        "Nothing changed.",
        *overdue,
    ]
    assert json.loads(run("end_meetings", "--json", "--dry-run"))["differences"] == []


def test_one_that_is_unpaid_is_listed_alone(post: Post) -> None:
    post(body_of("booking_payment_initiated"))
    Booking.objects.update(starts_at=timezone.now())

    assert run("end_meetings").splitlines()[-2:] == [
        "Begun, and not paid as far as we know:",
        f"  CC-7C60H-MF76P {timezone.now():%Y-%m-%d %H:%M} UTC, PENDING",
    ]


def test_what_is_unpaid_is_not_listed_before_an_error(cal: Upstream, post: Post) -> None:
    post(body_of("booking_payment_initiated"))
    Booking.objects.update(starts_at=timezone.now())
    cal.broken = lambda asked: shape_a(401, "UnauthorizedException", "Invalid API Key")

    lines = run("resync_bookings", code=1).splitlines()

    assert len(lines) == 3
    assert lines[2].endswith("cal_doctor says what is wrong.")


def test_coaches(cal: Upstream) -> None:
    cal.broken = lambda asked: said({"id": 70, "name": "Olivia"})

    text = run("resync_coaches")
    nothing = json.loads(run("resync_coaches", "--json", "--dry-run"))

    assert text.splitlines()[1:] == [
        "1 seen, 0 unchanged, 0 changed, 1 created, 0 failed.",
        "70: name: ours None, theirs 'Olivia': created",
    ]
    assert nothing["unchanged"] == 1


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal() -> None:
    to, it = Terminal(), Run(seen=250, changed=2, created=1)
    progress = Progress(to)
    progress.end()
    progress(it, 500)
    it.seen = 500
    progress(it, None)
    progress.end()

    assert to.getvalue() == (
        "\r\033[K250 read of at most 500, 3 healed, 0 failed\r\033[K500 read, 3 healed, 0 failed\r\033[K"
    )


def test_progress_in_a_log_is_a_line_now_and_then() -> None:
    to, it, moments = StringIO(), Run(), iter([0.0, 5.0, 11.0, 11.0, 12.0])
    progress = Progress(to, clock=lambda: next(moments))
    for seen in (250, 500, 750):
        it.seen = seen
        progress(it, None)
    progress.end()

    assert (to.getvalue(), progress.run) == ("500 read, 0 healed, 0 failed\n", it)


def test_progress_that_nobody_reads_any_more_is_no_problem_of_the_run() -> None:
    with unread() as to:
        progress = Progress(to, clock=iter([0.0, 20.0, 20.0, 40.0, 40.0]).__next__)
        for seen in (250, 500):
            progress(Run(seen=seen), None)

    assert progress.run is not None
    assert progress.run.seen == 500


def test_a_problem_without_words_is_named_by_its_kind() -> None:
    def work(progress: Progress) -> Run:
        raise Stopped

    with pytest.raises(CommandError, match=r"^Stopped$"):
        reporting.carry_out(work, to=StringIO(), progress_to=StringIO())
