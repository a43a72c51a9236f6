"""Erases a person: what is left of their sessions is when, with whom, how it ended, and what was paid."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from bookings import services
from bookings.attention import note_outcome
from bookings.cal import inbox
from bookings.cal.payloads import reduced, staff
from bookings.cal.payloads.fields import PayloadError, parse
from bookings.cal.payloads.reading import Reading
from bookings.domain.forgetting import Names
from bookings.domain.registers import impersonal
from bookings.domain.words import Outcome, Source
from bookings.models import Act, Attention, Booking, Difference, Message, PrivacyKind, PrivacyRequest, Run, RunKind
from bookings.privacy import mentions
from bookings.privacy.acts import money_of
from bookings.privacy.person import Person, Refused
from users import services as users
from users.models import User

# What a difference may go on telling of an erased booking; every other field loses its values.
TOLD = frozenset(
    {
        "status",
        "lifecycle",
        "superseded_by",
        "payment",
        "price",
        "currency",
        "payment_id",
        "payment_intent",
        "paid_amount",
        "refunded",
        "refund_id",
        "accepted_as_free",
        "ended",
        "client_absent",
        "coach_absent",
        "coach",
        "user",
        "starts_at",
        "ends_at",
        "event_type",
        "number",
        "format",
    }
)
MOST_NAMED = 10

Progress = Callable[[str], object]


def refuse_too_early(person: Person, *, now: datetime) -> None:
    """Raises Refused for staff, and while a session is still to come: nobody could hold it for a nameless client."""
    if person.user is not None and (person.user.is_staff or person.user.is_superuser):
        raise Refused(_("This is a member of the staff. Take their rights away first."))
    if upcoming := list(person.still_to_come(now=now).without_registers()[: MOST_NAMED + 1]):
        named = ", ".join(booking.chain_reference for booking in upcoming[:MOST_NAMED])
        more = " …" if len(upcoming) > MOST_NAMED else ""
        raise Refused(
            _("Sessions are still to come: %(which)s. Cancel them at Cal.com first.") % {"which": named + more}
        )


def check_note(person: Person, note: str) -> None:
    """The record stays. Raises Refused for a note that says who it was."""
    if person.names.are_in(note):
        raise Refused(_("Leave the name and the address out of the note: it is kept."))


def erase(
    person: Person, *, by: User | None, note: str, now: datetime, progress: Progress = lambda _line: None
) -> PrivacyRequest:
    """Erase all that says who the person is, and keep that it was done, by whom, and how much it was.

    First where others' bookings and notes name them, while their own still say by which addresses; then chain by chain,
    each whole in a transaction; then the user. Safe to interrupt and to repeat: what is done stays done, and a rebuild
    finds no difference at any time. Raises Refused.
    """
    check_note(person, note)
    refuse_too_early(person, now=now)
    request = PrivacyRequest.objects.create(kind=PrivacyKind.ERASE, user=person.user, by=by, at=now, note=note)
    names = person.names
    counts = _erase_mentions(person, names, now=now)
    for chain in person.chains:
        counts += services.repeated(partial(_erase_chain, chain, by=by, now=now))
        progress(f"{counts['bookings']} bookings erased")
    if person.user is not None:
        _erase_user(person.user, names, now=now)
    request.refresh_from_db()
    request.counts, request.finished_at = dict(sorted(counts.items())), now
    request.save(update_fields=["counts", "finished_at"])
    return request


# --- Their own sessions ----------------------------------------------------------------------------------------------


@transaction.atomic
def _erase_chain(chain: str, *, by: User | None, now: datetime) -> Counter[str]:
    """Whoever tells of these bookings waits for our locks, and finds them erased then."""
    locked = Booking.objects.select_for_update().filter(chain_reference=chain).order_by("pk")
    rows = list(locked)
    uids = {row.uid for row in rows}
    counts: Counter[str] = Counter()
    for row in rows:
        if not row.erased:
            counts["bookings"] += 1
            said = staff.erased(row.uid, client_absent=row.client_absent, by="" if by is None else by.user_id, at=now)
            inbox.process(inbox.receive(said, source=Source.OPS, by=by, now=now), now=now)
        told_by = Message.objects.filter(uid=row.uid).order_by("id")
        counts["messages"] += sum([_reduce(message, forget=impersonal) for message in told_by])
    counts["notes"] += _empty_notes(rows)
    differences = Difference.objects.filter(uid__in=uids).exclude(field__in=TOLD).exclude(ours=None, theirs=None)
    counts["differences"] += differences.update(ours=None, theirs=None)
    for run in Run.objects.filter(kind=RunKind.ACT, options__uid__in=list(uids), options__has_key="reason"):
        del run.options["reason"]
        run.error = run.error.partition(":")[0]
        run.save(update_fields=["options", "error"])
        counts["notes"] += 1
    return +counts


def _reduce(message: Message, *, forget: reduced.Forget) -> bool:
    """Keep of a message what it says but for the person; of one that can't be read nothing. Was there more?"""
    try:
        reading = inbox.read(message)
    except PayloadError:
        reading = Reading(trigger=message.trigger)
    body = reduced.write(reading, forget=forget)
    if message.is_reduced and body == message.body:
        return False
    error = message.error.partition(":")[0]
    Message.objects.filter(pk=message.pk).update(body=body, is_reduced=True, error=error)
    return True


