"""How long does a rebuild take, and does its memory stay flat?

Fills the inbox by receiving and processing lives of bookings, then rebuilds with 10,000 and with 100,000 messages,
each in a process of its own, whose peak of memory is printed.

    DATABASE_URL=mysql://root@127.0.0.1:3307/careercoach_bench python bench/rebuild.py [--messages 100000]
"""

import argparse
import resource
import subprocess
import sys
import time

from webhook import ROOT, life, make_database

from bookings.cal import inbox
from bookings.cal.rebuild import rebuild
from bookings.models import Message


def fill(messages: int) -> None:
    number = Message.objects.count() // 4
    while number * 4 < messages:
        for body in life(f"booking{number}", number):
            inbox.process(inbox.receive(body))
        number += 1


def measure() -> None:
    started = time.perf_counter()
    report = rebuild(tell=print, progress=lambda line: line)
    seconds = time.perf_counter() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{report.messages:>8,} messages, {report.bookings:,} bookings, {report.differing} differ: "
        f"{seconds:.1f} s, {report.messages / seconds:,.0f} a second, peak {megabytes:.0f} MiB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure()
        return
    make_database()
    for messages in (options.messages // 10, options.messages):
        started = time.perf_counter()
        fill(messages)
        print(f"filled to {messages:,} messages in {time.perf_counter() - started:.0f} s", flush=True)
        subprocess.run([sys.executable, __file__, "--measure"], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
