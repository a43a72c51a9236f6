"""The pool of coaches, as Cal.com has it."""

from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest

from bookings.cal.client import CalError
from bookings.cal.pool import resync_coaches
from bookings.cal.runs import Stopped
from bookings.models import Booking, Run
from bookings.tests.sync import NOW, OTHER_TYPE, TYPE, Upstream, counts, told
from bookings.tests.test_client import Asked, Said, said, shape_a
from coaches.models import Coach

pytestmark = pytest.mark.django_db

HOSTS = [
    {"userId": 77, "name": "Ada Coach", "username": "ada"},
    {"userId": 81, "name": "Bob Coach", "username": "bob"},
]
MEMBERS = [
    {"userId": 77, "accepted": True, "user": {"name": "Ada Coach", "email": "ada@coach.example", "username": "ada"}},
    {"userId": 81, "accepted": False, "user": {"name": "Bob Coach", "email": "bob@coach.example"}},
    {"userId": 90, "accepted": True, "user": {"name": "Olivia Owner", "email": "olivia@coach.example"}},
]


class Pool:
    """The team as it is at Cal.com."""

    def __init__(self, cal: Upstream) -> None:
        self.hosts: list[Any] = list(HOSTS)
        self.members: list[Any] = list(MEMBERS)
        self.types: list[dict[str, Any]] = [{"id": OTHER_TYPE, "hosts": [{"userId": 99, "name": "Other"}]}]
        self.everybody = False
        self.refused = False
        self.cal = cal
        cal.broken = self.answer

    def answer(self, asked: Asked) -> Said | None:
        route = asked.route.removeprefix("/v2/teams/12")
        if route == "/event-types":
            ours = {"id": TYPE, "hosts": self.hosts, "assignAllTeamMembers": self.everybody}
            return said([*self.types, ours])
        if route == "/memberships":
            return shape_a(403, "ForbiddenException", "RolesGuard") if self.refused else said(self.members)
        return None

    def resync(self, *, minutes: int = 0, **options: Any) -> Run:
        self.cal.clock.moment = NOW + timedelta(minutes=minutes)
        with self.cal.api(team_id=12) as api:
            return resync_coaches(api, now=self.cal.clock.now, **options)


@pytest.fixture
def pool(cal: Upstream) -> Pool:
    return Pool(cal)


def coaches() -> list[tuple[Any, ...]]:
    shown = ("cal_user_id", "name", "email", "username", "is_active")
    return list(Coach.objects.order_by("cal_user_id").values_list(*shown))


def test_hosts_have_the_addresses_of_their_memberships(pool: Pool) -> None:
    run, again = pool.resync(), pool.resync(minutes=10)

    assert coaches() == [
        (77, "Ada Coach", "ada@coach.example", "ada", True),
        (81, "Bob Coach", "", "bob", True),
    ]
    assert (counts(run), counts(again)) == ((2, 0, 0, 2, 0), (2, 2, 0, 0, 0))
    assert told(run) == [("77", "name", None, "Ada Coach", "created"), ("81", "name", None, "Bob Coach", "created")]
    assert (told(again), again.calls, again.kind) == ([], 2, "coaches")


def test_what_changed_is_told_field_by_field_and_brings_bookings_along(pool: Pool) -> None:
    Coach.objects.create(cal_user_id=77, name="Ada", email="old@coach.example", username="ada")
    nameless = Booking.objects.create(uid="nameless", coach_email="ada@coach.example")
    pool.hosts = pool.hosts[:1]

    run = pool.resync()

    assert told(run) == [
        ("77", "name", "Ada", "Ada Coach", "changed"),
        ("77", "email", "old@coach.example", "ada@coach.example", "changed"),
    ]
    assert counts(run) == (1, 0, 1, 0, 0)
    nameless.refresh_from_db()
    assert nameless.coach is not None


def test_who_leaves_is_inactive_and_who_returns_is_active_again(pool: Pool) -> None:
    pool.resync()
    pool.hosts = HOSTS[:1]
    left, still_left = pool.resync(minutes=10), pool.resync(minutes=20)
    assert coaches()[1] == (81, "Bob Coach", "", "bob", False)
    assert (counts(left), told(left)) == ((2, 1, 1, 0, 0), [("81", "is_active", True, False, "changed")])
    assert counts(still_left) == (1, 1, 0, 0, 0)

    pool.hosts = HOSTS
    returned = pool.resync(minutes=30)

    assert (counts(returned), told(returned)) == ((2, 1, 1, 0, 0), [("81", "is_active", False, True, "changed")])


def test_what_the_staff_decide_stays(pool: Pool) -> None:
    pool.resync()
    Coach.objects.filter(cal_user_id=77).update(is_active=False)
    pool.hosts = HOSTS[:1]
    pool.resync(minutes=10)
    Coach.objects.filter(cal_user_id=81).update(is_active=True)

    pool.resync(minutes=20)

    assert [active for *_rest, active in coaches()] == [False, True]


def test_all_members_are_hosts_where_the_type_says_so(pool: Pool) -> None:
    pool.everybody, pool.hosts = True, HOSTS[:1]

    pool.resync()

    assert [number for number, *_rest in coaches()] == [77, 90]


