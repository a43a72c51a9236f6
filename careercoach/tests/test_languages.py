"""Both languages, wherever people read."""

from collections.abc import Callable
from typing import Any

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


@pytest.mark.parametrize("path", ["/api/bookings", "/api/meta?nonsense=1", "/api/nowhere"])
def test_the_apis_language_is_the_one_that_is_accepted_whatever_a_cookie_says(
    path: str, client: Client, db: None, settings: Any
) -> None:
    """Its answers vary with that header only, and some are kept for an hour; the cookie is that of pages."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"

    api, page = client.get(path, headers={"Accept-Language": "en"}), client.get("/admin/login/")

    assert all(error["detail"].isascii() for error in api.json()["errors"])
    assert page.headers["Content-Language"] == "zh-hans"


def test_what_django_refuses_is_in_the_language_that_is_accepted(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"

    answer = client.get("/api/meta", headers={"Host": "other.example"})

    assert answer.json()["errors"][0]["detail"] == "This request can't be answered."
