"""What needs a person follows from what is known: each condition, since when, and what cures it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookings.domain.attention import Condition, cases
from bookings.domain.projection import project
from bookings.domain.registers import (
    LINK_STRENGTH,
    PAYMENT_STRENGTH,
    Fact,
    Register,
    Stamp,
    absence_of,
    fold,
    refund_of,
)
from bookings.domain.words import Format, LinkedBy, Payment

BOOKED = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
START = datetime(2026, 12, 3, 14, 0, tzinfo=UTC)
LATER = BOOKED + timedelta(hours=5)
EMAIL = "alice@example.org"


def registers(told: dict[str, Any], at: datetime = BOOKED) -> list[Fact]:
    facts = []
    for register, value in told.items():
        strength = {Register.PAYMENT: PAYMENT_STRENGTH.get(value), Register.USER: LINK_STRENGTH[LinkedBy.TOKEN]}.get(
            register, 0
        )
        facts.append(Fact("uid", register, value, Stamp(at, 0, "d"), strength or 0))
    return facts


WELL: dict[str, Any] = {
    Register.LIFECYCLE: "accepted",
    Register.PAYMENT: Payment.PAID,
    Register.PRICE: 9000,
    Register.CLIENT_EMAIL: EMAIL,
    Register.SCHEDULE: (START, START + timedelta(minutes=30)),
    Register.LINK: "https://meet.example/1",
    Register.USER: 1,
}


def found(
    before: dict[str, Any] | None = None,
    later: dict[str, Any] | None = None,
    *,
    has_coach: bool = True,
    user_email: str = EMAIL,
    linked_by: LinkedBy | None = None,
    heard_at: datetime = BOOKED,
    payment_required: bool = True,
) -> dict[Condition, datetime]:
    told = {key: value for key, value in (WELL | (before or {})).items() if value is not None}
    facts = [*registers(told), *registers(later or {}, LATER)]
    if linked_by is not None:
        facts.append(Fact("uid", Register.USER, 1, Stamp(BOOKED, 0, "d"), LINK_STRENGTH[linked_by]))
    known = fold({}, facts)
    shown = project({"uid": known}, payment_required=True)["uid"]
    held = cases(
        known,
        shown,
        has_coach=has_coach,
        user_email=user_email,
        heard_at=heard_at,
        payment_required=payment_required,
    )
    return {what: case.since for what, case in held.items()}


def rests_on(condition: Condition, told: dict[str, Any]) -> str:
    """The facts of a case, which alone it holds for."""
    known = fold({}, registers({key: value for key, value in (WELL | told).items() if value is not None}))
    shown = project({"uid": known}, payment_required=True)["uid"]
    held = cases(known, shown, has_coach=True, user_email=EMAIL, heard_at=BOOKED, payment_required=True)
    return held[condition].about


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (Condition.ACCEPTED_DUE, {Register.PAYMENT: Payment.DUE}),
        (Condition.UNPAID, {Register.PAYMENT: Payment.DUE, Register.LIFECYCLE: "requested"}),
        (Condition.PRESUMED, {Register.PAYMENT: Payment.PRESUMED}),
        (Condition.FREE, {Register.PAYMENT: None, Register.PRICE: 0}),
    ],
)
def test_what_is_settled_of_a_payment_is_settled_for_this_one(condition: Condition, told: dict[str, Any]) -> None:
    """With another amount, another payment or another time it is another case."""
    moved = START + timedelta(days=1)
    others: list[dict[str, Any]] = [
        {Register.CURRENCY: "eur"},
        {Register.PAYMENT_ID: 7},
        {Register.SCHEDULE: (moved, moved + timedelta(minutes=30))},
    ]
    if condition != Condition.FREE:
        others.append({Register.PRICE: 4000})

    about = [rests_on(condition, told | other) for other in ({}, {Register.TITLE: "Coaching"}, *others)]

    assert about[0] == about[1] != ""
    assert len(set(about)) == len(about) - 1


def test_nothing_is_wrong_with_what_is_well() -> None:
    assert found() == {}


def test_nothing_is_wrong_with_what_is_not_known() -> None:
    shown = project({"uid": {}}, payment_required=True)["uid"]

    held = cases({}, shown, has_coach=False, user_email="", heard_at=BOOKED, payment_required=True)
    assert held == {}


CANCELLED = {Register.LIFECYCLE: "cancelled"}


@pytest.mark.parametrize(
    ("before", "later", "wrong"),
    [
        ({}, CANCELLED, {Condition.PAID_CANCELLED: LATER}),
        ({}, {Register.LIFECYCLE: "rejected"}, {Condition.PAID_CANCELLED: LATER}),
        ({}, CANCELLED | {refund_of("re_1"): 9000}, {}),
        ({}, CANCELLED | {refund_of("re_1"): 4000}, {Condition.PAID_CANCELLED: LATER}),
        ({}, CANCELLED | {refund_of("re_1"): 4000, refund_of("re_2"): 5000}, {}),
        ({Register.PAID_AMOUNT: 4000}, CANCELLED | {refund_of("re_1"): 4000}, {}),
        ({Register.PRICE: None}, CANCELLED | {refund_of("re_1"): 1}, {}),
        ({Register.PRICE: 0}, CANCELLED, {Condition.PAID_CANCELLED: LATER}),
        ({}, {Register.SUPERSEDED_BY: "other"}, {}),
        (
            CANCELLED | {Register.PAYMENT: None},
            {Register.PAYMENT: Payment.PAID},
            {Condition.PAID_AFTER_CANCELLING: LATER},
        ),
        ({}, {Register.COACH_ABSENT: True}, {Condition.PAID_COACH_ABSENT: LATER}),
        ({}, {absence_of(EMAIL): True}, {}),
        ({}, {absence_of(EMAIL): True, Register.COACH_ABSENT: True}, {Condition.PAID_COACH_ABSENT: LATER}),
        ({}, {Register.COACH_ABSENT: True, refund_of("re_1"): 9000}, {}),
        ({Register.PAYMENT: Payment.DUE}, {}, {Condition.ACCEPTED_DUE: BOOKED}),
        (
            {Register.PAYMENT: Payment.DUE, Register.LIFECYCLE: "requested"},
            {},
            {Condition.UNPAID: BOOKED + timedelta(minutes=30)},
        ),
        ({Register.PAYMENT: Payment.DUE}, CANCELLED, {}),
        ({Register.PAYMENT: Payment.PRESUMED}, {}, {Condition.PRESUMED: BOOKED + timedelta(days=1)}),
        ({Register.PAYMENT: Payment.PRESUMED}, CANCELLED, {}),
        ({Register.PAYMENT: None}, {}, {Condition.PRESUMED: BOOKED + timedelta(days=1)}),
        (
            {Register.PAYMENT: None, Register.PRICE: None, Register.SCHEDULE: None},
            {},
            {Condition.PRESUMED: BOOKED + timedelta(days=1)},
        ),
        ({Register.PAYMENT: None}, {Register.PAYMENT: Payment.PAID}, {}),
        ({Register.PAYMENT: None}, {Register.ACCEPTED_AS_FREE: True}, {}),
        ({Register.PAYMENT: None}, CANCELLED, {}),
        ({Register.PAYMENT: None, Register.LIFECYCLE: "requested"}, {}, {}),
        ({Register.PAYMENT: None, Register.PRICE: 0}, {}, {Condition.FREE: BOOKED}),
        ({Register.PAYMENT: None, Register.PRICE: 0}, {Register.ACCEPTED_AS_FREE: True}, {}),
        ({Register.LINK: None}, {}, {Condition.NO_LINK: START - timedelta(hours=2)}),
        ({Register.LINK: None, Register.SCHEDULE: None}, {}, {}),
        ({Register.LINK: None}, {Register.ENDED: True}, {}),
        ({Register.FORMAT: Format.SEATS}, {}, {Condition.FORMAT: BOOKED}),
        ({Register.FORMAT: Format.SEATS, Register.PAYMENT: None}, CANCELLED, {}),
        ({Register.USER: None}, {}, {Condition.NO_USER: BOOKED}),
    ],
)
def test_each_condition_holds_since_it_became_known(
    before: dict[str, Any], later: dict[str, Any], wrong: dict[Condition, datetime]
) -> None:
    assert found(before, later) == wrong


def test_a_payment_of_which_nobody_told_matters_where_all_must_be_paid_and_not_of_long_ago() -> None:
    untold = {Register.PAYMENT: None}
    late = START + timedelta(days=14)

    assert found(untold, payment_required=False) == {}
    assert found(untold, heard_at=late) == {Condition.PRESUMED: BOOKED + timedelta(days=1)}
    assert found(untold, heard_at=late + timedelta(seconds=1)) == {}


def test_what_depends_on_people_is_seen_too() -> None:
    by_email = found({Register.USER: None}, linked_by=LinkedBy.EMAIL)
    other = found(user_email="work@example.org")

    assert found(has_coach=False) == {Condition.COACH_UNKNOWN: BOOKED}
    assert by_email == {Condition.EMAIL_ONLY: BOOKED}
    assert other == {Condition.OTHER_ADDRESS: BOOKED}
    assert found({Register.CLIENT_EMAIL: None}, user_email="work@example.org") == {}


def test_where_nothing_says_when_the_newest_word_does() -> None:
    """Absent the register itself: as of a payment that the earlier booking of the chain brought along."""
    known = fold({}, registers({Register.TITLE: "Coaching"}, LATER))
    shown = project({"uid": known}, payment_required=False)["uid"]

    held = cases(known, shown, has_coach=True, user_email="", heard_at=BOOKED, payment_required=False)
    assert held[Condition.NO_USER].since == LATER


def test_the_worst_comes_first() -> None:
    assert [each.weight for each in Condition] == list(range(len(Condition)))
