"""Each genuine story, in any order and however often, ends in the same rows."""

import json
import random
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from bookings.models import Booking, Message, StatusChange
from careercoach.testing import all_recorded

SHOWN = (
    "uid",
    "chain_reference",
    "is_head",
    "status",
    "payment",
    "coach__cal_user_id",
    "user__user_id",
    "linked_by",
    "starts_at",
    "ends_at",
    "link",
    "registers",
)


def rows() -> list[dict[str, Any]]:
    return list(Booking.objects.order_by("uid").values(*SHOWN))


def empty() -> None:
    StatusChange.objects.all().delete()
    Message.objects.all().delete()
    Booking.objects.all().delete()


def components() -> list[list[str]]:
    """The genuine bodies, grouped by the bookings that they concern."""
    groups: dict[str, set[str]] = {}
    bodies: dict[str, list[str]] = defaultdict(list)
    for _name, record in all_recorded():
        body = record["body_raw"]
        document = json.loads(body)
        payload = document.get("payload", document)
        uids = {payload.get(key) for key in ("uid", "bookingUid", "rescheduleUid")} - {None}
        if "triggerEvent" not in document or not uids:
            continue
        merged = set(uids).union(*(groups.get(uid, set()) for uid in uids))
        for uid in merged:
            groups[uid] = merged
        bodies[min(uids)].append(body)
    chains = {frozenset(group) for group in groups.values()}
    return [[body for uid in sorted(chain) for body in bodies[uid]] for chain in sorted(chains, key=sorted)]


STORIES = components()


def test_every_genuine_booking_is_in_a_story() -> None:
    assert len(STORIES) == 31
    assert sum(map(len, STORIES)) == 98


@pytest.mark.parametrize("payment_required", [False, True])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: json.loads(story[0]).get("payload", {}).get("uid", "")[:8])
def test_a_story_ends_the_same_in_any_order(
    story: list[str], payment_required: bool, post: Callable[..., None], settings: Any
) -> None:
    settings.CAL_PAYMENT_REQUIRED = payment_required
    story = sorted(story, key=lambda body: json.loads(body).get("createdAt", ""))
    post(*story)
    expected = rows()

    shuffled = [*story, *story]
    random.shuffle(shuffled)
    for order in (story[::-1], shuffled, [body for body in story for _twice in range(2)]):
        empty()
        post(*order)
        assert rows() == expected
