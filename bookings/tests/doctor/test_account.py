"""The key, the team's admin and the clocks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookings.cal.client import (
    CalError,
    CalUnavailable,
    Exchange,
    Forbidden,
    NoSuchRoute,
    NotConfigured,
    Unauthorized,
)
from bookings.cal.doctor import account
from bookings.tests.doctor import ME, said

NOW = datetime(2026, 11, 23, 18, 40, tzinfo=UTC)


def test_a_valid_key_says_whose_it_is() -> None:
    assert said(account.key(ME)) == ("green", "valid: it acts as olivia")
    assert said(account.key({"id": 7})) == ("green", "valid: it acts as 7")


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        (NotConfigured("CAL_API_KEY is not set"), "Set CAL_API_KEY"),
        (Unauthorized("Invalid API Key", status=401), "Make a new key"),
        (CalUnavailable("no answer (ConnectionError)", retryable=True), "See whether Cal.com is up"),
        (NoSuchRoute("no such address", status=404), "CAL_API_BASE_URL is the address"),
    ],
)
def test_a_key_that_doesn_t_work_is_red_with_the_client_s_message(error: CalError, cure: str) -> None:
    finding = account.key(error)

    assert said(finding) == ("red", str(error))
    assert cure in finding.cure


def member(role: str, user: int = 70) -> dict[str, Any]:
    return {"userId": user, "role": role, "accepted": True}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([member("MEMBER", 77), member("OWNER")], ("green", "the key's owner is owner of the team")),
        ([member("ADMIN")], ("green", "the key's owner is admin of the team")),
        (
            [member("MEMBER", 77)],
            ("green", "the key's owner may see the team without being in it, as an organization's admin"),
        ),
        ([member("MEMBER")], ("red", "the key's owner is only member of the team")),
        (Forbidden("not an admin", status=403), ("red", "the key's owner may not see the team: 403: not an admin")),
        (NoSuchRoute("no route", status=404), ("red", "the team could not be looked at: 404: no route")),
    ],
)
def test_the_key_s_owner_must_be_an_admin_of_the_team(members: Any, expected: tuple[str, str]) -> None:
    assert said(account.team_admin(ME, members)) == expected


def exchange(skew: float | None, *, journey: float = 0) -> Exchange:
    """An answer by a clock that is so many seconds ahead of ours."""
    asked, answered = NOW, NOW + timedelta(seconds=journey)
    told = None if skew is None else asked + timedelta(seconds=journey / 2 + skew - 0.5)
    return Exchange(asked_at=asked, answered_at=answered, server_date=told, request_id="")


@pytest.mark.parametrize(
    ("skew", "expected"),
    [
        (0, ("green", "ours is 0.0 s ahead of Cal.com's")),
        (1.9, ("green", "ours is 1.9 s behind Cal.com's")),
        (2, ("yellow", "ours is 2.0 s behind Cal.com's")),
        (-29.9, ("yellow", "ours is 29.9 s ahead of Cal.com's")),
        (30, ("red", "ours is 30.0 s behind Cal.com's")),
        (-60, ("red", "ours is 60.0 s ahead of Cal.com's")),
    ],
)
def test_clocks_must_agree(skew: float, expected: tuple[str, str]) -> None:
    assert said(account.clock([exchange(skew)])) == expected


def test_the_shortest_journey_tells_the_clock_best() -> None:
    slow, quick, mute = exchange(40, journey=20), exchange(0.5, journey=0.1), exchange(None)

    assert account.clock([slow, quick, mute]).colour == "green"
    assert account.clock([mute]).colour == "yellow"
    assert account.clock([]).colour == "yellow"


def test_what_was_not_looked_at_is_no_news_of_its_own() -> None:
    assert account.not_seen("webhook").colour == "yellow"
