"""Some bookings as years of messages make them: received and processed one by one, with acts of the staff, cases that
are settled, runs, and the inbox pruned. For `filling`, which copies them.
"""

import os
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

os.environ["CAL_EVENT_TYPE_IDS"] = "88021"
os.environ["CAL_PAYMENT_REQUIRED"] = "true"

import webhook
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Max, Min, OuterRef, Subquery
from django.utils import timezone

from bookings import attention
from bookings.cal import inbox, links, staff
from bookings.cal.payloads.fields import PayloadError
from bookings.models import (
    Act,
    Attention,
    Booking,
    Did,
    Difference,
    Done,
    Run,
    RunKind,
    RunState,
    StatusChange,
)
from bookings.periodic import pruning
from users.models import User

SEEDS, COACHES = 2000, 40
MARK = "k000"
RARE, FREQUENT = f"Xanthippe {MARK}", "Anna"
STAFF, OPERATIONS = "root@bench.example", "ops@bench.example"
FIRST = (*[FREQUENT] * 4, "Ben", "Chen", "Emil", "Fatima", "Greta", "Ines", "Jonas", "Kofi", "Lena", "Noor", "Wei")
LAST = ("Berg", "Costa", "Dubois", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Kim", "Lopez", "Rossi", "Zhang")
ZONES = ("Europe/Berlin", "Europe/Paris", "Asia/Shanghai", "America/New_York", "UTC")
BEHIND, AHEAD = timedelta(days=720), timedelta(days=90)
MESSAGES_KEPT = 30  # Days.

Step = tuple[datetime, str, dict[str, str]]  # When, which body, and what is said in it instead.


def sow(bookings: int = SEEDS) -> None:
    """Into the database that is asked now, which is empty."""
    rng, now = random.Random(5), timezone.now()
    ops = User.objects.create_user(OPERATIONS, "Olga Operations", "bench", is_staff=True)
    ops.groups.add(Group.objects.get(name="Operations"))
    User.objects.create_superuser(STAFF, "Root", "bench")
    users = _users(rng, max(bookings // 5, 1), now=now)
    steps: list[Step] = []
    made = 0
    while made < bookings:
        life = list(_life(rng, made, users, now=now, more=bookings - made))
        made += len({said["uid"] for _at, _body, said in life})
        steps += life
    steps.sort(key=lambda step: (step[0], step[2]["uid"]))
    texts = {path.stem: path.read_text() for path in webhook.BODIES.glob("*.json")}
    for first in range(0, len(steps), 1000):
        with transaction.atomic():  # One commit for many.
            for at, body, said in steps[first : first + 1000]:
                if body == "refund":
                    _refund(said["uid"], ops, at)
                else:
                    inbox.process(inbox.receive(_written(texts[body], said, at), now=at), now=at)
        print(f"seeds: {first:,} of {len(steps):,} messages", flush=True)
    _fail(now)
    _look_back(ops, rng, now)


def _users(rng: random.Random, count: int, *, now: datetime) -> list[User]:
    made = []
    for number in range(count):
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}" if number else RARE
        email = f"{name.lower().replace(' ', '.')}.{MARK}.{number}@example.org"
        at = now - BEHIND - timedelta(days=30) + number * BEHIND / count
        made.append(User(user_id=f"{MARK}-{number:06}", name=name, email=email, password="!", created_at=at))
    User.objects.bulk_create(made, batch_size=1000)
    return made


def _life(rng: random.Random, number: int, users: list[User], *, now: datetime, more: int) -> Iterator[Step]:
    """What was told of one booking until now: mostly that it was paid and took place."""
    made_at = now - rng.random() * BEHIND
    starts = made_at + timedelta(hours=2) + min(timedelta(days=rng.expovariate(1 / 15)), AHEAD)
    starts = starts.replace(minute=rng.choice([0, 30]), second=0, microsecond=0)
    said = _said(rng, number, users) | {"starts": _at(starts), "ends": _at(starts + timedelta(minutes=30))}
    paid_at, later = made_at + timedelta(minutes=2), min(starts, now) - made_at
    kind = rng.random()
    steps: list[Step] = []
    if kind < 0.02:  # Asked for, where the coach has to agree.
        steps.append((made_at, "booking_requested", said))
        if kind < 0.015:
            steps.append((made_at + later * 0.5, "booking_rejected", said))
    elif kind < 0.06:  # Never paid.
        steps.append((made_at, "booking_payment_initiated", said))
        if kind < 0.055:
            steps.append((made_at + later * 0.5, "booking_cancelled", said))
    else:
        steps.append((made_at, "booking_payment_initiated", said))
        steps.append((paid_at, "booking_created_after_payment", said))
        if kind > 0.08:
            steps.append((paid_at + timedelta(seconds=1), "booking_paid", said))
        if kind > 0.93:
            steps.append((made_at + later * 0.6, "booking_cancelled", said))
            if kind > 0.935:
                steps.append((made_at + later * 0.6 + timedelta(days=1), "refund", said))
        elif kind > 0.88 and more > 1:
            again = starts + timedelta(days=3)
            moved = said | {"old": said["uid"], "uid": _uid(number, "moved")}
            moved |= {"starts": _at(again), "ends": _at(again + timedelta(minutes=30))}
            steps.append((made_at + later * 0.7, "booking_rescheduled", moved))
            steps.append((again + timedelta(minutes=31), "meeting_ended", moved))
        else:
            steps.append((starts + timedelta(minutes=31), "meeting_ended", said))
            if kind > 0.86:
                steps.append((starts + timedelta(minutes=20), "no_show_updated_guest", said))
            elif kind > 0.855:
                steps.append((starts + timedelta(minutes=20), "after_hosts_no_show", said))
    yield from (step for step in steps if step[0] <= now)


def _said(rng: random.Random, number: int, users: list[User]) -> dict[str, str]:
    user, coach = users[rng.randrange(len(users))] if number else users[0], rng.randrange(COACHES)
    known = rng.random()
    email = f"stranger.{MARK}.{number}@example.net" if known < 0.02 else user.email
    return {
        "uid": _uid(number, ""),
        "old": "",
        "email": email,
        "name": user.name,
        "token": "none" if 0.01 < known < 0.04 else links.user_token(user),
        "coach": f"{FIRST[coach % len(FIRST)]} {LAST[coach % len(LAST)]}",
        "coach_id": str(4101 + coach),
        "zone": rng.choice(ZONES),
        "price": rng.choice(["9000", "9000", "12000", "6000"]),
        "currency": "eur" if rng.random() < 0.05 else "usd",
        "number": str(930_000 + number),
        "payment": f"pi_{MARK}{sha256(str(number).encode()).hexdigest()[:20]}",
        "event_type": "90001" if rng.random() < 0.005 else "88021",
    }


def _uid(number: int, what: str) -> str:
    return MARK + sha256(f"{number}{what}".encode()).hexdigest()[:18]


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _written(text: str, said: dict[str, str], at: datetime) -> bytes:
    """One of the bodies that the tests have, told of another booking."""
    other = {
        "7hQ2mXk9sVb4TzLr8cNpYe": said["old"] or said["uid"],
        "kW5uJf3RtA6oGdE1xPqM9Z": said["uid"],
        "jonas.berg@client.example": said["email"],
        "Jonas Berg": said["name"],
        "Maya Lindqvist": said["coach"],
        "maya@coach.example": f"coach{said['coach_id']}@example.org",
        "maya-lindqvist": f"coach{said['coach_id']}",
        "4101": said["coach_id"],
        "v1.8f41c0de.b3pQ7w": said["token"],
        "Europe/Berlin": said["zone"],
        "pi_3RExampleCareerCoach01": said["payment"],
        "930114": said["number"],
        "88021": said["event_type"],
        '"price": 9000': f'"price": {said["price"]}',
        '"currency": "usd"': f'"currency": "{said["currency"]}"',
    }
    for day in ("2026-12-03T14", "2026-12-05T09"):
        other |= {f"{day}:00:00": said["starts"], f"{day}:30:00": said["ends"]}
    for what, instead in other.items():
        text = text.replace(what, instead)
    sent, _quote, rest = text.partition('"createdAt": "')[2].partition('"')
    return text.replace(sent, f"{_at(at)}.{at.microsecond // 1000:03}Z", 1).encode() if rest else text.encode()


def _refund(uid: str, by: User, at: datetime) -> None:
    booking = Booking.objects.get(uid=uid)
    number = f"re_{MARK}{uid[4:]}"
    told = staff.record_refund(booking, refund_id=number, amount=booking.price or 0, note="Asked for it", by=by, now=at)
    Act.objects.create(did=Did.REFUND, booking=booking, message=told, by=by, at=at, note="Asked for it")


def _fail(now: datetime) -> None:
    for number in range(4):
        at = now - timedelta(days=number, hours=5)
        body = f'{{"triggerEvent": "BOOKING_CREATED", "createdAt": "{_at(at)}Z", "payload": {{"{MARK}": {number}}}}}'
        message = inbox.receive(body.encode(), now=at)
        try:
            inbox.process(message, now=at)
        except PayloadError:
            continue
        sys.exit("A body without a uid was read.")


def _look_back(by: User, rng: random.Random, now: datetime) -> None:
    """What time has done besides: first heard of long ago, mostly settled, read again from Cal.com, pruned."""
    told = StatusChange.objects.filter(booking=OuterRef("pk")).order_by().values("booking")
    first, last = told.annotate(at=Min("changed_at")).values("at"), told.annotate(at=Max("changed_at")).values("at")
    Booking.objects.update(created_at=Subquery(first), updated_at=Subquery(last))
    for case in Attention.objects.open(now=now - timedelta(days=14)):
        if rng.random() < 0.7:
            attention.settle(case, by=by, note="Spoken to", now=case.since + timedelta(days=1))
            Act.objects.create(did=Did.SETTLE, booking=case.booking, by=by, at=case.since + timedelta(days=1))
    runs = [
        Run(kind=rng.choice([RunKind.BOOKINGS, RunKind.BOOKINGS, RunKind.COACHES, RunKind.CLOCK]), **times)
        for number in range(3000)
        for times in [{"started_at": now - BEHIND + number * BEHIND / 3000, "state": RunState.DONE, "seen": 250}]
    ]
    Run.objects.bulk_create(runs)
    some = list(Booking.objects.order_by("pk").only("pk", "uid")[: SEEDS // 10])
    found = (
        Difference(run=run, booking=row, uid=row.uid, field="coach", ours=4101, theirs=4102, done=Done.CHANGED)
        for run, row in zip(Run.objects.order_by("pk"), some, strict=False)
    )
    Difference.objects.bulk_create(found)
    pruning.prune(now=now, days=MESSAGES_KEPT)
