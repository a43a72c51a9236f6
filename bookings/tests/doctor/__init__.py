"""Shared by the tests of the doctor: rows as Cal.com tells them, all as they must be."""

import json
from typing import Any

from bookings.cal.doctor.findings import Finding
from bookings.cal.doctor.subscriptions import TRIGGERS
from careercoach.testing import BODIES, SECRET

URL = "https://coach.example.com/api/webhook/cal"
ME = {"id": 70, "username": "olivia", "email": "olivia@coaches.example.com", "organizationId": None}


def recorded_data(version: str, number: str) -> Any:
    """The data of a genuine answer of API v2."""
    (path,) = (BODIES / "recorded" / f"api_{version}").glob(f"{number}_*.json")
    return json.loads(json.loads(path.read_text())["response_body_raw"])["data"]


def question(**other: Any) -> dict[str, Any]:
    asked = {"isDefault": False, "type": "text", "slug": "cc-ref", "label": "Reference"}
    return asked | {"required": False, "hidden": True} | other


def team_type(**other: Any) -> dict[str, Any]:
    """A team's event type that is as it must be."""
    stripe = {"appId": "stripe", "price": 4900, "enabled": True, "currency": "usd", "paymentOption": "ON_BOOKING"}
    row = {
        "id": 501,
        "slug": "coaching-30",
        "lengthInMinutes": 30,
        "hidden": False,
        "bookingFields": [{"type": "name", "slug": "name", "required": True}, question()],
        "confirmationPolicy": {"disabled": True},
        "seats": {"disabled": True},
        "recurrence": None,
        "price": 4900,
        "currency": "usd",
        "metadata": {"apps": {"stripe": stripe}},
        "schedulingType": "roundRobin",
        "hosts": [{"userId": 77, "name": "Ada", "mandatory": False}, {"userId": 81, "name": "Bob", "mandatory": False}],
        "team": {"id": 12, "slug": "career-coach"},
    }
    return row | other


def webhook(**other: Any) -> dict[str, Any]:
    """A webhook that is as it must be."""
    row = {
        "id": "7d0c1f9e-0000-4000-8000-000000000001",
        "subscriberUrl": URL,
        "triggers": list(TRIGGERS),
        "active": True,
        "secret": SECRET,
        "payloadTemplate": None,
    }
    return row | other


def said(finding: Finding) -> tuple[str, str]:
    return finding.colour.value, finding.found


def colours(findings: Any) -> dict[str, str]:
    """The colour by what was looked at, for one event type or none."""
    return {finding.check: finding.colour.value for finding in findings}
