"""manage.py cal_simulate: post a story of signed webhooks to a deployment, as if something had happened at Cal.com."""

import secrets
import threading
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from careercoach.demo import EVENT_TYPE_ID, SLUG, TEAM_ID, TEAM_SLUG, bodies
from careercoach.demo.bodies import Body
from careercoach.demo.management.options import OURS, address, moment, not_negative, patience, seconds
from careercoach.demo.models import EventType
from careercoach.demo.stories import LONGEST, STORIES, Stage, coach

HALF_AN_HOUR = timedelta(minutes=30)
PREFILLED = {"name", "email", "notes", "guests", "location", "cal.tz", "date", "month", "slot", "duration", "layout"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one post: a status, 0 where nobody answered, and in a few words what was said."""

    status: int
    said: str


class Command(BaseCommand):
    help = (
        "Posts a story of signed webhooks to a deployment, as Cal.com would have sent them: for front-end developers, "
        "who need bookings in every state. Needs neither Cal.com nor a database. --list says what stories there are. "
        "Exit code 1 if anything was not answered 200."
    )
    requires_system_checks = ()  # It uses nothing of this deployment's but the options' defaults.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "story", nargs="?", choices=STORIES, metavar="STORY", help="One of those that --list shows."
        )
        parser.add_argument("--list", action="store_true", help="Show the stories, and post nothing.")
        parser.add_argument("--url", type=address, default=OURS, help="Where to post to. Default: %(default)s.")
        parser.add_argument("--secret", help="One of CAL_WEBHOOK_SECRETS there. Default: the first one here.")
        parser.add_argument(
            "--booking-url", metavar="URL", help="What POST /api/booking-url answered: the booking is that user's."
        )
        parser.add_argument("--name", help="Of the client. Default: as in --booking-url.")
        parser.add_argument("--email", help="Of the client. Default: as in --booking-url.")
        parser.add_argument("--start", type=moment, help="Of the session, in ISO 8601. Default: tomorrow.")
        parser.add_argument("--event-type-id", type=int, default=EVENT_TYPE_ID, help="Default: %(default)s.")
        parser.add_argument(
            "--price", type=not_negative, default=4900, help="In cents; 0 is free. Default: %(default)s."
        )
        parser.add_argument("--coach-name", default="Robin Simulated", help="Default: %(default)s.")
        parser.add_argument("--coach-email", default="robin@coaches.example", help="Default: %(default)s.")
        parser.add_argument("--seed", help="The same seed makes the same bookings. Default: a new one each time.")
        parser.add_argument("--count", type=not_negative, default=20, help="Bookings of a storm. Default: %(default)s.")
        parser.add_argument("--site", help="Where Cal.com's pages are. Default: as in --booking-url, else cal.com.")
        parser.add_argument("--dry-run", action="store_true", help="Print the bodies, a line each, and post nothing.")
        parser.add_argument(
            "--timeout", type=patience, default=15, metavar="SECONDS", help="Wait so long for an answer."
        )
        parser.add_argument("--pause", type=seconds, default=0, metavar="SECONDS", help="Wait so long after each post.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for name, each in STORIES.items():
                self.stdout.write(f"{name:<22} {each.summary}")
            return
        if options["story"] is None:
            raise CommandError("Which story? --list shows them all.")
        story = STORIES[options["story"]]
        if not options["price"] and not story.for_free:
            raise CommandError(f"The story {options['story']} is one of a payment: it needs a --price.")

        seed = options["seed"] or secrets.token_hex(4)
        told = story.tell(_stage(options, seed=f"{options['story']} {seed}"))
        if options["dry_run"]:
            for body in told:
                self.stdout.write(bodies.encode(body).decode())
            return
        self.stdout.write(f"{options['story']}: {len(told)} messages to {options['url']}, --seed {seed}")
        self._report(list(self._post_all(told, options, connections=story.connections)), of=len(told))

    def _post_all(self, told: list[Body], options: dict[str, Any], *, connections: int) -> Iterator[Answer]:
        """Posts them in order, several at once if asked to, and prints each answer. Where nobody answers it stops."""
        configured = next(iter(settings.CAL_WEBHOOK_SECRETS), "")
        secret = configured if options["secret"] is None else options["secret"]
        silence = threading.Event()

        def post_one(body: Body) -> Answer | None:
            if silence.is_set():
                return None
            answer = _post(body, url=options["url"], secret=secret, timeout=options["timeout"])
            if not answer.status:
                silence.set()
            time.sleep(options["pause"])
            return answer

        with ThreadPoolExecutor(connections) as pool:
            for body, answer in zip(told, pool.map(post_one, told), strict=True):
                if answer is not None:
                    payload = body.get("payload", body)
                    uid = payload.get("uid", payload.get("bookingUid", ""))
                    self.stdout.write(f"{answer.status or '---'}  {body['triggerEvent']:<31} {uid:<22}  {answer.said}")
                    yield answer

    def _report(self, answers: list[Answer], *, of: int) -> None:
        count = Counter(answer.status for answer in answers)
        self.stdout.write(f"{len(answers)} of {of} posted, {count[200]} answered 200.")
        if not_taken := sorted(set(count) - {200}):
            number = len(answers) - count[200]
            raise CommandError(" ".join([f"{number} not answered 200.", *(_advice(status) for status in not_taken)]))


# --- The story's stage -----------------------------------------------------------------------------------------------


def _stage(options: dict[str, Any], *, seed: str) -> Stage:
    now = timezone.now()
    link = _read_link(options["booking_url"] or "")
    start = options["start"] or _on_the_half_hour(now) + timedelta(days=1)
    event_type = EventType(
        pk=options["event_type_id"],
        team_id=TEAM_ID,
        team_name="Career Coach",
        team_slug=TEAM_SLUG,
        slug=SLUG,
        title="Career coaching session",
        length=30,
        price=options["price"],
        currency="usd",
        site=options["site"] or link.get("site") or "https://cal.com",
    )
    return Stage(
        event_type=event_type,
        host=coach(options["coach_name"], options["coach_email"]),
        name=options["name"] or link.get("name") or "Charlie Client",
        email=options["email"] or link.get("email") or "charlie@client.example",
        answers={key: value for key, value in link.items() if key not in PREFILLED | {"site"} and "[" not in key},
        metadata={key[9:-1]: value for key, value in link.items() if key.startswith("metadata[")},
        start=start,
        begin=min(now - LONGEST, start - timedelta(days=1)),
        seed=seed,
        subscriber_url=options["url"],
        count=options["count"],
    )


def _read_link(url: str) -> dict[str, str]:
    """What the link fills in, and the site it leads to; nothing of an empty one."""
    if not url:
        return {}
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise CommandError("--booking-url is the address that POST /api/booking-url answers: https://…?name=…&email=…")
    return dict(parse_qsl(parts.query)) | {"site": f"{parts.scheme}://{parts.netloc}"}


def _on_the_half_hour(moment: datetime) -> datetime:
    """The next full or half hour."""
    since = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // HALF_AN_HOUR
    return datetime(1970, 1, 1, tzinfo=UTC) + (since + 1) * HALF_AN_HOUR


# --- One post --------------------------------------------------------------------------------------------------------


def _post(body: Body, *, url: str, secret: str, timeout: float) -> Answer:
    data = bodies.encode(body)
    headers = bodies.headers(data, secret=secret)
    try:
        response = requests.post(url, data=data, headers=headers, timeout=timeout, allow_redirects=False)
    except requests.exceptions.SSLError:
        return Answer(0, "its certificate can't be trusted")
    except requests.exceptions.Timeout:
        return Answer(0, f"no answer within {timeout:g} seconds")
    except requests.exceptions.ConnectionError:
        return Answer(0, "nobody answers there")
    except requests.exceptions.RequestException as error:
        return Answer(0, f"can't be posted to: {error}")
    return Answer(response.status_code, _said(response))


def _said(response: requests.Response) -> str:
    """What became of the message, or what was wrong with it; of a redirect where it leads."""
    if response.is_redirect:
        return f"redirects to {response.headers['Location']}"
    try:
        document = response.json()
    except requests.exceptions.JSONDecodeError:
        document = {}
    if not isinstance(document, dict):
        document = {}
    errors = document.get("errors") or [{}]
    return str(document.get("outcome") or errors[0].get("detail") or response.reason)


ADVICE = {
    0: "Is it running, and is --url its address?",
    400: "400: is the name in --url one of ALLOWED_HOSTS there, and does the address end in /api/webhook/cal?",
    401: "401: the secret differs from CAL_WEBHOOK_SECRETS there; give one of them as --secret.",
    403: "403: something before the deployment refuses this, as a proxy or firewall, or --url is not its address.",
    404: "404: nothing is at that address; a webhook's ends in /api/webhook/cal.",
    405: "405: no webhook is at that address; it ends in /api/webhook/cal.",
    422: "422: the deployment is older or newer than this command, and can't read its bodies.",
}


def _advice(status: int) -> str:
    if status in ADVICE:
        return ADVICE[status]
    if 300 <= status < 400:
        return f"{status}: Cal.com follows no redirect; give the address it leads to as --url."
    return f"{status}: the log of the deployment says why."
