"""Shared by the tests of privacy: a person with a past of every kind, and a look into every cell of the database."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from urllib.parse import unquote

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from bookings import attention
from bookings.cal import staff
from bookings.models import Act, Attention, Booking, Did, Difference, Done, Message, Run, RunKind
from bookings.tests.sync import row
from careercoach.testing import body_of, signed_post
from users.models import User

NAME, ADDRESS, PHONE = "Zoë Quirin", "zoë.quirin@client.example", "+491701234567"
WISH, CONFESSION = "I was let go in spring", "my knee surgery"
SAYS = (NAME, ADDRESS, PHONE, WISH, CONFESSION)
PAID, MOVED = "7hQ2mXk9sVb4TzLr8cNpYe", "kW5uJf3RtA6oGdE1xPqM9Z"
LATER = datetime(2027, 1, 15, 12, 0, tzinfo=UTC)  # All sessions are over.
MONEY = (
    "uid",
    "reference",
    "chain_reference",
    "status",
    "why",
    "starts_at",
    "ends_at",
    "coach__name",
    "user__user_id",
    "linked_by",
    "payment",
    "price",
    "currency",
    "payment_id",
    "payment_intent",
    "paid_amount",
    "refunded",
    "refund_id",
    "accepted_as_free",
    "client_absent",
    "coach_absent",
)


def about_zoe(name: str, **payload: Any) -> dict[str, Any]:
    """A body built from Cal.com's source, of her booking, with all that a client can tell."""
    text = json.dumps(body_of(name), ensure_ascii=False)
    text = text.replace("jonas.berg@client.example", ADDRESS.title()).replace("Jonas Berg", NAME)
    text = text.replace("I would like to talk about moving into product management.", WISH)
    body: dict[str, Any] = json.loads(text)
    told = body.get("payload", body)
    if "responses" in told:
        told["responses"]["attendeePhoneNumber"] = {"label": "phone_number", "value": PHONE}
        told["metadata"] = {**(told.get("metadata") or {}), "hint": CONFESSION}
    told |= payload
    return body


def webhooks() -> list[Any]:
    """Two sessions of hers: one paid and missed, one paid, moved and cancelled; and what names her elsewhere."""
    other = {"uid": "moved-away", "bookingId": 5, "iCalUID": "moved-away@Cal.com"}
    guest = body_of("booking_created_free")
    guest["payload"] |= {"uid": "of-another", "bookingId": 6}
    guest["payload"]["attendees"].append({"name": NAME, "email": ADDRESS, "timeZone": "Europe/Berlin"})
    cancelled = about_zoe(
        "booking_cancelled", uid=MOVED, cancelledBy=ADDRESS, cancellationReason=f"Because of {CONFESSION}"
    )
    missed = {"triggerEvent": "BOOKING_NO_SHOW_UPDATED", "createdAt": "2026-12-03T15:00:00.000Z"}
    return [
        about_zoe("booking_payment_initiated"),
        about_zoe("booking_created_after_payment"),
        about_zoe("booking_paid"),
        about_zoe("meeting_started"),
        about_zoe("no_show_updated_guest"),
        about_zoe("meeting_ended"),
        about_zoe("booking_created_after_payment", **other),
        about_zoe("booking_paid", **other),
        about_zoe("booking_rescheduled", rescheduleUid="moved-away"),
        {**cancelled, "createdAt": "2026-11-28T09:00:00.000Z"},
        guest,
        {**missed, "payload": {"bookingUid": "of-another", "attendees": [{"email": ADDRESS, "noShow": True}]}},
        {"triggerEvent": "OF_TOMORROW", "payload": {"uid": PAID, "title": NAME}},
        {"triggerEvent": "OF_TOMORROW", "payload": {"page": f"https://cal.com/?email={ADDRESS.replace('@', '%40')}"}},
    ]


def unreadable() -> list[Any]:
    return [
        f"no JSON, but {ADDRESS} and {WISH}",
        {"triggerEvent": "BOOKING_PAID", "payload": {"x": ADDRESS, "y": NAME}},
    ]


