"""Shared by the tests of the admin: bookings like no other, and pages as text."""

from typing import Any

from django.db.models import Model
from django.test import Client
from django.urls import reverse

from careercoach.testing import body_of

BOOKINGS = "admin:bookings_booking_changelist"
MESSAGES = "admin:bookings_message_changelist"
EMAIL = "jonas.berg@client.example"  # Of the client in Cal.com's bodies.


def page_of(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def booked(number: int, **payload: Any) -> dict[str, Any]:
    """A booking like no other: with a uid, a coach and a client of its own."""
    body = body_of("booking_created_free")
    body["payload"] |= {"uid": f"uid-{number}", **payload}
    body["payload"]["organizer"] |= {"id": number, "name": f"Coach {number}", "email": f"coach{number}@example.org"}
    body["payload"]["responses"]["email"]["value"] = f"client{number}@example.org"
    return body


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()
