"""What the demo starts with."""

import pytest
import requests
from django.utils import timezone

from careercoach.demo import EVENT_TYPE_ID, post, seed
from careercoach.demo.models import Booking, EventType, Host, Webhook
from careercoach.demo.tests.conftest import NOW
from users.models import User

both = pytest.mark.django_db(databases=["default", "demo"])

LINKS = {
    email: {"name": name, "email": email, "metadata[cc_ref]": "signed", "cc-ref": "signed"}
    for _user_id, name, email, _zone in seed.USERS
}


def prepared(port: int = 8000) -> EventType:
    site = f"http://localhost:{port}"
    return seed.prepare(site=site, webhook_url=f"{site}/api/webhook/cal", secret="s")


@both
def test_six_coaches_in_zones_of_their_own_sell_one_type_to_one_webhook():
    event_type = prepared()

    assert (event_type.pk, event_type.path) == (EVENT_TYPE_ID, "/team/career-coach/coaching-session")
    assert Host.objects.count() == 6
    assert Host.objects.values("time_zone").distinct().count() == 6
    assert [str(webhook) for webhook in Webhook.objects.all()] == ["http://localhost:8000/api/webhook/cal"]


@both
def test_at_another_address_everything_else_is_kept():
    prepared()
    Host.objects.filter(pk=77).update(is_away=True)
    EventType.objects.update(price=0)
    prepared(8001)

    event_type = EventType.objects.get()
    assert (event_type.site, event_type.success_redirect_url) == ("http://localhost:8001", "http://localhost:8001/")
    assert (event_type.price, Host.objects.get(pk=77).is_away) == (0, True)
    assert [webhook.subscriber_url for webhook in Webhook.objects.all()] == ["http://localhost:8001/api/webhook/cal"]


@both
def test_the_history_holds_one_of_each_end():
    event_type = prepared()
    made = seed.history(event_type, links=LINKS, now=NOW)

    bookings = Booking.objects.order_by("start")
    assert made == 6
    assert [(booking.status, booking.no_show, booking.ended_at is not None) for booking in bookings] == [
        ("ACCEPTED", False, True),
        ("ACCEPTED", True, True),
        ("CANCELLED", False, False),
        ("ACCEPTED", False, True),
        ("ACCEPTED", False, False),
        ("ACCEPTED", False, False),
    ]
    assert {booking.metadata["cc_ref"] for booking in bookings} == {booking.answers["cc-ref"] for booking in bookings}
    assert seed.history(event_type, links=LINKS, now=NOW) == 0


@pytest.mark.django_db(databases=["default", "demo"], transaction=True)
def test_the_mirror_knows_the_history_once_it_is_sent(live_server, settings):
    settings.CAL_WEBHOOK_SECRETS = ["s"]
    settings.CAL_EVENT_URL = f"{live_server.url}/team/career-coach/coaching-session"
    event_type = seed.prepare(site=live_server.url, webhook_url=f"{live_server.url}/api/webhook/cal", secret="s")
    seed.history(event_type, links=seed.sign_up(site=live_server.url), now=timezone.now())
    post.send_due()

    def statuses(user_id: str) -> list[str]:
        answer = requests.get(f"{live_server.url}/api/bookings", {"userId": user_id}, timeout=10).json()
        return sorted(booking["status"] for booking in answer["results"])

    assert statuses("demo-alice") == ["BOOKING_CREATED", "MEETING_ENDED", "NO_SHOW"]
    assert statuses("demo-ben") == ["BOOKING_CANCELLED"]
    assert statuses("demo-xiaoyu") == ["BOOKING_CREATED", "MEETING_ENDED"]


@both
def test_demo_users_are_signed_up_once(live_server, settings):
    settings.CAL_EVENT_URL = "http://cal.example/team/career-coach/coaching-session"
    seed.sign_up(site=live_server.url)
    links = seed.sign_up(site=live_server.url)

    assert sorted(User.objects.values_list("user_id", flat=True)) == ["demo-alice", "demo-ben", "demo-xiaoyu"]
    assert sorted(links["ben@example.com"]) == ["cc-ref", "email", "metadata[cc_ref]", "name"]
