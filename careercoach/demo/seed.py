"""What the demo starts with: an event type, six coaches in six zones, the webhook, demo users and their history."""

from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import requests
from django.db import transaction

from careercoach.demo import EVENT_TYPE_ID, SLUG, TEAM_ID, TEAM_SLUG, calendar, desk
from careercoach.demo.models import Booking, EventType, Host, Webhook, Wire
from careercoach.demo.router import DATABASE

# All that bookings and meetings cause; forms, recordings and absences of coaches from work are none of ours.
TRIGGERS = [
    "BOOKING_CREATED",
    "BOOKING_PAYMENT_INITIATED",
    "BOOKING_PAID",
    "BOOKING_REQUESTED",
    "BOOKING_REJECTED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_REASSIGNED",
    "BOOKING_NO_SHOW_UPDATED",
    "MEETING_STARTED",
    "MEETING_ENDED",
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
]

WEEK = {str(day): [["09:00", "12:30"], ["13:30", "17:00"]] for day in range(5)}
EVENINGS = {str(day): [["16:00", "21:00"]] for day in range(5)}
WITH_SATURDAY = WEEK | {"5": [["10:00", "14:00"]]}

COACHES = [
    # id, name, username, zone, hours; ids as Cal.com's user ids: not from 1, not without gaps.
    (77, "Ada Lindqvist", "ada", "Europe/Stockholm", WEEK),
    (81, "Marcus Bell", "marcus", "America/New_York", WITH_SATURDAY),
    (84, "陈思远", "siyuan", "Asia/Shanghai", WITH_SATURDAY),
    (90, "Priya Raman", "priya", "Asia/Singapore", EVENINGS),
    (95, "Elena Costa", "elena", "Europe/Lisbon", EVENINGS),
    (102, "Tom Okafor", "tom", "America/Los_Angeles", WEEK),
]

DAYTIME = range(10, 19)  # Hours at which the demo users meet, in their own zone.

USERS = [
    ("demo-alice", "Alice Moreau", "alice@example.com", "Europe/Paris"),
    ("demo-ben", "Ben Carter", "ben@example.com", "America/Chicago"),
    ("demo-xiaoyu", "林晓雨", "xiaoyu@example.com", "Asia/Shanghai"),
]


def prepare(*, site: str, webhook_url: str, secret: str) -> EventType:
    """Makes what is missing, and tells what is there of the address it is served at now. Safe to repeat."""
    with transaction.atomic(using=DATABASE):
        event_type, _made = EventType.objects.update_or_create(
            pk=EVENT_TYPE_ID,
            defaults={"site": site, "success_redirect_url": f"{site}/"},
            create_defaults={
                "team_id": TEAM_ID,
                "team_name": "Career Coach",
                "team_slug": TEAM_SLUG,
                "slug": SLUG,
                "title": "Career coaching session",
                "description": "By video with one of our career coaches: your plans, your CV, your next interview.",
                "length": 30,
                "price": 4900,
                "currency": "usd",
                "site": site,
                "success_redirect_url": f"{site}/",
            },
        )
        for number, name, username, zone, hours in COACHES:
            Host.objects.get_or_create(
                pk=number,
                defaults={
                    "name": name,
                    "email": f"{username}@coaches.example.com",
                    "username": username,
                    "time_zone": zone,
                    "locale": "zh-CN" if zone == "Asia/Shanghai" else "en",
                    "hours": hours,
                },
            )
        webhook = Webhook.objects.filter(event_type=event_type).first() or Webhook(event_type=event_type)
        webhook.subscriber_url, webhook.secret = webhook_url, secret
        webhook.triggers = webhook.triggers or TRIGGERS
        webhook.time = 5
        webhook.save()
        Wire.current()
    return event_type


def sign_up(*, site: str) -> dict[str, dict[str, str]]:
    """The demo users, signed up by the public API as a front-end does it. Gives what the booking link of each answers:
    the parameters by e-mail address."""
    links = {}
    for user_id, name, email, _zone in USERS:
        _ask(f"{site}/api/users", {"userId": user_id, "name": name, "email": email})
        url = _ask(f"{site}/api/booking-url", {"userId": user_id})["url"]
        links[email] = dict(parse_qsl(urlsplit(url).query))
    return links


def history(event_type: EventType, *, links: dict[str, dict[str, str]], now: datetime) -> int:
    """Some weeks of the demo users' past and plans, played at the desk, so that every page has something to show.

    `links` is what sign_up() gave. Gives the number of bookings made; none where there are any already.
    """
    if Booking.objects.exists():
        return 0
    zones = {email: (name, zone) for _user_id, name, email, zone in USERS}

    def booker(email: str) -> desk.Booker:
        name, zone = zones[email]
        given = links[email]
        metadata = {key[len("metadata[") : -1]: value for key, value in given.items() if key.startswith("metadata[")}
        answers = {key: value for key, value in given.items() if key not in ("name", "email") and "[" not in key}
        return desk.Booker(name=name, email=email, time_zone=zone, answers=answers, metadata=metadata)

    def paid(email: str, *, days: int) -> Booking:
        """A session some days from now (before it, where negative), booked three days earlier and paid at once."""
        at = now + timedelta(days=days)
        booked_at = min(at, now) - timedelta(days=3)
        zone = ZoneInfo(zones[email][1])
        slots = calendar.free_slots(event_type, since=at, until=at + timedelta(days=4), now=booked_at)
        start = next(slot for slot in slots if slot.astimezone(zone).hour in DAYTIME)
        booking = desk.book(event_type=event_type, start=start, booker=booker(email), now=booked_at)
        return desk.pay(booking, now=booked_at + timedelta(minutes=2))

    def ended(booking: Booking) -> Booking:
        return desk.let_time_pass(booking, now=booking.end + timedelta(seconds=20), to_end=True)

    ended(paid("alice@example.com", days=-21))
    missed = paid("alice@example.com", days=-12)
    desk.let_time_pass(missed, now=missed.start + timedelta(seconds=20), to_end=False)
    desk.mark_client(missed, absent=True, now=missed.start + timedelta(minutes=15))
    ended(missed)
    dropped = paid("ben@example.com", days=-6)
    desk.cancel(dropped, reason="I have the job!", by="ben@example.com", now=dropped.start - timedelta(days=1))
    ended(paid("xiaoyu@example.com", days=-4))
    paid("alice@example.com", days=2)
    paid("xiaoyu@example.com", days=4)
    return Booking.objects.count()


def _ask(url: str, parameters: dict[str, str]) -> dict[str, str]:
    answer = requests.post(url, json=parameters, timeout=30)
    answer.raise_for_status()
    return dict(answer.json())
