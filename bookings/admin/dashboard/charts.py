"""Bars drawn on the server as SVG: no script, nothing to load, and the same numbers are in a table beside. No query.

Letters are not in the drawing, which is stretched to the width that there is, but in HTML around it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.utils.html import format_html, format_html_join

STEP, WIDTH, HEIGHT = 10, 7, 100  # Of a bar, in units of the drawing.


@dataclass(frozen=True, slots=True)
class Series:
    """What one colour stands for. `values`: of each bar from left to right."""

    label: Any
    tone: str
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Bar:
    """What stands below a bar, what is told of it where the pointer rests, and where it leads."""

    label: str
    told: str
    address: str


@dataclass(frozen=True, slots=True)
class Chart:
    """For the template. `marks` go down the side to zero; `labels` have their place along it, in percent."""

    drawing: str
    marks: list[str]
    labels: list[tuple[float, str]]


def stacked_bars(
    series: Sequence[Series], bars: Sequence[Bar], *, written: Callable[[int], str], most_labels: int = 7
) -> Chart:
    """Bars of one series upon the other. `written` says how a number of the side is written."""
    top = round_above(max((sum(values) for values in zip(*(each.values for each in series), strict=True)), default=0))
    floors = [0] * len(bars)
    paths = []
    for each in series:
        paths.append((each.tone, "".join(_bars(each.values, floors, top=top))))
        floors = [floor + value for floor, value in zip(floors, each.values, strict=True)]
    drawing = format_html(
        '<svg class="chart-drawing" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">{}{}</svg>',
        STEP * len(bars),
        HEIGHT,
        format_html_join("", '<path class="fill-{}" d="{}"/>', paths),
        format_html_join(
            "",
            '<a href="{}" tabindex="-1"><rect class="chart-bar" x="{}" width="{}" height="{}"/><title>{}</title></a>',
            ((bar.address, STEP * number, STEP, HEIGHT, bar.told) for number, bar in enumerate(bars)),
        ),
    )
    return Chart(drawing, [written(top), written(top // 2), "0"], _labels(bars, most=most_labels))


def _bars(values: Sequence[int], floors: Sequence[int], *, top: int) -> list[str]:
    """Where each begins, and how far it goes up, right, down and back."""
    return [
        f"M{STEP * number + (STEP - WIDTH) / 2:g} {HEIGHT - HEIGHT * floor / top:.2f}"
        f"v{-HEIGHT * value / top:.2f}h{WIDTH}v{HEIGHT * value / top:.2f}z"
        for number, (floor, value) in enumerate(zip(floors, values, strict=True))
        if value
    ]


def _labels(bars: Sequence[Bar], *, most: int) -> list[tuple[float, str]]:
    """No more than there is room for: the last, and others as far from each other."""
    every = ceil(len(bars) / most)
    shown = reversed(range(len(bars) - 1, -1, -every))
    return [(round(100 * (number + 0.5) / len(bars), 2), bars[number].label) for number in shown]


def round_above(value: int) -> int:
    """The next number that is 2, 4, 6 or 10 with noughts: its half is a round number too."""
    size = 1
    while value > 10 * size:
        size *= 10
    return next(step * size for step in (2, 4, 6, 10) if value <= step * size)
