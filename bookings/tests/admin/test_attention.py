"""The list of what needs somebody: the worst first, each with its cure, settled with a note by name."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.admin.acting.acts import ACTS, MOST
from bookings.models import Act, Attention, Booking, Did, Message
from bookings.tests.admin import BOOKINGS, booked, page_of, text_of
from careercoach.testing import body_of, signed_post
from users.models import User

CASES = "admin:bookings_attention_changelist"
SETTLE = "admin:bookings_attention_settle"


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def staff(client: Client, sam: User) -> Client:
    client.force_login(sam)
    return client


@pytest.fixture
def cases(client: Client, post: Callable[..., None]) -> list[Attention]:
    """Paid but cancelled; nobody's; a message that nobody can read; and one that holds only later."""
    post(body_of("booking_created_after_payment"), body_of("booking_paid"), body_of("booking_cancelled"), booked(1))
    signed_post(client, "no JSON")
    body = body_of("booking_payment_initiated")
    body["payload"]["uid"] = "later"
    post(body)
    Attention.objects.filter(booking__uid="later").exclude(condition="unpaid").delete()
    Attention.objects.filter(condition="unpaid").update(since=timezone.now() + timezone.timedelta(days=1))
    return list(Attention.objects.all())


def listed(staff: Client, **query: str) -> list[str]:
    return [case.condition for case in staff.get(reverse(CASES), query).context["cl"].result_list]


def test_the_worst_comes_first_and_what_holds_later_is_not_listed(staff: Client, cases: list[Attention]) -> None:
    assert listed(staff) == ["paid_cancelled", "failed_message", "no_user"]
    assert listed(staff, state="coming") == ["unpaid"]
    assert listed(staff, condition="no_user") == ["no_user"]
    assert listed(staff, state="settled") == []


def test_cases_are_found_by_booking_and_by_message(staff: Client, cases: list[Attention]) -> None:
    Message.objects.filter(outcome="failed").update(uid="odd")
    booking = Booking.objects.get(uid="uid-1")

    assert listed(staff, q=booking.reference) == ["no_user"]
    assert listed(staff, q="odd") == ["failed_message"]
    assert listed(staff, q=" ") == listed(staff)


def test_each_has_the_one_act_that_cures_it(staff: Client, cases: list[Attention]) -> None:
    page = text_of(staff, reverse(CASES))
    cancelled = Attention.objects.get(condition="paid_cancelled").booking
    failed = Attention.objects.get(condition="failed_message").message

    assert ACTS[Did.REFUND].address([cancelled.pk]) in page
    assert f'formaction="{reverse("admin:bookings_message_process", args=[failed.pk])}"' in page
    assert ACTS[Did.REFUND].address([cancelled.pk]) in text_of(staff, page_of(cancelled))


def test_a_cure_is_named_as_what_can_be_done(staff: Client, cases: list[Attention]) -> None:
    page = text_of(staff, reverse(CASES))

    assert "Process again</button>" in page
    assert "Processed a message again" not in page


def test_the_page_of_a_case_has_its_cure_and_lets_it_be_settled(staff: Client, cases: list[Attention]) -> None:
    failed, nobodys = (Attention.objects.get(condition=each) for each in ("failed_message", "no_user"))

    pages = [text_of(staff, page_of(case)) for case in (failed, nobodys)]
    Attention.objects.update(state="settled")
    settled = text_of(staff, page_of(failed))

    assert [f'href="{settle(case)}"' in page for case, page in zip((failed, nobodys), pages, strict=True)] == [
        True,
        True,
    ]
    assert "Process again</button>" in pages[0]
    assert ACTS[Did.LINK].address([nobodys.booking_id]) in pages[1]
    assert settle(failed) not in settled


def test_a_settled_case_is_opened_again_from_its_page(staff: Client, cases: list[Attention]) -> None:
    case = Attention.objects.get(condition="no_user")
    Attention.objects.filter(pk=case.pk).update(state="settled", note="A guest.")

    page = text_of(staff, page_of(case))
    [(chosen, address)] = re.findall(
        r'name="_selected_action" value="(\d+)"><button [^>]*formaction="([^"]+)" name="action" value="reopen_chosen"',
        page,
    )
    done = staff.post(address, {"_selected_action": chosen, "action": "reopen_chosen"})

    assert told(done) == ["1 case opened again."]
    assert Attention.objects.get(pk=case.pk).state == "open"
    assert "reopen_chosen" not in text_of(staff, page_of(case))


