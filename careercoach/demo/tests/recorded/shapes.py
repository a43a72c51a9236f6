"""What a JSON document is made of: its keys at every level, and the kind of each value. A time's format is its kind."""

import re
from collections import defaultdict
from typing import Any

TIMES = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"), "time .000Z"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "time Z"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"), "time +00:00"),
)
KINDS = {dict: "object", list: "list", int: "int", bool: "bool", type(None): "null"}

Difference = tuple[str, str, str]  # Path, kind in the genuine body, kind in ours.


def kind(value: Any) -> str:
    if isinstance(value, str):
        return next((name for pattern, name in TIMES if pattern.fullmatch(value)), "str")
    return KINDS[type(value)]


def shape(document: Any, path: str = "") -> dict[str, set[str]]:
    """Every path with the kinds of value it has; `each` stands for the elements of a list."""
    found: dict[str, set[str]] = defaultdict(set)
    found[path].add(kind(document))
    children: list[tuple[str, Any]] = []
    if isinstance(document, dict):
        children = list(document.items())
    elif isinstance(document, list):
        children = [("each", element) for element in document]
    for key, value in children:
        for below, kinds in shape(value, f"{path}.{key}".lstrip(".")).items():
            found[below] |= kinds
    return found


def differences(genuine: Any, made: Any) -> set[Difference]:
    """Where the two differ in keys or kinds. A key that only one of them has is told without what is below it."""
    left, right = shape(genuine), shape(made)
    found = set()
    for path in left.keys() | right.keys():
        kinds = ["/".join(sorted(side[path])) if path in side else "absent" for side in (left, right)]
        parent = path.rpartition(".")[0]
        if kinds[0] != kinds[1] and parent in left and parent in right:
            found.add((path, *kinds))
    return found