def past_of_zoe(client: Client, sam: User) -> User:
    """Signed up, booked, paid, and talked about by the staff in every place where they can write."""
    signed = client.post(
        "/api/users", {"name": NAME, "email": ADDRESS, "userId": "zoe-1"}, content_type="application/json"
    )
    assert signed.status_code == 201
    for body in webhooks():
        assert signed_post(client, body).status_code == 200
    for body in unreadable():
        assert signed_post(client, body).status_code == 422
    zoe, paid, moved = User.objects.get(user_id="zoe-1"), booking(PAID), booking(MOVED)
    at = LATER - timedelta(days=5)
    staff.record_payment(moved, payment_id="pi_9x", amount=9000, note=f"{NAME} rang", by=sam, now=at)
    staff.record_refund(moved, refund_id="re_7y", amount=4500, note=WISH, by=sam, now=at)
    staff.link(booking("of-another"), to=zoe, note=NAME, by=sam, now=at)
    charlie = User.objects.get(user_id="charlie-1")
    staff.link(booking("of-another"), to=charlie, note="No.", by=sam, now=at + timedelta(hours=1))
    notes = {
        Did.PAYMENT: f"pi_9x · 9000 · {NAME} rang",
        Did.FREE: f"pi_9x · {NAME}",
        Did.SETTLE: f"She said: {CONFESSION}",
    }
    for did, note in notes.items():
        Act.objects.create(did=did, booking=moved, by=sam, at=at, note=note, result=ADDRESS)
    Act.objects.create(did=Did.LINK, booking=booking("of-another"), by=sam, at=at, note=f"{NAME} · {ADDRESS}")
    message = Message.objects.filter(uid=PAID).first()
    Act.objects.create(did=Did.PROCESS, message=message, by=sam, at=at, result=f"ValueError: {WISH}")
    Act.objects.create(did=Did.RESYNC, booking=paid, by=sam, at=at)
    assert attention.settle(Attention.objects.filter(booking=moved)[0], by=sam, note=CONFESSION, now=at)
    asked = {"act": "cancel", "uid": PAID, "reason": f"{NAME}: {CONFESSION}"}
    Run.objects.create(kind=RunKind.ACT, options=asked, error=f"Refused: {WISH}", started_at=at)
    run = Run.objects.create(kind=RunKind.BOOKINGS, error=f"Stopped at {ADDRESS}", started_at=at)
    for uid, field, ours, theirs in (
        (PAID, "client_name", NAME, "Zoë"),
        (PAID, "status", "PENDING", "BOOKING_CREATED"),
        (PAID, "error", None, WISH),
        ("of-another", "cancelled_by", "", ADDRESS),
    ):
        Difference.objects.create(run=run, uid=uid, field=field, ours=ours, theirs=theirs, done=Done.CHANGED)
    LogEntry.objects.create(
        user=sam,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(zoe.pk),
        object_repr=NAME,
        action_flag=CHANGE,
        change_message=f"Was {ADDRESS}",
    )
    return zoe


def booking(uid: str) -> Booking:
    return Booking.objects.get(uid=uid)


def money_trail(*uids: str) -> list[dict[str, Any]]:
    return list(Booking.objects.filter(uid__in=uids).order_by("uid").values(*MONEY))


def found(*texts: str) -> dict[str, set[str]]:
    """Which of these stand where, by table and column: in all cells of all tables, in each way of writing."""
    hits: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    cell = _readable(value)
                    for text in texts:
                        if text.lower() in cell:
                            hits.setdefault(f"{table}.{name}", set()).add(text)
    return hits


def _readable(value: Any) -> str:
    text = value.decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)
    try:
        document = json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        document = ""
    return "\n".join((text, document, unquote(text), unquote(document))).lower()


def rebuilt() -> str:
    """The summary of a rebuild that finds no difference, some time after the last change."""
    Booking.objects.update(updated_at=timezone.now() - timedelta(minutes=1))
    out = StringIO()
    call_command("rebuild", stdout=out, stderr=out)
    return out.getvalue().rpartition(": ")[2].strip()


def hers(uid: str, **values: Any) -> dict[str, Any]:
    """Her booking as the API has it."""
    start = booking(uid).starts_at
    assert start is not None
    attendee = {"name": NAME, "email": ADDRESS, "timeZone": "Europe/Berlin", "absent": uid == PAID}
    responses = {"name": NAME, "email": ADDRESS, "notes": WISH, "attendeePhoneNumber": PHONE}
    told = {
        "absentHost": None,
        "attendees": [attendee],
        "bookingFieldsResponses": responses,
        "title": f"Ada and {NAME}",
        **values,
    }
    return row(uid, start=start, **told)
