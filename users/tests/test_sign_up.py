"""People become users once, are known by their userId, and own their address alone."""

import uuid
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from users.addresses import AddressValidator, normalised
from users.models import User
from users.services import AddressTaken, StaffAccount, sign_up

SHOWN = ("user_id", "name", "email", "is_staff", "is_superuser", "is_active")


def rows() -> list[tuple[Any, ...]]:
    return list(User.objects.order_by("id").values_list(*SHOWN))


# --- Signing up ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_whoever_is_new_becomes_a_user_without_a_password() -> None:
    signed_up = sign_up(name="Dora Client", email=" Dora@Example.org ", user_id="dora-1")

    assert (signed_up.created, signed_up.user) == (True, User.objects.get())
    assert rows() == [("dora-1", "Dora Client", "dora@example.org", False, False, True)]
    assert signed_up.user.has_usable_password() is False
    assert str(signed_up.user) == "Dora Client"


@pytest.mark.django_db
def test_without_a_user_id_one_is_made_up() -> None:
    users = [sign_up(name="Dora", email=f"dora-{number}@example.org").user for number in range(2)]

    assert len({uuid.UUID(user.user_id) for user in users}) == 2
    assert len(rows()) == 2


@pytest.mark.django_db
def test_the_same_user_id_again_brings_the_user_up_to_date(alice: User) -> None:
    signed_up = sign_up(name="Alice Married", email="Alice@new.example", user_id="alice-1")

    assert (signed_up.created, signed_up.user) == (False, alice)
    assert rows() == [("alice-1", "Alice Married", "alice@new.example", False, False, True)]


@pytest.mark.django_db
def test_the_same_again_changes_nothing(alice: User) -> None:
    before = list(User.objects.values())

    signed_up = sign_up(name=alice.name, email=alice.email, user_id=alice.user_id)

    assert signed_up.created is False
    assert list(User.objects.values()) == before


@pytest.mark.django_db
@pytest.mark.parametrize("user_id", ["", "dora-1", "charlie-1", "ALICE-1"])
def test_the_address_of_another_user_is_taken(user_id: str, alice: User, charlie: User) -> None:
    with pytest.raises(AddressTaken):
        sign_up(name="Somebody", email="ALICE@example.org", user_id=user_id)

    assert rows() == [
        ("alice-1", "Alice Client", "alice@example.org", False, False, True),
        ("charlie-1", "Charlie Other", "charlie@example.org", False, False, True),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["sam@example.org", "intruder@example.org"])
def test_the_account_of_a_member_of_staff_can_not_be_changed_from_outside(email: str, sam: User) -> None:
    with pytest.raises(StaffAccount):
        sign_up(name="Intruder", email=email, user_id="sam-1")

    assert rows() == [("sam-1", "Sam Staff", "sam@example.org", True, True, True)]


@pytest.mark.django_db
def test_signing_up_leaves_the_password_alone(client: Any) -> None:
    User.objects.create_user("dora@example.org", "Dora", "her-password", user_id="dora-1")

    sign_up(name="Dora", email="dora@new.example", user_id="dora-1")

    assert authenticate(username="dora@new.example", password="her-password") == User.objects.get()


@pytest.mark.django_db
def test_case_and_accent_of_a_user_id_tell_users_apart() -> None:
    for number, user_id in enumerate(["jose", "JOSE", "josé", "ｊose", "josé".replace("é", "e\u0301")]):
        assert sign_up(name="José", email=f"{number}@example.org", user_id=user_id).created is True

    assert [user_id for user_id, *_rest in rows()] == ["jose", "JOSE", "josé", "ｊose", "jose\u0301"]


@pytest.mark.django_db
def test_an_accent_tells_two_addresses_apart() -> None:
    plain = sign_up(name="Jose", email="jose@example.org", user_id="plain")
    accented = sign_up(name="José", email="josé@example.org", user_id="accented")

    assert (plain.created, accented.created) == (True, True)
    with pytest.raises(AddressTaken):
        sign_up(name="José", email="JOSE\u0301@example.org", user_id="composed")


# --- Addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("alice@example.org", "alice@example.org"),
        ("\t Alice@EXAMPLE.org\n", "alice@example.org"),
        ("jose\u0301@example.org", "jos\u00e9@example.org"),
        ("JOSE\u0301@example.org", "jos\u00e9@example.org"),
        ("ÄÖÜ@Example.org", "äöü@example.org"),
        ("alice+cal@example.org", "alice+cal@example.org"),
        ("", ""),
    ],
)
def test_addresses_are_compared_in_one_form(address: str, expected: str) -> None:
    assert normalised(address) == expected


@given(st.text(max_size=40))
def test_a_normalised_address_stays_as_it_is(address: str) -> None:
    assert normalised(normalised(address)) == normalised(address)


@pytest.mark.parametrize(
    "address",
    [
        "alice@example.org",
        "alice+cal@example.co.uk",
        "o'neil@example.org",
        "josé@example.org",
        "用户@例子.广告",
        "jonas@bücher.example",
        f"{'a' * 64}@example.org",
    ],
)
def test_letters_of_any_script_make_an_address(address: str) -> None:
    AddressValidator()(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alice",
        "@example.org",
        "alice@",
        "alice@example",
        "a..b@example.org",
        "a b@example.org",
        "a\u00a0b@example.org",
        "a\u2028b@example.org",
        "a\u3000b@example.org",
        "alice@example.org\n",
        "alice@exa mple.org",
        "alice,bob@example.org",
    ],
    ids=ascii,
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        AddressValidator()(address)


# --- Django's own ways to a user --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_djangos_command_makes_a_superuser_who_logs_in_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a-password")

    call_command("createsuperuser", interactive=False, email="Root@Example.org", name="Root", verbosity=0)

    user = User.objects.get()
    assert (user.name, user.email, user.is_staff, user.is_superuser) == ("Root", "root@example.org", True, True)
    assert authenticate(username="ROOT@example.org", password="a-password") == user
    assert authenticate(username="root@example.org", password="another") is None


@pytest.mark.django_db
def test_nobody_is_found_by_no_name() -> None:
    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key(None)


def test_a_form_normalises_the_address() -> None:
    user = User(email=" Alice@Example.org")

    user.clean()

    assert user.email == "alice@example.org"