def test_whoever_settles_comes_back_to_the_list_as_they_had_filtered_it(staff: Client, cases: list[Attention]) -> None:
    failed = Attention.objects.get(condition="failed_message")
    filtered = f"{reverse(CASES)}?condition=failed_message"

    chosen = staff.post(filtered, {"action": "settle_chosen", "_selected_action": [failed.pk]}).headers["Location"]
    asked = text_of(staff, chosen)
    done = staff.post(chosen, {"note": "An old one."})

    assert f'href="{filtered}"' in asked
    assert done.headers["Location"] == filtered


def test_of_a_booking_only_what_is_known_is_listed(staff: Client) -> None:
    now = timezone.now()
    booking = Booking.objects.create(uid="bare")
    Attention.objects.create(booking=booking, condition="coach_unknown", weight=5, since=now)

    assert "- ·" not in text_of(staff, reverse(CASES))


def settle(case: Attention) -> str:
    return f"{reverse(SETTLE)}?ids={case.pk}"


def test_a_case_that_only_settling_cures_can_be_settled(
    staff: Client, charlie: User, post: Callable[..., None]
) -> None:
    post(body_of("after_guests_no_show"), body_of("booking_cancelled"))
    case = Attention.objects.get(condition="unexpected")
    charlie.is_staff = True
    charlie.save()
    charlie.user_permissions.set(Permission.objects.filter(codename__in=["view_booking", "view_attention"]))
    looks_only = Client()
    looks_only.force_login(charlie)

    page = text_of(staff, reverse(CASES))

    assert (settle(case) in page, "Look at its story" in page) == (True, False)
    assert "Look at its story" in text_of(looks_only, reverse(CASES))
    assert "A change of status that nobody expected" in text_of(staff, page_of(case))


@pytest.mark.parametrize("condition", ["unpaid", "format"])
def test_what_can_be_cancelled_no_more_can_be_settled(condition: str, staff: Client) -> None:
    past = timezone.now() - timezone.timedelta(days=3)
    booking = Booking.objects.create(uid="u", starts_at=past, ends_at=past)
    case = Attention.objects.create(booking=booking, condition=condition, weight=1, since=past)
    cancel = ACTS[Did.CANCEL].address([booking.pk])

    passed = [text_of(staff, reverse(CASES)), text_of(staff, page_of(booking))]
    Booking.objects.update(ends_at=timezone.now() + timezone.timedelta(days=3))
    ahead = [text_of(staff, reverse(CASES)), text_of(staff, page_of(booking))]

    assert [(cancel in page, settle(case) in page) for page in passed] == [(False, True), (False, True)]
    assert [(cancel in page, settle(case) in page) for page in ahead] == [(True, False), (True, True)]


@pytest.mark.parametrize(("action", "state"), [("settle_chosen", "open"), ("reopen_chosen", "settled")])
def test_no_more_are_settled_or_opened_than_anyone_looks_at(action: str, state: str, staff: Client) -> None:
    now = timezone.now()
    Booking.objects.bulk_create([Booking(uid=f"{number}") for number in range(MOST + 1)])
    Attention.objects.bulk_create(
        [
            Attention(booking=each, condition="no_user", weight=12, since=now, state=state)
            for each in Booking.objects.all()
        ]
    )
    keys = list(Attention.objects.values_list("pk", flat=True))

    chosen = {"action": action, "_selected_action": keys[:1], "index": 0, "select_across": 1}
    response = staff.post(reverse(CASES) + f"?state={state}", chosen)
    by_hand = staff.get(reverse(SETTLE) + f"?ids={','.join(map(str, keys))}")

    assert told(response) == ["Choose 100 at most: nothing was done."]
    assert (by_hand.status_code, Act.objects.count(), Attention.objects.filter(state=state).count()) == (
        404,
        0,
        MOST + 1,
    )


