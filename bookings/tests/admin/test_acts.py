"""What the staff do is posted through the pages, asked for, confirmed, done by the one door, and kept with a name."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from bookings.admin.acting.acts import ACTS, MOST, each_by_itself
from bookings.admin.acting.cures import CURES
from bookings.cal.client import CalError
from bookings.domain.attention import Condition
from bookings.models import Act, Booking, Did, Message, Run, RunKind
from bookings.tests.admin import BOOKINGS, EMAIL, page_of, text_of
from bookings.tests.admin import booked as alike
from bookings.tests.sync import TYPE, UID, Upstream, iso, row, upstream
from bookings.tests.test_client import KEY, Asked, Said, said, shape_a
from careercoach.testing import body_of
from coaches.models import Coach
from users.models import User

CLIENT = row()["attendees"][0]


@pytest.fixture
def cal(settings: Any) -> Iterator[Upstream]:
    settings.CAL_EVENT_TYPE_IDS = [TYPE]
    settings.CAL_API_KEY = KEY
    with upstream() as cal:
        settings.CAL_API_BASE_URL = cal.address
        yield cal


@pytest.fixture
def booking(post: Callable[..., None], cal: Upstream) -> Booking:
    """Begins tomorrow, whenever that is."""
    return booked(post, cal, start=timezone.now().replace(microsecond=0) + timedelta(days=1))


def booked(post: Callable[..., None], cal: Upstream, *, start: datetime) -> Booking:
    body = body_of("booking_created_free")
    body["payload"] |= {"startTime": iso(start), "endTime": iso(start + timedelta(minutes=30))}
    post(body)
    cal.rows = [row(start=start)]
    return Booking.objects.get()


@pytest.fixture
def staff(client: Client, sam: User) -> Client:
    client.force_login(sam)
    return client


def act(did: Did, *bookings: Booking) -> str:
    return ACTS[did].address([booking.pk for booking in bookings])


def gettext_in(language: str, text: str) -> str:
    with override(language):
        return gettext(text)


def does(cal: Upstream, answer: Said | None = None, **changes: Any) -> None:
    """Cal.com does what it is asked to."""

    def acts(asked: Asked) -> Said | None:
        if asked.method != "POST":
            return None
        if changes:
            cal.change(at=timezone.now(), **changes)
        return answer or said(cal.rows[0])

    cal.broken = acts


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def kept() -> list[tuple[str, str, bool, str, str]]:
    return list(Act.objects.order_by("id").values_list("did", "by__name", "is_done", "note", "result"))


def test_a_booking_is_cancelled_with_a_reason(staff: Client, cal: Upstream, booking: Booking) -> None:
    does(cal, status="cancelled", cancellationReason="ill")
    page = text_of(staff, page_of(booking))
    asked = text_of(staff, act(Did.CANCEL, booking))

    without = staff.post(act(Did.CANCEL, booking), {"reason": " "})
    done = staff.post(act(Did.CANCEL, booking), {"reason": "The coach is ill"})

    assert act(Did.CANCEL, booking) in page
    assert "This can&#x27;t be undone." in asked
    assert (without.status_code, done.status_code, done.headers["Location"]) == (400, 302, page_of(booking))
    assert told(done) == ["Cancelled at Cal.com."]
    booking.refresh_from_db()
    assert booking.status == "BOOKING_CANCELLED"
    assert kept() == [("cancel", "Sam Staff", True, "The coach is ill", "")]
    assert Act.objects.get().run == Run.objects.get(kind=RunKind.ACT)
    assert act(Did.CANCEL, booking) not in text_of(staff, page_of(booking))


def test_what_cal_com_refuses_is_told_and_kept(staff: Client, cal: Upstream, booking: Booking) -> None:
    does(cal, shape_a(400, "BadRequestException", "No."))

    refused = staff.post(act(Did.CANCEL, booking), {"reason": "ill"})

    (said_,) = told(refused)
    assert said_.startswith("Not done: Cancel at Cal.com. Cal.com refuses")
    assert [each[:3] for each in kept()] == [("cancel", "Sam Staff", False)]


def test_what_was_so_already_or_is_not_shown_yet_is_said(staff: Client, cal: Upstream, booking: Booking) -> None:
    does(cal)
    slow = staff.post(act(Did.CANCEL, booking), {"reason": "ill"})
    cal.change(at=timezone.now(), status="cancelled")
    already = staff.post(act(Did.CANCEL, booking), {"reason": "ill"})

    assert "Cal.com took it, and doesn't show it yet." in told(slow)[-1]
    assert "It was so already." in told(already)[-1]


def test_a_booking_is_given_to_another_coach(staff: Client, cal: Upstream, booking: Booking) -> None:
    other = Coach.objects.create(cal_user_id=4102, name="Noor")
    does(cal, hosts=[{"id": 4102, "name": "Noor", "email": "noor@coach.example", "username": "noor"}])

    done = staff.post(act(Did.REASSIGN, booking), {"coach": other.pk, "reason": "Ada is ill"})

    booking.refresh_from_db()
    assert (told(done), booking.coach) == (["Given to another coach."], other)


def test_nobody_is_marked_absent_before_the_meeting(staff: Client, cal: Upstream, booking: Booking) -> None:
    early = staff.post(act(Did.ATTENDANCE, booking), {"who": "client", "how": "absent", "reason": "waited"})

    (said_,) = told(early)
    assert said_ == "Not done: Mark absent or present. Nobody can be absent before the meeting has begun."


@pytest.mark.parametrize(
    ("who", "absent", "present", "why"),
    [
        ("client", {"attendees": [CLIENT | {"absent": True}]}, {"attendees": [CLIENT]}, "client_absent"),
        ("coach", {"absentHost": True}, {"absentHost": False}, "coach_absent"),
    ],
)
def test_somebody_is_marked_absent_and_present_after_all(
    who: str,
    absent: dict[str, Any],
    present: dict[str, Any],
    why: str,
    staff: Client,
    cal: Upstream,
    post: Callable[..., None],
) -> None:
    booking = booked(post, cal, start=timezone.now().replace(microsecond=0) - timedelta(minutes=15))
    page = text_of(staff, page_of(booking))

    outcomes = []
    for how, there in (("absent", absent), ("present", present)):
        does(cal, **there)
        done = staff.post(act(Did.ATTENDANCE, booking), {"who": who, "how": how, "reason": "waited"})
        booking.refresh_from_db()
        outcomes.append((told(done)[-1], booking.status, booking.why))

    assert act(Did.ATTENDANCE, booking) in page
    asked = [json.loads(each.body) for each in cal.asked if each.method == "POST"]
    of = {"client": lambda is_absent: {"attendees": [{"email": EMAIL, "absent": is_absent}]}}
    expected = of.get(who, lambda is_absent: {"host": is_absent})
    assert asked == [expected(True), expected(False)]
    assert outcomes == [
        ("Marked absent or present.", "NO_SHOW", why),
        ("Marked absent or present.", "BOOKING_CREATED", "accepted"),
    ]
    assert kept() == [
        ("attendance", "Sam Staff", True, "waited", ""),
        ("attendance", "Sam Staff", True, "waited", ""),
    ]
    chosen = [{"who": who, "how": "absent"}, {"who": who, "how": "present"}]
    assert list(Act.objects.order_by("id").values_list("given", flat=True)) == chosen


def test_bookings_are_read_again_from_the_list_with_a_result_for_each(
    staff: Client, cal: Upstream, booking: Booking
) -> None:
    Booking.objects.create(uid="unknown-there", starts_at=timezone.now() + timedelta(days=2))
    cal.change(at=timezone.now(), location="https://meet.example/new")
    chosen = [each.pk for each in Booking.objects.all()]

    response = staff.post(reverse(BOOKINGS), {"action": "resync", "_selected_action": chosen, "index": 0})

    page = response.content.decode()
    assert response.status_code == 200
    assert told(response)[0].endswith("of 2 bookings done.")
    assert page.count("/change/") >= 2
    booking.refresh_from_db()
    assert booking.link == "https://meet.example/new"
    assert sorted(each[:2] for each in kept()) == [("resync", "Sam Staff"), ("resync", "Sam Staff")]


def test_one_is_read_again_from_its_own_page(staff: Client, cal: Upstream, booking: Booking) -> None:
    same = staff.post(act(Did.RESYNC, booking))
    cal.broken = lambda asked: shape_a(401, "UnauthorizedException", "No.")
    failed = staff.post(act(Did.RESYNC, booking))

    assert told(same) == ["Read again from Cal.com. Nothing had changed."]
    assert told(failed)[-1].startswith("Not done: Read again from Cal.com. ")


def test_a_booking_is_linked_to_a_user(staff: Client, booking: Booking, alice: User) -> None:
    asked = text_of(staff, act(Did.LINK, booking))
    nobody = staff.post(act(Did.LINK, booking), {"person": "x", "note": "n"})
    by_id = staff.post(act(Did.LINK, booking), {"person": alice.user_id, "note": "She said so."})
    again = text_of(staff, act(Did.LINK, booking))
    staff.post(act(Did.LINK, booking), {"person": "ALICE@example.org", "note": "Once more."})

    booking.refresh_from_db()
    assert (alice.user_id in asked, alice.user_id in again) == (False, True)
    assert "There is no such user." in nobody.content.decode()
    assert told(by_id) == ["Linked to a user."]
    assert (booking.user, booking.linked_by) == (alice, "ops")
    assert [each[3] for each in kept()] == ["Alice Client · She said so.", "Alice Client · Once more."]


def test_a_payment_and_a_refund_are_recorded(staff: Client, booking: Booking) -> None:
    Booking.objects.update(price=4900, currency="usd", payment_intent="pi_9")
    asked = text_of(staff, act(Did.PAYMENT, booking))
    wrong = staff.post(act(Did.PAYMENT, booking), {"stripe_id": "re_1", "amount": "49", "note": ""})
    paid = staff.post(act(Did.PAYMENT, booking), {"stripe_id": "pi_1", "amount": "49.00", "note": "by hand"})
    refunded = staff.post(act(Did.REFUND, booking), {"stripe_id": "re_1", "amount": "20.5", "note": ""})

    booking.refresh_from_db()
    assert ('value="49' in asked, 'value="pi_9"' in asked) == (True, True)
    assert "This is no such ID of Stripe" in wrong.content.decode()
    assert (told(paid)[-1], told(refunded)[-1]) == ("Recorded a payment.", "Recorded a refund.")
    assert (booking.payment, booking.payment_intent, booking.paid_amount) == ("paid", "pi_1", 4900)
    assert (booking.refunded, booking.refund_id) == (2050, "re_1")
    page = text_of(staff, page_of(booking))
    told_there = ("re_1 · 20.50 USD", "Recorded a refund", "pi_1 · 49.00 USD · by hand")
    assert [each in page for each in told_there] == [True, True, True]


def test_each_reads_what_was_done_in_their_own_language(staff: Client, cal: Upstream, booking: Booking) -> None:
    past = timezone.now() - timedelta(hours=1)
    Booking.objects.update(starts_at=past, ends_at=past + timedelta(hours=4))
    staff.cookies["django_language"] = "zh-hans"
    does(cal, shape_a(400, "BadRequestException", "No."))
    staff.post(act(Did.CANCEL, booking), {"reason": "ill"})
    cal.broken = lambda _asked: None
    staff.post(act(Did.ATTENDANCE, booking), {"who": "coach", "how": "absent", "reason": "waited"})
    cal.change(at=timezone.now(), location="https://meet.example/new")
    staff.post(act(Did.RESYNC, booking))
    staff.post(act(Did.RESYNC, booking))

    pages = {}
    for language in ("en", "zh-hans"):
        staff.cookies["django_language"] = language
        pages[language] = text_of(staff, page_of(booking)), text_of(staff, reverse("admin:bookings_act_changelist"))

    english = ("Cal.com refuses: ", "The coach · Absent · waited", "link to join", "Nothing had changed.")
    chinese = [gettext_in("zh-hans", each) for each in ("Cal.com refuses: %(error)s", "The coach", "link to join")]
    for page in pages["en"]:
        assert [each for each in english if each not in page] == []
    for page in pages["zh-hans"]:
        assert [each for each in chinese if each.partition("%")[0] not in page] == []
        assert [each for each in english if each in page] == []


def test_a_currency_without_hundredths_has_none(staff: Client, booking: Booking) -> None:
    Booking.objects.update(currency="jpy", price=None)

    wrong = staff.post(act(Did.PAYMENT, booking), {"stripe_id": "pi_1", "amount": "49.50", "note": ""})
    staff.post(act(Did.PAYMENT, booking), {"stripe_id": "pi_1", "amount": "4900", "note": ""})

    booking.refresh_from_db()
    assert ("no hundredths" in wrong.content.decode(), booking.paid_amount) == (True, 4900)


def test_a_booking_is_accepted_as_free(staff: Client, booking: Booking, settings: Any) -> None:
    settings.CAL_PAYMENT_REQUIRED = True
    Booking.objects.update(status="PENDING", why="free")

    page = text_of(staff, page_of(booking))
    done = staff.post(act(Did.FREE, booking), {"note": "a friend"})

    booking.refresh_from_db()
    assert act(Did.FREE, booking) in page
    assert (told(done), booking.status) == (["Accepted as free."], "BOOKING_CREATED")


def test_a_page_that_asks_says_beforehand_what_cannot_be_done(staff: Client, booking: Booking) -> None:
    Booking.objects.update(status="BOOKING_CANCELLED", why="cancelled")
    other = Booking.objects.create(uid="other", status="BOOKING_CREATED", starts_at=timezone.now() + timedelta(days=2))

    none, one = (text_of(staff, act(Did.CANCEL, *these)) for these in ((booking,), (booking, other)))

    assert [page.count("The booking is cancelled already.") for page in (none, one)] == [1, 1]
    assert ['<button type="submit" class="office-button' in page for page in (none, one)] == [False, True]
    assert ['name="reason"' in page for page in (none, one)] == [False, True]


def test_what_came_of_several_is_shown_as_they_are_now(
    staff: Client, post: Callable[..., None], cal: Upstream, settings: Any
) -> None:
    settings.CAL_PAYMENT_REQUIRED = True
    post(alike(1), alike(2))
    free = list(Booking.objects.filter(why="free"))

    done = staff.post(act(Did.FREE, *free), {"note": "friends"})

    assert (done.status_code, told(done)) == (200, ["2 of 2 bookings done."])
    shown = [cells[1] for cells, _result in done.context["results"]]
    assert shown == ['<span class="badge badge-green">Booked</span>'] * 2


def test_what_is_not_offered_is_not_done_when_posted(staff: Client, booking: Booking) -> None:
    pending = Booking.objects.create(uid="pending", starts_at=timezone.now(), status="PENDING", why="payment_due")
    Booking.objects.filter(pk=booking.pk).update(status="BOOKING_CANCELLED", why="cancelled")
    told_before = Message.objects.count()

    several = staff.post(act(Did.FREE, booking, pending), {"note": "a friend"})
    alone = staff.post(act(Did.CANCEL, booking), {"reason": "ill"})

    assert told(several)[0] == "1 of 2 bookings done."
    assert several.content.decode().count("Only what is pending can be accepted as free.") == 1
    assert told(alone)[-1] == "Not done: Cancel at Cal.com. The booking is cancelled already."
    assert sorted((each.did, each.booking.uid, each.is_done) for each in Act.objects.all()) == [
        ("cancel", booking.uid, False),
        ("free", booking.uid, False),
        ("free", "pending", True),
    ]
    assert Message.objects.count() == told_before + 1


def test_what_breaks_for_one_does_not_for_the_next(staff: Client, booking: Booking, settings: Any) -> None:
    settings.CAL_API_KEY = ""
    other = Booking.objects.create(uid="other", starts_at=timezone.now() + timedelta(days=3))

    response = staff.post(act(Did.CANCEL, booking, other), {"reason": "ill"})

    assert told(response) == ["0 of 2 bookings done."]
    assert [each[2] for each in kept()] == [False, False]
    assert response.content.decode().count("Not done") == 2


@pytest.mark.parametrize(("error", "detail"), [(RuntimeError(EMAIL), "RuntimeError"), (CalError("No."), "No.")])
def test_our_own_failure_is_named_without_what_it_repeats(error: Exception, detail: str, booking: Booking) -> None:
    def breaks(bookings: Any, asked: Any, by: Any) -> Any:
        raise error

    (result,) = each_by_itself(breaks)([booking], {}, User())

    assert (result.is_done, result.came, result.detail) == (False, "", detail)


@pytest.mark.parametrize("did", [kind.did for kind in ACTS.values() if not (kind.at_once or kind.for_one)])
def test_an_act_that_needs_a_page_is_asked_for_from_the_list(did: Did, staff: Client, booking: Booking) -> None:
    response = staff.post(reverse(BOOKINGS), {"action": did, "_selected_action": [booking.pk], "index": 0})

    assert (response.status_code, response.headers["Location"]) == (302, act(did, booking))
    assert staff.get(act(did, booking)).status_code == 200


def test_no_more_are_acted_on_than_anyone_waits_for(staff: Client, cal: Upstream) -> None:
    Booking.objects.bulk_create([Booking(uid=f"{number}") for number in range(MOST + 1)])

    response = staff.post(
        reverse(BOOKINGS),
        {"action": "resync", "_selected_action": [Booking.objects.first().pk], "index": 0, "select_across": 1},
    )

    assert told(response) == ["Choose 100 at most: nothing was done."]
    assert Act.objects.count() == 0


def test_all_acts_are_in_one_list(staff: Client, cal: Upstream, booking: Booking, alice: User) -> None:
    acts = "admin:bookings_act_changelist"
    staff.post(act(Did.LINK, booking), {"person": alice.user_id, "note": "She said so."})
    staff.post(act(Did.RESYNC, booking))
    linked, read = Act.objects.order_by("id")

    def found(term: str) -> list[Act]:
        return list(staff.get(reverse(acts), {"q": term}).context["cl"].queryset)

    assert (found(booking.reference), found(" "), found("pi_1")) == ([read, linked], [read, linked], [])
    assert "She said so." in text_of(staff, reverse(acts))
    assert page_of(linked.message) in text_of(staff, page_of(linked))
    assert page_of(read.run) in text_of(staff, page_of(read))


def test_what_is_no_act_is_not_found(staff: Client, booking: Booking) -> None:
    other = Booking.objects.create(uid="other")
    addresses = [
        act(Did.PAYMENT, booking, other),
        reverse("admin:bookings_booking_act", args=["dance"]) + f"?ids={booking.pk}",
        act(Did.CANCEL) + "0",
        act(Did.CANCEL) + "x",
    ]

    assert [staff.get(address).status_code for address in addresses] == [404, 404, 404, 404]


def test_links_for_the_client_are_copied(staff: Client, booking: Booking) -> None:
    before = text_of(staff, page_of(booking))
    Booking.objects.update(status="BOOKING_CANCELLED", cancelling_disabled=True)
    after = text_of(staff, page_of(booking))

    assert before.count("data-copy=") == 2
    assert f'data-copy="https://cal.com/reschedule/{UID}?' in before.replace("&amp;", "&")
    assert after.count("data-copy=") == 0


def test_every_condition_has_one_cure() -> None:
    assert set(CURES) == set(Condition)
