"""manage.py end_meetings: end the bookings that are over, of which Cal.com did not tell."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings.cal.sync import end_meetings
from bookings.management.reporting import carry_out


class Command(BaseCommand):
    help = (
        "Ends the bookings that take place, whose time has passed, and whose MEETING_ENDED has not come five minutes "
        "later; lists those that have begun and are not paid. Asks Cal.com nothing. Exit code 1 if anything failed, 75 "
        "if another run is at it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Change nothing; only say what is over.")
        parser.add_argument("--json", action="store_true", help="Report as one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        carry_out(
            lambda progress: end_meetings(progress=progress, dry_run=options["dry_run"]),
            to=self.stdout,
            as_json=options["json"],
            overdue_at=timezone.now(),
        )
