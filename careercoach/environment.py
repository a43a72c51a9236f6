"""What the environment says, read as settings need it: a mistake is an error that names the setting and the cure."""

import logging

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def text(name: str, default: str = "") -> str:
    """A value; the default where it is empty too, as in an .env that names it without one."""
    return env.str(name, default="").strip() or default


def names(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A list with commas, and blanks wherever people put them."""
    return [each.strip() for each in text(name).split(",") if each.strip()] or list(default)


def flag(name: str, *, default: bool) -> bool:
    """True or false; nothing else, since a mistyped `true` would silently be false."""
    value = text(name, str(default)).lower()
    if value not in TRUE + FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}: give true or false.")
    return value in TRUE


def number(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}, which is not a whole number.") from None


def level(name: str, value: str) -> str:
    """Of the log."""
    if value.upper() not in logging.getLevelNamesMapping():
        raise ImproperlyConfigured(f"{name} is {value!r}: give DEBUG, INFO, WARNING, ERROR or CRITICAL.")
    return value.upper()


def proxies(name: str) -> int:
    """How many stand before this server; true is one."""
    value = text(name, "false").lower()
    if value not in TRUE + FALSE and not (value.isascii() and value.isdecimal()):
        raise ImproperlyConfigured(f"{name} is {value!r}: give true, false, or how many proxies there are.")
    return int(value) if value.isdecimal() else int(value in TRUE)
