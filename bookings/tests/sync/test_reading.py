"""Which bookings a run asks for, and what it makes of the answers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, connection

from bookings.cal import inbox, links
from bookings.cal.client import CalError, UnreadableAnswer
from bookings.cal.payloads import own
from bookings.cal.runs import Stopped
from bookings.domain.words import Source
from bookings.models import Booking, Message, Run, StatusChange
from bookings.tests.sync import NOW, OTHER_TYPE, START, TYPE, UID, Upstream, body, counts, iso, row, statuses, told
from bookings.tests.test_client import Asked, FakeClock, Said, failed, shape_a
from careercoach.testing import body_of
from coaches.models import Coach
from users.models import User

Post = Callable[..., None]

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=10)
CANCELLED = {"status": "cancelled", "cancellationReason": "Ill"}


def sources() -> list[str]:
    return list(Message.objects.order_by("id").values_list("source", flat=True))


# --- What is news ----------------------------------------------------------------------------------------------------


def test_what_webhooks_told_already_is_stored_nowhere(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"))
    cal.rows = [row()]

    run = cal.resync()

    assert (counts(run), told(run)) == ((1, 1, 0, 0, 0), [])
    assert sources() == ["webhook"]


def test_a_lost_cancellation_is_healed_and_told_once(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"))
    cal.rows = [row(updatedAt=iso(NOW), **CANCELLED)]

    run, again = cal.resync(), cal.resync(now=LATER)

    assert (counts(run), counts(again)) == ((1, 0, 1, 0, 0), (1, 1, 0, 0, 0))
    assert told(run) == [
        (UID, "status", "BOOKING_CREATED", "BOOKING_CANCELLED", "changed"),
        (UID, "lifecycle", "accepted", "cancelled", "changed"),
        (UID, "reason", "", "Ill", "changed"),
    ]
    assert (told(again), sources()) == ([], ["webhook", "api"])
    change = StatusChange.objects.order_by("id").last()
    assert change is not None
    assert (change.new, change.message and change.message.run) == ("BOOKING_CANCELLED", run)


def test_a_booking_that_no_webhook_told_is_made_with_coach_and_user(cal: Upstream, alice: User) -> None:
    cal.rows = [row(metadata={"cc_ref": links.user_token(alice)})]

    run, again = cal.resync(), cal.resync(now=LATER)

    assert (counts(run), counts(again)) == ((1, 0, 0, 1, 0), (1, 1, 0, 0, 0))
    assert told(run) == [(UID, "status", None, "BOOKING_CREATED", "created")]
    booking = Booking.objects.get()
    assert (booking.user, booking.linked_by, str(booking.coach)) == (alice, "token", "Maya Lindqvist")


def test_a_reschedule_that_was_lost_is_healed_at_both_ends(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"))
    old = row(updatedAt=iso(NOW), rescheduledToUid="new", **CANCELLED)
    new = row("new", made_at=NOW, start=START + timedelta(days=1), rescheduledFromUid=UID)
    cal.rows = [old, new]

    run = cal.resync()

    assert counts(run) == (2, 0, 1, 1, 0)
    assert statuses() == {UID: "BOOKING_CANCELLED", "new": "BOOKING_CREATED"}
    assert [uid for uid, field, *_rest in told(run) if field == "status"] == [UID, "new"]
    assert Booking.objects.get(uid=UID).superseded_by == "new"


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_booking_met_as_another_ones_predecessor_is_told_and_counted_once(cal: Upstream, dry_run: bool) -> None:
    old = row(made_at=NOW - timedelta(hours=2), updatedAt=iso(NOW), rescheduledToUid="new", **CANCELLED)
    new = row("new", made_at=NOW - timedelta(hours=3), rescheduledFromUid=UID)  # Sorted before it.
    cal.rows = [old, new]

    run = cal.resync(dry_run=dry_run)

    assert counts(run) == (2, 0, 0, 2, 0)
    assert sorted((uid, field) for uid, field, *_rest in told(run)) == [(UID, "status"), ("new", "status")]
    assert {done for *_rest, done in told(run)} == {"nothing" if dry_run else "created"}


def test_a_row_that_names_an_unknown_one_is_unchanged_itself(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"))
    cal.rows = [row(rescheduledFromUid="older")]

    run = cal.resync()

    assert counts(run) == (1, 1, 0, 0, 0)
    assert told(run) == [("older", "status", None, "BOOKING_CANCELLED", "created")]


def test_a_reassignment_which_is_silent_is_healed(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"))
    cal.rows = [row(updatedAt=iso(NOW), hosts=[{"id": 77, "name": "Ada", "email": "ada@coach.example"}])]

    run = cal.resync()

    assert told(run) == [(UID, "coach", "Maya Lindqvist", "Ada", "changed")]


def test_the_user_that_a_token_names_is_linked_though_nothing_else_is_new(
    cal: Upstream, post: Post, alice: User, charlie: User
) -> None:
    """After payment the webhook's metadata lack it."""
    post(body_of("booking_created_free"))
    with_token = row(bookingFieldsResponses={"email": "jonas.berg@client.example", "cc-ref": links.user_token(alice)})
    cal.rows = [with_token, row("forged", metadata={"cc_ref": "alice-1:forged"})]

    run, again = cal.resync(), cal.resync(now=LATER)

    assert told(run)[0] == (UID, "user", None, "alice-1", "changed")
    assert (counts(run), counts(again)) == ((2, 0, 1, 1, 0), (2, 2, 0, 0, 0))
    assert dict(Booking.objects.values_list("uid", "user__user_id")) == {UID: "alice-1", "forged": None}


