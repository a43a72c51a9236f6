"""The control page's wire, coaches and deliveries."""

import re

import pytest

from careercoach.demo.models import Delivery, Wire
from careercoach.demo.tests.test_pages.conftest import said, text

pytestmark = [pytest.mark.django_db(databases=["default", "demo"]), pytest.mark.usefixtures("ada", "webhook")]


def share() -> list[int]:
    wire = Wire.current()
    return [wire.drop, wire.repeat, wire.delay, wire.shuffle, wire.cut]


def test_the_wire_is_spoiled_as_the_sliders_say(client):
    data = {"drop": "5", "repeat": "10", "delay": "15", "shuffle": "20", "cut": "100"}

    told = said(client.post("/demo/wire", data, follow=True))

    assert told == ["ok: The wire is set. It holds for what is sent from now on."]
    assert share() == [5, 10, 15, 20, 100]
    assert 'name="cut" min="0" max="100" step="5" value="100"' in text(client.get("/demo/"))


def test_the_wire_has_presets(client):
    for preset, expected in (("repeated", [0, 30, 0, 100, 0]), ("stormy", [10, 40, 30, 60, 10]), ("clean", [0] * 5)):
        client.post("/demo/wire", {"preset": preset})

        assert share() == expected


@pytest.mark.parametrize("data", [{}, {"drop": "101"}, {"drop": "-1"}, {"drop": "many"}, {"preset": "flood"}])
def test_a_share_that_is_none_changes_nothing(client, data):
    rest = {"repeat": "1", "delay": "1", "shuffle": "1", "cut": "1"}

    told = said(client.post("/demo/wire", (rest if "drop" in data else {}) | data, follow=True))

    assert told == ["bad: Give a whole number from 0 to 100 for each."]
    assert share() == [0] * 5


def test_a_coach_goes_away_and_comes_back(client, ada):
    told = said(client.post(f"/demo/coaches/{ada.pk}", {"away": "1"}, follow=True))
    ada.refresh_from_db()
    assert (told, ada.is_away) == (["ok: Ada is away and offers no time."], True)

    told = said(client.post(f"/demo/coaches/{ada.pk}", follow=True))
    ada.refresh_from_db()
    assert (told, ada.is_away) == (["ok: Ada is back."], False)

    assert client.post("/demo/coaches/999").status_code == 404


def test_the_deliveries_say_what_became_of_them(client, paid):
    def line() -> list[str]:
        row = re.search(r"<tbody>\s*<tr>(.+?)</tr>", text(client.get("/demo/")), re.DOTALL)[1]
        return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td>(.*?)</td>", row)][1:]

    assert line() == ["BOOKING_PAID", "Alice", "–", "200"]
    latest = Delivery.objects.filter(pk=Delivery.objects.first().pk)
    latest.update(fates=["repeated", "cut"], answer="")
    assert line() == ["BOOKING_PAID", "Alice", "repeated, cut off", "no answer"]
    latest.update(fates=["dropped"])
    assert line() == ["BOOKING_PAID", "Alice", "dropped", "never sent"]
    latest.update(fates=["delayed"], sent_at=None, booking=None)
    assert line() == ["BOOKING_PAID", "", "delayed", "on its way"]


def test_a_delivery_shows_its_whole_body(client, paid, webhook):
    delivery = Delivery.objects.get(trigger="BOOKING_CREATED")

    page = text(client.get(f"/demo/deliveries/{delivery.pk}"))

    assert "&quot;triggerEvent&quot;: &quot;BOOKING_CREATED&quot;" in page
    assert webhook.subscriber_url in page
    assert client.get("/demo/deliveries/999").status_code == 404