def _empty_notes(rows: list[Booking]) -> int:
    """What was written of them, but for the amounts and ids of what was seen at Stripe."""
    of_these = Q(booking__in=rows) | Q(message__uid__in=[row.uid for row in rows])
    emptied = Attention.objects.filter(of_these).exclude(note="").update(note="")
    for act in Act.objects.filter(of_these).exclude(note="", result=""):
        kept = money_of(act)
        if (act.note, act.result) != (kept, ""):
            Act.objects.filter(pk=act.pk).update(note=kept, result="")
            emptied += 1
    return emptied


# --- Where others' bookings and notes name them ----------------------------------------------------------------------


def _erase_mentions(person: Person, names: Names, *, now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    uids = set(person.bookings().values_list("uid", flat=True))
    for message in mentions.nameless(names, uids):
        if _is_anothers(message, uids):
            counts["mentions"] += _take_out(message, names)
        else:
            with transaction.atomic():
                counts["messages"] += _reduce(message, forget=impersonal)
                Message.objects.filter(pk=message.pk, outcome=Outcome.FAILED).update(outcome=Outcome.IGNORED)
                note_outcome(message, error="", now=now)
    guests = {message.uid for message in mentions.of_others(person, names, uids)}
    for uid in sorted(guests.union(mentions.bookings_of_others(names, uids))):
        counts += services.repeated(partial(_erase_guest, person, names, uid, now=now))
    for place in mentions.in_places(person, names, uids):
        place.model._default_manager.filter(pk=place.key).update(**place.left)
        counts["notes"] += 1
    return counts


def _is_anothers(message: Message, uids: set[str]) -> bool:
    """Is it yet to be applied, and about a booking that is none of theirs?"""
    about = inbox.uids_in(message)
    waits = message.outcome in (Outcome.RECEIVED, Outcome.FAILED)
    return waits and bool(about) and about.isdisjoint(uids) and not inbox.any_erased(about)


@transaction.atomic
def _erase_guest(person: Person, names: Names, uid: str, *, now: datetime) -> Counter[str]:
    """Another's booking stays as it is, but for this person beside the client."""
    if Booking.objects.filter(uid=uid).exists():
        services.forget(uid, names.by_address.taken_from_registers, now=now)
    counts: Counter[str] = Counter()
    for message in Message.objects.filter(uid=uid).select_related("linked_user").order_by("id"):
        if not mentions.is_named_in(mentions.called(message, person, names), message.body):
            continue
        if message.outcome in (Outcome.APPLIED, Outcome.UNCHANGED):
            counts["mentions"] += _reduce(message, forget=names.by_address.taken_from_registers)
        else:
            counts["mentions"] += _take_out(message, names)
    return counts


def _take_out(message: Message, names: Names) -> bool:
    """Leave in a message about another's booking, which is yet to be applied, all but the person. Was there one?"""
    body = json.dumps(names.by_address.taken_from_value(parse(message.body)), ensure_ascii=False)
    return bool(Message.objects.filter(pk=message.pk).update(body=body))


# --- The user --------------------------------------------------------------------------------------------------------


def _erase_user(user: User, names: Names, *, now: datetime) -> None:
    of_user = ContentType.objects.get_for_model(User)
    for entry in LogEntry.objects.filter(content_type=of_user, object_id=str(user.pk)):
        said = names.taken_from(entry.change_message)
        LogEntry.objects.filter(pk=entry.pk).update(object_repr=user.user_id, change_message=said)
    users.erase(user, now=now)
