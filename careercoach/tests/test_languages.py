"""Both languages, wherever people read."""

from collections.abc import Callable

import pytest
from django.test import Client

from careercoach.testing import body_of
from users.models import User


@pytest.mark.parametrize(
    ("language", "label", "reason"),
    [
        ("en", "Booked", "accepted"),
        ("zh-CN", "已预约", "已接受"),
        ("zh-Hans", "已预约", "已接受"),
        ("fr", "Booked", "accepted"),
    ],
)
def test_labels_are_in_the_callers_language(
    post: Callable[..., None], client: Client, language: str, label: str, reason: str
) -> None:
    User.objects.create_user("jonas.berg@client.example", "Jonas", user_id="jonas-1")
    post(body_of("booking_created_free"))

    page = client.get("/api/bookings", {"userId": "jonas-1"}, headers={"Accept-Language": language}).json()

    assert [(each["statusLabel"], each["reasonLabel"]) for each in page["results"]] == [(label, reason)]


@pytest.mark.parametrize(
    ("path", "language", "detail"),
    [
        ("/api/bookings", "zh-CN", "该字段是必填项。"),
        ("/api/bookings?userId=nobody", "zh-CN", "没有使用此 userId 的用户。请先通过 POST /api/users 创建。"),
        ("/api/bookings", "en", "This field is required."),
    ],
)
def test_errors_are_in_the_callers_language(client: Client, db: None, path: str, language: str, detail: str) -> None:
    errors = client.get(path, headers={"Accept-Language": language}).json()["errors"]

    assert [error["detail"] for error in errors] == [detail]
