"""The theme: every page in it, nothing asked of another machine, and no word of it without Chinese."""

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
import unfold
from django.contrib import admin
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override
from unfold.admin import ModelAdmin as Page

from bookings.admin.acting.acts import ACTS
from bookings.admin.theme import GROUPS, dress
from bookings.admin.words import WORDS
from bookings.models import Booking, Did
from bookings.tests.admin import BOOKINGS, page_of, text_of
from careercoach.testing import away
from users.models import User

FOLDER = Path(unfold.__file__).parent
# Words in more than one form, with gaps that are filled in, or for what isn't used here.
NOT_CHECKED = {"Select currency"}


def test_every_page_is_in_the_theme() -> None:
    assert [model for model, page in admin.site._registry.items() if not isinstance(page, Page)] == []


def test_what_another_package_registers_is_dressed_and_keeps_its_ways() -> None:
    class Plain(ModelAdmin):
        list_display = ("uid",)

    site = AdminSite()
    site.register(Booking, Plain)
    site.register(Group, ModelAdmin)

    dress(site)
    dress(site)

    pages = [site.get_model_admin(model) for model in (Booking, Group)]
    assert [isinstance(page, Page) for page in pages] == [True, True]
    assert (pages[0].list_display, pages[1].search_fields) == (("uid",), ("name",))


def test_rights_are_ticked_and_are_in_the_language_of_the_page(client: Client, sam: User) -> None:
    group = Group.objects.create(name="Night shift")
    client.force_login(sam)
    client.cookies["django_language"] = "zh-hans"

    pages = [text_of(client, page_of(row)) for row in (group, sam)]

    for right in ("后台 | 预约: 可查看", "后台 | 预约: 可以查看邮箱地址"):
        assert [right in page for page in pages] == [True, True]
    assert ["selectfilter" in page for page in pages] == [False, False]
    permission = Permission.objects.get(codename="view_address")
    client.post(page_of(group), {"name": "Night shift", "permissions": [permission.pk]})
    assert list(group.permissions.all()) == [permission]


def test_an_empty_list_says_why(client: Client, sam: User) -> None:
    client.force_login(sam)

    pages = [text_of(client, reverse(BOOKINGS) + query) for query in ("", "?q=nobody", "?status__exact=PENDING")]

    assert ["There is nothing here at present." in page for page in pages] == [True, False, False]
    assert ["Nothing fits the search and the filters." in page for page in pages] == [False, True, True]


def test_no_page_asks_another_machine_for_anything(client: Client, sam: User) -> None:
    client.force_login(sam)
    shown = text_of(client, reverse(BOOKINGS)) + text_of(Client(), reverse("admin:login"))

    loaded = re.findall(r"""<(?:link|script|img|iframe)\b[^>]*?(?:href|src)=["']([^"']+)""", shown)

    assert loaded
    assert [address for address in loaded if not address.startswith(("/static/", "/admin/"))] == []


def test_every_word_of_the_theme_has_chinese() -> None:
    """Those that pages of ours can show. After an upgrade this names what is to be added to `words`."""
    words = set()
    for folder in (FOLDER / "templates" / "admin", FOLDER / "templates" / "unfold", FOLDER / "contrib" / "filters"):
        for template in folder.rglob("*.html"):
            found = re.findall(r"""\{% trans(?:late)? (["'])(.+?)\1""", template.read_text())
            words |= {word for _quote, word in found}
    for module in ("admin", "forms", "widgets"):
        words |= set(re.findall(r'\b_\("([^"]+)"\)', (FOLDER / f"{module}.py").read_text()))

    with override("zh-hans"):
        missing = [word for word in words - NOT_CHECKED if gettext(word) == word]
        ours = [word for word in WORDS if isinstance(word, str) and gettext(word) == word]

    assert (sorted(missing), ours) == ([], [])
    assert len(words) > 50


@pytest.mark.parametrize(("cookie", "shown"), [("Europe/Paris", "CET"), ("Europe/Atlantis", "UTC"), ("", "UTC")])
def test_times_are_in_the_zone_of_the_browser(cookie: str, shown: str, client: Client, sam: User) -> None:
    Booking.objects.create(uid="u", starts_at="2026-12-01T12:00:00Z", client_time_zone="America/Chicago")
    client.force_login(sam)
    client.cookies["viewer_zone"] = cookie

    page = text_of(client, reverse(BOOKINGS))

    hour = "13:00" if shown == "CET" else "12:00"
    assert f"2026-12-01 {hour} {shown}" in page
    assert "2026-12-01 06:00 America/Chicago" in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_times_that_the_framework_writes_look_like_ours(language: str, client: Client, sam: User) -> None:
    client.force_login(sam)
    client.cookies["django_language"] = language

    assert f"{sam.created_at:%Y-%m-%d %H:%M} UTC" in text_of(client, reverse("admin:users_user_changelist"))


