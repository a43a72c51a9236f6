"""manage.py process_messages: apply messages that were kept and not applied."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import BigAutoField

from bookings.cal import inbox
from bookings.domain.words import Outcome
from bookings.models import Message

AT_ONCE = 500


class Command(BaseCommand):
    help = (
        "Applies messages that were received but not processed; with --failed those that failed, with --id the ones "
        "named, whatever became of them. Goes on past one that fails. Exit code 1 if any failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--failed", action="store_true", help="Try the failed ones again.")
        which.add_argument("--id", type=int, nargs="+", metavar="ID", help="Process these messages.")

    def handle(self, *args: Any, **options: Any) -> None:
        messages = Message.objects.order_by("id")
        if options["id"]:
            possible = [number for number in options["id"] if 0 < number <= BigAutoField.MAX_BIGINT]
            messages = messages.filter(pk__in=possible)
            unknown = sorted(set(options["id"]) - set(messages.values_list("pk", flat=True)))
            if unknown:
                raise CommandError(f"There is no message {', '.join(map(str, unknown))}.")
        else:
            messages = messages.filter(outcome=Outcome.FAILED if options["failed"] else Outcome.RECEIVED)

        processed = failed = last = 0
        while batch := list(messages.filter(id__gt=last)[:AT_ONCE]):
            for message in batch:
                last = message.pk
                try:
                    inbox.process(message)
                    processed += 1
                except Exception:  # noqa: BLE001 one bad message must not keep the others
                    failed += 1
                    self.stderr.write(f"Message {message.pk} ({message.trigger or 'unread'}): {message.error}")
        self.stdout.write(f"{processed} processed, {failed} failed.")
        if failed:
            raise CommandError(f"{failed} of {processed + failed} messages failed.")
