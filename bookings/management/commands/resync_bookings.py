"""manage.py resync_bookings: ask Cal.com what webhooks did not bring, and say what differed."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.cal.client import CalApi, NotConfigured
from bookings.cal.sync import MOST_GONE, Options, resync
from bookings.domain.registers import UID_LENGTH
from bookings.management.reporting import carry_out


def _moment(text: str) -> datetime:
    """ISO 8601, a date too; in UTC where no zone is given."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):  # In UTC it may be beyond the years that there are.
        raise ArgumentTypeError(f"{text!r} is no ISO 8601 date or time") from None
    return moment


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ArgumentTypeError(f"{text!r} is no number of bookings")
    return int(text)


def _uid(text: str) -> str:
    """Of anything else Cal.com would say that it has no such address."""
    if not (re.fullmatch(r"[\w-]+", text, re.ASCII) and len(text) <= UID_LENGTH):
        raise ArgumentTypeError(f"{text!r} is no uid, which has letters, digits, - and _ alone")
    return text


class Command(BaseCommand):
    help = (
        "Reads from Cal.com's API the bookings that changed since the last run, those from 14 days ago to 90 ahead, "
        "and each open one that was not among them; records what is new, and ends what is over. Safe to interrupt and "
        "to run again. Exit code 1 if anything failed, 75 if another run is at it (then nothing is reported), 130 if "
        "interrupted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--full", action="store_true", help="Read all bookings there are.")
        which.add_argument("--uid", type=_uid, nargs="+", default=[], metavar="UID", help="Read these bookings only.")
        which.add_argument("--since", type=_moment, metavar="TIME", help="Read what changed since then (ISO 8601).")
        parser.add_argument("--until", type=_moment, metavar="TIME", help="Read what changed until then (ISO 8601).")
        parser.add_argument(
            "--gone-up-to",
            type=_number,
            default=MOST_GONE,
            metavar="NUMBER",
            help="Cancel up to so many that Cal.com has no more; if more, stop (%(default)s, or 5%% of the open ones).",
        )
        parser.add_argument("--dry-run", action="store_true", help="Change nothing; only say what differs.")
        parser.add_argument("--json", action="store_true", help="Report as one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["until"] and (options["full"] or options["uid"]):
            raise CommandError("--until goes with --since, or alone.")
        if options["since"] and options["until"] and options["since"] > options["until"]:
            raise CommandError("--since is later than --until: nothing would be read.")
        wanted = Options(
            full=options["full"],
            since=options["since"],
            until=options["until"],
            uids=tuple(dict.fromkeys(options["uid"])),
            dry_run=options["dry_run"],
            gone_up_to=options["gone_up_to"],
        )
        try:
            api = CalApi.from_settings()
        except NotConfigured as error:
            raise CommandError(str(error)) from None
        with api:
            carry_out(
                lambda progress: resync(api, wanted, progress=progress),
                to=self.stdout,
                as_json=options["json"],
                overdue_at=timezone.now(),
            )
