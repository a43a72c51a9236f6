"""manage.py resync_coaches: mirror who coaches at Cal.com."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings.cal.client import CalApi, NotConfigured
from bookings.cal.pool import resync_coaches
from bookings.management.reporting import carry_out


class Command(BaseCommand):
    help = (
        "Reads from Cal.com who hosts our event types, with their memberships in the team; for a personal account, its "
        "owner. Coaches who left are inactive, and none is deleted. Exit code 1 if anything failed, 75 if another run "
        "is at it, 130 if interrupted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Change nothing; only say what differs.")
        parser.add_argument(
            "--all-may-leave",
            action="store_true",
            help="Let more than half of them leave at once, which else is taken for a wrong setting.",
        )
        parser.add_argument("--json", action="store_true", help="Report as one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            api = CalApi.from_settings()
        except NotConfigured as error:
            raise CommandError(str(error)) from None
        with api:
            carry_out(
                lambda progress: resync_coaches(
                    api, progress=progress, dry_run=options["dry_run"], all_may_leave=options["all_may_leave"]
                ),
                to=self.stdout,
                as_json=options["json"],
            )
