"""A person is taken out of words, and nobody whose address or name only looks alike."""

from typing import Any

import pytest

from bookings.domain.forgetting import Names, fragment

ANN = Names(addresses=("ann@x.example",), name="Ann Lee")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ann Lee rang", "[…] rang"),
        ("ANN@X.example.", "[…]."),
        ("<ann@x.example>", "<[…]>"),
        ("https://cal.com/?email=ann%40x.example&a=b", "https://cal.com/?email=[…]&a=b"),
        ("joann@x.example", "joann@x.example"),
        ("mary-ann@x.example", "mary-ann@x.example"),
        ("ann@x.example.org", "ann@x.example.org"),
        ("Ann Lee: https://cal.com/?email=ann%40x.example", "[…]: https://cal.com/?email=[…]"),
        ("Joann Lee", "Joann Lee"),
        ("Ann Leeds", "Ann Leeds"),
        ("Ann", "Ann"),
    ],
)
def test_only_they_are_taken_out(text: str, left: str) -> None:
    assert ANN.taken_from(text) == left
    assert ANN.are_in(text) is (text != left)


def test_a_name_in_a_script_without_blanks_is_found_within_words() -> None:
    assert Names(name="张伟").taken_from("张伟来电") == "[…]来电"


def test_a_name_with_a_letter_beyond_ascii_is_not_found_within_words() -> None:
    assert Names(name="Zoë").taken_from("Zoës, but Zoë") == "Zoës, but […]"


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("Ann Lee rang", "Ann Lee rang"),
        ("Ann Lee, ann@x.example, rang", "[…], […], rang"),
        (
            {"title": "Ann Lee", "guests": [{"name": "Ann Lee", "email": "ann@x.example"}, {"name": "Ann Lee"}]},
            {"title": "Ann Lee", "guests": [{"name": "[…]", "email": "[…]"}, {"name": "Ann Lee"}]},
        ),
    ],
)
def test_in_what_is_about_others_a_name_is_theirs_beside_their_address(value: Any, left: Any) -> None:
    assert ANN.by_address.taken_from_value(value) == left


def test_one_letter_is_no_name_and_nobody_is_in_nothing() -> None:
    assert Names(name="A").taken_from("A") == "A"
    assert Names().are_in("anything") is False


def test_json_is_searched_however_deep_and_its_keys_too() -> None:
    value = {"a": [1, {"ann@x.example": "Ann Lee"}], "b": None}

    assert ANN.taken_from_value(value) == {"a": [1, {"[…]": "[…]"}], "b": None}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("zoë.quirin@client.example", "quirin"),
        ("ë@client.example", "example"),
        ("张伟", ""),
        ("Ann-Marie Lee", "marie"),
    ],
)
def test_what_is_looked_for_stands_in_each_spelling(text: str, found: str) -> None:
    assert fragment(text) == found
