"""Whoever has the same name is somebody else, and so is who got their link; who has two addresses is one person."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import Task

from bookings.cal import links, staff
from bookings.models import Act, Attention, Booking, Did, Difference, Done, Message, PrivacyRequest, Run, RunKind
from bookings.privacy.erasing import erase
from bookings.privacy.exporting import collect, written
from bookings.privacy.person import Person, whose
from bookings.tests.privacy import LATER, booking, found
from careercoach.testing import body_of, signed_post
from users.models import User

pytestmark = pytest.mark.django_db

MILLER = "anna.miller@client.example"
SECOND = "anna@second.example"


@pytest.fixture
def anna(client: Client) -> User:
    """Whose name is part of others' names, with one session."""
    anna = User.objects.create_user("anna@client.example", "Anna")
    booked(client, "hers", anna.email)
    return anna


def booked(client: Client, uid: str, email: str, name: str = "Anna", *, of: User | None = None) -> Booking:
    """Made with the address, by the link of the user if there is one."""
    body = body_of("booking_created_free")
    text = json.dumps(body).replace("jonas.berg@client.example", email).replace("Jonas Berg", name)
    body = json.loads(text)
    body["payload"] |= {"uid": uid, "bookingId": len(uid) + Booking.objects.count()}
    body["payload"]["metadata"] = {} if of is None else {"cc_ref": links.user_token(of)}
    assert signed_post(client, body).status_code == 200
    return booking(uid)


def written_about(other: Booking, sam: User, *texts: str) -> None:
    for text in texts:
        Act.objects.create(did=Did.SETTLE, booking=other, by=sam, at=LATER, note=text)


def notes_of(other: Booking) -> list[str]:
    return list(other.acts.order_by("id").values_list("note", flat=True))


def test_whoever_has_the_same_name_loses_nothing(client: Client, anna: User, sam: User) -> None:
    other = booked(client, "millers", MILLER, "Anna Miller")
    staff.accept_as_free(other, note="Anna Miller is a friend", by=sam, now=LATER)
    written_about(other, sam, "Anna rang about her divorce")
    run = Run.objects.create(kind=RunKind.BOOKINGS, started_at=LATER)
    Difference.objects.create(
        run=run, booking=other, uid="millers", field="client_name", ours="Anna", theirs="Anna Miller", done=Done.CHANGED
    )
    lost = {"triggerEvent": "BOOKING_CREATED", "payload": {"attendees": [{"name": "Anna Miller", "email": MILLER}]}}
    assert signed_post(client, lost).status_code == 422

    def theirs() -> list[Any]:
        of_them = [
            Message.objects.exclude(uid="hers"),
            Booking.objects.filter(uid="millers"),
            Act.objects,
            Difference.objects,
        ]
        return [list(rows.order_by("pk").values()) for rows in of_them]

    before = theirs()

    text = written(collect(whose(anna), now=LATER))
    erase(whose(anna), by=sam, note="", now=LATER)

    assert ("Miller" in text, "divorce" in text) == (False, False)
    assert Attention.objects.filter(condition="failed_message").count() == 1
    assert theirs() == before


def test_a_chinese_name_is_no_part_of_a_longer_one_and_no_table_is_searched_for_it(client: Client, sam: User) -> None:
    wang = User.objects.create_user("wang@client.example", "王伟")
    other = booked(client, "longer", "weimin@client.example", "王伟民")
    written_about(other, sam, "王伟民来电", "王伟 (wang@client.example) 来电")

    erase(whose(wang), by=sam, note="", now=LATER)

    assert notes_of(other) == ["王伟民来电", "[…] ([…]) 来电"]


def test_an_address_of_no_plain_letters_is_looked_for_in_every_row(client: Client, sam: User) -> None:
    other = booked(client, "another", MILLER)
    written_about(other, sam, "张@例子.中国来电", "张@例子.中国 来电")

    erase(Person(None, "张@例子.中国"), by=sam, note="", now=LATER)

    assert notes_of(other) == ["张@例子.中国来电", "[…] 来电"]


def test_what_was_noted_when_something_was_linked_to_them_names_them(client: Client, anna: User, sam: User) -> None:
    other, later = booked(client, "wrong", MILLER, "Mary"), LATER + timedelta(hours=1)
    staff.link(other, to=anna, note="Anna said so", by=sam, now=LATER)
    for note in ("Anna · Anna said so", "Mary · No."):
        Act.objects.create(did=Did.LINK, booking=other, by=sam, at=LATER, note=note)
    unlinked = booked(client, "never-linked", MILLER, "Anna Miller")
    Act.objects.create(did=Did.LINK, booking=unlinked, by=sam, at=LATER, note="Anna · Anna Miller")
    staff.link(other, to=User.objects.create_user(MILLER, "Mary"), note="Anna erred", by=sam, now=later)

    document = collect(whose(anna), now=LATER)
    erase(whose(anna), by=sam, note="", now=LATER)

    assert [said["note"] for each in document["mentions"] for said in each["said"]] == ["Anna said so"]
    assert document["namedIn"] == [{"in": "act", "texts": {"note": "Anna · Anna said so", "result": ""}}]
    assert (notes_of(other), notes_of(unlinked)) == (["[…] · […] said so", "Mary · No."], ["Anna · Anna Miller"])
    assert Message.objects.filter(body__contains="Anna said so").count() == 0
    assert Message.objects.filter(body__contains="Anna erred").count() == 1


