"""The table of statuses, the chain, and the promise that order and repetition do not matter."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bookings.domain.projection import canonical_reference, project, reference
from bookings.domain.registers import (
    LINK_STRENGTH,
    PAYMENT_STRENGTH,
    Fact,
    Register,
    Stamp,
    Strength,
    absence_of,
    decode,
    earliest_first,
    encode,
    fold,
    microseconds,
)
from bookings.domain.status import State, counts, is_expected, status_of
from bookings.domain.words import Lifecycle, LinkedBy, Payment, Status, Why

EPOCH, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
CLIENT = "alice@example.org"


def stamp(minute: int = 0, *, rank: int = 1, digest: str = "d") -> Stamp:
    return Stamp(NOON + timedelta(minutes=minute), rank, digest)


def fact(register: str, value: Any, minute: int = 0, *, uid: str = "one", strength: int = Strength.TOLD) -> Fact:
    return Fact(uid, register, value, stamp(minute), strength)


def paid(payment: Payment, minute: int = 0, *, uid: str = "one") -> Fact:
    return fact(Register.PAYMENT, payment, minute, uid=uid, strength=PAYMENT_STRENGTH[payment])


def moved(old: str, new: str, minute: int = 0) -> tuple[Fact, Fact]:
    return fact(Register.SUPERSEDED_BY, new, minute, uid=old), fact(Register.SUPERSEDES, old, minute, uid=new)


def shown(*facts: Fact, payment_required: bool = False) -> dict[str, Any]:
    uids = {each.uid for each in facts} | {"one"}
    chain = {uid: fold({}, (each for each in facts if each.uid == uid)) for uid in uids}
    return project(chain, payment_required=payment_required)


def state(**values: Any) -> State:
    nothing: dict[str, Any] = {
        "superseded": False,
        "lifecycle": Lifecycle.UNKNOWN,
        "payment": Payment.UNKNOWN,
        "price": None,
        "planned": False,
        "ended": False,
        "client_absent": False,
        "coach_absent": False,
    }
    return State(**nothing | values)


ACCEPTED = {"lifecycle": Lifecycle.ACCEPTED}


@pytest.mark.parametrize(
    ("known", "status", "why"),
    [
        ({}, Status.PENDING, Why.UNCONFIRMED),
        ({"lifecycle": Lifecycle.REQUESTED}, Status.PENDING, Why.UNCONFIRMED),
        ({"lifecycle": Lifecycle.REQUESTED, "payment": Payment.DUE}, Status.PENDING, Why.PAYMENT_DUE),
        ({"lifecycle": Lifecycle.REQUESTED, "payment": Payment.PAID}, Status.PENDING, Why.UNCONFIRMED),
        (ACCEPTED, Status.BOOKING_CREATED, Why.ACCEPTED),
        (ACCEPTED | {"payment": Payment.PRESUMED, "price": 9000}, Status.BOOKING_CREATED, Why.ACCEPTED),
        # Only the API can have told this: the webhooks of the payment may be lost.
        (ACCEPTED | {"payment": Payment.DUE}, Status.BOOKING_CREATED, Why.ACCEPTED),
        (ACCEPTED | {"ended": True}, Status.MEETING_ENDED, Why.ENDED),
        (ACCEPTED | {"ended": True, "client_absent": True}, Status.NO_SHOW, Why.CLIENT_ABSENT),
        (ACCEPTED | {"coach_absent": True}, Status.NO_SHOW, Why.COACH_ABSENT),
        ({"planned": True, "ended": True}, Status.MEETING_ENDED, Why.ENDED),
        ({"planned": True, "ended": True, "payment": Payment.DUE}, Status.PENDING, Why.PAYMENT_DUE),
        ({"ended": True}, Status.PENDING, Why.UNCONFIRMED),
        ({"client_absent": True}, Status.PENDING, Why.UNCONFIRMED),
        (ACCEPTED | {"superseded": True}, Status.BOOKING_CANCELLED, Why.SUPERSEDED),
        ({"lifecycle": Lifecycle.REJECTED, "payment": Payment.PAID}, Status.BOOKING_CANCELLED, Why.REJECTED),
        ({"lifecycle": Lifecycle.CANCELLED, "ended": True}, Status.BOOKING_CANCELLED, Why.CANCELLED),
    ],
)
def test_the_table_of_statuses(known: dict[str, Any], status: Status, why: Why) -> None:
    assert status_of(state(**known), payment_required=False) == (status, why)


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("payment", [Payment.UNKNOWN, Payment.DUE, Payment.PRESUMED])
def test_where_payment_is_required_a_free_booking_stays_pending(payment: Payment, ended: bool) -> None:
    free = state(**ACCEPTED, price=0, payment=payment, ended=ended, planned=True)

    assert status_of(free, payment_required=True)[0] == Status.PENDING
    assert status_of(state(**ACCEPTED, price=0, payment=Payment.PAID), payment_required=True)[0] == (
        Status.BOOKING_CREATED
    )
    assert status_of(state(**ACCEPTED, price=None), payment_required=True)[0] == Status.BOOKING_CREATED


def test_every_combination_has_a_status_and_only_a_counting_one_is_held() -> None:
    flags = [False, True]
    for superseded, lifecycle, payment, price, planned, ended, client, coach, required in itertools.product(
        flags, Lifecycle, Payment, [None, 0, 9000], flags, flags, flags, flags, flags
    ):
        known = state(
            superseded=superseded,
            lifecycle=lifecycle,
            payment=payment,
            price=price,
            planned=planned,
            ended=ended,
            client_absent=client,
            coach_absent=coach,
        )
        status, why = status_of(known, payment_required=required)

        gone = superseded or lifecycle in (Lifecycle.REJECTED, Lifecycle.CANCELLED)
        assert (status == Status.BOOKING_CANCELLED) == gone
        assert (status == Status.PENDING) == (not gone and not counts(known, payment_required=required))
        assert why in Why


def test_the_arrows_lead_out_of_every_status_but_cancelled() -> None:
    ways = {old: {new for new in Status if is_expected(old=old, new=new)} for old in Status}

    assert ways == {
        Status.PENDING: {Status.BOOKING_CREATED, Status.BOOKING_CANCELLED, Status.MEETING_ENDED, Status.NO_SHOW},
        Status.BOOKING_CREATED: {Status.BOOKING_CANCELLED, Status.MEETING_ENDED, Status.NO_SHOW},
        Status.MEETING_ENDED: {Status.NO_SHOW},
        Status.NO_SHOW: {Status.BOOKING_CREATED, Status.MEETING_ENDED},
        Status.BOOKING_CANCELLED: set(),
    }


# --- Folding ---------------------------------------------------------------------------------------------------------


def test_a_register_keeps_the_newest_of_the_strongest() -> None:
    told = fold(
        {},
        [
            fact(Register.TITLE, "snapshot", 9, strength=Strength.SNAPSHOT),
            fact(Register.TITLE, "new", 5),
            fact(Register.TITLE, "old", 1),
            fact(Register.TITLE, "guess", 10, strength=Strength.GUESS),
        ],
    )

    assert told[Register.TITLE].value == "new"


def test_money_that_was_seen_is_not_unseen() -> None:
    one = shown(paid(Payment.PAID, 1), paid(Payment.PRESUMED, 2), paid(Payment.DUE, 3))["one"]

    assert one.payment == Payment.PAID


def test_an_absence_is_of_the_client_only_by_their_own_address() -> None:
    known = [
        fact(Register.LIFECYCLE, Lifecycle.ACCEPTED),
        fact(Register.CLIENT_EMAIL, CLIENT),
        fact(absence_of("guest@example.org"), True),
    ]

    assert shown(*known)["one"].status == Status.BOOKING_CREATED
    assert shown(*known, fact(absence_of(CLIENT), True))["one"].status == Status.NO_SHOW


def test_unmarking_the_client_leaves_the_absence_of_the_coach() -> None:
    one = shown(
        fact(Register.LIFECYCLE, Lifecycle.ACCEPTED),
        fact(Register.CLIENT_EMAIL, CLIENT),
        fact(Register.COACH_ABSENT, True, 1),
        fact(absence_of(CLIENT), True, 2),
        fact(absence_of(CLIENT), False, 3),
    )["one"]

    assert (one.status, one.why, one.client_absent, one.coach_absent) == (
        Status.NO_SHOW,
        Why.COACH_ABSENT,
        False,
        True,
    )


# --- Chains ----------------------------------------------------------------------------------------------------------


def test_a_reschedule_carries_payment_price_user_and_reference_over() -> None:
    told = shown(
        paid(Payment.PAID),
        fact(Register.PAYMENT_INTENT, "pi_1"),
        fact(Register.PAYMENT_ID, 7),
        fact(Register.PRICE, 9000),
        fact(Register.CURRENCY, "usd"),
        fact(Register.USER, 42, strength=LINK_STRENGTH[LinkedBy.TOKEN]),
        fact(Register.LIFECYCLE, Lifecycle.ACCEPTED, uid="two"),
        paid(Payment.PRESUMED, 1, uid="two"),
        *moved("one", "two"),
    )

    two = told["two"]
    assert (two.status, two.payment, two.payment_intent, two.payment_id) == ("BOOKING_CREATED", "paid", "pi_1", 7)
    assert (two.price, two.currency, two.user, two.linked_by) == (9000, "usd", 42, LinkedBy.CHAIN)
    assert (two.chain_reference, two.is_head) == (reference("one"), True)
    assert (told["one"].status, told["one"].is_head) == (Status.BOOKING_CANCELLED, False)


def test_a_payment_that_the_new_booking_asks_for_goes_before_the_old_one() -> None:
    two = shown(
        paid(Payment.PAID),
        paid(Payment.DUE, uid="two"),
        fact(Register.LIFECYCLE, Lifecycle.REQUESTED, uid="two"),
        *moved("one", "two"),
    )["two"]

    assert (two.status, two.payment) == (Status.PENDING, Payment.DUE)


def test_of_two_that_name_the_same_old_booking_the_later_continues_the_chain() -> None:
    told = shown(*moved("one", "early", 1), *moved("one", "late", 2), fact(Register.PRICE, 5))

    assert {uid: (each.chain_reference, each.is_head) for uid, each in told.items()} == {
        "one": (reference("one"), False),
        "late": (reference("one"), True),
        "early": (reference("early"), True),
    }
    assert told["late"].price == 5
    assert told["early"].price is None


def test_of_two_old_bookings_that_name_the_same_new_one_it_continues_the_one_that_it_names() -> None:
    told = shown(
        *moved("one", "new", 1), *moved("two", "new", 2), fact(Register.PRICE, 1), fact(Register.PRICE, 2, uid="two")
    )

    assert {uid: (each.chain_reference, each.is_head) for uid, each in told.items()} == {
        "one": (reference("one"), True),
        "two": (reference("two"), False),
        "new": (reference("two"), True),
    }
    assert told["new"].price == 2


def test_a_stronger_link_goes_before_the_user_of_the_chain_and_a_weaker_after() -> None:
    def user_of(link: LinkedBy) -> tuple[int | None, LinkedBy]:
        two = shown(
            fact(Register.USER, 1, strength=LINK_STRENGTH[LinkedBy.EMAIL]),
            fact(Register.USER, 2, uid="two", strength=LINK_STRENGTH[link]),
            *moved("one", "two"),
        )["two"]
        return two.user, two.linked_by

    assert [user_of(link) for link in (LinkedBy.EMAIL, LinkedBy.TOKEN, LinkedBy.OPS)] == [
        (1, LinkedBy.CHAIN),
        (2, LinkedBy.TOKEN),
        (2, LinkedBy.OPS),
    ]


def test_a_circle_ends() -> None:
    told = shown(*moved("one", "two", 1), *moved("two", "one", 2))

    assert {uid: (each.chain_reference, each.status) for uid, each in told.items()} == {
        "one": (reference("one"), Status.BOOKING_CANCELLED),
        "two": (reference("one"), Status.BOOKING_CANCELLED),
    }


def test_a_reference_is_the_same_everywhere_and_has_no_letter_to_misread() -> None:
    assert reference("7hQ2mXk9sVb4TzLr8cNpYe") == "CC-7C60H-MF76P"
    letters = {letter for number in range(500) for letter in reference(str(number))[3:]} - {"-"}
    assert letters == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("CC-7C60H-MF76P", "CC-7C60H-MF76P"),
        ("cc 7c6oh mf76p", "CC-7C60H-MF76P"),
        ("7C60HMF76P", "CC-7C60H-MF76P"),
        ("CC-iLoHM-F76PX", "CC-110HM-F76PX"),
        ("CC-7C60H-MF76U", ""),
        ("7hQ2mXk9sVb4TzLr8cNpYe", ""),
    ],
)
def test_a_reference_is_known_however_it_is_typed(typed: str, stored: str) -> None:
    assert canonical_reference(typed) == stored


# --- Properties ------------------------------------------------------------------------------------------------------

UIDS = st.sampled_from(["one", "two", "three", "four"])
stamps = st.builds(
    Stamp,
    st.integers(0, 5).map(lambda minute: NOON + timedelta(minutes=minute)),
    st.integers(0, 5),
    st.sampled_from(["a", "b"]),
)
statements = st.one_of(
    st.tuples(st.just(Register.LIFECYCLE), st.sampled_from([*Lifecycle][1:]), st.just(0)),
    st.sampled_from([(Register.PAYMENT, payment, PAYMENT_STRENGTH[payment]) for payment in [*Payment][1:]]),
    st.sampled_from([(Register.USER, number, strength) for number in (1, 2) for strength in (1, 3, 4)]),
    st.tuples(st.just(Register.SUPERSEDED_BY), UIDS, st.integers(-1, 0)),
    st.tuples(st.just(Register.SUPERSEDES), UIDS, st.integers(-1, 0)),
    st.tuples(st.sampled_from([Register.PLANNED, Register.ENDED]), st.just(True), st.just(0)),
    st.tuples(st.just(absence_of(CLIENT)), st.booleans(), st.just(0)),
    st.tuples(st.just(Register.COACH_ABSENT), st.booleans(), st.just(0)),
    st.tuples(st.just(Register.CLIENT_EMAIL), st.just(CLIENT), st.integers(-2, 0)),
    st.tuples(st.just(Register.PRICE), st.sampled_from([0, 9000]), st.just(0)),
    st.tuples(
        st.just(Register.SCHEDULE),
        st.sampled_from([(NOON, NOON + timedelta(minutes=30)), (NOON, None)]),
        st.integers(-1, 0),
    ),
)
facts = st.builds(
    lambda uid, statement, at: Fact(uid, statement[0], statement[1], at, statement[2]), UIDS, statements, stamps
)


def of_one_message_each(told: list[Fact]) -> list[Fact]:
    """No message contradicts itself: one register of one booking, with one stamp, has one value."""
    kept: dict[tuple[str, str, Stamp], Fact] = {}
    for each in told:
        kept.setdefault((each.uid, each.register, each.stamp), each)
    return list(kept.values())


def whole(told: list[Fact]) -> tuple[Any, Any]:
    registers: dict[str, dict[str, Any]] = {uid: {} for uid in ("one", "two", "three", "four")}
    for each in told:
        registers[each.uid] = fold(registers[each.uid], [each])
    return registers, project(registers, payment_required=True)


@given(told=st.lists(facts, max_size=12).map(of_one_message_each), data=st.data())
def test_order_and_repetition_do_not_matter(told: list[Fact], data: st.DataObject) -> None:
    order = data.draw(st.permutations([*told, *told[: len(told) // 2]]))

    assert whole(order) == whole(told)


@pytest.mark.parametrize(
    ("loses", "wins"),
    [
        (stamp(0, rank=5, digest="z"), stamp(1, rank=1, digest="a")),
        (stamp(0, rank=1, digest="z"), stamp(0, rank=2, digest="a")),
        (stamp(0, rank=1, digest="a"), stamp(0, rank=1, digest="b")),
    ],
    ids=["moment", "rank", "digest"],
)
def test_of_two_statements_the_moment_decides_then_the_rank_then_the_digest(loses: Stamp, wins: Stamp) -> None:
    both = [Fact("one", Register.TITLE, "loses", loses), Fact("one", Register.TITLE, "wins", wins)]

    assert [fold({}, order)[Register.TITLE].value for order in (both, both[::-1])] == ["wins", "wins"]


@given(told=st.lists(facts, max_size=12).map(of_one_message_each))
def test_registers_survive_being_stored(told: list[Fact]) -> None:
    for registers in whole(told)[0].values():
        assert decode(encode(registers)) == registers


@given(told=st.lists(facts, max_size=12).map(of_one_message_each), new=facts)
def test_only_a_newer_lifecycle_leaves_a_terminal_status(told: list[Fact], new: Fact) -> None:
    before = whole(told)[1]
    after = whole(of_one_message_each([*told, new]))[1]

    revived = {
        uid
        for uid, projection in before.items()
        if projection.status == Status.BOOKING_CANCELLED and after[uid].status != Status.BOOKING_CANCELLED
    }
    assert revived <= ({new.uid} if new.register == Register.LIFECYCLE else set())


@given(st.integers(0, microseconds(LAST)).map(lambda number: EPOCH + timedelta(microseconds=number)), st.integers(1, 5))
@example(LAST, 5)
def test_the_first_of_two_statements_outweighs_to_the_end_of_the_calendar(moment: datetime, rank: int) -> None:
    told = Stamp(moment, rank, "d")
    turned = earliest_first(told)

    assert earliest_first(turned) == told
    assert turned.moment >= EPOCH
    assert turned <= earliest_first(Stamp(EPOCH, 0, "d"))
