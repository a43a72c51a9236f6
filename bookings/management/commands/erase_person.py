"""manage.py erase_person: take all that says who one person is out of the database."""

from argparse import ArgumentParser
from contextlib import nullcontext
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from bookings.management.people import add_arguments, in_words, left_out, person_of
from bookings.privacy import erasing
from bookings.privacy.person import Refused


class Command(BaseCommand):
    help = (
        "Erases one person: names, addresses, notes and all that messages said of them; when the sessions were, with "
        "whom, and what was paid stays. It can't be undone. Refused while a session is still to come. Safe to "
        "interrupt and to run again. Cal.com keeps its own data: erase it there too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        person, dry = person_of(options), options["dry_run"]

        def progress(line: str) -> None:
            if options["verbosity"] > 1:
                self.stderr.write(line)

        left_out(self.stderr, person)
        try:
            with transaction.atomic() if dry else nullcontext():
                request = erasing.erase(person, by=None, note=options["note"], now=timezone.now(), progress=progress)
                if dry:
                    transaction.set_rollback(True)
        except Refused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{in_words(request.counts)}{', only looked' if dry else ''}.")
        if request.counts and not dry:
            self.stdout.write("Cal.com keeps its own data of these bookings: erase it there too.")
