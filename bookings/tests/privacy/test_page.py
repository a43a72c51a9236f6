"""On the page of a user those who may export or erase, asked first, in both languages; the rest see no button."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.admin.acting.people import _named
from bookings.cal import links, staff
from bookings.models import PrivacyRequest
from bookings.tests.admin import page_of, text_of
from bookings.tests.privacy import ADDRESS, NAME, WISH, about_zoe, booking, found
from bookings.tests.privacy.test_commands import LONG_AGO
from careercoach.testing import signed_post
from users.models import User

pytestmark = pytest.mark.django_db

Member = Callable[[str], Client]
MAY = {
    "Operations": {"export"},
    "Auditors": set(),
    "Support": set(),
    "Administrators": {"export", "erase"},
}


@pytest.fixture
def zoe(client: Client) -> User:
    """With one session, long ago."""
    zoe = User.objects.create_user(ADDRESS, NAME, user_id="zoe-1")
    signed_post(client, about_zoe("booking_created_free", **LONG_AGO))
    return zoe


def address(user: User, did: str) -> str:
    return reverse("admin:users_user_privacy", args=[user.pk, did])


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("group", MAY)
def test_each_group_does_what_it_may(group: str, language: str, member: Member, zoe: User) -> None:
    browser = member(group)
    browser.cookies["django_language"] = language
    acts = [address(zoe, did) for did in ("export", "erase")]

    shown = text_of(browser, page_of(zoe))
    asked = [browser.get(each).status_code for each in acts]
    done = [browser.post(each, {"note": "12"}).status_code for each in acts]

    may = [did in MAY[group] for did in ("export", "erase")]
    assert [each in shown for each in acts] == may
    assert asked == done == [200 if each else 403 for each in may]
    assert list(PrivacyRequest.objects.order_by("id").values_list("kind", flat=True)) == sorted(MAY[group])[::-1]
    assert (found(NAME, ADDRESS) == {}) == ("erase" in MAY[group])


def test_an_export_is_a_file_that_nobody_keeps_on_the_way(member: Member, zoe: User, charlie: User) -> None:
    answer = member("Operations").post(address(zoe, "export"), {"note": "Letter 12"})

    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="person-{zoe.pk}.json"'
    assert "no-store" in answer["Cache-Control"].split(", ")
    assert json.loads(answer.content)["bookings"][0]["clientName"] == NAME
    assert list(PrivacyRequest.objects.values_list("kind", "by", "note")) == [("export", charlie.pk, "Letter 12")]


def test_erasing_asks_first_and_says_what_is_left_to_do(member: Member, zoe: User) -> None:
    browser = member("Administrators")

    asked = text_of(browser, address(zoe, "erase"))
    done = browser.post(address(zoe, "erase"), {"note": "Letter 12"})
    page, again = text_of(browser, page_of(zoe)), text_of(browser, reverse("admin:users_user_changelist"))

    assert "This can&#x27;t be undone." in asked
    assert PrivacyRequest.objects.get().counts == {"bookings": 1, "messages": 1}
    text = done.content.decode()
    assert "https://cal.com/booking/7hQ2mXk9sVb4TzLr8cNpYe" in text
    assert "Cal.com, Stripe, mail and calendars keep their own data." in text
    assert "This person is erased." in page
    assert page_of(PrivacyRequest.objects.get()) in page
    assert 'name="name"' not in page
    assert (address(zoe, "export") in page, address(zoe, "erase") in page) == (True, False)
    assert NAME not in again + page + text
    assert found(NAME, ADDRESS, WISH) == {}


def test_the_page_says_which_addresses_are_theirs_and_which_bookings_may_not_be(
    member: Member, zoe: User, client: Client, sam: User
) -> None:
    for uid, email, number in (("second", "second@client.example", 21), ("forwarded", "mary@client.example", 22)):
        body = about_zoe("booking_created_free", uid=uid, bookingId=number, **LONG_AGO)
        body = json.loads(json.dumps(body, ensure_ascii=False).replace(ADDRESS.title(), email))
        body["payload"]["metadata"] = {"cc_ref": links.user_token(zoe)}
        assert signed_post(client, body).status_code == 200
    staff.link(booking("second"), to=zoe, note="Hers", by=sam, now=timezone.now())
    reference, browser = booking("forwarded").chain_reference, member("Administrators")

    asked = text_of(browser, address(zoe, "erase"))
    done = browser.post(address(zoe, "erase"), {"note": "Letter 12"}).content.decode()

    assert "these addresses, with which their sessions were booked: second@client.example." in asked
    assert f"Left out, as booked by their link with another address: {reference}." in asked
    assert f"Not erased, as booked by their link with another address: {reference}." in done
    assert (booking("second").erased, booking("forwarded").client_email) == (True, "mary@client.example")


def test_no_more_bookings_are_named_than_anyone_reads() -> None:
    assert _named([f"CC-{number}" for number in range(101)]).endswith(", CC-99 …")


def test_nothing_is_done_without_a_note_or_with_one_that_says_who_it_was(member: Member, zoe: User) -> None:
    browser = member("Administrators")

    answers = [browser.post(address(zoe, did), {"note": note}) for did in MAY["Administrators"] for note in ("", NAME)]

    assert [answer.status_code for answer in answers] == [400] * 4
    assert PrivacyRequest.objects.count() == 0
    assert found(NAME) != {}


def test_where_a_session_is_to_come_the_page_says_so_and_has_no_button(
    member: Member, zoe: User, client: Client
) -> None:
    ahead = {"startTime": "2101-01-02T10:00:00Z", "endTime": "2101-01-02T10:30:00Z"}
    signed_post(client, about_zoe("booking_created_free", uid="ahead", bookingId=3, **ahead))
    browser = member("Administrators")

    asked = text_of(browser, address(zoe, "erase"))
    answer = browser.post(address(zoe, "erase"), {"note": "12"})

    assert "Sessions are still to come: CC-" in asked
    assert "office-button-grave" not in asked
    assert (answer.status_code, PrivacyRequest.objects.count()) == (400, 0)


def test_who_is_not_there_is_not_found(member: Member, zoe: User) -> None:
    browser = member("Administrators")

    nobody = reverse("admin:users_user_privacy", args=[zoe.pk + 100, "erase"])
    answers = [browser.get(nobody).status_code, browser.get(address(zoe, "forget")).status_code]

    assert answers == [404, 404]
    assert browser.get(reverse("admin:users_user_change", args=[zoe.pk + 100])).status_code == 302


def test_a_record_has_numbers_and_no_person(member: Member, zoe: User) -> None:
    member("Administrators").post(address(zoe, "erase"), {"note": "Letter 12"})
    PrivacyRequest.objects.create(kind="erase", at=PrivacyRequest.objects.get().at)
    browser = member("Auditors")

    listed = text_of(browser, reverse("admin:bookings_privacyrequest_changelist"))
    pages = [text_of(browser, page_of(row)) for row in PrivacyRequest.objects.order_by("id")]
    searched = text_of(browser, reverse("admin:bookings_privacyrequest_changelist") + "?q=zoe-1")

    assert all(text in pages[0] for text in ("Erased", "zoe-1", "Letter 12", "bookings: 1", "messages: 1"))
    assert all(text in pages[1] for text in ("An address without a user", "An operator", "Not finished: erase again."))
    assert ("Letter 12" in listed, "Letter 12" in searched, "An operator" in searched) == (True, True, False)
