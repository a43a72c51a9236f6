"""The event page: what is sold, and when somebody is free."""

import pytest
from django.utils import timezone

from careercoach.demo import calendar
from careercoach.demo.models import Host
from careercoach.demo.pages import asked, words
from careercoach.demo.tests.conftest import host
from careercoach.demo.tests.test_pages.conftest import PAGE, free, text

pytestmark = [pytest.mark.django_db(databases=["default", "demo"]), pytest.mark.usefixtures("ada")]


def test_the_event_page_says_what_is_sold_and_when(client, event_type):
    host(81, "Bob")

    page = text(client.get(PAGE))

    for said in ("Career coaching session", "30 minutes", "$49.00", "whoever of our 2 coaches is free"):
        assert said in page
    assert 'aria-current="date"' in page
    assert 'class="slot"' in page


def test_a_coach_alone_is_no_round_robin(client):
    assert "With our coach" in text(client.get(PAGE))


def test_slots_are_shown_in_the_readers_zone(client, event_type):
    start = free(event_type)

    for zone in ("Europe/Paris", "Asia/Shanghai"):
        page = text(client.get(PAGE, {"cal.tz": zone, "date": words.zoned(start, zone).date().isoformat()}))

        assert words.time_of(start, zone) in page
        assert f'<option value="{zone}" selected>' in page


def test_the_zone_is_remembered(client):
    client.get(PAGE, {"cal.tz": "Asia/Shanghai"})

    page = text(client.get(PAGE))

    assert '<option value="Asia/Shanghai" selected>' in page
    assert "data-detect-zone" not in page


@pytest.mark.parametrize("zone", ["Europe", "localtime", "Factory", "../../etc/passwd", "x" * 5000, "\0"])
def test_a_zone_that_is_none_is_left_to_the_browser(client, zone):
    answer = client.get(PAGE, {"cal.tz": zone})

    assert '<option value="UTC" selected>' in text(answer)
    assert "data-detect-zone" in text(answer)
    assert asked.ZONE_COOKIE not in answer.cookies


def test_a_zone_outside_our_list_is_taken_too(client):
    assert "Reykjavik (UTC+00:00)</option>" in text(client.get(PAGE, {"cal.tz": "Atlantic/Reykjavik"}))


def test_months_can_be_turned_as_far_as_can_be_booked(client):
    now = timezone.now()
    first, last = now.replace(day=1), (now + calendar.HORIZON).replace(day=1)

    begin, end = (text(client.get(PAGE, {"month": f"{month:%Y-%m}"})) for month in (first, last))

    assert ('rel="prev"' in begin, 'rel="next"' in begin) == (False, True)
    assert ('rel="prev"' in end, 'rel="next"' in end) == (True, False)


@pytest.mark.parametrize(
    "query",
    [
        {"month": "1999-01"},
        {"month": "2099-12", "date": "2099-12-31"},
        {"month": "9999-99"},
        {"date": "yesterday"},
        {"date": "0001-01-01"},
        {"month": "", "date": "", "duration": "30", "layout": "month_view"},
    ],
)
def test_a_month_or_day_that_cannot_be_leads_to_one_that_can(client, query):
    assert 'class="slot"' in text(client.get(PAGE, query))


@pytest.mark.parametrize("given", ["tomorrow", "2030-01-01T10:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_a_slot_that_is_no_time_leads_to_the_calendar(client, given):
    answer = client.get(PAGE, {"slot": given})

    assert answer.status_code == 200
    assert str(words.REFUSALS["no_slot"]) in text(answer)


def test_a_slot_in_the_past_leads_to_the_calendar(client):
    answer = client.get(PAGE, {"slot": "2020-01-06T10:00:00.000Z"})

    assert "That time is not free any more" in text(answer)


def test_nobody_free_is_said(client, ada):
    Host.objects.update(is_away=True)

    assert "Nobody is free in this month" in text(client.get(PAGE))


@pytest.mark.parametrize(
    "path",
    [
        "/team/career-coach/nothing",
        "/team/nobody/coaching-session",
        "/booking/nope",
        "/reschedule/nope",
        "/video/nope",
        "/payment/nope",
        f"{PAGE}?rescheduleUid=nope",
        "/booking/%3Cscript%3E",
    ],
)
def test_what_is_not_there_is_said_in_both_languages(client, path):
    for language, opening in (("en", '<html lang="en">'), ("zh-hans", '<html lang="zh-Hans">')):
        client.cookies["django_language"] = language

        answer = client.get(path)

        assert answer.status_code == 404
        assert opening in text(answer)
