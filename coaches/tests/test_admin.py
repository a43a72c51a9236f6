"""What is mirrored of a coach stays as Cal.com tells it; whether the coach is active is for staff to say."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from bookings.models import Booking
from careercoach.testing import body_of
from coaches.models import Coach
from coaches.services import CoachDetails, record_coach
from users.models import User


def change_page(coach: Coach) -> str:
    return reverse("admin:coaches_coach_change", args=[coach.pk])


def row(coach: Coach) -> dict[str, Any]:
    return Coach.objects.values().get(pk=coach.pk)


def test_only_being_active_can_be_changed(client: Client, sam: User, ada: Coach) -> None:
    client.force_login(sam)
    before = row(ada)
    mallory = {"name": "Mallory", "email": "m@example.org", "username": "m", "time_zone": "UTC", "cal_user_id": 1}

    response = client.post(change_page(ada), mallory | {"stamps": "{}"})

    after = row(ada)
    assert response.status_code == 302
    assert after == before | {"is_active": False, "updated_at": after["updated_at"]}


def test_what_was_told_while_the_page_was_open_is_kept(sam: User, ada: Coach, rf: RequestFactory) -> None:
    request = rf.post(change_page(ada), {})
    request.user = sam
    coach_admin = admin.site.get_model_admin(Coach)
    opened = Coach.objects.get(pk=ada.pk)
    record_coach(CoachDetails(cal_user_id=ada.cal_user_id, name="Ada Renamed"), stamp=(1, 0, "d"))

    form = coach_admin.get_form(request, opened, change=True)(request.POST, instance=opened)
    coach_admin.save_model(request, form.save(commit=False), form, change=True)

    assert row(ada)["name"] == "Ada Renamed"
    assert row(ada)["is_active"] is False


def test_a_coach_is_neither_added_nor_deleted(client: Client, sam: User, ada: Coach) -> None:
    client.force_login(sam)
    delete = reverse("admin:coaches_coach_delete", args=[ada.pk])

    answers = [client.get(reverse("admin:coaches_coach_add")), client.post(delete, {"post": "yes"})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Coach.objects.filter(pk=ada.pk).exists()


def test_the_coachs_page_leads_to_their_bookings(client: Client, sam: User, post: Callable[..., None]) -> None:
    other = body_of("booking_created_free")
    other["payload"] |= {"uid": "another"}
    other["payload"]["organizer"] |= {"id": 7, "name": "Tom"}
    post(body_of("booking_created_free"), other)
    coach = Coach.objects.get(cal_user_id=7)
    client.force_login(sam)
    address = f"{reverse('admin:bookings_booking_changelist')}?coach__id__exact={coach.pk}"

    page = client.get(change_page(coach)).content.decode()
    listed = client.get(address).context["cl"].queryset

    assert f'href="{address}"' in page
    assert list(listed) == [Booking.objects.get(uid="another")]


def test_coaches_are_found_by_name_address_and_id(client: Client, sam: User, ada: Coach) -> None:
    client.force_login(sam)

    def found(term: str) -> list[Coach]:
        return list(client.get(reverse("admin:coaches_coach_changelist"), {"q": term}).context["cl"].queryset)

    assert [found(term) for term in ("ada", "coach.example", "4101", "410")] == [[ada], [ada], [ada], []]
