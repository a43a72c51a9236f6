"""After an erasure nothing in the database says who it was, and nothing that comes later says it again."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils.translation import override

from bookings.cal import inbox
from bookings.domain.registers import absence_of, decode
from bookings.models import Booking, Message, PrivacyRequest, StatusChange
from bookings.privacy.erasing import erase, refuse_too_early
from bookings.privacy.person import Person, Refused, whose
from bookings.tests.admin import booked
from bookings.tests.privacy import (
    ADDRESS,
    CONFESSION,
    LATER,
    MOVED,
    NAME,
    PAID,
    PHONE,
    SAYS,
    WISH,
    about_zoe,
    booking,
    found,
    hers,
    money_trail,
    rebuilt,
    unreadable,
    webhooks,
)
from bookings.tests.sync import Upstream, counts, told
from careercoach.testing import body_of, signed_post
from users.models import User
from users.services import StaffAccount
from users.services import erase as erase_user

pytestmark = pytest.mark.django_db

SAME = "0 differ, 0 changed meanwhile, 0 left out as pruned."
HERS = (PAID, MOVED, "moved-away")


def erased(user: User, by: User | None = None, **options: Any) -> PrivacyRequest:
    return erase(whose(user), by=by, note="Letter 12", now=LATER, **options)


def test_every_table_in_which_somebody_is_named_forgets_them(zoe: User, sam: User) -> None:
    before = found(*SAYS)

    request = erased(zoe, by=sam)

    assert set(before) == {
        "act.note",
        "act.result",
        "attention.note",
        "booking.cancelled_by",
        "booking.client_email",
        "booking.client_name",
        "booking.reason",
        "booking.registers",
        "booking.title",
        "difference.ours",
        "difference.theirs",
        "django_admin_log.change_message",
        "django_admin_log.object_repr",
        "message.body",
        "run.error",
        "run.options",
        "user.email",
        "user.name",
    }
    assert found(*SAYS) == {}
    assert found("Zoë", "Quirin", "knee", "49170") == {}
    assert (request.kind, request.user, request.by, request.at, request.note) == ("erase", zoe, sam, LATER, "Letter 12")
    assert request.finished_at == LATER
    assert request.counts == {
        "bookings": 3,
        "differences": 2,
        "mentions": 3,
        "messages": 16,
        "notes": 10,
    }


def test_what_was_paid_and_when_stays(zoe: User, sam: User) -> None:
    before, changes = money_trail(*HERS), list(StatusChange.objects.order_by("id").values())

    erased(zoe)

    assert money_trail(*HERS) == before
    assert [(each["uid"], each["status"], each["client_absent"]) for each in before] == [
        (PAID, "NO_SHOW", True),
        (MOVED, "BOOKING_CANCELLED", None),
        ("moved-away", "BOOKING_CANCELLED", None),
    ]
    assert (before[1]["payment_intent"], before[1]["refund_id"], before[1]["refunded"]) == ("pi_9x", "re_7y", 4500)
    assert list(StatusChange.objects.order_by("id").values()) == changes
    assert list(booking(MOVED).acts.order_by("id").values_list("did", "note", "result")) == [
        ("payment", "pi_9x · 9000", ""),
        ("free", "", ""),
        ("settle", "", ""),
    ]


def test_a_rebuild_makes_the_same_rows_from_what_is_left(zoe: User) -> None:
    assert rebuilt() == SAME

    erased(zoe)

    assert rebuilt() == SAME


def test_all_that_comes_again_brings_nothing_back(zoe: User, client: Client) -> None:
    erased(zoe)
    messages, trail = list(Message.objects.order_by("id").values_list("id", "digest")), money_trail(*HERS)

    for body in webhooks():
        assert signed_post(client, body).status_code == 200
    for body in unreadable():
        assert signed_post(client, body).status_code == 200
    call_command("process_messages", id=[number for number, _digest in messages])

    assert found(*SAYS) == {}
    assert list(Message.objects.order_by("id").values_list("id", "digest")) == messages
    assert money_trail(*HERS) == trail
    assert rebuilt() == SAME


def test_a_resync_reads_what_cal_com_still_has_and_keeps_nothing_of_it(zoe: User, cal: Upstream) -> None:
    cal.rows = [hers(PAID), hers(MOVED, status="cancelled", cancellationReason=CONFESSION, cancelledByEmail=ADDRESS)]
    erased(zoe)
    trail = money_trail(PAID, MOVED)
    of_the_clock = [
        ("of-another", "ended", False, True, "ended"),
        ("of-another", "status", "BOOKING_CREATED", "MEETING_ENDED", "ended"),
    ]

    first = cal.resync(now=LATER, full=True)
    again = cal.resync(now=LATER + timedelta(hours=1), full=True)
    cal.change(PAID, at=LATER + timedelta(hours=2), bookingFieldsResponses={"name": NAME, "email": ADDRESS, "x": WISH})
    changed = cal.resync(now=LATER + timedelta(hours=3), full=True)

    assert [counts(run) for run in (first, again, changed)] == [(3, 2, 1, 0, 0), (2, 2, 0, 0, 0), (2, 2, 0, 0, 0)]
    assert (sorted(told(first)), Message.objects.filter(source="api", is_reduced=False).count()) == (of_the_clock, 0)
    assert found(*SAYS) == {}
    assert money_trail(PAID, MOVED) == trail
    assert rebuilt() == SAME


def test_what_comes_later_is_kept_without_the_person(zoe: User, client: Client) -> None:
    erased(zoe)
    Message.objects.filter(uid=PAID, trigger="BOOKING_PAID").delete()  # Pruned; the same bytes come as new ones.

    for body in (
        about_zoe("booking_paid"),
        {**about_zoe("booking_created_after_payment", bookingId=7), "createdAt": "2026-12-04T08:00:00.000Z"},
        about_zoe("after_hosts_no_show"),
        {"triggerEvent": "OF_THE_DAY_AFTER", "payload": {"bookingUid": PAID, "title": NAME}},
    ):
        assert signed_post(client, body).status_code == 200
    unread = signed_post(client, {"triggerEvent": "BOOKING_PAID", "payload": {"uid": PAID, "title": NAME}})

    assert unread.status_code == 422
    assert found(*SAYS) == {}
    assert (booking(PAID).number, booking(PAID).coach_absent) == (7, True)
    assert rebuilt() == SAME


def test_an_erasure_that_was_interrupted_goes_on_when_it_is_asked_for_again(zoe: User) -> None:
    trail = money_trail(*HERS)

    def pulled_out(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erased(zoe, progress=pulled_out)
    between = rebuilt()
    request = erased(zoe)

    assert between == SAME
    assert found(*SAYS) == {}
    assert money_trail(*HERS) == trail
    assert rebuilt() == SAME
    (cut_short,) = PrivacyRequest.objects.exclude(pk=request.pk)
    assert (cut_short.finished_at, cut_short.counts, request.counts["bookings"]) == (None, {}, 2)


def test_an_erasure_by_address_alone_goes_on_too(zoe: User) -> None:
    Booking.objects.filter(user=zoe).update(user=None)
    person = Person(None, ADDRESS)

    def pulled_out(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erase(person, by=None, note="", now=LATER, progress=pulled_out)
    erase(person, by=None, note="", now=LATER)

    assert set(found(ADDRESS, PHONE, CONFESSION)) == {"user.email"}


def test_erased_twice_there_is_nothing_left_to_count(zoe: User) -> None:
    erased(zoe)
    zoe.refresh_from_db()
    before = list(Message.objects.order_by("id").values())

    request = erased(zoe)

    assert request.counts == {}
    assert list(Message.objects.order_by("id").values()) == before


def test_the_user_stays_as_a_stub_that_nobody_finds(zoe: User, client: Client) -> None:
    erased(zoe)
    zoe.refresh_from_db()

    listed = client.get("/api/bookings", {"userId": "zoe-1"})

    assert (zoe.user_id, zoe.name, zoe.email, zoe.erased_at) == ("zoe-1", "", f"erased-{zoe.pk}", LATER)
    assert (str(zoe), zoe.has_usable_password()) == ("Erased", False)
    assert listed.status_code == 404
    with override("zh-hans"):
        assert str(zoe) == "已删除"


def test_whoever_signs_up_again_is_known_anew_and_what_was_erased_stays_so(zoe: User, client: Client) -> None:
    erased(zoe)
    again = {"name": NAME, "email": ADDRESS, "userId": "zoe-1"}

    answer = client.post("/api/users", again, content_type="application/json")
    new = signed_post(client, about_zoe("booking_created_free", uid="a-new-one", bookingId=9))

    assert (answer.status_code, new.status_code) == (200, 200)
    assert booking("a-new-one").client_name == NAME
    assert booking("a-new-one").user == zoe
    assert booking(PAID).client_name == ""
    hits = found(*SAYS)
    assert {"user.name", "booking.client_name"} <= set(hits)
    assert not Message.objects.filter(uid__in=HERS, body__contains="Quirin").exists()


def test_a_stranger_with_the_address_gets_no_booking_of_before(zoe: User, client: Client) -> None:
    Booking.objects.filter(uid=PAID).update(user=None)
    erased(Person(zoe, ADDRESS).user)  # type: ignore[arg-type]
    User.objects.create_user(ADDRESS, "Somebody Else")

    signed_post(client, {**about_zoe("booking_paid"), "createdAt": "2027-02-01T00:00:00.000Z"})

    assert Message.objects.order_by("id").last().linked_user is None  # type: ignore[union-attr]
    assert booking(PAID).user in (None, zoe)


def test_others_bookings_stay_but_for_the_guest(zoe: User) -> None:
    before = booking("of-another")
    registers = decode(before.registers)

    erased(zoe)

    after = booking("of-another")
    kept = {name: told for name, told in registers.items() if name != absence_of(ADDRESS)}
    assert absence_of(ADDRESS) in registers
    assert decode(after.registers) == kept
    assert (after.client_name, after.client_email) == (before.client_name, before.client_email)
    assert after.erased is False


def test_what_is_yet_to_be_applied_to_anothers_booking_loses_the_guest_and_nothing_else(
    zoe: User, client: Client
) -> None:
    waiting = body_of("booking_created_free")
    waiting["payload"] |= {"uid": "of-a-third", "attendees": [{"name": NAME, "email": ADDRESS, "noShow": True}]}
    known = {**waiting, "payload": {**waiting["payload"], "uid": "of-a-fourth"}}
    inbox.receive(json.dumps(waiting).encode())
    failed = inbox.receive(json.dumps(known).encode())
    Message.objects.filter(pk=failed.pk).update(uid="of-a-fourth", outcome="failed", error="ValueError: ?")
    unread = {"triggerEvent": "BOOKING_PAID", "payload": {"uid": "of-a-third", "startTime": ADDRESS}}
    assert signed_post(client, unread).status_code == 422

    erased(zoe)
    call_command("process_messages")
    call_command("process_messages", id=[failed.pk])

    assert found(*SAYS) == {}
    assert (booking("of-a-third").client_name, booking("of-a-third").client_absent) == ("Jonas Berg", None)
    assert booking("of-a-fourth").client_name == "Jonas Berg"
    assert rebuilt() == SAME


def test_a_message_that_waits_for_an_erased_booking_is_applied_without_the_person(zoe: User) -> None:
    late = {**about_zoe("booking_paid"), "createdAt": "2027-01-02T00:00:00.000Z"}
    message = inbox.receive(json.dumps(late).encode())

    erased(zoe)
    inbox.process(Message.objects.get(pk=message.pk))

    assert found(*SAYS) == {}
    assert Message.objects.get(pk=message.pk).outcome == "applied"
    assert rebuilt() == SAME


def test_a_message_that_was_read_before_the_erasure_is_applied_after_it_without_the_person(zoe: User) -> None:
    """As where two connections are at it: the one has the body in memory when the other erases."""
    late = {**about_zoe("booking_paid"), "createdAt": "2027-01-02T00:00:00.000Z"}
    message = inbox.receive(json.dumps(late).encode())

    erased(zoe)
    inbox.process(message)

    assert found(*SAYS) == {}
    assert rebuilt() == SAME


def test_nobody_with_a_session_to_come_is_erased(zoe: User, client: Client) -> None:
    signed_post(client, about_zoe("booking_created_free", uid="to-come", bookingId=8))
    upcoming = booking("to-come")
    before = found(*SAYS)

    with pytest.raises(Refused) as refused:
        erase(whose(zoe), by=None, note="", now=upcoming.starts_at)  # type: ignore[arg-type]

    expected = f"Sessions are still to come: {upcoming.chain_reference}. Cancel them at Cal.com first."
    assert str(refused.value) == expected
    assert PrivacyRequest.objects.count() == 0
    assert found(*SAYS) == before


def test_no_more_sessions_to_come_are_named_than_anyone_reads(client: Client, charlie: User) -> None:
    for number in range(11):
        body = booked(number, attendees=[])
        body["payload"]["responses"]["email"]["value"] = charlie.email
        signed_post(client, body)

    with pytest.raises(Refused) as refused:
        refuse_too_early(whose(charlie), now=booking("uid-1").starts_at)  # type: ignore[arg-type]

    assert str(refused.value).count("CC-") == 10
    assert " …. Cancel" in str(refused.value)


def test_nobody_of_the_staff_is_erased(sam: User) -> None:
    with pytest.raises(Refused, match="member of the staff"):
        erase(whose(sam), by=None, note="", now=LATER)
    with pytest.raises(StaffAccount):
        erase_user(sam, now=LATER)


def test_an_erased_user_is_erased_once(charlie: User) -> None:
    assert [erase_user(charlie, now=LATER), erase_user(charlie, now=LATER)] == [True, False]


@pytest.mark.parametrize("note", [f"Asked by {ADDRESS.upper()}", f"{NAME} wrote"])
def test_the_record_takes_no_note_that_says_who_it_was(zoe: User, note: str) -> None:
    with pytest.raises(Refused, match="Leave the name"):
        erase(whose(zoe), by=None, note=note, now=LATER)
