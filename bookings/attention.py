"""Keeps the rows of what needs a person as what is known makes them: in the transaction in which it becomes known."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from bookings.domain.attention import AGEING, Case, Condition, cases, digest
from bookings.domain.projection import Projection
from bookings.domain.registers import Registers
from bookings.domain.words import LinkedBy, Outcome
from bookings.models import Attention, AttentionState, Booking, Message
from users.models import User


def review(
    rows: Mapping[str, Booking],
    *,
    registers: Mapping[str, Registers],
    projections: Mapping[str, Projection],
    surprised: Iterable[str],
    now: datetime,
) -> None:
    """Let the rows of these bookings be what follows from what is known now. `surprised` are the uids of those whose
    status has just changed as nobody expected. Whoever calls holds the locks of the bookings. Safe to repeat.
    """
    surprised = frozenset(surprised)
    emails = _emails(projections)
    held: dict[int, dict[str, Attention]] = {row.pk: {} for row in rows.values()}
    for attention in Attention.objects.filter(booking__in=held):
        held[attention.booking_id][attention.condition] = attention  # type: ignore[index]
    made: list[Attention] = []
    ceased: list[int] = []
    for uid, row in rows.items():
        wanted = _wanted(row, registers[uid], projections[uid], user_email=emails.get(projections[uid].user, ""))
        known = held[row.pk]
        if not _is_ours(row):
            pass
        elif uid in surprised:
            wanted[Condition.UNEXPECTED] = Case(now, now.isoformat())
        elif unexpected := known.get(Condition.UNEXPECTED):
            wanted[Condition.UNEXPECTED] = Case(unexpected.since, unexpected.about)
        for condition, case in wanted.items():
            if (attention := known.pop(condition, None)) is None:
                made.append(
                    Attention(
                        booking=row,
                        condition=condition,
                        weight=condition.weight,
                        since=case.since,
                        about=case.about,
                    )
                )
            else:
                _follow(attention, case)
        ceased += [each.pk for each in known.values()]
    Attention.objects.bulk_create(made)
    if ceased:
        Attention.objects.filter(pk__in=ceased).delete()


def _is_ours(row: Booking) -> bool:
    ours = settings.CAL_EVENT_TYPE_IDS
    return not ours or row.event_type is None or row.event_type in ours


def _wanted(row: Booking, registers: Registers, shown: Projection, *, user_email: str) -> dict[Condition, Case]:
    if not _is_ours(row):
        return {}
    return cases(
        registers,
        shown,
        has_coach=row.coach_id is not None,
        user_email=user_email,
        heard_at=row.created_at,
        payment_required=settings.CAL_PAYMENT_REQUIRED,
    )


def _follow(attention: Attention, case: Case) -> None:
    """A settled one opens again where the facts are others."""
    is_other = attention.about != case.about
    if is_other:
        attention.state, attention.note = AttentionState.OPEN, ""
        attention.settled_at = attention.settled_by = None
        attention.about = case.about
    is_new = is_other and attention.condition not in AGEING
    if is_new or case.since < attention.since:
        attention.since = case.since
    elif not is_other:
        return  # The same facts, told again: it holds since they were first told.
    attention.save(update_fields=["state", "settled_at", "settled_by", "note", "since", "about"])


def _emails(projections: Mapping[str, Projection]) -> dict[int | None, str]:
    """Of the users that a token named: only there it matters."""
    named = {each.user for each in projections.values() if each.linked_by == LinkedBy.TOKEN}
    return dict(User.objects.filter(pk__in=named).values_list("pk", "email")) if named else {}


def note_outcome(message: Message, *, error: str, now: datetime) -> None:
    """Let a message that failed, and only one that is failed still, need a person. Safe to repeat."""
    kept = Attention.objects.filter(message=message.pk)
    if not Message.objects.filter(pk=message.pk, outcome=Outcome.FAILED).exists():
        kept.delete()
        return
    case = Case(now, digest(error))
    known = kept.first()
    if known is not None:
        if known.about != case.about:
            _follow(known, case)
        return
    condition = Condition.FAILED_MESSAGE
    made = Attention(
        message_id=message.pk, condition=condition, weight=condition.weight, since=case.since, about=case.about
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return  # By another connection at once.


def settle(attention: Attention, *, by: User, note: str, now: datetime) -> bool:
    """Say that it needs nobody, though it is as it is. False where the facts have changed since it was read."""
    kept = Attention.objects.filter(pk=attention.pk, about=attention.about, state=AttentionState.OPEN)
    return bool(kept.update(state=AttentionState.SETTLED, settled_at=now, settled_by=by, note=note[:1000]))


def reopen(attention: Attention) -> bool:
    """Say that it needs somebody after all."""
    kept = Attention.objects.filter(pk=attention.pk, state=AttentionState.SETTLED)
    return bool(kept.update(state=AttentionState.OPEN, settled_at=None, settled_by=None, note=""))


AT_ONCE = 500


def chains(after: int = 0) -> Iterator[list[str]]:
    """The uids of all bookings, some at a time, in the order of their keys; for a review of all of them."""
    while batch := list(Booking.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "uid")[:AT_ONCE]):
        after = batch[-1][0]
        yield [uid for _pk, uid in batch]
