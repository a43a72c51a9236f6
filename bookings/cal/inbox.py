"""Keep what Cal.com says, then understand and apply it: `receive`, then `process`.

A message is a row before anything is concluded from it, in a commit of its own, so that nothing that follows can lose
it. What is in it that opens doors is dropped before, by `secrets`.
"""

import hashlib
import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from bookings import services
from bookings.cal import links, secrets
from bookings.cal.payloads import own, reduced, staff
from bookings.cal.payloads.answer import read_answer
from bookings.cal.payloads.fields import Node, PayloadError, clean, parse
from bookings.cal.payloads.reading import DIGEST_LETTERS, Reading
from bookings.cal.payloads.webhook import read_webhook
from bookings.domain.registers import (
    LINK_STRENGTH,
    UID_LENGTH,
    Fact,
    Register,
    Stamp,
    Strength,
    decode,
    earliest_first,
    impersonal,
    microseconds,
    weakest,
)
from bookings.domain.words import LinkedBy, Outcome, Source
from bookings.models import Booking, Message, Run
from coaches.services import record_coach
from users.models import User

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a message is about, and how that was found."""

    user: User
    by: LinkedBy


# --- Keep ------------------------------------------------------------------------------------------------------------


def receive(
    body: bytes,
    *,
    source: Source = Source.WEBHOOK,
    about: Found | None = None,
    run: Run | None = None,
    by: User | None = None,
    now: datetime | None = None,
) -> Message:
    """The message for these bytes, kept if it is new, with the run and the person that caused it. Commits by itself."""
    digest = hashlib.sha256(body).hexdigest()
    message = Message(
        source=source,
        digest=digest,
        body=secrets.storable(body),
        run=run,
        by=by,
        received_at=now or timezone.now(),
    )
    if about is not None:
        message.linked_user, message.linked_by = about.user, about.by
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        return Message.objects.get(digest=digest)  # The same bytes came before, or by another connection at once.
    return message


# --- Understand and apply --------------------------------------------------------------------------------------------


def process(
    message: Message,
    *,
    now: datetime | None = None,
    tell: Callable[[services.Recorded], object] | None = None,
) -> Message:
    """Apply what the message says, note on it what became of that, and tell what it did, in the same transaction.

    Raises PayloadError for one that can't be read, and whatever our own failure raises; the message says so too, and
    can be processed again. Safe to repeat.
    """
    moment = now or timezone.now()
    reading = None
    try:
        reading = read(message)
        message.trigger, message.uid = reading.trigger, reading.uid
        if reading.stamp is None:
            _settle(message, Outcome.IGNORED, reading, now=moment)
        else:
            _apply(message, reading, reading.stamp, now=moment, tell=tell)
    except PayloadError as error:
        _settle(message, Outcome.FAILED, reading, error=str(error), now=moment)
        raise
    except Exception as error:
        # Where it happened, line by line of our code; what was wrong may repeat values, addresses of people among them.
        frames = "".join(traceback.format_tb(error.__traceback__))
        logger.error("Message %s could not be applied: %s\n%s", message.pk, type(error).__name__, frames)
        _settle(
            message,
            Outcome.FAILED,
            reading,
            error=in_short(error),
            now=moment,
        )
        raise
    return message


def in_short(error: Exception) -> str:
    """What went wrong: our own words of a body; else the kind of error, and its number if it has one.

    What others say may repeat values, addresses among them, and this is read by staff who may not see bodies. The log
    has where it happened.
    """
    kind = type(error).__name__
    if isinstance(error, PayloadError):
        return f"{kind}: {error}"
    code = error.args[0] if isinstance(error, DatabaseError | OSError) and error.args else None
    return f"{kind}: {code}" if isinstance(code, int) else kind


def read(message: Message) -> Reading:
    """What a kept message says, the same at every reading. Raises PayloadError."""
    try:
        document = parse(message.body)
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"The body is not JSON: {error}") from None
    if message.is_reduced:
        return reduced.read(document)
    match message.source:
        case Source.WEBHOOK:
            return read_webhook(document, digest=message.digest)
        case Source.API if "gone" in document:
            return own.read_gone(document, digest=message.digest)
        case Source.API:
            asked_at = datetime.fromisoformat(document["requestedAt"])
            return read_answer(document["booking"], requested_at=asked_at, digest=message.digest)
        case Source.SIGN_UP:
            as_of, rank = datetime.fromisoformat(document["asOf"]), document["rank"]
            stamp = Stamp(as_of, rank, message.digest[:DIGEST_LETTERS])
            trigger, uid, snapshot = Source.SIGN_UP.value, document["uid"], document["snapshot"]
            return Reading(trigger=trigger, uid=uid, stamp=stamp, snapshot=snapshot)
        case Source.CLOCK:
            return own.read_ended(document, digest=message.digest)
        case Source.OPS if "act" in document:
            return staff.read(document, digest=message.digest)
        case _:  # Source.OPS
            return own.read_cancelled_for_us(document, digest=message.digest)


def facts_of(message: Message, reading: Reading) -> tuple[Fact, ...]:
    """The facts of a message: what it says, and whom it was found to be about."""
    if message.linked_user_id is None or reading.stamp is None:
        return reading.facts
    by = LinkedBy(message.linked_by)
    stamp = reading.stamp
    if reading.snapshot:
        stamp = weakest(stamp)
    elif by == LinkedBy.EMAIL:
        # The first match stays: an address that changes hands must not take its old bookings along.
        stamp = earliest_first(stamp)
    return (*reading.facts, Fact(reading.uid, Register.USER, message.linked_user_id, stamp, LINK_STRENGTH[by]))


def _apply(
    message: Message,
    reading: Reading,
    stamp: Stamp,
    *,
    now: datetime,
    tell: Callable[[services.Recorded], object] | None,
) -> None:
    if reading.coach is not None:
        known = record_coach(reading.coach, stamp=(microseconds(stamp.moment), stamp.rank, stamp.digest))
        if known.email_changed:
            services.adopt(known.coach, now=now)
    if message.linked_user_id is None:
        found = _find_user(reading)
        if found is not None:
            message.linked_user, message.linked_by = found.user, found.by
    kept = partial(reduced.write, reading, forget=impersonal)
    recorded = services.record(facts_of(message, reading), message=message, now=now, if_erased=kept, tell=tell)
    orphans = [booking for booking in recorded.bookings.values() if booking.user_id is None and booking.client_email]
    if orphans:
        # Whoever signed up between our look-up and our commit did not see these bookings, and we did not see them. A
        # booking that left its chain has lost the chain's user, too.
        users = {user.email: user for user in User.objects.filter(email__in={each.client_email for each in orphans})}
        for booking in orphans:
            if user := users.get(booking.client_email):
                _attribute(booking, user, now=now)


def _find_user(reading: Reading) -> Found | None:
    """Whom the message is about: by our signed token, else by the address that the client typed."""
    for token in reading.tokens:
        user_id = links.user_id_in(token)
        user = User.objects.filter(user_id=user_id).first() if user_id else None
        if user is not None:
            return Found(user, LinkedBy.TOKEN)
    user = User.objects.filter(email=reading.client_email).first() if reading.client_email else None
    # Whoever signs up with the address of somebody erased gets no booking of before.
    return None if user is None or any_erased({reading.uid}) else Found(user, LinkedBy.EMAIL)


def _settle(message: Message, outcome: Outcome, reading: Reading | None, *, now: datetime, error: str = "") -> None:
    """Note what became of the message. One that was applied once stays applied; one that was not, and is about an
    erased booking, is kept without the person as well.
    """
    if any_erased(uids_in(message, reading)):
        message.is_reduced = True
        message.body = reduced.write(reading or reduced.NOTHING, forget=impersonal)
        Message.objects.filter(pk=message.pk).update(body=message.body, is_reduced=True)
    if message.outcome != Outcome.APPLIED:
        message.outcome = outcome
    message.error, message.processed_at = clean(error)[:1000], now
    services.settle(message, outcome, error=message.error, now=now)


def uids_in(message: Message, reading: Reading | None = None) -> set[str]:
    """The bookings that a message is about, as far as can be seen, though it be of no concern or can't be read."""
    if reading is not None and reading.uid:
        return {reading.uid}
    try:
        root = Node(parse(message.body))
    except (ValueError, RecursionError):
        return set()
    places = (part[name] for part in (root, root["payload"], root["booking"]) for name in ("uid", "bookingUid"))
    return {uid for place in places if (uid := place.text(UID_LENGTH))}


