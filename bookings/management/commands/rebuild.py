"""manage.py rebuild: do the messages that we keep still make the rows that we have?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings.cal.rebuild import Difference, rebuild


class Command(BaseCommand):
    help = (
        "Replays the inbox into a scratch projection and reports each booking that differs from the live row. "
        "Changes nothing. Exit code 1 if any differs. With -v 2 it says how far it is."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        def progress(line: str) -> None:
            if options["verbosity"] > 1:
                self.stderr.write(line)

        report = rebuild(tell=self._tell, progress=progress)
        self.stdout.write(
            f"{report.messages} messages replayed ({report.unreadable} unreadable), {report.bookings} bookings "
            "compared: "
            f"{report.differing} differ, {report.moved} changed meanwhile, {report.pruned} left out as pruned."
        )
        if report.differing:
            raise CommandError(f"{report.differing} bookings differ from what their messages say.")

    def _tell(self, each: Difference) -> None:
        self.stdout.write(f"{each.uid}: {each.field}: live {each.live!r}, rebuilt {each.rebuilt!r}")