def test_a_list_has_its_name_in_the_title(client: Client, sam: User) -> None:
    client.force_login(sam)

    titles = [
        re.findall(r"<title>\s*(.+?)\s*</title>", text_of(client, reverse(f"admin:{page}_changelist")))
        for page in ("bookings_booking", "users_user", "auth_group")
    ]

    assert titles == [["Bookings | Career Coach"], ["Users | Career Coach"], ["Groups | Career Coach"]]


def test_whoever_is_logged_in_is_addressed_by_name(client: Client, sam: User) -> None:
    client.force_login(sam)

    assert re.search(rf"truncate\">\s*{sam.name}\s*</div>", text_of(client, reverse("admin:index")))


def test_a_group_has_another_kind_of_name_than_a_person(client: Client, sam: User) -> None:
    group = Group.objects.create(name="Night shift")
    client.force_login(sam)
    client.cookies["django_language"] = "zh-hans"

    fields = [client.get(page_of(row)).context["adminform"].form.fields["name"].label for row in (group, sam)]

    assert fields == ["名称", "姓名"]


def test_the_groups_of_the_staff_are_in_the_language_of_the_page_and_stored_as_they_are(
    member: Callable[[str], Client], sam: User
) -> None:
    browser = member("Auditors")
    browser.cookies["django_language"] = "zh-hans"
    group = Group.objects.get(name="Auditors")
    people, groups = reverse("admin:users_user_changelist"), reverse("admin:auth_group_changelist")
    charlie = User.objects.get(groups=group)

    read = [text_of(browser, each) for each in (people, groups, page_of(group), page_of(charlie))]
    browser.force_login(sam)
    edited = [text_of(browser, each) for each in (page_of(group), page_of(charlie))]
    browser.post(page_of(group), {"name": "Auditors", "permissions": []})
    made = text_of(browser, reverse("admin:auth_group_add"))

    assert [("审计员" in page, "Auditors" in page) for page in read] == [(True, False)] * 4
    assert ["审计员" in page for page in edited] == [True, True]
    assert ['value="Auditors"' in page for page in (*edited, made)] == [True, False, False]
    assert Group.objects.get(pk=group.pk).name == "Auditors"
    assert set(import_module("bookings.migrations.0005_groups").GROUPS) == set(GROUPS)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Page not found", "Not for you to see", "Not sent", "This address can’t be answered")),
        ("zh-hans", ("页面不存在", "无权访问", "未提交", "无法打开此地址")),
    ],
)
def test_what_is_shown_instead_of_a_page_says_what_to_do(
    language: str, said: tuple[str, ...], member: Callable[[str], Client]
) -> None:
    client = member("Auditors")
    client.cookies["django_language"] = language
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["django_language"] = language
    booking = Booking.objects.create(uid="u")

    answers = (
        client.get("/admin/nowhere/"),
        client.get(ACTS[Did.CANCEL].address([booking.pk])),
        strict.post(reverse("admin:login")),
        client.get(reverse(BOOKINGS), {"bogus": "1"}),
    )

    pages = [answer.content.decode() for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 403, 403, 400]
    assert [f"<h1>{each}</h1>" in page for each, page in zip(said, pages, strict=True)] == [True] * 4
    assert [f'<a href="{reverse("admin:index")}">' in page for page in pages] == [True] * 4


@pytest.mark.parametrize(("language", "said"), [("en", "Something went wrong"), ("zh-hans", "出错了")])
def test_a_failure_tells_the_number_that_finds_it_in_the_log_and_nothing_else(
    language: str, said: str, member: Callable[[str], Client]
) -> None:
    client = member("Auditors")
    client.cookies["django_language"] = language
    client.raise_request_exception = False

    with away(RuntimeError("the password is x9")):
        answer = client.get(reverse(BOOKINGS))

    page = answer.content.decode()
    assert (answer.status_code, f"<h1>{said}</h1>" in page, "x9" in page) == (500, True, False)
    assert answer.headers["X-Request-Id"] in page


def test_a_login_leads_to_the_dashboard(client: Client, sam: User) -> None:
    typed = {"username": sam.email, "password": "sams-password"}

    response = client.post(reverse("admin:login"), typed)

    assert (response.status_code, response.headers["Location"]) == (302, reverse("admin:index"))
