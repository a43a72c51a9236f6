"""Our own sentences about runs and jobs, in the language of whoever reads them.

Commands, the worker and the rows of runs have them in English, for operators. So they are known again by the templates
of which they were made; whatever else stands there, as Cal.com's own words, is shown as it is.
"""

import re
from functools import cache
from re import Match, Pattern

from django.utils.translation import gettext

from bookings.cal import commands, pool, runs
from bookings.cal.sync import phases, report
from bookings.periodic import jobs, pruning, retries, running

TEMPLATES = (
    phases.TOO_MANY_GONE,
    pool.MOST_LEAVE,
    pool.NO_ADDRESSES,
    runs.BUSY,
    runs.HOLDER,
    commands.UNREACHED,
    commands.REFUSED,
    commands.UNSURE,
    report.ENDED_DRY,
    report.ENDED,
    report.COUNTED,
    report.SOME_FAILED,
    report.UNREACHED,
    retries.TRIED,
    jobs.PRUNED,
    pruning.PRUNED,
    running.BROKEN,
)
_GAP = re.compile(r"%\((\w+)\)([ds])")
_VALUE = {"d": r"\d+", "s": ".+?"}


def told(text: str) -> str:
    """Line by line, each a sentence, with such sentences within it: `told("2 of 3 failed.")`."""
    return "\n".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    for template, pattern in _patterns().items():
        if found := pattern.fullmatch(line):
            return gettext(template) % _values(found)
    return gettext(line) if line else ""


def _values(found: Match[str]) -> dict[str, str | int]:
    """Numbers as such; a run by its kind, and the rest as sentences, which most are not."""
    values = found.groupdict()
    if "run" in values:
        kind, space, number = values["run"].rpartition(" ")
        values["run"] = gettext(kind) + space + number
    return {
        name: int(value) if value.isascii() and value.isdecimal() else told(value) for name, value in values.items()
    }


@cache
def _patterns() -> dict[str, Pattern[str]]:
    return {template: _pattern(template) for template in TEMPLATES}


def _pattern(template: str) -> Pattern[str]:
    """Numbers and texts between what the template says."""
    first, *parts = _GAP.split(template)  # A text, then again and again a name, its kind, and a text.
    gaps = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    rest = (f"(?P<{name}>{_VALUE[kind]}){re.escape(text)}" for name, kind, text in gaps)
    return re.compile(re.escape(first) + "".join(rest), re.ASCII)
