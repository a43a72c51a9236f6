"""Messages without what opens doors: bytes in, the text to store out. No I/O (docs/decisions/0009)."""

import json
import re
from typing import Any

from bookings.cal.payloads.fields import clean, parse

# What stands in a readable body is masked within a string only by these names; `password` is a word of people too.
_UNMISTAKABLE = re.compile("oneTimePassword|downloadLink|hashedLink", re.IGNORECASE)
# A live credential that accepts a booking, even an unpaid one; links that open recordings; a private booking link.
SECRET_KEYS = frozenset({"oneTimePassword", "downloadLink", "downloadLinks", "hashedLink"})
# In text that no parser reads, whatever is written after such a name: as JSON, as JSON in a string, or as a form.
_SECRET_IN_TEXT = re.compile(
    r"(oneTimePassword|password|downloadLinks?|hashedLink)"
    r"((?:[\s\"'\\]|%(?:20|22|5C|25))*(?:[:=]|%3A|%3D)(?:[\s\"'\\]|%(?:20|22|5C|25))*)"
    r"(?:(?:[\[{]|%[57]B).*|(?!null\b|[%:=])[^\s\"',&}\]\\]+)",
    re.IGNORECASE | re.DOTALL,
)
REMOVED = "[removed]"


def storable(body: bytes) -> str:
    """The body as text without the secrets in it; exact where it holds none."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        # The words before it keep the text from being taken for JSON, which it was not.
        return clean(_masked("[not UTF-8] " + body.decode(errors="backslashreplace")))
    try:
        document = [parse(text)]
        if not _strip(document):
            return clean(text)
        return clean(json.dumps(document[0], ensure_ascii=False, allow_nan=False, separators=(",", ":")))
    except (ValueError, RecursionError):
        return clean(_masked(text))


def _masked(text: str) -> str:
    return _SECRET_IN_TEXT.sub(rf"\1\2{REMOVED}", text)


def _strip(document: list[Any]) -> bool:
    """Remove the secrets in place, however deep, in JSON within a string too; says whether there were any."""
    stripped = False
    open_nodes: list[Any] = [document]
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, dict):
            for key in node.keys() & SECRET_KEYS:
                stripped = stripped or node[key] is not None
                node[key] = None
            video = node.get("videoCallData")
            for room in video if isinstance(video, list) else [video]:
                if isinstance(room, dict) and room.pop("password", None) is not None:
                    stripped = True
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(value, dict | list):
                open_nodes.append(value)
            elif isinstance(value, str) and (masked := _without_secrets(value)) != value:
                node[key] = masked
                stripped = True
    return stripped


def _without_secrets(text: str) -> str:
    """A string within a readable body, without the secrets of JSON that it may hold, whole or cut off."""
    if text.lstrip()[:1] in ("{", "[", '"'):
        try:
            within = [parse(text)]
        except ValueError:
            return _masked(text)
        return json.dumps(within[0], ensure_ascii=False) if _strip(within) else text
    return _masked(text) if _UNMISTAKABLE.search(text) else text
