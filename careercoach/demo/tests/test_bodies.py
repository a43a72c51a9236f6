"""The stand-in's bodies against genuine ones: key for key and kind for kind, and what differs with its reason."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bookings.cal.payloads.webhook import read_webhook
from bookings.domain.registers import Register
from careercoach.demo import bodies
from careercoach.demo.bodies import Body, Flow
from careercoach.demo.models import Booking, hidden_reference
from careercoach.demo.tests.recorded.differences import ALLOWED, FROM_SOURCE, NOT_PLAYED, PLACE
from careercoach.demo.tests.recorded.shapes import differences
from careercoach.demo.tests.recorded.situations import flow_of, ours, situation
from careercoach.testing import all_recorded, body_of

AT = datetime(2026, 11, 23, 18, 29, 33, 540_000, tzinfo=UTC)


def played() -> Iterator[tuple[str, Body]]:
    """Every genuine body that the stand-in has one for, and those from Cal.com's source where none was recorded."""
    for name, document in all_recorded():
        if name[:8] not in NOT_PLAYED:
            body = json.loads(document["body_raw"])
            yield f"{name} {flow_of(body)}", body
    for name in FROM_SOURCE:
        body = body_of(name)
        yield f"source/{name} {flow_of(body)}", body


PLAYED = dict(played())


def genuine(name: str) -> Body:
    (body,) = (body for place, body in PLAYED.items() if place.startswith(name))
    return body


@pytest.mark.parametrize("place", PLAYED)
def test_a_body_has_the_keys_and_the_kinds_of_values_of_the_genuine_one(place: str) -> None:
    found = differences(PLAYED[place], ours(PLAYED[place]))

    unexplained = {each for each in found if not any(row.permits(place, each) for row in ALLOWED)}
    assert unexplained == set()


def test_every_difference_that_is_explained_is_there() -> None:
    found = {(place, each) for place, body in PLAYED.items() for each in differences(body, ours(body))}

    unused = [
        (row.where, path, row.why)
        for row in ALLOWED
        for path in row.paths
        if not any(each[0] == path and row.permits(place, each) for place, each in found)
    ]
    assert unused == []


def test_every_trigger_that_the_stand_in_plays_is_held_against_a_genuine_one() -> None:
    assert {body["triggerEvent"] for body in PLAYED.values()} == {
        "AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
        "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
        "BOOKING_CANCELLED",
        "BOOKING_CREATED",
        "BOOKING_NO_SHOW_UPDATED",
        "BOOKING_PAID",
        "BOOKING_PAYMENT_INITIATED",
        "BOOKING_REASSIGNED",
        "BOOKING_REJECTED",
        "BOOKING_REQUESTED",
        "BOOKING_RESCHEDULED",
        "MEETING_ENDED",
        "MEETING_STARTED",
        "PING",
        "RECORDING_READY",
        "RECORDING_TRANSCRIPTION_GENERATED",
    }


MADE_UP = {
    "v602/038": {"payload.videoCallData"},
    "v602/039": {"payload.videoCallData"},
    "v602/040": set(),
    "v602/042": {"payload.paymentId"},
    "v602/043": {"payload.videoCallData"},
    "v602/044": {"payload.videoCallData", "payload.paymentId"},
    "v602/054": set(),
}


@pytest.mark.parametrize("name", MADE_UP)
def test_a_teams_round_robin_is_told_to_the_letter_but_for_what_is_made_up(name: str) -> None:
    body = genuine(name)

    made = ours(body)

    differing = {
        f"payload.{key}" for key, value in body["payload"].items() if made["payload"].get(key, "absent") != value
    }
    assert differing == MADE_UP[name]
    assert {**made, "payload": None} == {**body, "payload": None}


@pytest.mark.parametrize("place", [place for place in PLAYED if place.startswith("v602")])
def test_our_own_reader_hears_the_same_from_both(place: str) -> None:
    """All but what the stand-in makes up or doesn't play: the payment's number, another place to meet."""
    elsewhere = any(row.why == PLACE and row.fits(place) for row in ALLOWED)
    silent = {Register.PAYMENT_ID, Register.LINK} if elsewhere else {Register.PAYMENT_ID}

    genuinely, from_ours = (
        {
            (fact.uid, fact.register, fact.value)
            for fact in read_webhook(body, digest="0" * 64).facts
            if fact.register not in silent
        }
        for body in (PLAYED[place], ours(PLAYED[place]))
    )

    assert from_ours == genuinely


@pytest.mark.parametrize("place", PLAYED)
def test_our_own_reader_reads_every_body(place: str) -> None:
    body = ours(PLAYED[place])
    payload = body.get("payload", body)

    assert read_webhook(body, digest="0" * 64).uid == payload.get("uid", payload.get("bookingUid", ""))


@pytest.mark.parametrize("document", [pytest.param(document, id=name) for name, document in all_recorded()])
def test_bytes_and_headers_are_cal_coms(document: dict[str, Any]) -> None:
    raw = document["body_raw"].encode()
    version = document["headers"].get("X-Cal-Webhook-Version")

    assert bodies.encode(json.loads(raw)) == raw
    assert bodies.headers(raw, secret=document["secret"] or "", version=version) == document["headers"]


