"""manage.py export_person: all that is kept of one person, as JSON."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.management.people import add_arguments, in_words, left_out, person_of
from bookings.privacy import exporting
from bookings.privacy.person import Refused


class Command(BaseCommand):
    help = (
        "Writes all that is kept of one person as JSON (UTF-8), to the file or to the standard output, and keeps that "
        "it was done. Nobody else's address is in it. Exit code 1 where nothing is kept of anybody so named."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)
        parser.add_argument("--output", type=Path, metavar="FILE", help="Write it there, readable by you alone.")

    def handle(self, *args: Any, **options: Any) -> None:
        person, now = person_of(options), timezone.now()
        left_out(self.stderr, person)
        if options["dry_run"] or person.user is None:
            counts = exporting.counted(exporting.collect(person, now=now))
            if person.user is None and not counts:
                raise CommandError("Nothing is kept of this address: is it written right?")
            if options["dry_run"]:
                self.stdout.write(f"{in_words(counts)}, only looked.")
                return
        path: Path | None = options["output"]
        try:
            if path is not None:
                path.touch(mode=0o600, exist_ok=False)  # Before anything is recorded as done.
            document = exporting.export(person, by=None, note=options["note"], now=now)
        except (OSError, Refused) as error:
            raise CommandError(str(error)) from None
        if path is None:
            self.stdout.write(exporting.written(document), ending="")
        else:
            path.write_text(exporting.written(document), encoding="utf-8")
            self.stdout.write(f"{in_words(exporting.counted(document))}.")
