"""Lists say how much there is, and where they are not what their address asks for."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.db import connection
from django.db.models import Model
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from bookings.admin.filters import NeedsSomebody
from bookings.admin.lists import CappedPaginator
from bookings.models import Attention, Booking, Difference, Message, Run
from bookings.tests.admin import BOOKINGS, text_of
from users.models import User

CASES = "admin:bookings_attention_changelist"
UNREADABLE = "A filter could not be read, so here is the whole list."


@pytest.fixture
def staff(client: Client, sam: User) -> Client:
    client.force_login(sam)
    return client


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_list_counts_no_further_than_anyone_waits(db: None) -> None:
    for number in range(3):
        Booking.objects.create(uid=f"{number}")

    class Impatient(CappedPaginator):
        most = 2

    assert Impatient(Booking.objects.order_by("id"), 1).count == 2


@pytest.mark.parametrize(("count", "said"), [(1, "1 in all"), (9_999, "9999 in all"), (10_000, "10000 or more")])
def test_a_list_says_when_it_counted_no_further(count: int, said: str) -> None:
    counted = SimpleNamespace(result_count=count, paginator=CappedPaginator([], 50))

    shown = render_to_string(CappedPaginator.template_name, {"cl": counted})

    assert strip_tags(shown).strip() == said


def test_only_a_list_that_leaves_something_out_leads_to_all_of_it(client: Client, sam: User) -> None:
    Booking.objects.create(uid="one")
    client.force_login(sam)

    pages = [text_of(client, reverse(BOOKINGS) + query) for query in ("", "?q=one", "?status__exact=PENDING")]

    assert ["Show all" in page for page in pages] == [False, True, True]


def test_a_page_reads_the_rows_of_no_page_before_it(db: None) -> None:
    for number in range(5):
        Booking.objects.create(uid=f"{number}")

    with CaptureQueriesContext(connection) as queries:
        page = CappedPaginator(Booking.objects.order_by("-id"), 2).page("2")
        uids = [row.uid for row in page.object_list]

    assert uids == ["2", "1"]
    assert ["uid" in query["sql"] for query in queries if "OFFSET" in query["sql"]] == [False]


@pytest.mark.parametrize("model", [Attention, Booking, Difference, Message, Run])
def test_every_filter_has_an_index(model: type[Model]) -> None:
    """Without one, a choice that few rows fit reads millions."""
    columns = {
        "starts": "starts_at",
        "trigger": "trigger",
        "state": "state",
        "condition": "state",
        "field": "field",
    }  # By parameter.
    filters = admin.site.get_model_admin(model).list_filter
    named = [each[0] if isinstance(each, tuple) else each for each in filters if each is not NeedsSomebody]
    filtered = {each if isinstance(each, str) else columns[each.parameter_name] for each in named}

    assert filtered - {index.fields[0] for index in model._meta.indexes} == set()


@pytest.mark.parametrize(
    ("page", "query"),
    [
        (BOOKINGS, "starts_at_from=yesterday"),
        (BOOKINGS, "starts_at_to=2026-02-31"),
        (BOOKINGS, "starts_at_to=9999-12-31"),
        (BOOKINGS, "starts=someday"),
        (BOOKINGS, "coach__id__exact=x"),
        (CASES, "state=lost"),
    ],
)
def test_a_list_says_that_a_filter_could_not_be_read(page: str, query: str, staff: Client) -> None:
    Booking.objects.create(uid="u")

    answer = staff.get(f"{reverse(page)}?{query}", follow=True)
    after = staff.get(f"{reverse(page)}?e=1&o=1")
    export = staff.get(f"{reverse(page.replace('changelist', 'export'))}?{query}", follow=True)

    assert [told(each) for each in (answer, after, export)] == [[UNREADABLE]] * 3
    whole = list(staff.get(reverse(page)).context["cl"].result_list)
    assert [list(each.context["cl"].result_list) for each in (answer, export)] == [whole] * 2


def test_a_list_says_so_in_chinese(staff: Client) -> None:
    staff.cookies["django_language"] = "zh-hans"

    assert "有筛选条件无法识别" in text_of(staff, reverse(BOOKINGS) + "?e=1")


def test_what_is_posted_to_an_odd_address_is_warned_of_once(staff: Client) -> None:
    booking = Booking.objects.create(uid="u")

    answer = staff.post(f"{reverse(BOOKINGS)}?e=1", {"action": "link", "_selected_action": [booking.pk]})

    assert (answer.status_code, told(answer)) == (302, [])


@pytest.mark.parametrize("count", [1, 51])
def test_a_list_without_such_a_page_shows_its_first_with_the_same_filters(count: int, staff: Client) -> None:
    Booking.objects.bulk_create([Booking(uid=f"{number}", reference=f"{number}") for number in range(count)])
    Booking.objects.create(uid="other", status="NO_SHOW")

    answer = staff.get(reverse(BOOKINGS), {"p": "999", "status__exact": "PENDING"})
    other = staff.get(reverse(BOOKINGS), {"p": "1", "status__exact": "NO_SHOW"})

    listed = answer.context["cl"]
    assert told(answer) == ["The list has no page 999: here is the first one."]
    assert (listed.result_count, listed.page_num, len(listed.result_list)) == (count, 1, min(count, 50))
    assert told(other) == []


@pytest.mark.parametrize(
    "page", sorted(f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry)
)
def test_every_list_says_in_the_same_words_how_much_there_is(page: str, staff: Client) -> None:
    below = text_of(staff, reverse(f"admin:{page}_changelist"))

    assert re.search(r"\d in all", strip_tags(below))