def test_what_cal_com_changed_after_our_last_word_is_kept_so_that_a_late_older_one_cannot_undo_it(
    cal: Upstream, post: Post
) -> None:
    """It says the same, so it counts as unchanged; but of two changes the webhook of the second was lost."""
    created, moved = body_of("booking_created_free"), body_of("booking_created_free")
    moved["createdAt"] = iso(NOW - timedelta(minutes=3))
    moved["payload"]["title"] = "Told late"
    post(created)
    cal.rows = [row(updatedAt=iso(NOW - timedelta(minutes=2)))]

    run = cal.resync()
    post(moved)

    assert (counts(run), told(run)) == ((1, 1, 0, 0, 0), [])
    assert Booking.objects.get().title == "Coaching 30 min between Maya Lindqvist and Jonas Berg"
    assert sources() == ["webhook", "api", "webhook"]
    again = cal.resync(now=LATER)
    assert (counts(again), Message.objects.count()) == ((1, 1, 0, 0, 0), 3)


@pytest.mark.parametrize("seconds", [1, 59, 119, 299])
def test_a_cancellation_that_cal_com_has_not_written_yet_is_not_undone(cal: Upstream, post: Post, seconds: int) -> None:
    """It announces before it writes, and its clock may be up to four minutes behind or ahead of ours."""
    cancelled = body_of("booking_cancelled")
    cancelled["createdAt"] = iso(NOW)
    post(body_of("booking_created_free"), cancelled)
    cal.rows = [row()]

    run = cal.resync(now=NOW + timedelta(seconds=seconds))

    assert (statuses(), counts(run)) == ({UID: "BOOKING_CANCELLED"}, (1, 1, 0, 0, 0))


def test_payment_is_not_touched(cal: Upstream, post: Post) -> None:
    post(body_of("booking_payment_initiated"))
    cal.rows = [row(status="pending"), row("another", status="pending")]

    cal.resync()

    assert dict(Booking.objects.values_list("uid", "payment")) == {UID: "due", "another": "unknown"}
    cal.change(at=NOW, status="accepted")
    cal.resync(now=LATER)
    booking = Booking.objects.get(uid=UID)
    assert (booking.status, booking.payment) == ("BOOKING_CREATED", "due")


def test_values_that_cal_com_does_not_know_are_not_stored(cal: Upstream) -> None:
    """Trap 5, 9 and 16: an account that is gone, answers that can't be read, a status to come."""
    unknown = {"id": "unknown", "name": "unknown", "email": "unknown", "username": "unknown"}
    cal.rows = [
        row(hosts=[unknown], bookingFieldsResponses={"name": "unknown", "email": "unknown"}, status="awaiting_host")
    ]

    cal.resync()

    booking = Booking.objects.get()
    assert (booking.status, booking.coach, booking.client_email) == ("PENDING", None, "jonas.berg@client.example")
    assert not Coach.objects.exists()


