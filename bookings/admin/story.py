"""The story of one booking: each message and what it changed, each act of a person, in the order in which they came."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from bookings.admin import seeing
from bookings.admin.acting.acts import ACTS
from bookings.admin.acting.reading import note_of, result_of, title_of
from bookings.admin.shown import AMBER, BLUE, GREEN, GREY, RED, TONES, badge, instant, page_of, who
from bookings.admin.viewer import may
from bookings.domain.words import Outcome, Source
from bookings.models import Act, Booking, Message, Run, StatusChange
from users.models import User

MOST = 100  # Messages, the newest; older ones are in the list of messages.


@dataclass(frozen=True, slots=True)
class Step:
    """A change of status within an entry."""

    old: str
    new: str
    why: str
    is_odd: bool
    as_of: str


@dataclass(slots=True)
class Entry:
    """Something that came or was done, at a moment; `cause` is HTML or text, who or what it was."""

    at: datetime
    key: tuple[Any, ...]
    title: object
    cause: object
    tone: str
    note: str = ""
    problem: str = ""
    steps: list[Step] = field(default_factory=list)
    when: str = ""

    def take_over(self, told: "Entry") -> None:
        """What is said of the message that this caused is said here, so that it is told once."""
        self.note = " · ".join(filter(None, (self.note, told.note)))
        self.problem = self.problem or told.problem
        self.steps = told.steps
        self.tone = told.tone if told.steps else self.tone


def story(booking: Booking) -> list[Entry]:
    """The newest first. Three queries, however long it is; the last entry says where older ones are, if there are."""
    changes = list(
        StatusChange.objects.filter(booking=booking)
        .select_related("message__run", "message__by", "by")
        .defer("message__body")
    )
    messages = list(
        Message.objects.filter(uid=booking.uid).select_related("run", "by").defer("body").order_by("-id")[: MOST + 1]
    )
    acts = list(
        Act.objects.filter(booking=booking).select_related("by", "run", "message").defer("message__body")[: MOST + 1]
    )
    told = {message.pk: _of_message(message) for message in messages[:MOST]}
    entries = []
    for change in changes:
        step = _step(change)
        entry = told.get(change.message_id or 0)
        if entry is None:
            entry = _of_change(change)
            if change.message_id is None:
                entries.append(entry)
            else:
                told[change.message_id] = entry
        entry.steps.append(step)
        entry.tone = AMBER if step.is_odd else TONES.get(change.new, GREY)
    entries += _of_acts(acts[:MOST], messages, told)
    entries += told.values()
    entries.sort(key=lambda entry: (entry.at, entry.key), reverse=True)
    for entry in entries:
        entry.when = instant(entry.at, timespec="seconds")
    if len(messages) > MOST or len(acts) > MOST:
        entries.append(_older(booking, entries[-1]))
    return entries


def _older(booking: Booking, last: Entry) -> Entry:
    lists = (
        ("message", booking.uid, _("Messages"), seeing.sees_messages()),
        ("act", booking.reference, _("Acts of people"), may("bookings.view_act")),
    )
    links = (
        (f"{reverse(f'admin:bookings_{model}_changelist')}?{urlencode({'q': term})}", title)
        for model, term, title, may_see in lists
        if may_see
    )
    title = _("Only the newest %(most)d messages and acts are shown here.") % {"most": MOST}
    return Entry(
        at=last.at, key=(), title=title, cause=format_html_join(" · ", '<a href="{}">{}</a>', links), tone=GREY
    )


def _step(change: StatusChange) -> Step:
    return Step(
        old=badge(change.old, change.get_old_display()) if change.old else "",
        new=badge(change.new, change.get_new_display()),
        why=str(seeing.reason(change.why).label),
        is_odd=not change.expected,
        as_of=instant(change.as_of, timespec="seconds"),
    )


def _of_message(message: Message) -> Entry:
    quiet = {
        Outcome.UNCHANGED: (_("Told nothing new"), GREY),
        Outcome.IGNORED: (_("Of no concern"), GREY),
        Outcome.RECEIVED: (_("Not processed yet"), AMBER),
        Outcome.FAILED: (_("Could not be applied"), RED),
    }
    note, tone = quiet.get(Outcome(message.outcome), ("", BLUE))
    failed = message.outcome == Outcome.FAILED
    may_read = seeing.sees_messages()
    title = message.trigger if message.source == Source.WEBHOOK and message.trigger else message.get_source_display()
    if not seeing.sees_payments() and message.source in (Source.WEBHOOK, Source.OPS):
        title = message.get_source_display()
    return Entry(
        at=message.received_at,
        key=(0, message.pk),
        title=title,
        cause=_cause(message.by, message.run, message),
        tone=tone,
        note=note,
        problem=message.error if failed and may_read else "",
    )


def _of_change(change: StatusChange) -> Entry:
    """Its message is not among those that are shown: pruned, or of another booking of the chain."""
    told = change.message
    if told is None:
        cause = _joined(who(change.by) if change.by else "", _("A message that is not kept"))
    else:
        cause = _cause(told.by, told.run, told)
    title = _("Change of status")
    return Entry(at=change.changed_at, key=(1, change.pk), title=title, cause=cause, tone=GREY)


def _cause(by: User | None, run: Run | None, message: Message | None) -> str:
    """Who told, then what: a person, a run, a message; each with its page for those who may see it."""
    ran = "" if run is None or by is not None else str(run)
    return _joined(
        "" if by is None else who(by),
        page_of(run) if run is not None and may("bookings.view_run") else ran,
        page_of(message) if message is not None and seeing.sees_messages() else "",
    )


def _joined(*parts: str) -> str:
    return format_html_join(" · ", "{}", ((part,) for part in parts if part))


def _of_acts(acts: list[Act], messages: list[Message], told: dict[int, Entry]) -> Iterator[Entry]:
    """Takes out of `told` what the acts say."""
    of_runs = {message.run_id: message for message in messages if message.source == Source.OPS and message.run_id}
    for act in acts:
        caused = (act.message or of_runs.get(act.run_id)) if act.did in ACTS else None
        entry = _of_act(act, caused or act.message)
        if caused is not None and caused.pk in told:
            entry.take_over(told.pop(caused.pk))
        yield entry


def _of_act(act: Act, message: Message | None) -> Entry:
    may_see = seeing.sees_payments() or not act.is_of_money
    of_a_case = act.condition is not None
    noted = (result_of(act) if of_a_case else "", note_of(act))
    return Entry(
        at=act.at,
        key=(2, act.pk),
        title=title_of(act) if may_see else _("Done by staff"),
        cause=_cause(act.by, act.run, message),
        tone=GREEN if act.is_done else RED,
        note=seeing.address(" · ".join(filter(None, noted))) if may_see else "",
        problem=result_of(act) if seeing.sees_results() and not of_a_case else "",
    )