def test_without_configured_types_all_of_the_team_count(pool: Pool, settings: Any) -> None:
    settings.CAL_EVENT_TYPE_IDS = []

    pool.resync()

    assert [number for number, *_rest in coaches()] == [77, 81, 99]


def test_without_being_an_admin_the_names_at_least_are_known(pool: Pool) -> None:
    pool.refused = True

    run = pool.resync()

    assert [(name, email) for _number, name, email, *_rest in coaches()] == [("Ada Coach", ""), ("Bob Coach", "")]
    assert counts(run) == (3, 0, 0, 2, 1)
    assert "the key is that of no team admin" in told(run)[0][3]


def test_a_personal_account_has_its_owner(cal: Upstream) -> None:
    me = {"id": 70, "name": "Olivia", "email": "olivia@coach.example", "username": "unknown", "timeZone": "UTC"}
    cal.broken = lambda asked: said(me)

    with cal.api() as api:
        run = resync_coaches(api, now=cal.clock.now)

    assert (coaches(), run.calls) == ([(70, "Olivia", "olivia@coach.example", "", True)], 1)


@pytest.mark.parametrize("hosts", [[], None, "unknown"])
def test_an_empty_pool_is_rather_a_wrong_setting(pool: Pool, hosts: Any) -> None:
    pool.resync()
    pool.hosts = hosts

    with pytest.raises(Stopped, match="is CAL_EVENT_TYPE_IDS right"):
        pool.resync(minutes=10)

    assert [active for *_rest, active in coaches()] == [True, True]


def hosts(count: int, *, first: int = 100) -> list[dict[str, Any]]:
    return [{"userId": number, "name": f"Coach {number}"} for number in range(first, first + count)]


@pytest.mark.parametrize(
    ("there", "staying", "stops"),
    [(12, 6, False), (12, 5, True), (5, 3, False), (5, 2, True), (3, 1, False), (3, 0, True), (2, 0, False)],
)
def test_a_pool_that_most_have_left_is_rather_a_wrong_setting(
    pool: Pool, there: int, staying: int, stops: bool
) -> None:
    pool.hosts = hosts(there)
    pool.resync()
    pool.hosts = [*hosts(staying), *hosts(1, first=900)]

    with pytest.raises(Stopped, match="--all-may-leave") if stops else nullcontext():
        pool.resync(minutes=10)

    assert Coach.objects.filter(is_active=True).count() == (there if stops else staying + 1)
    assert Coach.objects.filter(cal_user_id=900).exists() is not stops


def test_whoever_means_it_lets_all_leave(pool: Pool) -> None:
    pool.hosts = hosts(12)
    pool.resync()
    pool.hosts = hosts(1, first=900)

    with pytest.raises(Stopped, match=r"^12 of 12 coaches would leave: are CAL_TEAM_ID, "):
        pool.resync(minutes=10, dry_run=True)
    looked = pool.resync(minutes=20, dry_run=True, all_may_leave=True)
    run = pool.resync(minutes=30, all_may_leave=True)

    assert counts(looked) == counts(run) == (13, 0, 12, 1, 0)
    assert [number for number, *_rest, active in coaches() if active] == [900]


def test_past_coaches_whom_old_bookings_name_may_go_however_many(pool: Pool) -> None:
    """A resync of all bookings makes them, before the first look at the pool or after it."""
    Coach.objects.bulk_create(Coach(cal_user_id=number) for number in range(500, 510))
    pool.resync()
    Coach.objects.bulk_create(Coach(cal_user_id=number) for number in range(600, 610))
    pool.resync(minutes=10, dry_run=True)

    pool.resync(minutes=20)

    assert [number for number, *_rest, active in coaches() if active] == [77, 81]


def test_strange_hosts_keep_nobody_from_the_next(pool: Pool) -> None:
    """Trap 5: the word unknown for whatever can't be read."""
    strange = [
        {"userId": "unknown", "name": "unknown"},
        {"userId": -1},
        {"userId": [1]},
        {"userId": 84, "name": "unknown"},
    ]
    pool.hosts = [*strange, "text", *HOSTS[:1], {"userId": 77.0, "name": "Ada again"}]
    pool.members = [{"userId": 84, "accepted": True, "user": "unknown"}]

    run = pool.resync()

    assert [(number, name) for number, name, *_rest in coaches()] == [(77, "Ada Coach"), (84, "")]
    assert counts(run) == (3, 0, 0, 2, 1)
    assert told(run)[0] == ("-1", "error", None, "id: is beyond 63 bits", "failed")


def test_half_an_answer_changes_nothing(pool: Pool, cal: Upstream) -> None:
    cal.broken = lambda asked: shape_a(401, "X", "no") if "memberships" in asked.route else pool.answer(asked)

    with pytest.raises(CalError):
        pool.resync()

    assert not Coach.objects.exists()


def test_a_dry_run_says_the_same_and_changes_nothing(pool: Pool) -> None:
    run = pool.resync(dry_run=True)

    assert (counts(run), coaches()) == ((2, 0, 0, 2, 0), [])
    assert {done for *_rest, done in told(run)} == {"nothing"}
