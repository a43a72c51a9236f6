"""A signature fits the bytes that it was made for, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from bookings.cal.signature import HEADER, NO_SECRET, is_authentic, sign
from careercoach.testing import all_recorded

SECRETS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=64)


def test_the_signature_of_every_genuine_body_fits_unless_its_webhook_had_no_secret() -> None:
    for name, record in all_recorded():
        body, signature, secret = record["body_raw"].encode(), record["headers"][HEADER], record["secret"]

        assert (signature == NO_SECRET) is (secret is None), name
        assert is_authentic(body, signature, [secret or "a-secret"]) is (secret is not None), name
        assert is_authentic(body + b" ", signature, [secret or "a-secret"]) is False, name


@given(body=st.binary(), secret=SECRETS, other=st.binary())
def test_a_signature_fits_its_body_only(body: bytes, secret: str, other: bytes) -> None:
    signature = sign(body, secret)

    assert is_authentic(body, signature, [secret]) is True
    assert is_authentic(other, signature, [secret]) is (other == body)


@given(body=st.binary(), secret=SECRETS, other=SECRETS)
def test_a_signature_fits_its_secret_only(body: bytes, secret: str, other: str) -> None:
    signature = sign(body, secret)

    assert is_authentic(body, signature, [other]) is (sign(body, other) == signature)


@given(body=st.binary(), secret=SECRETS, claimed=st.text())
def test_no_text_passes_for_a_signature(body: bytes, secret: str, claimed: str) -> None:
    assert is_authentic(body, claimed, [secret]) is (claimed == sign(body, secret))


def test_either_of_two_secrets_fits_while_one_takes_over() -> None:
    secrets = ["the-old-one", "the-new-one"]

    assert is_authentic(b"{}", sign(b"{}", "the-old-one"), secrets) is True
    assert is_authentic(b"{}", sign(b"{}", "the-new-one"), secrets) is True
    assert is_authentic(b"{}", sign(b"{}", "another"), secrets) is False


def test_without_a_secret_nothing_is_authentic() -> None:
    assert is_authentic(b"{}", sign(b"{}", ""), []) is False
    assert is_authentic(b"{}", sign(b"{}", ""), [""]) is False
    assert is_authentic(b"{}", NO_SECRET, []) is False
