"""An export has all that the database says of somebody, and nobody else's address."""

import json
from typing import Any

import pytest
from django.test import Client

from bookings.models import Act, Booking, Did, Message, PrivacyRequest
from bookings.privacy.erasing import erase
from bookings.privacy.exporting import collect, counted, export, written
from bookings.privacy.person import Person, Refused, find, whose
from bookings.tests.privacy import ADDRESS, LATER, MOVED, NAME, PAID, PHONE, SAYS, WISH, found
from careercoach.testing import body_of, signed_post
from users.models import User

pytestmark = pytest.mark.django_db

OTHERS = ("sam@example.org", "charlie@example.org", "jonas.berg@client.example", "maya@coach.example")


def exported(user: User) -> dict[str, Any]:
    return collect(whose(user), now=LATER)


def test_all_that_the_database_says_is_in_the_file(zoe: User) -> None:
    hits = found(*SAYS)

    text = written(exported(zoe))

    assert {says for everywhere in hits.values() for says in everywhere} == set(SAYS)
    assert [says for says in SAYS if says.lower() not in text.lower()] == []
    assert counted(json.loads(text)) == {
        "bookings": 3,
        "messages": 16,
        "mentions": 3,
        "mentionedIn": 1,
        "notes": 6,
        "differences": 3,
        "acts": 1,
        "namedIn": 4,
        "log": 1,
    }


def test_each_row_that_names_somebody_is_in_the_file(zoe: User) -> None:
    """As many as erasing would empty: what one finds the other finds."""
    document = exported(zoe)

    erased = erase(whose(zoe), by=None, note="", now=LATER).counts

    assert len(document["bookings"]) == erased["bookings"]
    assert len(document["messages"]) == erased["messages"]
    assert len(document["mentions"]) == erased["mentions"]


def test_nobody_elses_address_is_in_the_file(zoe: User) -> None:
    document = exported(zoe)

    text = written(document)

    assert [address for address in OTHERS if address in text] == []
    assert ("Charlie" in text, "sam-1" in text) == (False, False)
    assert {row["coach"] for row in document["bookings"]} == {"Maya Lindqvist"}
    assert "v1.8f41c0de.b3pQ7w" not in text  # Our token, which is for us.


def test_what_a_booking_says_is_told_in_plain_words(zoe: User) -> None:
    document = exported(zoe)

    paid = next(row for row in document["bookings"] if row["uid"] == PAID)

    assert (document["format"], document["madeAt"]) == ("career-coach/person/1", "2027-01-15T12:00:00Z")
    assert document["person"]["email"] == ADDRESS
    assert (paid["clientName"], paid["price"], paid["startsAt"]) == (NAME, 9000, "2026-12-03T14:00:00Z")
    assert [step["to"] for step in paid["timeline"]] == ["PENDING", "BOOKING_CREATED", "NO_SHOW"]
    (name,) = [told for told in paid["told"] if told["what"] == "client_name"]
    assert name == {"what": "client_name", "value": NAME, "asOf": "2026-11-23T18:07:05.940000Z"}


def test_of_anothers_booking_only_what_names_the_guest_is_told(zoe: User) -> None:
    document = exported(zoe)

    (mention,) = [each for each in document["mentions"] if each["event"] == "BOOKING_CREATED"]
    assert mention == {
        "event": "BOOKING_CREATED",
        "receivedAt": mention["receivedAt"],
        "said": [{"name": NAME, "email": ADDRESS, "timeZone": "Europe/Berlin"}],
    }
    assert [told["what"] for told in document["mentionedIn"][0]["told"]] == [f"absent:{ADDRESS}"]


def test_other_guests_of_ones_own_booking_are_left_out(charlie: User, client: Client) -> None:
    body = body_of("booking_created_free")
    body["payload"]["responses"]["email"]["value"] = charlie.email
    body["payload"]["attendees"] = [
        {"name": "Charlie Other", "email": charlie.email},
        {"name": "Gil Guest", "email": "gil@guest.example"},
    ]
    signed_post(client, body)

    text = written(exported(charlie))

    assert ("Gil" in text, "gil@guest.example" in text, "[another person]" in text) == (False, False, True)


def test_who_only_has_a_like_address_is_somebody_else(charlie: User, client: Client) -> None:
    body = body_of("booking_created_free")
    body["payload"]["responses"]["email"]["value"] = f"x{charlie.email}"
    signed_post(client, body)

    assert counted(exported(charlie)) == {}


def test_an_export_is_kept_as_a_record_without_the_person(zoe: User, sam: User) -> None:
    export(whose(zoe), by=sam, note="Letter 12", now=LATER)

    (record,) = PrivacyRequest.objects.all()
    assert (record.kind, record.user, record.by, record.at, record.finished_at) == ("export", zoe, sam, LATER, LATER)
    assert record.counts["bookings"] == 3
    with pytest.raises(Refused):
        export(whose(zoe), by=sam, note=NAME, now=LATER)
    assert exported(zoe)["privacyRequests"] == [
        {"kind": "export", "at": "2027-01-15T12:00:00Z", "counts": record.counts, "note": "Letter 12"}
    ]


def test_of_an_erased_person_the_file_has_what_was_paid_and_no_more(zoe: User) -> None:
    erase(whose(zoe), by=None, note="", now=LATER)
    zoe.refresh_from_db()

    text = written(exported(zoe))

    assert [says for says in SAYS if says in text] == []
    assert (MOVED in text, '"pi_9x"' in text, '"email": ""' in text) == (True, True, True)


def test_an_address_without_a_user_has_bookings_too(client: Client, db: None) -> None:
    signed_post(client, body_of("booking_created_free"))
    signed_post(client, "no JSON of jonas.berg@client.example")

    person = find(email=" Jonas.Berg@client.example ")
    document = collect(person, now=LATER)

    assert person == Person(None, "jonas.berg@client.example")
    assert (document["person"], counted(document)) == (None, {"bookings": 1, "messages": 2})
    assert document["messages"][1]["body"] == "no JSON of jonas.berg@client.example"


def test_somebody_unknown_is_not_found(db: None) -> None:
    with pytest.raises(Refused, match="no user with this ID"):
        find(user_id="nobody")
    with pytest.raises(Refused, match="no e-mail address"):
        find(email="nobody")


def test_a_user_is_found_by_either(zoe: User) -> None:
    assert find(user_id="zoe-1") == find(email=ADDRESS.upper()) == Person(zoe, ADDRESS)


def test_what_somebody_told_is_there_though_no_column_holds_it(zoe: User) -> None:
    assert Message.objects.filter(body__contains=WISH).count() > 0
    assert Act.objects.count() > 0
    assert PHONE in written(exported(zoe))


def test_what_staff_chose_and_saw_at_stripe_is_in_the_file(zoe: User, sam: User) -> None:
    given = {"amount": 4900, "currency": "usd"}
    booking = Booking.objects.get(uid=PAID)
    Act.objects.create(did=Did.PAYMENT, booking=booking, by=sam, at=LATER, given=given, stripe_id="pi_77")

    (row,) = (each for each in exported(zoe)["notes"] if "given" in each)

    assert row == {
        "at": "2027-01-15T12:00:00Z",
        "about": "payment",
        "note": "",
        "result": "",
        "given": given,
        "stripeId": "pi_77",
    }