# --- Attendance, which updatedAt doesn't know ------------------------------------------------------------------------

AFTER = START + timedelta(hours=2)


def absent(email: str, *, absent: bool = True) -> list[dict[str, Any]]:
    return [{"name": "Jonas Berg", "email": email, "timeZone": "Europe/Berlin", "absent": absent}]


def test_an_absence_that_no_webhook_told_is_found_by_the_window(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"), body_of("meeting_ended_free"))
    cal.rows = [row()]
    cal.resync()
    cal.rows = [row(attendees=absent("jonas.berg@client.example"))]

    run = cal.resync(now=AFTER)

    assert statuses() == {UID: "NO_SHOW"}
    assert told(run) == [
        (UID, "status", "MEETING_ENDED", "NO_SHOW", "changed"),
        (UID, "client_absent", None, True, "changed"),
    ]


def test_that_nobody_is_absent_is_news_once_after_the_start(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"), body_of("meeting_ended_free"))
    cal.rows = [row()]

    before, after = cal.resync(now=START - timedelta(minutes=1)), cal.resync(now=AFTER)
    again = cal.resync(now=AFTER + timedelta(minutes=10))

    assert [counts(run) for run in (before, after, again)] == [(1, 1, 0, 0, 0)] * 3
    assert [run.messages.count() for run in (before, after, again)] == [0, 1, 0]
    late = body_of("no_show_updated_guest")
    late["createdAt"] = iso(START + timedelta(minutes=10))  # Taken back since, and never told.
    post(late)
    assert statuses() == {UID: "MEETING_ENDED"}


def test_an_absence_told_by_webhook_is_confirmed_once(cal: Upstream, post: Post) -> None:
    marked = body_of("no_show_updated_guest")
    marked["createdAt"] = iso(START + timedelta(minutes=10))
    post(body_of("booking_created_free"), body_of("meeting_ended_free"), marked)
    email = marked["payload"]["attendees"][0]["email"]
    cal.rows = [row(attendees=absent(email), bookingFieldsResponses={"name": "Jonas Berg", "email": email})]

    runs = [cal.resync(now=AFTER + timedelta(minutes=minutes)) for minutes in (0, 10)]

    assert [run.messages.count() for run in runs] == [1, 0]
    assert statuses() == {UID: "NO_SHOW"}


def test_an_older_answer_says_nothing_of_an_absence(cal: Upstream, post: Post) -> None:
    """Our clock is behind that of Cal.com: its word is from a moment that has not come here."""
    marked = body_of("no_show_updated_guest")
    marked["createdAt"] = iso(AFTER + timedelta(minutes=11))
    email = marked["payload"]["attendees"][0]["email"]
    post(body_of("booking_created_free"), body_of("meeting_ended_free"))
    cal.rows = [
        row(attendees=absent(email, absent=False), bookingFieldsResponses={"name": "Jonas Berg", "email": email})
    ]
    cal.resync(now=AFTER)
    post(marked)

    run = cal.resync(now=AFTER + timedelta(minutes=10))

    assert (statuses(), run.messages.count()) == ({UID: "NO_SHOW"}, 0)


# --- Which bookings are ours (trap 1) --------------------------------------------------------------------------------


def test_a_filter_that_cal_com_drops_lets_nothing_foreign_in(cal: Upstream, post: Post, settings: Any) -> None:
    """The event type was deleted, so that Cal.com gives all that the key may see."""
    post(body_of("booking_created_free"))
    cal.types = [OTHER_TYPE]
    cal.rows = [
        row(eventType=None, eventTypeId=None, title="Renamed", updatedAt=iso(NOW)),
        row("private", eventType={"id": OTHER_TYPE}, eventTypeId=OTHER_TYPE),
        row("nameless", eventType=None, eventTypeId=None),
    ]

    run = cal.resync()

    assert (counts(run), statuses()) == ((1, 0, 1, 0, 0), {UID: "BOOKING_CREATED"})
    assert Booking.objects.get().title == "Renamed"


def test_a_run_that_finds_only_foreign_bookings_stops(cal: Upstream) -> None:
    """No booking yet is answered with none; with others' only where the number is none of that account's."""
    cal.types = [OTHER_TYPE]
    cal.rows = [row("private", eventType={"id": OTHER_TYPE}, eventTypeId=OTHER_TYPE)]

    with pytest.raises(Stopped, match="CAL_EVENT_TYPE_IDS is probably wrong"):
        cal.resync()

    run = Run.objects.get()
    assert (run.state, run.watermark) == ("failed", None)  # Ours may be older than those.
    cal.rows = []
    assert counts(cal.resync()) == (0, 0, 0, 0, 0)


def test_without_configured_types_those_of_the_account_are_ours(cal: Upstream, settings: Any) -> None:
    settings.CAL_EVENT_TYPE_IDS = []
    cal.rows = [row(), row("as-an-attendee", eventType={"id": OTHER_TYPE}, eventTypeId=OTHER_TYPE)]

    run = cal.resync()

    assert (statuses(), run.calls) == ({UID: "BOOKING_CREATED"}, 2)


def test_a_booking_of_a_deleted_type_is_asked_for_by_its_uid(cal: Upstream, post: Post) -> None:
    """No list that is filtered by type has it."""
    post(body_of("booking_created_free"))
    cal.rows = [row("another"), row(eventType=None, eventTypeId=None, updatedAt=iso(NOW), **CANCELLED)]

    run = cal.resync()

    assert cal.calls == ["/bookings", f"/bookings/{UID}"]
    assert (counts(run), statuses()[UID]) == ((2, 0, 1, 1, 0), "BOOKING_CANCELLED")


# --- Which bookings are asked for ------------------------------------------------------------------------------------


def test_the_first_run_reads_all_and_the_next_what_changed_and_what_is_near(cal: Upstream) -> None:
    cal.rows = [row(), row("second", made_at=NOW - timedelta(minutes=1))]

    first, second = cal.resync(), cal.resync(now=LATER)

    queries = [asked.query for asked in cal.asked]
    assert [sorted(query.keys() - {"take", "skip", "sortCreated"}) for query in queries] == [
        ["eventTypeIds"],
        ["afterUpdatedAt", "eventTypeIds"],
        ["afterStart", "beforeEnd", "eventTypeIds"],
    ]
    assert first.watermark == NOW - timedelta(minutes=1)
    assert queries[1]["afterUpdatedAt"] == iso(NOW - timedelta(minutes=16))
    assert queries[2]["afterStart"] == iso(LATER - timedelta(days=14))
    assert queries[2]["beforeEnd"] == iso(LATER + timedelta(days=90))
    assert all(query["sortCreated"] == "asc" for query in queries)
    assert (counts(first), counts(second), second.calls) == ((2, 0, 0, 2, 0), (2, 2, 0, 0, 0), 2)
    assert second.watermark == first.watermark


def test_the_window_reaches_as_far_as_we_know_of_open_bookings(cal: Upstream) -> None:
    far = row("far", start=NOW + timedelta(days=400))
    cal.rows = [row(), far]
    cal.resync()

    run = cal.resync(now=LATER)

    assert cal.asked[-1].query["beforeEnd"] == far["end"]
    assert (counts(run), run.calls) == ((2, 2, 0, 0, 0), 2)


def test_full_reads_all_again(cal: Upstream) -> None:
    cal.rows = [row()]
    cal.resync()

    cal.resync(now=LATER, full=True)

    assert "afterUpdatedAt" not in cal.asked[-1].query
    assert len(cal.asked) == 2


def test_since_and_until_read_what_changed_between(cal: Upstream) -> None:
    cal.rows = [row(), row("later", updatedAt=iso(LATER))]

    run = cal.resync(since=NOW, until=LATER)

    assert (statuses(), run.watermark) == ({"later": "BOOKING_CREATED"}, None)
    query = cal.asked[0].query
    assert (query["afterUpdatedAt"], query["beforeUpdatedAt"], len(cal.asked)) == (iso(NOW), iso(LATER), 1)
    cal.resync(until=NOW)
    assert UID in statuses()


def test_single_bookings_are_read_by_uid(cal: Upstream) -> None:
    cal.rows = [row(), row("foreign", eventType={"id": OTHER_TYPE}, eventTypeId=OTHER_TYPE), row("not-asked-for")]

    run = cal.resync(uids=(UID, "foreign", "missing"))

    assert (counts(run), statuses()) == ((3, 0, 1, 1, 1), {UID: "BOOKING_CREATED", "missing": "BOOKING_CANCELLED"})
    assert ("foreign", "error", None, "Not recorded, since it is not of our event types.", "failed") in told(run)
    assert run.options == {"uid": [UID, "foreign", "missing"]}


def test_pages_end_where_one_is_short_whatever_the_totals_say(cal: Upstream) -> None:
    """Trap 3."""
    cal.rows = [row(f"uid{number:03}", made_at=NOW - timedelta(minutes=number)) for number in range(260)]

    run = cal.resync(since=NOW - timedelta(minutes=255))

    assert (counts(run), run.calls) == ((256, 0, 0, 256, 0), 2)


def test_a_row_that_comes_twice_counts_once(cal: Upstream) -> None:
    cal.rows = [row(), row()]

    assert counts(cal.resync()) == (1, 0, 0, 1, 0)


def test_the_watermark_is_no_later_than_the_first_page(cal: Upstream) -> None:
    """What changes while later pages are read may be on none of them."""
    cal.rows = [row(updatedAt=iso(LATER))]

    assert cal.resync().watermark == NOW


# --- What fails ------------------------------------------------------------------------------------------------------


def test_a_page_that_fails_ends_the_run_and_leaves_the_watermark(cal: Upstream) -> None:
    cal.rows = [row()]
    cal.resync()
    cal.rows = [row(f"uid{number:03}", updatedAt=iso(NOW)) for number in range(260)]

    def broken(asked: Asked) -> Said | None:
        return failed(403, {"message": "no"}) if asked.query.get("skip") == "250" else None

    cal.broken = broken
    with pytest.raises(CalError):
        cal.resync(now=LATER)

    run = Run.objects.latest("id")
    assert (run.state, run.watermark, run.error) == ("failed", None, "GET /bookings: 403: no")
    assert counts(run) == (250, 0, 0, 250, 0)
    cal.broken = lambda asked: None
    again = cal.resync(now=LATER)
    assert (counts(again), again.watermark) == ((261, 250, 1, 10, 0), NOW)


def test_a_wrong_key_is_said_at_once(cal: Upstream) -> None:
    cal.broken = lambda asked: shape_a(401, "UnauthorizedException", "CustomThrottlerGuard - Invalid API Key")

    with pytest.raises(CalError, match="Invalid API Key"):
        cal.resync()

    assert (Run.objects.get().state, "Invalid API Key" in Run.objects.get().error) == ("failed", True)


def test_another_versions_shape_is_no_booking(cal: Upstream) -> None:
    """Trap 2: a server that doesn't know the version answers with startTime."""
    cal.rows = [
        {"uid": UID, "startTime": iso(START), "updatedAt": iso(NOW), "createdAt": iso(NOW), "eventTypeId": TYPE}
    ]

    with pytest.raises(UnreadableAnswer):
        cal.resync()

    assert not Booking.objects.exists()


def test_a_row_that_cannot_be_read_is_kept_once_and_keeps_nobody(cal: Upstream) -> None:
    strange = [
        row("strange", id=-1),
        row("foreign", id=-1, eventType={"id": OTHER_TYPE}, eventTypeId=OTHER_TYPE),
        row("", eventType=None),
        row(5, createdAt=iso(NOW)),  # type: ignore[arg-type]
    ]
    cal.rows, cal.types = [*strange, row()], [OTHER_TYPE]

    runs = [cal.resync(now=NOW), cal.resync(now=LATER)]

    assert [counts(run) for run in runs] == [(4, 0, 0, 1, 3), (4, 1, 0, 0, 3)]
    assert {(uid, error) for uid, _field, _ours, error, _done in told(runs[0])[:-1]} == {
        ("strange", "PayloadError: id: is beyond 63 bits"),
        ("", "PayloadError: uid: is missing"),
        ("", "PayloadError: uid: is not a string"),
    }
    assert list(Message.objects.filter(outcome="failed").values_list("attempts", flat=True)) == [2, 2, 2]
    assert runs[0].watermark is not None


def failing(table: str) -> Callable[..., Any]:
    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT INTO", "INSERT IGNORE INTO")) and table in sql.split("(", maxsplit=1)[0]:
            raise DataError(1406, "Data too long")
        return execute(sql, params, many, context)

    return wrapper


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(("table", "kept"), [("message", False), ("status_change", True)])
def test_a_row_that_cannot_be_applied_is_counted_and_not_passed_over_unless_it_is_kept(
    cal: Upstream, table: str, kept: bool, dry_run: bool
) -> None:
    cal.rows = [row()]

    with connection.execute_wrapper(failing(table)):
        run = cal.resync(dry_run=dry_run)

    assert (counts(run), told(run)) == ((1, 0, 0, 0, 1), [(UID, "error", None, "DataError: 1406", "failed")])
    assert (run.watermark is not None) == (kept and not dry_run)
    assert Message.objects.filter(outcome="failed").exists() == (kept and not dry_run)
    assert counts(cal.resync(now=LATER)) == (1, 0, 0, 1, 0)


# --- What is gone ----------------------------------------------------------------------------------------------------


def test_a_booking_that_is_gone_is_cancelled_with_its_cause(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"))
    cal.rows = [row("another")]

    run, again = cal.resync(), cal.resync(now=LATER)

    booking = Booking.objects.get(uid=UID)
    assert (booking.status, booking.reason) == ("BOOKING_CANCELLED", "Gone at Cal.com")
    assert (UID, "status", "BOOKING_CREATED", "BOOKING_CANCELLED", "gone") in told(run)
    assert (counts(run), counts(again)) == ((2, 0, 1, 1, 0), (1, 1, 0, 0, 0))
    change = booking.timeline.order_by("id").last()
    assert change is not None
    assert change.message is not None
    assert (change.message.trigger, change.message.run) == ("gone", run)


class Meanwhile(FakeClock):
    """Something happens here while Cal.com is asked."""

    happens: Callable[[], object] = staticmethod(lambda: None)

    def now(self) -> datetime:
        self.happens()
        return super().now()


def test_a_booking_that_was_cancelled_as_gone_meanwhile_is_unchanged(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"))
    cal.rows, cal.clock = [row("another")], Meanwhile(NOW)

    def cancel() -> None:
        if cal.calls and cal.calls[-1].endswith(UID):
            inbox.process(inbox.receive(own.gone(UID, requested_at=NOW - timedelta(minutes=1)), source=Source.API))

    cal.clock.happens = cancel
    run = cal.resync()

    assert (counts(run), statuses()[UID]) == ((2, 1, 0, 1, 0), "BOOKING_CANCELLED")


def test_nothing_is_gone_where_nothing_else_was_read(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"))

    run = cal.resync()

    assert (counts(run), statuses()) == ((1, 0, 0, 0, 1), {UID: "BOOKING_CREATED"})
    assert "has read no other one" in told(run)[0][3]


@pytest.mark.parametrize(("held", "gone", "believed"), [(11, 10, True), (12, 11, False), (400, 20, True)])
def test_where_too_many_are_gone_it_is_the_address_that_is_wrong(
    cal: Upstream, held: int, gone: int, believed: bool
) -> None:
    cal.rows = [row(f"uid{number:03}") for number in range(held)]
    cal.resync()
    cal.rows = cal.rows[gone:]

    if believed:
        assert counts(cal.resync(now=LATER)) == (held, held - gone, gone, 0, 0)
    else:
        with pytest.raises(Stopped, match=r"^More than 10 of 12 bookings are unknown to Cal\.com"):
            cal.resync(now=LATER)
    assert Booking.objects.filter(status="BOOKING_CANCELLED").count() == (gone if believed else 0)


def test_those_that_were_too_many_are_named_and_go_when_that_is_said_to_be_right(cal: Upstream) -> None:
    cal.rows = [row(f"uid{number:03}") for number in range(13)]
    cal.resync()
    cal.rows = cal.rows[12:]
    with pytest.raises(Stopped, match=r"resync_bookings --gone-up-to NUMBER\.$"):
        cal.resync(now=LATER)
    stopped = Run.objects.latest("id")
    missing = "Cal.com has no such booking. Not cancelled, since too many are missing."

    assert told(stopped) == [(f"uid{number:03}", "error", None, missing, "failed") for number in range(11)]
    assert counts(stopped) == (12, 1, 0, 0, 11)
    assert counts(cal.resync(now=LATER, gone_up_to=12)) == (13, 1, 12, 0, 0)
    assert Run.objects.latest("id").options["goneUpTo"] == 12


def test_what_was_read_of_other_event_types_says_nothing_of_ours(cal: Upstream, settings: Any) -> None:
    cal.types = [TYPE, OTHER_TYPE]
    cal.rows = [row(), row("old", eventTypeId=OTHER_TYPE, eventType={"id": OTHER_TYPE}, start=NOW - timedelta(days=99))]
    cal.resync()
    settings.CAL_EVENT_TYPE_IDS = [TYPE, OTHER_TYPE]

    wider, next_one = cal.resync(now=LATER), cal.resync(now=LATER)

    assert (counts(wider), wider.calls) == ((2, 1, 0, 1, 0), 1)
    assert (counts(next_one), next_one.calls) == ((2, 2, 0, 0, 0), 2)


def test_of_which_type_a_booking_is_that_we_hold_is_asked_once(cal: Upstream, post: Post) -> None:
    post(body_of("no_show_updated_guest"))
    assert Booking.objects.ours().count() == 1
    cal.rows = [row("another"), row(eventTypeId=OTHER_TYPE, eventType={"id": OTHER_TYPE})]

    first, second = cal.resync(), cal.resync(now=LATER)

    assert (UID, "event_type", None, OTHER_TYPE, "changed") in told(first)
    assert list(Booking.objects.ours().values_list("uid", flat=True)) == ["another"]
    assert (first.calls, second.calls) == (2, 2)


def test_a_look_up_that_fails_keeps_nobody_from_the_next(cal: Upstream, post: Post) -> None:
    for uid in ("first", "second"):
        created = body_of("booking_created_free")
        created["payload"]["uid"] = uid
        post(created)
    cal.broken = lambda asked: failed(403, {"message": "not yours"}) if asked.route.endswith("first") else None
    cal.rows = [row("another")]

    run = cal.resync()

    assert counts(run) == (3, 0, 1, 1, 1)
    assert told(run)[1] == ("first", "error", None, "GET /bookings/{uid}: 403: not yours", "failed")


@pytest.mark.parametrize("said", [failed(404, "<html>"), failed(401, {"message": "no"}), failed(500, "down")])
def test_an_address_that_is_no_api_tells_of_no_booking(cal: Upstream, post: Post, said: Said) -> None:
    post(body_of("booking_created_free"))
    cal.broken = lambda asked: said if asked.route.endswith(UID) else None
    cal.rows = [row("another")]

    with pytest.raises(CalError):
        cal.resync()

    assert statuses()[UID] == "BOOKING_CREATED"


def test_a_dry_run_says_the_same_and_changes_nothing(cal: Upstream, post: Post) -> None:
    post(body_of("booking_created_free"))
    gone = body_of("booking_created_free")
    gone["payload"]["uid"] = "gone"
    post(gone)
    cal.rows = [row(updatedAt=iso(NOW), **CANCELLED), row("unknown")]
    before = list(Booking.objects.order_by("id").values())

    looked = cal.resync(dry_run=True)

    assert list(Booking.objects.order_by("id").values()) == before
    assert (Message.objects.count(), Coach.objects.count(), looked.watermark) == (2, 1, None)
    healed = cal.resync()
    assert counts(looked) == counts(healed) == (3, 0, 2, 1, 0)
    assert [each[:4] for each in told(looked)] == [each[:4] for each in told(healed)]
    assert {each[4] for each in told(looked)} == {"nothing"}


def test_bodies_are_kept_as_they_were_asked_for(cal: Upstream) -> None:
    cal.rows = [row()]

    run = cal.resync()

    message = Message.objects.get()
    assert message.body == body({"requestedAt": NOW.isoformat(), "booking": row()})
    assert (message.run, message.by, message.trigger, message.received_at) == (run, None, "api", NOW)
