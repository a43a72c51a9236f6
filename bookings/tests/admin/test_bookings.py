"""What is known of a booking, and who told so, is shown, and nothing of it is changed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.admin.acting.acts import ACTS
from bookings.admin.search import MOST
from bookings.models import Booking, Did, Message, StatusChange
from bookings.tests.admin import BOOKINGS, MESSAGES, booked, page_of, text_of
from bookings.tests.admin.test_attention import CASES
from careercoach.testing import body_of, signed_post
from coaches.models import Coach
from users.models import User

SCRIPT = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.mark.parametrize("name", [BOOKINGS, MESSAGES])
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(
    name: str, client: Client, sam: User, post: Callable[..., None]
) -> None:
    for number in (1, 2, 3):
        User.objects.create_user(f"client{number}@example.org", f"Client {number}")
    client.force_login(sam)

    counts = []
    for bodies in ([booked(1)], [booked(2), booked(3)]):
        post(*bodies)
        text_of(client, reverse(name))  # What is cached for good is cached now.
        with CaptureQueriesContext(connection) as queries:
            text_of(client, reverse(name))
        counts.append(len(queries))

    assert Booking.objects.filter(coach=None).count() + Booking.objects.filter(user=None).count() == 0
    assert counts[0] == counts[1]


def test_a_page_of_bookings_is_read_in_the_order_of_an_index(
    client: Client, sam: User, post: Callable[..., None]
) -> None:
    """MySQL keeps to it only where no other table is joined."""
    post(booked(1))
    client.force_login(sam)

    with CaptureQueriesContext(connection) as queries:
        text_of(client, reverse(BOOKINGS))

    (page,) = (each["sql"] for each in queries if "client_email" in each["sql"])
    assert "JOIN" not in page


@pytest.mark.parametrize(
    ("asked", "order"), [("", ("-starts_at", "-id")), ("3", ("starts_at", "id")), ("-3", ("-starts_at", "-id"))]
)
def test_bookings_are_listed_in_the_order_of_an_index(
    asked: str, order: tuple[str, str], client: Client, sam: User
) -> None:
    """With another, MySQL sorts all bookings for each page."""
    client.force_login(sam)

    listed = client.get(reverse(BOOKINGS), {"o": asked}).context["cl"].queryset

    assert listed.query.order_by == order


def test_bookings_are_found(client: Client, sam: User, post: Callable[..., None]) -> None:
    post(booked(1), booked(2, rescheduleUid="uid-1"), booked(3))
    Booking.objects.filter(uid="uid-3").update(
        payment_intent="pi_3",
        refund_id="re_3",
        client_name="Ute Drei",
        user=User.objects.create_user("ute@example.org", "Ute Drei"),
    )
    first, second, _third = Booking.objects.order_by("uid")
    client.force_login(sam)

    def found(term: str) -> list[str]:
        return sorted(row.uid for row in client.get(reverse(BOOKINGS), {"q": term}).context["cl"].queryset)

    expected = {
        f" {first.reference.lower().replace('-', '')} ": ["uid-1", "uid-2"],  # The reference of the chain, as typed.
        second.reference: ["uid-1", "uid-2"],  # Any reference of the chain, and any uid.
        "uid-2": ["uid-1", "uid-2"],
        "uid-3": ["uid-3"],
        "CLIENT3@example.org": ["uid-3"],
        "pi_3": ["uid-3"],
        "re_3": ["uid-3"],
        "ute@example.org": ["uid-3"],  # The address of the user, which was another when booking.
        "Ute Dr": ["uid-3"],
    }
    assert {term: found(term) for term in expected} == expected
    nothing = ["Drei", "pi_4", "nobody@example.org", "CC-00000-00000"]
    assert [found(term) for term in nothing] == [[], [], [], []]
    assert (found(" "), found("")) == (["uid-1", "uid-2", "uid-3"], ["uid-1", "uid-2", "uid-3"])


def test_bookings_are_found_by_every_id_that_staff_recorded_and_by_that_in_calendars(
    client: Client, sam: User, post: Callable[..., None]
) -> None:
    post(booked(1), booked(2, rescheduleUid="uid-1"), booked(3))
    third = Booking.objects.get(uid="uid-3")
    client.force_login(sam)
    acts = [(Did.REFUND, "re_1"), (Did.REFUND, "re_2"), (Did.PAYMENT, "pi_1"), (Did.PAYMENT, "pi_2")]
    for did, stripe_id in acts:
        asked = {"stripe_id": stripe_id, "amount": "1", "note": ""}
        assert client.post(ACTS[did].address([third.pk]), asked).status_code == 302

    def found(term: str) -> list[str]:
        return sorted(row.uid for row in client.get(reverse(BOOKINGS), {"q": term}).context["cl"].queryset)

    assert [found(stripe_id) for _did, stripe_id in acts] == [["uid-3"]] * 4
    assert (found("uid-1@Cal.com"), found("uid-1@example.org")) == (["uid-1", "uid-2"], [])


def test_bookings_without_a_coach_are_listed_by_themselves(client: Client, sam: User) -> None:
    coach = Coach.objects.create(cal_user_id=1, name="Ada")
    Booking.objects.create(uid="with", coach=coach)
    Booking.objects.create(uid="without")
    client.force_login(sam)

    def found(coach: object) -> list[str]:
        asked = {"coach__id__exact": coach}
        return [row.uid for row in client.get(reverse(BOOKINGS), asked).context["cl"].queryset]

    assert "Nobody known" in text_of(client, reverse(BOOKINGS))
    assert (found("none"), found(coach.pk), len(found(""))) == (["without"], ["with"], 2)


def test_no_list_counts_what_each_filter_would_find(client: Client, sam: User) -> None:
    client.force_login(sam)

    pages = [client.get(reverse(name), {"_facets": "1"}) for name in (BOOKINGS, CASES)]

    assert [page.context["cl"].add_facets for page in pages] == [False, False]
    assert ["_facets" in text_of(client, reverse(name)) for name in (BOOKINGS, CASES)] == [False, False]


@pytest.mark.parametrize("name", [BOOKINGS, CASES, "admin:bookings_act_changelist"])
def test_who_types_too_little_of_a_name_is_told_that_there_are_more(name: str, client: Client, sam: User) -> None:
    Booking.objects.bulk_create(Booking(uid=f"{number}", client_name=f"Ute {number}") for number in range(MOST))
    client.force_login(sam)
    told = "More than 1000 bookings have a name that begins so"

    all_of_them = text_of(client, f"{reverse(name)}?q=ute")
    Booking.objects.create(uid="one more", client_name="Ute")
    cut = text_of(client, f"{reverse(name)}?q=ute")

    assert (told in all_of_them, told in cut) == (False, True)
    assert len(client.get(reverse(BOOKINGS), {"q": "ute", "all": ""}).context["cl"].queryset) == MOST


def test_an_export_of_too_little_of_a_name_says_so_too(client: Client, sam: User) -> None:
    Booking.objects.bulk_create(Booking(uid=f"{number}", client_name=f"Ute {number}") for number in range(MOST + 1))
    client.force_login(sam)

    def last_line(term: str) -> str:
        answer = client.get(reverse("admin:bookings_booking_export"), {"q": term})
        return b"".join(answer.streaming_content).decode().splitlines()[-1]

    assert last_line("ute").startswith('"More than 1000 bookings have a name that begins so')
    assert last_line("ute 999").startswith('"","999"')


def test_bookings_are_listed_from_one_day_to_another(client: Client, sam: User) -> None:
    for day in (9, 10, 11, 12):
        Booking.objects.create(uid=f"{day}", starts_at=datetime(2026, 12, day, 23, 30, tzinfo=UTC))
    client.force_login(sam)
    client.cookies["viewer_zone"] = "Asia/Shanghai"  # Where each of them is on the next day.

    def listed(**query: str) -> list[str]:
        return [row.uid for row in client.get(reverse(BOOKINGS), query).context["cl"].queryset]

    assert listed(starts_at_from="2026-12-11", starts_at_to="2026-12-12") == ["11", "10"]
    assert listed(starts_at_from="2026-12-12") == ["12", "11"]
    assert listed(starts_at_to="2026-12-10") == ["9"]


def test_bookings_of_one_user_are_listed_from_their_page(client: Client, sam: User, alice: User) -> None:
    Booking.objects.create(uid="hers", user=alice)
    Booking.objects.create(uid="nobodys")
    client.force_login(sam)

    page = client.get(reverse(BOOKINGS), {"user": alice.user_id})

    assert [row.uid for row in page.context["cl"].queryset] == ["hers"]
    assert len(client.get(reverse(BOOKINGS), {"user": ""}).context["cl"].queryset) == 2


def test_a_list_filters_by_nothing_that_was_not_offered(client: Client, sam: User) -> None:
    """Else whoever may not see an address could find it out, letter by letter."""
    client.force_login(sam)

    answers = [client.get(reverse(BOOKINGS), {lookup: "a"}) for lookup in ("client_email__startswith", "reason")]

    assert [answer.status_code for answer in answers] == [400, 400]


def test_bookings_are_listed_by_when_they_start(client: Client, sam: User) -> None:
    now = timezone.now()
    starts = {"then": -30, "now": 0, "soon": 1, "late": 30}
    for uid, days in starts.items():
        Booking.objects.create(uid=uid, starts_at=now + timedelta(days=days))
    Booking.objects.create(uid="some day")
    client.force_login(sam)

    def listed(choice: str) -> list[str]:
        return [row.uid for row in client.get(reverse(BOOKINGS), {"starts": choice}).context["cl"].queryset]

    assert {choice: listed(choice) for choice in ("", "today", "tomorrow", "week", "upcoming", "past", "unknown")} == {
        "": ["late", "soon", "now", "then", "some day"],
        "today": ["now"],
        "tomorrow": ["soon"],
        "week": ["soon"],
        "upcoming": ["late", "soon"],
        "past": ["now", "then"],
        "unknown": ["some day"],
    }


def test_what_clients_write_is_escaped_everywhere(client: Client, sam: User, post: Callable[..., None]) -> None:
    body = booked(1, title=SCRIPT)
    body["payload"]["responses"]["name"]["value"] = SCRIPT
    post(body, {"triggerEvent": SCRIPT})
    signed_post(client, SCRIPT)
    client.force_login(sam)
    pages = [reverse(BOOKINGS), reverse(MESSAGES), *map(page_of, [Booking.objects.get(), *Message.objects.all()])]

    shown = [text_of(client, page) for page in pages]

    assert [page for page in shown if SCRIPT in page] == []
    assert [page for page in shown if ESCAPED not in page] == []


def test_nothing_of_a_booking_or_a_message_can_be_changed(client: Client, sam: User, post: Callable[..., None]) -> None:
    post(booked(1))
    client.force_login(sam)
    before = [list(model.objects.values()) for model in (Booking, StatusChange, Message)]

    delete = {"action": "delete_selected", "index": 0, "post": "yes"}

    answers = []
    for row in (Booking.objects.get(), Message.objects.get()):
        name = f"admin:bookings_{row._meta.model_name}"
        answers += [
            client.post(page_of(row), {"status": "NO_SHOW", "outcome": "failed", "timeline-TOTAL_FORMS": 0}),
            client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}),
            client.post(reverse(f"{name}_add"), {"uid": "mine"}),
            client.post(reverse(f"{name}_changelist"), delete | {"_selected_action": [row.pk]}),
        ]

    # To a list that knows no such action, it is the way back to the list.
    assert [answer.status_code for answer in answers] == [403, 403, 403, 302, 403, 403, 403, 302]
    assert [list(model.objects.values()) for model in (Booking, StatusChange, Message)] == before


def test_a_booking_shows_its_chain_and_its_messages(client: Client, sam: User, post: Callable[..., None]) -> None:
    jonas = User.objects.create_user("jonas.berg@client.example", "Jonas Berg")
    post(body_of("booking_created_after_payment"), body_of("booking_paid"), body_of("booking_rescheduled"))
    created, paid, rescheduled = Message.objects.order_by("id")
    old, new = Booking.objects.order_by("starts_at")
    client.force_login(sam)

    page_of_old, page_of_new = text_of(client, page_of(old)), text_of(client, page_of(new))

    assert f'<a href="{page_of(new)}">{new.uid}</a>' in page_of_old
    assert f'<a href="{page_of(old)}">{old.uid}</a>' in page_of_new
    links = [f'<a href="{page_of(message)}">' for message in (created, paid, rescheduled)]
    assert [link in page_of_old for link in links] == [True, True, True]
    assert [link in page_of_new for link in links] == [False, False, True]
    assert page_of_old.count(f'<a href="{page_of(jonas)}"') == 3  # On top, as a field, and among the registers.
    assert "90.00 USD" in page_of_old
    assert f'href="https://cal.com/booking/{old.uid}"' in page_of_old
    assert f'href="https://dashboard.stripe.com/test/payments/{old.payment_intent}"' in page_of_old


def test_registers_say_how_sure_they_are_and_what_is_not_kept(
    client: Client, sam: User, post: Callable[..., None]
) -> None:
    post(body_of("meeting_ended"))
    client.force_login(sam)
    booking = Booking.objects.get()

    kept = text_of(client, page_of(booking))
    Message.objects.all().delete()
    pruned = text_of(client, page_of(booking))

    assert "as when it was booked" in kept
    assert ("not kept" in kept, "not kept" in pruned) == (False, True)


def test_a_page_leads_to_the_meeting(client: Client, sam: User, post: Callable[..., None]) -> None:
    post(booked(1, metadata={}, location="integrations:daily"))
    client.force_login(sam)

    page = text_of(client, page_of(Booking.objects.get()))

    assert 'href="https://cal.com/video/uid-1" rel="noopener noreferrer"' in page
    assert "a guess" in page  # Among the registers: nobody told that address.


def test_a_guess_in_a_message_of_another_day_is_a_guess(client: Client, sam: User, post: Callable[..., None]) -> None:
    body = body_of("meeting_ended")
    body |= {"metadata": {}, "location": "integrations:daily", "responses": {"email": "a@b.example"}, "attendees": []}
    post(body)
    client.force_login(sam)

    page = text_of(client, page_of(Booking.objects.get()))

    assert "a guess" in page


def test_a_booking_of_which_nothing_is_known_has_a_page(client: Client, sam: User) -> None:
    client.force_login(sam)

    page = text_of(client, page_of(Booking.objects.create(uid="unknown")))

    assert "Pending" in page


def test_a_booking_of_another_event_type_says_so(
    client: Client, sam: User, post: Callable[..., None], settings: Any
) -> None:
    settings.CAL_EVENT_TYPE_IDS = [1]
    post(booked(1, eventTypeId=1), booked(2, eventTypeId=2))
    client.force_login(sam)

    ours, other = (text_of(client, page_of(row)) for row in Booking.objects.order_by("uid"))

    assert ("not sold here" in ours, "not sold here" in other) == (False, True)
