"""manage.py prune_messages: delete old messages, in small batches."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings.periodic import pruning


def _days(text: str) -> int:
    """At least one: nobody means to delete what came today. More than 99,999 lead to before there were dates."""
    if not re.fullmatch(r"[1-9]\d{0,4}", text, re.ASCII):
        raise ArgumentTypeError(f"{text!r} is no number of days from 1 on")
    return int(text)


class Command(BaseCommand):
    help = (
        "Deletes messages received more than so many days ago, never one that failed or was not processed yet. What "
        "they changed stays in the bookings; rebuild then leaves those out. Safe to interrupt and to run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=_days, default=pruning.DAYS, help="Keep those of so many days (%(default)s)."
        )
        parser.add_argument("--dry-run", action="store_true", help="Delete nothing; only say how many it would be.")

    def handle(self, *args: Any, **options: Any) -> None:
        pruned = pruning.prune(now=timezone.now(), days=options["days"], dry_run=options["dry_run"])
        self.stdout.write(f"{pruned}{', only looked' if options['dry_run'] else ''}.")
