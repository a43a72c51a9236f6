"""How much memory does the export of all bookings take, and how long, with 10,000 bookings and with 1,000,000?

Exports as the admin does, for somebody who may see everything, in a process of its own for each: all bookings, then
those paid, then all of them the other way round. What is sent is counted and thrown away. The peak is that of
the process, Django and its admin included; `before` is the same without an export, after one page of the list.

    DATABASE_URL=mysql://root@127.0.0.1:3307/careercoach_bench python bench/export.py [--bookings 1000000]

`--databases NAME NAME` exports from these, and changes nothing in them, instead of making one.
"""

import argparse
import os
import resource
import subprocess
import sys
import time

from django.contrib import admin
from django.test import RequestFactory
from webhook import ROOT, fill, make_database

from bookings.admin.viewer import Viewer
from bookings.models import Booking
from users.models import User

LIMIT = "limit: 200 MiB"
QUERIES = {"all": "", "those paid": "payment__exact=paid", "the other way round": "o=3"}


def peak() -> float:
    """MiB of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def export(query: str, what: str) -> None:
    page = admin.site.get_model_admin(Booking)
    request = RequestFactory().get(f"/admin/bookings/booking/export/?{query}")
    request.user = User(pk=0, is_superuser=True, is_staff=True)
    request.COOKIES["viewer_zone"] = "Europe/Berlin"
    list(page.get_queryset(request)[:50])
    before, began, used = peak(), time.perf_counter(), time.process_time()
    parts = iter(Viewer(page.export_view)(request).streaming_content)
    sent, first = len(next(parts)), time.perf_counter() - began
    lines = 0
    for part in parts:
        sent += len(part)
        lines += part.count(b"\r\n")
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    print(
        f"{what:<20} {lines:>9,} rows, {sent / 2**20:.0f} MiB: first byte after {first * 1000:.0f} ms, all after "
        f"{seconds:.1f} s ({cpu:.1f} s of this process), {lines / seconds:,.0f} a second, "
        f"peak {peak():.0f} MiB, before {before:.0f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bookings", type=int, default=1_000_000)
    parser.add_argument("--databases", nargs="+", default=[])
    parser.add_argument("--only", choices=QUERIES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        export(QUERIES[options.only], options.only)
        return
    print(LIMIT, flush=True)
    if options.databases:
        server = os.environ["DATABASE_URL"].rpartition("/")[0]
        for name in options.databases:
            measure(f"{server}/{name}")
        return
    make_database()
    for bookings in (10_000, options.bookings):
        fill(bookings)
        measure(os.environ["DATABASE_URL"])


def measure(url: str) -> None:
    print(url.rpartition("/")[2], flush=True)
    for only in QUERIES:
        command = [sys.executable, __file__, "--only", only]
        subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "DATABASE_URL": url})


if __name__ == "__main__":
    main()
