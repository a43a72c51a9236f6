"""manage.py run_worker: do the periodic work, until it is told to end."""

import os
import signal
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django_q.scheduler import scheduler

from bookings.cal.doctor import Colour
from bookings.periodic import cluster, schedules, watching


class Command(BaseCommand):
    help = (
        "Writes the schedule of the periodic work, and does it: failed messages, resync, the clock, coaches, pruning. "
        "It may run on several machines at once; each job runs at most once at a time. SIGTERM or Ctrl-C ends it, as "
        "soon as the jobs at work have ended."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument(
            "--check",
            action="store_true",
            help="Start nothing; exit code 1 if the periodic work doesn't go on, for a health check.",
        )
        how.add_argument(
            "--with-parent",
            action="store_true",
            help="End at once when standard input ends: with the process that started this one, however that ends.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check()
            return
        self._told = self._orphaned = False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._tell)
        schedules.write(now=timezone.now())
        if not options["with_parent"]:
            said = "The periodic work is being done; the admin has it under Scheduled tasks. Ctrl-C or SIGTERM ends it."
            self.stdout.write(said)
            self.stdout.flush()  # In a log it would wait for more, which never comes.
        scheduler()  # What is due begins now: the cluster itself looks half a minute after its start only.
        cluster.work(
            lambda: self._told or self._orphaned,
            at_once=lambda: self._orphaned,
            # After the start: processes with threads should not fork.
            started=self._watch_parent if options["with_parent"] else lambda: None,
        )

    def _tell(self, *_: Any) -> None:
        self._told = True

    def _watch_parent(self) -> None:
        threading.Thread(target=self._wait_for_parent, daemon=True).start()

    def _wait_for_parent(self) -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        self._orphaned = True

    def _check(self) -> None:
        amiss = [each for each in watching.findings(now=timezone.now()) if each.colour != Colour.GREEN]
        for each in amiss:
            self.stdout.write(f"{each.found} → {each.cure}")
        if any(each.colour == Colour.RED for each in amiss) or not schedules.exist():
            raise CommandError("The periodic work doesn't go on.")
