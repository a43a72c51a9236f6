"""Runs are read in the admin, with what they found, by those who may."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from bookings.models import Booking, Difference, Done, Run, RunKind, RunState
from bookings.tests.admin import page_of, text_of
from coaches.models import Coach
from users.models import User

RUNS = "admin:bookings_run_changelist"
DIFFERENCES = "admin:bookings_difference_changelist"
START = datetime(2026, 11, 1, tzinfo=UTC)


def test_a_run_shows_what_it_found(client: Client, sam: User) -> None:
    booking = Booking.objects.create(uid="known")
    run = Run.objects.create(
        kind=RunKind.ACT,
        state=RunState.FAILED,
        started_at=timezone.now(),
        by=sam,
        error="Cal.com refuses.",
        options={"act": "mark absent", "reason": "ill", "client": True, "coach": None, "uid": ["u1", "u2"]},
        seen=3,
        changed=2,
    )
    values = ((None, "new"), (True, False), ("a", "b"))
    for ours, theirs in values:
        Difference.objects.create(
            run=run, booking=booking, uid="known", field="title", ours=ours, theirs=theirs, done=Done.CHANGED
        )
    Difference.objects.create(run=run, uid="gone", field="error", theirs="No.", done=Done.FAILED)
    unread = Booking.objects.create(uid="unread")
    Difference.objects.create(run=run, uid="unread", field="error", theirs="Not found.", done=Done.FAILED)
    client.force_login(sam)

    page = text_of(client, page_of(run))
    listed = text_of(client, reverse(RUNS))

    told = [
        "Sam Staff",
        "Cal.com refuses.",
        "reason given: ill",
        "act: Marked absent or present",
        "the client was absent: Yes",
        "Cal.com uid: u1, u2",
        "seen 3",
        "changed 2",
        page_of(booking),
        page_of(unread),
        "gone",
        "No.",
    ]
    assert [each for each in told if each not in page] == []
    assert "Sam Staff" in listed


def test_what_a_run_counted_is_told_as_a_number_in_chinese(client: Client, sam: User) -> None:
    Run.objects.create(kind=RunKind.COACHES, started_at=timezone.now(), seen=6, changed=3, created=2, failed=1)
    client.force_login(sam)
    client.cookies["django_language"] = "zh-hans"

    listed = text_of(client, reverse(RUNS))

    assert [each for each in ("已读 6", "已变更 3", "新建 2", "失败 1") if each not in listed] == []


def test_runs_are_found_by_number(client: Client, sam: User) -> None:
    run = Run.objects.create(kind=RunKind.CLOCK, started_at=timezone.now())
    client.force_login(sam)

    def found(term: str) -> list[Run]:
        return list(client.get(reverse(RUNS), {"q": term}).context["cl"].queryset)

    assert (found(str(run.pk)), found(" "), found("x"), found("9" * 30)) == ([run], [run], [], [])


def differs(booking: Booking | None, field: str, ours: Any, theirs: Any, **more: Any) -> Difference:
    run = more.pop("run", None) or Run.objects.create(kind=RunKind.BOOKINGS, started_at=START)
    uid = "4101" if booking is None else booking.uid
    values: dict[str, Any] = {"uid": uid, "done": Done.CHANGED, **more}
    return Difference.objects.create(run=run, booking=booking, field=field, ours=ours, theirs=theirs, **values)


def test_differences_of_all_runs_are_listed_filtered_and_found(client: Client, sam: User) -> None:
    booking = Booking.objects.create(uid="known", reference="CC-00000-00001", chain_reference="CC-00000-00001")
    status = differs(booking, "status", "PENDING", "NO_SHOW")
    title = differs(booking, "title", "Old", "New")
    coach = differs(None, "time_zone", None, "Europe/Paris", done=Done.FAILED)
    client.force_login(sam)

    def listed(**query: str) -> list[Difference]:
        return list(client.get(reverse(DIFFERENCES), query).context["cl"].queryset)

    assert listed() == [coach, title, status]
    assert (listed(field="title"), listed(field="price"), listed(q=" ")) == ([title], [], [coach, title, status])
    assert (listed(q="CC-00000-00001"), listed(q="4101"), listed(q="nobody")) == ([title, status], [coach], [])
    page = text_of(client, reverse(DIFFERENCES))
    told = [
        "No-show",
        "Pending",
        "New",
        "Europe/Paris",
        "4101",
        page_of(booking),
        page_of(status.run),
        "?field=time_zone",
    ]
    assert [each for each in told if each not in page] == []
    assert "No-show" in text_of(client, page_of(status))
    assert client.get(reverse(DIFFERENCES), {"theirs__startswith": "a"}).status_code == 400


def test_what_differed_of_a_coach_is_not_said_of_a_booking(client: Client, sam: User, ada: Coach) -> None:
    run = Run.objects.create(kind=RunKind.COACHES, started_at=START, seen=3, changed=3)
    nameless = Coach.objects.create(cal_user_id=4103)
    for uid in (ada.cal_user_id, nameless.cal_user_id, "memberships"):
        each = differs(None, "time_zone", None, "Europe/Paris", run=run, uid=str(uid))
    client.force_login(sam)

    pages = [text_of(client, address) for address in (page_of(run), reverse(DIFFERENCES))]

    for link in (f'<a href="{page_of(ada)}">{ada.name}</a>', f'<a href="{page_of(nameless)}">4103</a>'):
        assert [link in page for page in pages] == [True, True]
    assert ["memberships" in page for page in pages] == [True, True]
    assert re.findall(r'<th scope="col">(\w+)</th>', pages[0])[0] == "Coach"
    detail = strip_tags(text_of(client, page_of(each)))
    assert [len(re.findall(r"^\s*About\s*$", strip_tags(page), re.MULTILINE)) for page in (pages[1], detail)] == [1, 1]


@pytest.mark.parametrize(("language", "said"), [("en", "known: end has passed"), ("zh-hans", "known: 结束时间已过")])
def test_the_title_of_a_difference_has_the_field_by_its_name(
    language: str, said: str, client: Client, sam: User
) -> None:
    each = differs(Booking.objects.create(uid="known"), "ended", False, True)
    client.force_login(sam)
    client.cookies["django_language"] = language

    assert f"<title> {said} | " in text_of(client, page_of(each))


def test_the_list_of_differences_takes_as_many_queries_for_many_as_for_few(client: Client, sam: User) -> None:
    client.force_login(sam)

    counts = []
    for number in range(3):
        differs(Booking.objects.create(uid=f"{number}"), "title", "Old", "New")
        with CaptureQueriesContext(connection) as queries:
            text_of(client, reverse(DIFFERENCES))
        counts.append(len(queries))

    assert counts[1] == counts[2]


@pytest.mark.parametrize("permissions", [["view_run", "view_difference"], ["view_address", "view_payment"]])
def test_a_difference_shows_no_address_and_no_payment_to_those_who_may_not_see_them(
    permissions: list[str], client: Client, charlie: User
) -> None:
    """The groups that see runs may see these too, but groups can be made otherwise."""
    booking = Booking.objects.create(uid="known")
    mail = differs(booking, "client_email", "jonas@old.example", "jonas@new.example")
    money = differs(booking, "payment", "due", "paid", run=mail.run)
    intent = differs(booking, "payment_intent", "", "pi_77", run=mail.run)
    User.objects.filter(pk=charlie.pk).update(is_staff=True)
    wanted = {"view_run", "view_difference", *permissions}
    charlie.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client.force_login(charlie)

    shown = [text_of(client, each) for each in (reverse(DIFFERENCES), page_of(mail.run), *map(page_of, (mail, intent)))]

    may_see = "view_address" in permissions
    assert money.run == mail.run
    for text in ("jonas@new.example", "pi_77", "Paid"):
        assert any(text in page for page in shown) == may_see, text
    for text in ("j•••@new.example", "•••"):
        assert any(text in page for page in shown) != may_see, text
