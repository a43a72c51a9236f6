"""Each group of the staff sees what it may, in both languages, and does no more than it may."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.admin.acting.acts import ACTS
from bookings.cal import staff as told
from bookings.models import Act, Attention, Booking, Did, Message
from bookings.periodic import schedules
from bookings.tests.admin import BOOKINGS, EMAIL, MESSAGES, booked, page_of, text_of
from bookings.tests.admin.test_attention import CASES, SETTLE
from coaches.models import Coach
from users.models import User

TYPED = "typed@as.name"  # For a name, where one may type anything.
RECORDS = {"Act", "Attention", "Booking", "Coach", "Difference", "Message", "PrivacyRequest", "Run", "User"}
SEES = {
    "Operations": RECORDS,
    "Auditors": RECORDS | {"Group", "Schedule", "Task"},
    "Support": {"Attention", "Booking", "Coach", "User"},
    "Administrators": RECORDS | {"Group", "Schedule", "Task"},
}


def pages(model: type[Model]) -> list[str]:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    # The last case is the one that nobody has to hide: no user was found.
    first = model._default_manager.order_by("-pk" if model is Attention else "pk").first()
    changelist = reverse(f"{name}_changelist")
    page = [] if first is None else [page_of(first), reverse(f"{name}_history", args=[first.pk])]
    return [changelist, f"{changelist}?q=jonas", *page]


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("group", SEES)
def test_each_group_opens_searches_and_filters_what_it_sees(
    group: str, language: str, member: Callable[[str], Client], post: Callable[..., None]
) -> None:
    post(booked(1))
    browser = member(group)
    browser.cookies["django_language"] = language

    answers = {
        (model.__name__, address): browser.get(address).status_code
        for model in admin.site._registry
        for address in pages(model)
    }

    expected = {named: 200 if named[0] in SEES[group] else 403 for named in answers}
    assert answers == expected
    assert browser.get(reverse("admin:index")).status_code == 200


@pytest.mark.usefixtures("rows")
def test_only_where_somebody_can_edit_is_a_list_of_edits_offered(
    member: Callable[[str], Client], post: Callable[..., None]
) -> None:
    """The story of a booking is on its page, and a list of edits that always is empty is a way to nowhere."""
    post(booked(1))
    schedules.write(now=timezone.now())
    browser = member("Administrators")

    offer = set()
    for model in admin.site._registry:
        row = model._default_manager.first()
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_history"
        if row is not None and reverse(name, args=[row.pk]) in browser.get(page_of(row)).text:
            offer.add(model.__name__)

    assert offer == {"Coach", "Group", "Schedule", "User"}


def offered(browser: Client, changelist: str) -> list[str]:
    """The addresses of all choices of all filters that the list shows; a list to pick from, or two days, is a form."""
    shown = browser.get(changelist).context["cl"]
    found = []
    for spec in shown.filter_specs:
        choices = list(spec.choices(shown))
        found += [choice["query_string"] for choice in choices if "query_string" in choice]
        names = [name for choice in choices if "form" in choice for name in choice["form"].fields]
        found += [f"?{name}={'2026-12-01' if name.startswith('starts_at') else 1}" for name in names]
    return [changelist + query for query in found]


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("group", SEES)
def test_each_filter_that_is_offered_filters(
    group: str, member: Callable[[str], Client], post: Callable[..., None]
) -> None:
    post(booked(1))
    browser = member(group)
    models = [model for model in admin.site._registry if model.__name__ in SEES[group]]
    lists = [reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in models]

    answers = {address: browser.get(address).status_code for each in lists for address in offered(browser, each)}

    assert len(answers) > 30
    assert {address: status for address, status in answers.items() if status != 200} == {}


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("group", SEES)
def test_the_menu_counts_the_cases_of_the_list(
    group: str, member: Callable[[str], Client], post: Callable[..., None]
) -> None:
    post(booked(1))

    context = member(group).get(reverse(CASES)).context

    items = [item for group in context["sidebar_navigation"] for item in group["items"]]
    counted = [item["badge"] for item in items if item["link"] == reverse(CASES)]
    assert counted == [str(len(context["cl"].result_list))]


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("group", ["Auditors", "Support"])
def test_who_may_only_look_can_act_on_nothing(group: str, member: Callable[[str], Client]) -> None:
    browser = member(group)
    booking, case, message = Booking.objects.get(), Attention.objects.first(), Message.objects.first()
    models = (Booking, Attention, Message, User, Coach)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    assert case is not None
    assert message is not None
    acts = [ACTS[did].address([booking.pk]) for did in ACTS]
    addresses = [
        *acts,
        reverse(SETTLE) + f"?ids={case.pk}",
        reverse("admin:bookings_message_process", args=[message.pk]),
        page_of(Coach.objects.get()),
        page_of(User.objects.get(email=EMAIL)),
    ]

    answers = [browser.post(address, {"reason": "x", "note": "x"}).status_code for address in addresses]
    chosen = {"_selected_action": [booking.pk], "index": 0}
    lists = [
        browser.post(reverse(name), {"action": action, **chosen}).status_code
        for name, action in ((BOOKINGS, "cancel"), (CASES, "settle_chosen"), (MESSAGES, "process_again"))
    ]

    assert set(answers) == {403}
    assert set(lists) <= {200, 302, 403}  # Back to the list, which knows no such action.
    assert [list(model.objects.order_by("pk").values()) for model in models] == before
    shown = text_of(browser, page_of(booking))
    assert [act in shown for act in acts] == [False] * len(acts)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("group", ["Operations", "Administrators"])
def test_who_may_act_acts(group: str, member: Callable[[str], Client]) -> None:
    browser = member(group)
    booking = Booking.objects.get()

    shown = text_of(browser, page_of(booking))
    done = browser.post(ACTS[Did.LINK].address([booking.pk]), {"person": "alice-1", "note": "She said so."})

    assert ACTS[Did.LINK].address([booking.pk]) in shown
    assert (done.status_code, Booking.objects.get().user) == (302, User.objects.get(user_id="alice-1"))


@pytest.mark.usefixtures("rows")
def test_support_sees_no_address_and_nothing_of_money(member: Callable[[str], Client], sam: User) -> None:
    booking = Booking.objects.get()
    told.record_refund(booking, refund_id="re_77", amount=1234, note="half of it", by=sam, now=timezone.now())
    Booking.objects.update(cancelled_by=EMAIL, coach_email="maya@coach.example")
    browser = member("Support")
    addresses = [
        address
        for model in (Attention, Booking, Coach, User)
        for address in (reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"),)
    ]
    addresses += [page_of(booking), page_of(Coach.objects.get()), page_of(User.objects.get(email=EMAIL))]

    shown = "".join(text_of(browser, address) for address in addresses)

    secrets = [EMAIL, "maya@coach.example", booking.payment_intent, "re_77", "90.00", "12.34", "half of it", "Paid"]
    secrets += ["BOOKING_PAID", "refund", "Payment"]
    assert [each for each in secrets if each in shown] == []
    assert "j•••@client.example" in shown


@pytest.mark.usefixtures("rows")
def test_support_sees_no_address_that_stands_where_none_is_expected(
    member: Callable[[str], Client], sam: User, alice: User
) -> None:
    booking = Booking.objects.get()
    Booking.objects.update(client_name=TYPED, title=f"With {TYPED}", reason=f"Ask {TYPED}", user=alice)
    User.objects.filter(pk=alice.pk).update(name=TYPED)
    acts = [
        (Did.RESYNC, "", "payment, price", True),
        (Did.ATTENDANCE, "", f"No {TYPED}", False),
        (Did.LINK, TYPED, "", True),
    ]
    for did, note, result, is_done in acts:
        Act.objects.create(
            did=did, booking=booking, by=sam, at=timezone.now(), note=note, result=result, is_done=is_done
        )
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(user=sam, content_type=about, object_id=str(alice.pk), object_repr="x", action_flag=CHANGE)
    Attention.objects.create(booking=booking, condition="no_user", weight=12, since=timezone.now(), note=TYPED)
    browser = member("Support")
    addresses = [
        *map(reverse, (BOOKINGS, CASES, "admin:users_user_changelist", "admin:index")),
        *map(page_of, (booking, alice, Attention.objects.get(condition="no_user"))),
        reverse("admin:users_user_history", args=[alice.pk]),
    ]
    exports = [reverse(f"admin:bookings_{name}_export") for name in ("booking", "attention")]

    shown = "".join(text_of(browser, address) for address in addresses)
    shown += "".join(b"".join(browser.get(address).streaming_content).decode() for address in exports)

    assert [each for each in (TYPED, sam.email, "payment, price", "lifecycle") if each in shown] == []
    assert ("t•••@as.name" in shown, "With t•••@as.name" in shown, sam.name in shown) == (True, True, True)


@pytest.mark.usefixtures("rows")
def test_support_finds_by_what_it_is_told_and_finds_out_nothing(member: Callable[[str], Client]) -> None:
    browser = member("Support")
    booking = Booking.objects.get()

    def found(name: str, **query: str) -> int:
        return len(browser.get(reverse(name), query).context["cl"].queryset)

    users, coaches = "admin:users_user_changelist", "admin:coaches_coach_changelist"
    assert found(BOOKINGS, q=EMAIL) == found(users, q=EMAIL.upper()) == found(users, q="Jonas") == 1
    assert found(coaches, q="maya") + found(coaches, q=" ") >= 1
    assert found(users, q="client.example") == found(BOOKINGS, q=booking.payment_intent) == 0
    refused = [
        (BOOKINGS, "payment__exact"),
        (BOOKINGS, "client_email__startswith"),
        (users, "email__startswith"),
        (coaches, "email__startswith"),
    ]
    assert [browser.get(reverse(name), {lookup: "p"}).status_code for name, lookup in refused] == [400] * 4


@pytest.mark.usefixtures("rows")
def test_an_administrator_lets_people_in_but_makes_nobody_all_powerful(
    member: Callable[[str], Client], alice: User, sam: User
) -> None:
    browser = member("Administrators")
    group = Group.objects.get(name="Operations")
    form = {"name": "Alice", "email": alice.email, "is_active": "on", "is_staff": "on", "groups": [group.pk]}

    own = browser.post(page_of(alice), form | {"is_superuser": "on"})
    other = browser.post(page_of(sam), form)

    alice.refresh_from_db()
    assert (own.status_code, other.status_code) == (302, 403)
    assert (alice.is_staff, alice.is_superuser, list(alice.groups.all())) == (True, False, [group])


def test_groups_are_as_they_were_where_somebody_added_to_them(member: Callable[[str], Client]) -> None:
    member("Support")
    make: Any = import_module("bookings.migrations.0005_groups").make_groups
    group = Group.objects.get(name="Support")
    group.permissions.clear()

    make(apps)
    make(apps)

    assert group.permissions.count() == 4
    assert Group.objects.count() == 4
