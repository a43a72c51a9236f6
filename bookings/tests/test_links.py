"""The addresses of Cal.com's pages, and the token by which a booking finds its user."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.cal import links
from bookings.models import Booking
from users.models import User

USER = User(user_id="alice-1", name="Alice O'Client & Söhne", email="alice+cal@example.org")


def query_of(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)


def test_the_booking_page_is_filled_in_and_signed_both_ways() -> None:
    token = links.user_token(USER)

    url = links.booking_url(USER)

    assert url.partition("?")[0] == "https://cal.com/team/career-coach/coaching-30"
    assert query_of(url) == [
        ("name", "Alice O'Client & Söhne"),
        ("email", "alice+cal@example.org"),
        ("metadata[cc_ref]", token),
        ("cc-ref", token),
    ]


def test_spaces_are_percent_signs_since_a_plus_belongs_to_the_address() -> None:
    url = links.booking_url(USER)

    assert "name=Alice%20O%27Client%20%26%20S%C3%B6hne&email=alice%2Bcal%40example.org&" in url


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("https://cal.com/team/coaching?duration=30&layout=month_view", [("duration", "30"), ("layout", "month_view")]),
        ("https://cal.com/team/coaching?overlayCalendar", [("overlayCalendar", "")]),
        ("https://cal.com/team/coaching?", []),
    ],
)
def test_a_query_of_the_page_itself_stays_in_front(page: str, expected: list[tuple[str, str]], settings: Any) -> None:
    settings.CAL_EVENT_URL = page

    query = query_of(links.booking_url(USER))

    assert query[: len(expected)] == expected
    assert [name for name, _value in query[len(expected) :]] == ["name", "email", "metadata[cc_ref]", "cc-ref"]


def test_an_anchor_of_the_page_stays_behind(settings: Any) -> None:
    settings.CAL_EVENT_URL = "https://cal.com/team/coaching#times"

    parts = urlsplit(links.booking_url(USER))

    assert (parts.path, parts.fragment) == ("/team/coaching", "times")
    assert parts.query.startswith("name=Alice")


def test_without_a_page_there_is_no_link(settings: Any) -> None:
    settings.CAL_EVENT_URL = ""

    with pytest.raises(links.NotConfigured):
        links.booking_url(USER)


def test_the_pages_of_a_booking() -> None:
    booking = Booking(uid="7hQ2mXk9sVb4", client_email="jonas+cal@client.example")

    assert links.manage_url(booking) == "https://cal.com/booking/7hQ2mXk9sVb4"
    assert links.cancel_url(booking) == (
        "https://cal.com/booking/7hQ2mXk9sVb4?cancel=true&allRemainingBookings=false"
        "&cancelledBy=jonas%2Bcal%40client.example"
    )
    assert links.reschedule_url(booking) == (
        "https://cal.com/reschedule/7hQ2mXk9sVb4?rescheduledBy=jonas%2Bcal%40client.example"
    )


def test_the_pages_of_a_booking_whose_client_nobody_told() -> None:
    booking = Booking(uid="7hQ2mXk9sVb4")

    assert links.cancel_url(booking) == ("https://cal.com/booking/7hQ2mXk9sVb4?cancel=true&allRemainingBookings=false")
    assert links.reschedule_url(booking) == "https://cal.com/reschedule/7hQ2mXk9sVb4"


def test_the_pages_are_on_the_site_that_the_booking_told() -> None:
    booking = Booking(uid="7hQ2mXk9sVb4", site="https://acme.cal.com")

    assert links.manage_url(booking) == "https://acme.cal.com/booking/7hQ2mXk9sVb4"
    assert links.reschedule_url(booking) == "https://acme.cal.com/reschedule/7hQ2mXk9sVb4"


def test_a_uid_can_not_lead_to_another_page() -> None:
    booking = Booking(uid="../admin?x=1#y")

    assert links.manage_url(booking) == "https://cal.com/booking/..%2Fadmin%3Fx%3D1%23y"


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=64))
def test_a_token_says_who_it_was_signed_for(user_id: str) -> None:
    assert links.user_id_in(links.user_token(User(user_id=user_id))) == user_id


@given(st.text())
def test_what_we_did_not_sign_says_nobody(token: str) -> None:
    assert links.user_id_in(token) is None


def test_one_letter_more_less_or_other_makes_a_token_say_nobody() -> None:
    token = links.user_token(USER)
    letters = range(len(token))

    altered = [
        *(f"{token[:at]}{chr(ord(token[at]) ^ 1)}{token[at + 1 :]}" for at in letters),
        *(f"{token[:at]}{token[at].swapcase()}{token[at + 1 :]}" for at in letters if token[at].isalpha()),
        *(f"{token[:at]}{token[at + 1 :]}" for at in letters),
        *(f"{token[:at]}a{token[at:]}" for at in range(len(token) + 1)),
    ]

    assert {links.user_id_in(each) for each in altered} == {None}