def test_a_second_address_is_looked_for_in_what_others_wrote(client: Client, anna: User, sam: User) -> None:
    second = booked(client, "second", SECOND)
    staff.link(second, to=anna, note="Her private address", by=sam, now=LATER)
    other = booked(client, "another", MILLER, "Mary")
    written_about(other, sam, f"compare {SECOND}")

    text = written(collect(whose(anna), now=LATER))
    erase(whose(anna), by=sam, note="", now=LATER)

    assert (f"compare {SECOND}" in text, MILLER in text) == (True, False)
    assert notes_of(other) == ["compare […]"]
    assert found(SECOND) == {}


def test_an_erasure_that_was_interrupted_still_knows_the_second_address(client: Client, anna: User, sam: User) -> None:
    """Which only one of the bookings says."""
    second = booked(client, "second", SECOND)
    staff.link(second, to=anna, note="Her private address", by=sam, now=LATER)
    booked(client, "by-her-link", SECOND, of=anna)
    booked(client, "of-nobody", SECOND)

    def pulled_out(line: str) -> None:
        if line == "1 bookings erased":
            raise KeyboardInterrupt

    for _each in range(4):
        with pytest.raises(KeyboardInterrupt):
            erase(whose(anna), by=sam, note="", now=LATER, progress=pulled_out)
    erase(whose(anna), by=sam, note="", now=LATER)

    assert Booking.objects.filter(erased=True).count() == 4
    assert found(SECOND, anna.email) == {}


def test_an_address_that_another_user_has_is_not_theirs(client: Client, anna: User, sam: User) -> None:
    secretary = User.objects.create_user(SECOND, "Mary")
    second = booked(client, "second", SECOND)
    staff.link(second, to=anna, note="By the secretary", by=sam, now=LATER)
    own = booked(client, "of-the-secretary", SECOND, "Mary")

    document = collect(whose(anna), now=LATER)
    erase(whose(anna), by=sam, note="", now=LATER)

    assert [(row["uid"], row["clientEmail"]) for row in document["bookings"]] == [
        ("hers", anna.email),
        ("second", "[another person]"),
    ]
    own.refresh_from_db()
    assert (own.user, own.client_email, own.erased, booking("second").erased) == (secretary, SECOND, False, True)


def test_whoever_booked_by_the_link_of_another_is_left_out_until_somebody_says_who_it_was(
    client: Client, anna: User, sam: User
) -> None:
    forwarded = booked(client, "forwarded", MILLER, "Mary", of=anna)
    person = whose(anna)

    doubted, text = person.doubted, written(collect(person, now=LATER))
    staff.link(forwarded, to=anna, note="Her second address", by=sam, now=LATER)
    linked = [row["uid"] for row in collect(person, now=LATER)["bookings"]]

    assert (forwarded.user, doubted) == (anna, [forwarded.chain_reference])
    assert ("forwarded" in text, MILLER in text) == (False, False)
    assert (linked, person.doubted) == (["hers", "forwarded"], [])


def test_whoever_booked_by_the_link_of_somebody_erased_stays(client: Client, anna: User, sam: User) -> None:
    forwarded = booked(client, "forwarded", MILLER, "Mary", of=anna)

    erase(whose(anna), by=sam, note="", now=LATER)

    forwarded.refresh_from_db()
    assert (forwarded.client_name, forwarded.client_email, forwarded.erased) == ("Mary", MILLER, False)
    assert Person(None, MILLER).doubted == []


def test_what_an_erasure_by_address_finds_of_a_forwarded_link_is_theirs(client: Client, anna: User) -> None:
    booked(client, "forwarded", MILLER, "Mary", of=anna)

    erase(Person(None, MILLER), by=None, note="", now=LATER)

    assert [(each, booking(each).erased) for each in ("hers", "forwarded")] == [("hers", False), ("forwarded", True)]
    assert found(MILLER) == {}


def test_what_went_wrong_in_periodic_work_names_nobody_afterwards(anna: User, sam: User) -> None:
    at = timezone.now()
    for number, result in enumerate((f"IntegrityError: {anna.email}", {"rows": 1}, None)):
        Task.objects.create(id=f"t{number}", name="x", func="x", started=at, stopped=at, success=False, result=result)

    document = collect(whose(anna), now=LATER)
    erase(whose(anna), by=sam, note="", now=LATER)

    results = [task.result for task in Task.objects.order_by("id")]
    assert document["namedIn"] == [{"in": "django_q_task", "texts": {"result": f"IntegrityError: {anna.email}"}}]
    assert results == ["IntegrityError: […]", {"rows": 1}, None]
    assert PrivacyRequest.objects.get().counts["notes"] == 1