def any_erased(uids: set[str]) -> bool:
    return bool(uids) and Booking.objects.filter(uid__in=uids, erased=True).exists()


# --- Sign-up ---------------------------------------------------------------------------------------------------------


def attribute(user: User, *, by: User | None = None, now: datetime | None = None) -> int:
    """Give a user the bookings made with their address that belong to nobody. Returns how many. `by` is the member of
    the staff who gave them the address, if one did.

    Each is a message of its own, so that a rebuild knows of it.
    """
    moment = now or timezone.now()
    orphans = Booking.objects.unattributed().filter(client_email=user.email).order_by("id")
    attributed = sum(_attribute(booking, user, by=by, now=moment) for booking in orphans)
    # Where our token named the user, the address is compared with the one typed.
    if by_token := list(Booking.objects.filter(user=user, linked_by=LinkedBy.TOKEN).values_list("uid", flat=True)):
        services.review(by_token, now=moment)
    return attributed


def _attribute(booking: Booking, user: User, *, by: User | None = None, now: datetime) -> bool:
    """Link the booking to the user as of when the address was told; a guessed address links nobody."""
    told = decode(booking.registers).get(Register.CLIENT_EMAIL)
    if told is None or told.strength <= Strength.GUESS:
        return False
    document = {
        "uid": booking.uid,
        "userId": user.user_id,
        "email": user.email,
        "asOf": told.stamp.moment.isoformat(),
        "rank": told.stamp.rank,
        "snapshot": told.strength == Strength.SNAPSHOT,
        "at": now.isoformat(),
    }
    body = json.dumps(document).encode()
    process(receive(body, source=Source.SIGN_UP, about=Found(user, LinkedBy.EMAIL), by=by, now=now), now=now)
    return True
