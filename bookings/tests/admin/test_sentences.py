"""What runs and jobs say in English for operators is read in the admin in the language of whoever reads it."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from django_q.models import Schedule, Task

from bookings.admin.acting.reading import result_of
from bookings.admin.sentences import TEMPLATES, told
from bookings.cal import commands, pool
from bookings.cal.client import NotConfigured
from bookings.cal.client.configuration import Configuration
from bookings.cal.runs import KILLED, AlreadyRunning, running
from bookings.cal.sync import phases
from bookings.management.reporting import carry_out
from bookings.models import Act, Did, Difference, Done, Run, RunKind, RunState
from bookings.periodic import jobs, schedules
from bookings.periodic.pruning import Pruned
from bookings.periodic.retries import Tried
from bookings.tests.admin import page_of, text_of
from users.models import User

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
GONE = phases.TOO_MANY_GONE % {"gone": 10, "open": 54}
GONE_IN_CHINESE = "超过 10 个预约（共 54 个）在 Cal.com 中不存在"


def in_chinese(text: str) -> str:
    with override("zh-hans"):
        return told(text)


def holder() -> Run:
    return Run(pk=7, kind=RunKind.BOOKINGS, pid=12, host="worker.example", started_at=START)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (GONE, GONE_IN_CHINESE),
        (pool.MOST_LEAVE % {"leaving": 12, "there": 13}, "共 13 位教练，将有 12 位离开"),
        (pool.NO_ADDRESSES % {"error": "403"}, "无法获知邮箱地址，因为该密钥不属于团队管理员：403"),
        (KILLED, "进程意外终止，未留下任何信息"),
        (str(AlreadyRunning(None)), "未运行：另一个刚启动的进程正在执行。"),
        (
            str(AlreadyRunning(holder())),
            "未运行：进程 12（主机 worker.example，自 2026-11-01 12:00:00 UTC，重新同步预约 7）正在执行。",
        ),
        (str(Tried(processed=3, failed=1)), "已处理 3 条，再次失败 1 条"),
        (f"{Pruned(deleted=2, kept=0)}", "已删除 2 条消息，保留 0 条失败的旧消息"),
        (
            jobs.PRUNED % {"messages": Pruned(), "runs": 1, "results": 4},
            "已删除 0 条消息，保留 0 条失败的旧消息；已删除 1 次运行和 4 条任务结果",
        ),
        ("2 of 3 failed.", "共 3 个，失败 2 个。"),
        ("IntegrityError: the log says where", "IntegrityError：详见日志"),
        (
            "GET /v2/bookings: 500: broken → cal_doctor says what is wrong.",
            "GET /v2/bookings: 500: broken → 运行 cal_doctor 可查明问题。",
        ),
        ("Cal.com refuses: 400: GET, no %s", "Cal.com 拒绝：400: GET, no %s"),
        ("what Cal.com says", "what Cal.com says"),
        ("", ""),
    ],
)
def test_a_sentence_is_known_again_with_what_was_put_into_it(english: str, chinese: str) -> None:
    assert in_chinese(english).startswith(chinese)
    with override("en"):
        assert told(english) == english


def test_what_a_command_says_at_its_end_is_known_again(db: None) -> None:
    out = StringIO()

    def work(progress: Any) -> Run:
        with running(RunKind.BOOKINGS, options={}) as it:
            it.run.pk = 7
            it.run.calls, it.run.seen, it.run.changed = 4, 3, 3
            progress(it.run, None)
            return it.run

    carry_out(work, to=_Written(out))

    assert (
        in_chinese(out.getvalue()) == "重新同步预约 7：完成，调用 4 次。\n已读 3，未变 0，已变更 3，新建 0，失败 0。\n"
    )


class _Written:
    """As the output of a command: each with its line's end."""

    def __init__(self, out: StringIO) -> None:
        self._out = out

    def write(self, text: str, ending: str = "\n") -> None:
        self._out.write(text + ending)

    def flush(self) -> None:
        """All is written."""


def test_every_sentence_has_chinese() -> None:
    with override("zh-hans"):
        untranslated = [text for text in TEMPLATES if told(text.replace(")d", ")s")) == text]
    assert untranslated == []


def test_pages_tell_our_own_sentences_in_the_reader_s_language(client: Client, sam: User) -> None:
    run = Run.objects.create(kind=RunKind.BOOKINGS, started_at=timezone.now(), state=RunState.FAILED, error=GONE)
    missing = "Cal.com has no such booking. Not cancelled, since too many are missing."
    each = Difference.objects.create(run=run, uid="gone", field="error", theirs=missing, done=Done.FAILED)
    client.force_login(sam)
    client.cookies["django_language"] = "zh-hans"

    lists = [reverse("admin:bookings_run_changelist"), reverse("admin:index"), page_of(run)]

    assert [GONE_IN_CHINESE in text_of(client, address) for address in lists] == [True, True, True]
    failed = [text_of(client, address) for address in (page_of(run), page_of(each))]
    assert ["Cal.com 中没有此预约。由于缺失过多，未取消。" in page for page in failed] == [True, True]


def test_results_of_jobs_are_told_in_the_reader_s_language(client: Client, sam: User, settings: Any) -> None:
    settings.CAL_API_KEY = "cal_live_0123456789abcdef"
    schedules.write(now=timezone.now())
    values = {"func": schedules.FUNCTION, "started": timezone.now(), "stopped": timezone.now()}
    said = "Resync of bookings 7: done, 4 calls.\n3 seen, 2 unchanged, 1 changed, 0 created, 0 failed."
    Task.objects.create(id="1", name="1", group="resync_bookings", success=True, result=said, **values)
    trace = f"{GONE} : Traceback (most recent call last):\n  here"
    failed = Task.objects.create(id="2", name="2", group="resync_coaches", success=False, result=trace, **values)
    client.force_login(sam)
    client.cookies["django_language"] = "zh-hans"

    page = text_of(client, page_of(Schedule.objects.get(name="resync_bookings")))
    whole = text_of(client, page_of(failed))

    assert "重新同步预约 7：完成，调用 4 次。" in page
    assert "已读 3，未变 2，已变更 1，新建 0，失败 0。" in page
    assert (GONE_IN_CHINESE in whole, "Traceback (most recent call last)" in whole) == (True, True)


def test_what_a_run_says_is_kept_in_no_language_of_whoever_ran_it(db: None) -> None:
    refused = commands.Refused(commands.REFUSED, error="409")

    with override("zh-hans"):
        with pytest.raises(commands.Refused), running(RunKind.ACT, options={}):
            raise refused
        busy = str(AlreadyRunning(holder()))

    assert Run.objects.get().error == "Cal.com refuses: 409"
    assert "(Resync of bookings 7)" in busy


def test_an_act_that_failed_says_why_in_the_reader_s_language(db: None) -> None:
    with pytest.raises(NotConfigured) as unset:
        Configuration(base_url="https://api.cal.com/v2", key="")
    act = Act(did=Did.RESYNC, is_done=False, result=str(unset.value))

    with override("zh-hans"):
        assert result_of(act) == "未设置 CAL_API_KEY：请在 Cal.com 的“设置 > API 密钥”中创建。"