def test_bytes_are_utf_8_even_where_the_text_is_not() -> None:
    """Node escapes half a character, which UTF-8 can't hold, and leaves all others but quotes and controls alone."""
    assert bodies.encode({"a": "é🎉\u2028\x7f", "b": '"\\\n\x01', "c": "\ud83d"}) == (
        '{"a":"é🎉\u2028\x7f","b":"\\"\\\\\\n\\u0001","c":"\\ud83d"}'.encode()
    )


def test_a_meeting_is_told_as_its_booking_was_confirmed() -> None:
    free, paid = (situation(genuine(name)).booking for name in ("v602/058", "v602/042"))
    by_hand = situation(genuine("v602/007")).booking

    assert [list(bodies.meeting_started(each))[1] for each in (free, paid, by_hand)] == ["id", "eventType", "eventType"]
    paid.confirmed_snapshot = bodies.snapshot(paid, flow=Flow.AFTER_PAYMENT)
    paid.title = "Changed since"
    assert bodies.meeting_ended(paid)["title"] == "Team Rotation bezahlt zwischen Anna Müller und Rolf Rotation"


def test_a_meeting_booked_before_the_webhook_shows_the_bare_row() -> None:
    """webhooks.md §5: answers without labels, nobody's name; nothing of it was recorded."""
    booking = situation(genuine("v602/058")).booking

    bare = bodies.snapshot(booking, flow=Flow.BEFORE_WEBHOOK)

    whole = bodies.snapshot(booking, flow=Flow.DIRECT)
    assert whole.keys() - bare.keys() == {"user", "attendees", "payment", "references", "appsStatus"}
    assert bare["responses"] == {
        "name": "Nora Bald",
        "email": "nora@kunde.example",
        "notes": "",
        "guests": ["gast.nora@kunde.example"],
        "location": {"value": "integrations:daily", "optionValue": ""},
    }
    assert read_webhook({"triggerEvent": "MEETING_ENDED", **bare}, digest="0" * 64).client_email == "nora@kunde.example"


def test_every_host_of_the_type_is_in_the_snapshot_of_a_paid_one() -> None:
    booking, other = (situation(genuine(name)).booking for name in ("v602/043", "source/booking_reassigned"))

    hosts = bodies.snapshot(booking, flow=Flow.AFTER_PAYMENT, hosts=[booking.host, other.host])["eventType"]["hosts"]

    assert [host["user"]["email"] for host in hosts] == ["anna@praxis.example", "tom@coach.example"]


def test_answers_to_our_own_question_come_along_in_every_flow() -> None:
    """Hidden, and among the type's own (webhooks.md §3.3, §6). The metadata is in the first alone."""
    booking = situation(genuine("v602/042")).booking
    booking.event_type.booking_fields = hidden_reference()
    booking.answers, booking.metadata = {"cc-ref": "token"}, {"cc_ref": "token"}  # What our booking link brings.
    asked = {"label": "Career Coach reference", "value": "token", "isHidden": True}

    made = [
        bodies.payment_initiated(booking, at=AT),
        bodies.created(booking, at=AT, flow=Flow.AFTER_PAYMENT),
        bodies.created(booking, at=AT, flow=Flow.AFTER_CONFIRMATION),
        bodies.paid(booking, at=AT),
        bodies.cancelled(booking, at=AT),
        bodies.cancelled(booking, at=AT, request_reschedule=True),
    ]

    assert [body["payload"]["responses"]["cc-ref"] for body in made] == [asked] * 6
    assert [body["payload"]["userFieldsResponses"]["cc-ref"] for body in made] == [asked] * 6
    assert [set(read_webhook(body, digest="0" * 64).tokens) for body in made] == [{"token"}] * 6
    assert ["cc_ref" in body["payload"].get("metadata", {}) for body in made] == [True] + [False] * 5


def test_an_answer_to_a_question_that_the_type_does_not_store_has_no_label_after_the_payment() -> None:
    """webhooks.md §3.3: the slug stands in, and whether it was hidden isn't told."""
    booking = situation(genuine("v602/043")).booking
    booking.answers = {"cc-ref": "token"}

    payload = bodies.paid(booking, at=AT)["payload"]

    assert payload["responses"]["cc-ref"] == payload["userFieldsResponses"]["cc-ref"]
    assert payload["userFieldsResponses"] == {"cc-ref": {"label": "cc-ref", "value": "token"}}


def test_what_is_made_up_is_the_same_each_time() -> None:
    booking = situation(genuine("v602/043")).booking

    assert bodies.paid(booking, at=AT) == bodies.paid(booking, at=AT)


def test_a_title_says_who_meets_whom() -> None:
    booking: Booking = situation(genuine("v602/042")).booking

    assert (
        bodies.title(booking.event_type, booking.host, "Rolf") == "Team Rotation bezahlt between Anna Müller and Rolf"
    )
