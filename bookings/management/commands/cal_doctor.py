"""manage.py cal_doctor: is our Cal.com set up as it must be?"""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings.cal.doctor import Colour, Examination, Finding, examine
from bookings.periodic import watching


class Command(BaseCommand):
    help = (
        "Asks Cal.com and this server's own webhook, and says in one line for each thing whether it is right (green), "
        "worth a look (yellow) or wrong (red), with the cure. Exit code 1 if anything is red. It changes nothing but "
        "with --fix."
    )
    requires_system_checks = ()  # It runs them itself, and says what they say.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--url",
            default="",
            help="The address at which Cal.com reaches our webhook, https://your-host/api/webhook/cal. By default "
            "that of the first host in ALLOWED_HOSTS.",
        )
        parser.add_argument(
            "--fix",
            action="store_true",
            help="Register the webhook, or mend it, and delete others at exactly the same address. Asks nothing.",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        examination = examine(url=options["url"], fix=options["fix"], now=now, more=watching.findings(now=now))
        if options["json"]:
            self.stdout.write(json.dumps(as_json(examination), indent=2, ensure_ascii=False))
        else:
            for line in examination.done:
                self.stdout.write(f"fix     {line}")
            for finding in examination.findings:
                self.stdout.write(self._line(finding))
        if examination.colour == Colour.RED:
            sys.exit(1)

    def _line(self, finding: Finding) -> str:
        """The colour is a word, and painted too on a terminal: Django's styles do nothing elsewhere."""
        styles = {Colour.GREEN: self.style.SUCCESS, Colour.YELLOW: self.style.WARNING, Colour.RED: self.style.ERROR}
        word = styles[finding.colour](f"{finding.colour.value:<7}")
        name = finding.check if finding.event_type is None else f"{finding.check} {finding.event_type}"
        cure = f" → {finding.cure}" if finding.cure else ""
        return f"{word} {name}: {finding.found}{cure}"


def as_json(examination: Examination) -> dict[str, Any]:
    return {
        "colour": examination.colour.value,
        "url": examination.address.shown if examination.address else None,
        "done": list(examination.done),
        "findings": [asdict(finding) for finding in examination.findings],
    }
