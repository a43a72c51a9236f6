"""Answers as the schema shows them. A test holds them against the shapes."""

from typing import Any

PERSON = {"userId": "crm-4711", "name": "Alice Martin", "email": "alice@example.org"}
URL = {
    "url": "https://cal.com/team/career-coach/coaching-30?name=Alice%20Martin&email=alice%40example.org"
    "&metadata%5Bcc_ref%5D=crm-4711%3AmBq&cc-ref=crm-4711%3AmBq&date=2026-12-01&slot=2026-12-01T09%3A00%3A00.000Z"
}
CANCEL_URL = {
    "url": "https://cal.com/booking/7hQ2mXk9sVb4TzLr8cNpYe?cancel=true&allRemainingBookings=false"
    "&cancelledBy=alice%40example.org"
}
RESCHEDULE_URL = {"url": "https://cal.com/reschedule/7hQ2mXk9sVb4TzLr8cNpYe?rescheduledBy=alice%40example.org"}
NAMED = {"userId": "crm-4711", "bookingId": "CC-7C60H-MF76P"}
ALLOWED = {"allowed": True, "reason": None, "reasonLabel": None}
COACH = {"name": "Maya Lindqvist", "username": "maya-lindqvist", "timeZone": "Europe/Stockholm"}
BOOKING: dict[str, Any] = {
    "bookingId": "CC-7C60H-MF76P",
    "uid": "7hQ2mXk9sVb4TzLr8cNpYe",
    "status": "BOOKING_CREATED",
    "statusLabel": "Booked",
    "reason": "accepted",
    "reasonLabel": "accepted",
    "startTime": "2026-12-01T09:00:00Z",
    "endTime": "2026-12-01T09:30:00Z",
    "title": "Coaching 30 min between Maya Lindqvist and Alice Martin",
    "coach": COACH,
    "timeZone": "Europe/Berlin",
    "joinOpensAt": "2026-12-01T08:50:00Z",
    "payment": {"state": "paid", "stateLabel": "Paid", "listPrice": 9000, "currency": "usd"},
    "links": {
        "manage": "https://cal.com/booking/7hQ2mXk9sVb4TzLr8cNpYe",
        "cancel": CANCEL_URL["url"],
        "reschedule": RESCHEDULE_URL["url"],
        "join": "https://app.cal.com/video/7hQ2mXk9sVb4TzLr8cNpYe",
        "ics": "https://coach.example.com/api/bookings/CC-7C60H-MF76P.ics?userId=crm-4711",
    },
    "can": {
        "cancel": ALLOWED,
        "reschedule": ALLOWED,
        "join": {"allowed": False, "reason": "too_early", "reasonLabel": "The meeting is not open yet."},
    },
    "history": [
        {
            "uid": "kW5uJf3RtA6oGdE1xPqM9Z",
            "status": "BOOKING_CANCELLED",
            "statusLabel": "Cancelled",
            "reason": "superseded",
            "reasonLabel": "moved to another time",
            "startTime": "2026-11-30T09:00:00Z",
            "endTime": "2026-11-30T09:30:00Z",
            "coach": COACH,
        }
    ],
    "hasRecording": False,
    "hasTranscript": False,
}
BOOKINGS = {"count": 1, "next": None, "previous": None, "results": [BOOKING]}
TIMELINE = BOOKING | {
    "timeline": [
        {
            "status": "BOOKING_CREATED",
            "statusLabel": "Booked",
            "reason": "accepted",
            "reasonLabel": "accepted",
            "at": "2026-11-25T19:00:00Z",
        }
    ]
}
WAITING = {"state": "waiting"}
SLOTS = {
    "timeZone": "Europe/Berlin",
    "asOf": "2026-11-25T19:00:00Z",
    "stale": False,
    "days": [
        {"date": "2026-12-01", "slots": [{"start": "2026-12-01T09:00:00Z"}, {"start": "2026-12-01T09:30:00Z"}]},
        {"date": "2026-12-02", "slots": []},
    ],
}
META = {
    "statuses": [{"value": "PENDING", "label": "Pending"}],
    "reasons": [{"value": "payment_due", "label": "not paid yet"}],
    "paymentStates": [{"value": "due", "label": "Due"}],
    "obstacles": [{"value": "already_passed", "label": "The time of the booking has passed."}],
    "whens": [{"value": "upcoming", "label": "Not over yet"}],
    "languages": [{"value": "zh-hans", "label": "简体中文"}],
}
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Career Coach//Bookings//EN
METHOD:PUBLISH
BEGIN:VEVENT
UID:kW5uJf3RtA6oGdE1xPqM9Z@Cal.com
SEQUENCE:1
DTSTAMP:20261125T190000Z
DTSTART;TZID=Europe/Berlin:20261201T100000
DTEND;TZID=Europe/Berlin:20261201T103000
SUMMARY:Coaching 30 min between Maya Lindqvist and Alice Martin
STATUS:CONFIRMED
END:VEVENT
END:VCALENDAR
"""