def test_a_case_is_settled_with_a_note_and_opened_again(staff: Client, cases: list[Attention]) -> None:
    case = Attention.objects.get(condition="paid_cancelled")
    chosen = {"_selected_action": [case.pk], "index": 0}

    asked = staff.post(reverse(CASES), {"action": "settle_chosen", **chosen})
    empty = staff.post(asked.headers["Location"], {"note": ""})
    settled = staff.post(asked.headers["Location"], {"note": "No refund, by the policy."})
    shown = text_of(staff, reverse(CASES) + "?state=settled")
    story = text_of(staff, page_of(case.booking))
    reopened = staff.post(reverse(CASES) + "?state=settled", {"action": "reopen_chosen", **chosen})

    assert asked.headers["Location"] == reverse(SETTLE) + f"?ids={case.pk}"
    assert (empty.status_code, settled.headers["Location"]) == (400, page_of(case.booking))
    assert told(settled) == ["1 settled."]
    assert ("No refund, by the policy." in shown, "Settled by Sam Staff" in story) == (True, True)
    assert told(reopened)[-1] == "1 case opened again."
    assert list(Act.objects.order_by("id").values_list("did", "by__name", "note", "result")) == [
        ("settle", "Sam Staff", "No refund, by the policy.", "paid_cancelled"),
        ("reopen", "Sam Staff", "", "paid_cancelled"),
    ]
    assert listed(staff) == ["paid_cancelled", "failed_message", "no_user"]


def test_each_reads_what_was_settled_in_their_own_language(staff: Client, cases: list[Attention]) -> None:
    case = Attention.objects.get(condition="no_user")
    staff.cookies["django_language"] = "zh-hans"
    staff.post(reverse(SETTLE) + f"?ids={case.pk}", {"note": "All well."})
    staff.cookies["django_language"] = "en"

    shown = {language: [] for language in ("en", "zh-hans")}
    for language, pages in shown.items():
        staff.cookies["django_language"] = language
        pages += [text_of(staff, page_of(case.booking)), text_of(staff, reverse("admin:bookings_act_changelist"))]

    assert ["No user was found · All well." in shown["en"][0], "No user was found" in shown["en"][1]] == [True, True]
    assert ["没有找到用户 · All well." in shown["zh-hans"][0], "没有找到用户" in shown["zh-hans"][1]] == [True, True]


def test_several_are_settled_at_once_but_for_one_that_is_already(staff: Client, cases: list[Attention]) -> None:
    Attention.objects.filter(condition="no_user").update(state="settled")
    keys = ",".join(str(case.pk) for case in cases)

    response = staff.post(reverse(SETTLE) + f"?ids={keys}", {"note": "All well."})
    Attention.objects.filter(pk=cases[0].pk).update(state="open")
    again = staff.post(reverse(CASES), {"action": "reopen_chosen", "_selected_action": [cases[0].pk], "index": 0})

    assert response.headers["Location"] == reverse(CASES)
    assert told(response)[:2] == ["3 settled.", "Not settled, for the facts have changed: No user was found"]
    assert told(again)[-1] == "0 cases opened again."


def test_what_is_not_there_is_not_settled(staff: Client, cases: list[Attention]) -> None:
    assert [staff.get(reverse(SETTLE) + query).status_code for query in ("?ids=0", "", "?ids=x")] == [404, 404, 404]
    assert staff.get(reverse(SETTLE) + f"?ids={cases[0].pk}").status_code == 200


def test_a_message_is_processed_again_from_the_list(staff: Client, cases: list[Attention]) -> None:
    message = Message.objects.get(outcome="failed")

    staff.post(reverse("admin:bookings_message_process", args=[message.pk]))

    assert list(Act.objects.values_list("did", "message", "is_done")) == [("process", message.pk, False)]


def test_bookings_are_filtered_by_what_they_need(staff: Client, cases: list[Attention]) -> None:
    def found(wanted: str) -> int:
        return len(staff.get(reverse(BOOKINGS), {"attention": wanted}).context["cl"].queryset)

    assert {wanted: found(wanted) for wanted in ("", "any", "no_user", "seats")} == {
        "": 3,
        "any": 2,
        "no_user": 1,
        "seats": 0,
    }


def test_the_list_takes_as_many_queries_for_many_as_for_few(staff: Client, post: Callable[..., None]) -> None:
    counts = []
    for bodies in ([booked(1)], [booked(2), booked(3)]):
        post(*bodies)
        text_of(staff, reverse(CASES))
        with CaptureQueriesContext(connection) as queries:
            text_of(staff, reverse(CASES))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_menu_counts_no_further_than_anyone_reads(staff: Client) -> None:
    now = timezone.now()
    bookings = Booking.objects.bulk_create([Booking(uid=f"{number}") for number in range(100)])
    Attention.objects.bulk_create(
        [Attention(booking=each, condition="no_user", weight=12, since=now) for each in Booking.objects.all()]
    )

    assert len(bookings) == 100
    assert "99+" in text_of(staff, reverse(BOOKINGS))
