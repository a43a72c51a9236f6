"""What the options of cal_simulate may be: each reads one from its text, and says what is wrong with it."""

from argparse import ArgumentTypeError
from datetime import datetime
from urllib.parse import urlsplit

OURS = "http://127.0.0.1:8000/api/webhook/cal"
DAY = 86400  # Seconds.


def moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no ISO 8601 time, such as 2026-12-01T10:00Z") from None
    if at.tzinfo is None:
        raise ArgumentTypeError(f"{text} has no time zone: write {text}Z for UTC")
    return at


def not_negative(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"{text} is no whole number from 0 on")
    return int(text)


def seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= DAY:  # Nor what is no number at all, as nan.
        raise ArgumentTypeError(f"{text} is no number of seconds from 0 to {DAY}")
    return number


def patience(text: str) -> float:
    number = seconds(text)
    if not number:
        raise ArgumentTypeError("nobody answers in no time at all")
    return number


def address(text: str) -> str:
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # Of a port that is no number.
        whole = False
    if not whole:
        raise ArgumentTypeError(f"{text} is not a whole address, such as {OURS}")
    return text
