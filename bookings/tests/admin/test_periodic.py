"""The periodic work in the admin: what runs when, what came of it, and running it now. Nobody names a function."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from django_q.models import Failure, OrmQ, Schedule, Success, Task

from bookings.admin.periodic import said
from bookings.admin.words import OF_THE_SCHEDULER
from bookings.periodic import schedules
from users.models import User

pytestmark = pytest.mark.django_db

JOBS = reverse("admin:django_q_schedule_changelist")
RESULTS = reverse("admin:django_q_task_changelist")


@pytest.fixture
def now(settings: Any) -> datetime:
    """All jobs are in the schedule, as of now."""
    settings.CAL_API_KEY = "cal_live_0123456789abcdef"
    moment = timezone.now()
    schedules.write(now=moment)
    return moment


def result(group: str, *, ago: float, success: bool = True, said: str = "3 processed, 0 failed again") -> Task:
    at = timezone.now() - timedelta(minutes=ago)
    number = f"{Task.objects.count():032}"
    return Task.objects.create(
        id=number,
        name=number,
        func="bookings.periodic.running.run",
        group=group,
        started=at - timedelta(seconds=1.5),
        stopped=at,
        success=success,
        result=said,
    )


def texts(response: Any) -> str:
    return response.content.decode()


def test_the_pages_of_django_q_on_which_any_function_can_be_run_are_not_there(client: Client, sam: User) -> None:
    client.force_login(sam)

    assert {Success, Failure, OrmQ} & set(admin.site._registry) == set()
    assert client.get(reverse("admin:django_q_schedule_add")).status_code == 403


@pytest.mark.usefixtures("now")
def test_each_job_is_shown_with_what_came_of_it_last(client: Client, sam: User) -> None:
    result("resync_bookings", ago=30, success=False)
    result("resync_bookings", ago=20, said="Resync of bookings 7: done, 4 calls.")
    result("end_meetings", ago=1, success=False, said="<b>Failed</b> : Traceback (most recent call last):\n  secret")
    Schedule.objects.filter(name="retry_messages").update(repeats=0)
    client.force_login(sam)

    page = texts(client.get(JOBS))

    for expected in (
        "Failed messages, again",
        "at rest",
        "4 minutes",
        ">day<",
        "Resync of bookings 7: done, 4 calls.",
        "&lt;b&gt;Failed&lt;/b&gt;",
    ):
        assert expected in page
    assert "secret" not in page


@pytest.mark.usefixtures("now")
def test_a_job_s_page_lists_its_last_results(client: Client, sam: User) -> None:
    for ago in range(25):
        result("end_meetings", ago=ago, said=f"result {ago};")
    result("resync_bookings", ago=1, said="another's")
    client.force_login(sam)
    row = Schedule.objects.get(name="end_meetings")

    page = texts(client.get(reverse("admin:django_q_schedule_change", args=[row.pk])))

    assert [number for number in range(25) if f"result {number};" in page] == list(range(20))
    assert "<title> Meetings that are over | " in page
    assert "another's" not in page


def test_a_job_that_is_gone_and_one_without_results_are_shown(client: Client, sam: User) -> None:
    Schedule.objects.create(name=None, func=schedules.FUNCTION, next_run=timezone.now(), schedule_type="I")
    client.force_login(sam)

    assert client.get(JOBS).status_code == 200
    assert ">minute<" in texts(client.get(JOBS))


def test_results_are_shown_whole_on_their_own_page(client: Client, sam: User) -> None:
    failed = result("end_meetings", ago=1, success=False, said="JobFailed : Traceback (most recent call last):\n  here")
    client.force_login(sam)

    listed = texts(client.get(RESULTS))
    page = texts(client.get(reverse("admin:django_q_task_change", args=[failed.pk])))

    assert "Meetings that are over" in listed
    assert "Traceback" not in listed
    assert "Traceback" in page
    assert "1.5" in page
    assert "<title> Meetings that are over | " in page
    assert client.get(reverse("admin:django_q_task_change", args=["gone"])).status_code == 302


def test_nothing_said_is_a_dash() -> None:
    assert [said(None), said(""), said(" x "), said(7)] == ["-", "-", "x", "7"]


@pytest.mark.parametrize("page", [JOBS, RESULTS])
def test_the_number_of_queries_is_the_same_for_one_and_for_many(
    page: str, client: Client, sam: User, now: datetime
) -> None:
    client.force_login(sam)
    rows = list(Schedule.objects.order_by("-pk"))
    for row in rows[1:]:
        row.delete()
    result("end_meetings", ago=1)
    client.get(page)
    queries = []

    for _ in range(2):
        with CaptureQueriesContext(connection) as counted:
            assert client.get(page).status_code == 200
        queries.append(len(counted))
        schedules.write(now=now)
        for ago in range(5):
            result("resync_bookings", ago=ago)

    assert queries[0] == queries[1]


# --- Actions ---------------------------------------------------------------------------------------------------------


def act(client: Client, action: str, *names: str) -> list[str]:
    chosen = list(Schedule.objects.filter(name__in=names).values_list("pk", flat=True))
    response = client.post(JOBS, {"action": action, "_selected_action": chosen})
    assert response.status_code in (200, 302)
    return [str(message) for message in get_messages(response.wsgi_request)][-1:]  # Those before wait for a page.


def test_jobs_are_run_now_put_to_rest_and_resumed(client: Client, sam: User, now: datetime) -> None:
    Schedule.objects.update(next_run=now + timedelta(hours=1))
    client.force_login(sam)

    def due() -> dict[str, tuple[bool, int]]:
        return {row.name: (row.next_run < now + timedelta(minutes=30), row.repeats) for row in Schedule.objects.all()}

    assert act(client, "run_now", "prune_messages", "resync_coaches") == ["2 jobs run within half a minute."]
    assert due()["prune_messages"] == due()["resync_coaches"] == (True, -1)
    assert due()["end_meetings"] == (False, -1)

    assert act(client, "let_rest", "end_meetings") == ["1 job rests until it is resumed."]
    assert due()["end_meetings"] == (False, 0)
    assert act(client, "run_now", "end_meetings") == ["0 jobs run within half a minute."]

    assert act(client, "resume", "end_meetings", "prune_messages") == ["1 job resumed."]
    assert due()["end_meetings"] == (True, -1)
    told = [(each.user.name, each.change_message) for each in LogEntry.objects.order_by("id")]
    assert told == [("Sam Staff", said) for said in ("Run now", "Run now", "Let rest", "Resume")]


def test_whoever_may_only_view_can_t_act(client: Client, charlie: User, now: datetime) -> None:
    User.objects.filter(pk=charlie.pk).update(is_staff=True)
    charlie.user_permissions.set(Permission.objects.filter(codename="view_schedule"))
    client.force_login(charlie)

    act(client, "let_rest", "end_meetings")
    assert Schedule.objects.get(name="end_meetings").repeats == schedules.ALWAYS

    charlie.user_permissions.set(Permission.objects.filter(codename__in=["view_schedule", "change_schedule"]))
    act(client, "let_rest", "end_meetings")
    assert Schedule.objects.get(name="end_meetings").repeats == schedules.RESTING


def test_the_tables_of_the_scheduler_have_chinese_names() -> None:
    with override("zh-hans"):
        names = [
            str(name)
            for model in (Schedule, Task)
            for name in (model._meta.verbose_name, model._meta.verbose_name_plural)
        ]
        words = [gettext(word) for word in OF_THE_SCHEDULER]

    assert [name for name in (*names, *words) if name.isascii()] == []
