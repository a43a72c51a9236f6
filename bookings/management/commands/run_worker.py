"""manage.py run_worker: do the periodic work, until it is told to end."""

import os
import signal
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone
from django_q.cluster import Cluster
from django_q.scheduler import scheduler

from bookings.cal.doctor import Colour
from bookings.periodic import schedules, watching


class Command(BaseCommand):
    help = (
        "Writes the schedule of the periodic work, and does it: failed messages, resync, the clock, coaches, pruning. "
        "On several machines it may run at once; each job runs at most once at a time. SIGTERM or Ctrl-C ends it when "
        "the jobs at work have ended."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="Start nothing; exit code 1 if the periodic work doesn't go on, for a health check.",
        )
        parser.add_argument(
            "--with-parent",
            action="store_true",
            help="End when standard input ends: with the process that started this one, however that ends.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check()
            return
        schedules.write(now=timezone.now())
        scheduler()  # What is due is begun now: the cluster itself looks half a minute after its start only.
        connections.close_all()
        cluster = Cluster()
        cluster.start()
        if options["with_parent"]:  # After the start: processes with threads should not fork.
            threading.Thread(target=_end_with_parent, daemon=True).start()
        cluster.sentinel.join()

    def _check(self) -> None:
        amiss = [each for each in watching.findings(now=timezone.now()) if each.colour != Colour.GREEN]
        for each in amiss:
            self.stdout.write(f"{each.found} → {each.cure}")
        if any(each.colour == Colour.RED for each in amiss) or not schedules.exist():
            raise CommandError("The periodic work doesn't go on.")


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
