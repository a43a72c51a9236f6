"""The page at `/`: what an outside front-end would be, on the public API alone. All it does is in static/demo/frontend.

The page is given two things that no front-end gets from the API: what is sold, which its makers would write into it,
and some people to try it as, which is only sensible in a demo.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F
from django.views.generic import TemplateView

from careercoach.demo.models import EventType
from users.models import User

PEOPLE = "demo-"  # How the userIds of the people of the demo begin.
MOST_PEOPLE = 6


def demo_users() -> list[dict[str, str]]:
    """Some people to try the page as, in the API's words."""
    people = User.objects.filter(user_id__startswith=PEOPLE, is_staff=False).order_by("id")
    return list(people.values("name", "email", userId=F("user_id"))[:MOST_PEOPLE])


def offer() -> dict[str, Any] | None:
    """The price on the page that CAL_EVENT_URL leads to, in minor units; None if that page isn't the stand-in's."""
    path = urlsplit(settings.CAL_EVENT_URL).path
    for event_type in EventType.objects.all():
        if event_type.path == path:
            return {"price": event_type.price, "currency": event_type.currency}
    return None


class FrontEnd(TemplateView):
    template_name = "demo/frontend.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, demo_users=demo_users(), offer=offer())
