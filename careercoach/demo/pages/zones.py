"""The time zones that a reader may choose from, and what the browser may tell us of one. No I/O but the zone files."""

import zoneinfo
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.utils.translation import gettext_lazy as _

FALLBACK = "UTC"
NOWHERE = frozenset({"localtime", "Factory"})  # In the zone files, but of no place, and no browser knows them.

# One or two cities for each offset that people live in: a list that can be read. Any other zone is accepted too.
CITIES = {
    "Pacific/Honolulu": _("Honolulu"),
    "America/Anchorage": _("Anchorage"),
    "America/Los_Angeles": _("Los Angeles"),
    "America/Denver": _("Denver"),
    "America/Chicago": _("Chicago"),
    "America/Mexico_City": _("Mexico City"),
    "America/New_York": _("New York"),
    "America/Toronto": _("Toronto"),
    "America/Bogota": _("Bogotá"),
    "America/Halifax": _("Halifax"),
    "America/Sao_Paulo": _("São Paulo"),
    "America/Argentina/Buenos_Aires": _("Buenos Aires"),
    "Atlantic/Azores": _("Azores"),
    "UTC": _("Coordinated Universal Time"),
    "Europe/London": _("London"),
    "Europe/Lisbon": _("Lisbon"),
    "Africa/Lagos": _("Lagos"),
    "Europe/Berlin": _("Berlin"),
    "Europe/Madrid": _("Madrid"),
    "Europe/Paris": _("Paris"),
    "Europe/Stockholm": _("Stockholm"),
    "Africa/Cairo": _("Cairo"),
    "Africa/Johannesburg": _("Johannesburg"),
    "Europe/Kyiv": _("Kyiv"),
    "Europe/Istanbul": _("Istanbul"),
    "Africa/Nairobi": _("Nairobi"),
    "Asia/Dubai": _("Dubai"),
    "Asia/Karachi": _("Karachi"),
    "Asia/Kolkata": _("Mumbai, Delhi"),
    "Asia/Dhaka": _("Dhaka"),
    "Asia/Bangkok": _("Bangkok"),
    "Asia/Jakarta": _("Jakarta"),
    "Asia/Shanghai": _("Beijing, Shanghai"),
    "Asia/Hong_Kong": _("Hong Kong"),
    "Asia/Taipei": _("Taipei"),
    "Asia/Singapore": _("Singapore"),
    "Australia/Perth": _("Perth"),
    "Asia/Tokyo": _("Tokyo"),
    "Asia/Seoul": _("Seoul"),
    "Australia/Adelaide": _("Adelaide"),
    "Australia/Sydney": _("Sydney"),
    "Pacific/Auckland": _("Auckland"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    label: str


def known(name: str) -> bool:
    """ZoneInfo itself would take a path or a folder and fail in many ways, so the name is looked up first."""
    return name in _all()


def first_known(*names: str) -> str:
    return next((name for name in names if known(name)), FALLBACK)


def label(name: str, *, at: datetime) -> str:
    """As "London (UTC+01:00)", with the offset of that moment."""
    offset = f"{at.astimezone(zoneinfo.ZoneInfo(name)):%z}"
    city = CITIES.get(name) or name.rpartition("/")[2].replace("_", " ")
    return f"{city} (UTC{offset[:3]}:{offset[3:5]})"


def choices(chosen: str, *, at: datetime) -> list[Choice]:
    """From west to east, with the chosen one among them whichever it is."""
    names = {*CITIES, chosen}
    by_offset = sorted(names, key=lambda name: (at.astimezone(zoneinfo.ZoneInfo(name)).utcoffset(), name))
    return [Choice(name=name, label=label(name, at=at)) for name in by_offset]


@cache
def _all() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones()) - NOWHERE
