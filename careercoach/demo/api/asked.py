"""What stands in a query or a body, against Cal.com's rules: values, or a refusal that names each that breaks one."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from careercoach.demo.api.errors import not_valid, problem

MOST = 250  # Of one page.

Rule = Callable[[str, Any], Any]  # The name and what was given → the value. Raises Broken.


class Broken(Exception):
    """The rule's name at class-validator, and its sentence."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule, self.message = rule, message


def read(given: Mapping[str, Any], rules: Mapping[str, Rule], *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The values of the names that have a rule; all others are ignored, as Cal.com does. Raises Refusal (400)."""
    values: dict[str, Any] = {}
    broken: dict[str, Broken] = {}
    for name, rule in rules.items():
        try:
            if name in given:
                values[name] = rule(name, given[name])
            elif name in required:
                raise Broken("isDefined", f"{name} should not be null or undefined")
        except Broken as failure:
            broken[name] = failure
    if broken:
        target = {name: _shown(given[name], rules[name]) for name in given if name in rules}
        raise not_valid([problem(target, name, **{each.rule: each.message}) for name, each in broken.items()])
    return values


def text(name: str, given: Any) -> str:
    if not isinstance(given, str):
        raise Broken("isString", f"{name} must be a string")
    return given


def number(name: str, given: Any) -> int:
    try:
        return int(given)
    except (TypeError, ValueError):
        raise Broken("isNumber", f"{name} must be a number conforming to the specified constraints") from None


def numbers(name: str, given: Any) -> list[int]:
    return [number(name, each) for each in str(given).split(",")]


def take(name: str, given: Any) -> int:
    wanted = number(name, given)
    if wanted > MOST:
        raise Broken("max", f"{name} must not be greater than {MOST}")
    if wanted < 1:
        raise Broken("min", f"{name} must not be less than 1")
    return wanted


def skip(name: str, given: Any) -> int:
    wanted = number(name, given)
    if wanted < 0:
        raise Broken("min", f"{name} must not be less than 0")
    return wanted


def moment(name: str, given: Any) -> datetime:
    """ISO 8601; what has no zone is UTC."""
    try:
        read = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        raise Broken("isISO8601", f"{name} must be a valid ISO 8601 date string") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def day_or_moment(name: str, given: Any) -> datetime:
    """A bare date is the first moment of that day in UTC, or where it ends something the last (api_v2.md §3.2)."""
    at = moment(name, given)
    is_day = len(given) == len("2030-01-10")
    return datetime.combine(date.fromisoformat(given), time.max, UTC) if is_day and name == "end" else at


def one_of(words: tuple[str, ...], message: str) -> Rule:
    def rule(name: str, given: Any) -> str:
        if given not in words:
            raise Broken("isEnum", message)
        return str(given)

    return rule


def many_of(words: tuple[str, ...], message: str) -> Rule:
    """A list, or with commas as a query has it."""

    def rule(name: str, given: Any) -> list[str]:
        several = given.split(",") if isinstance(given, str) else given
        if not isinstance(several, list) or any(each not in words for each in several):
            raise Broken("isEnum", message)
        return several

    return rule


def yes_or_no(name: str, given: Any) -> bool:
    if not isinstance(given, bool):
        raise Broken("isBoolean", f"{name} must be a boolean value")
    return given


def _shown(given: Any, rule: Rule) -> Any:
    """As Cal.com repeats it, after its own conversion: `take=300` as a number, `status=foo` as a list."""
    if rule in (number, take, skip):
        return int(given) if str(given).lstrip("-").isdigit() else None
    return given.split(",") if isinstance(given, str) and rule.__qualname__.startswith("many_of") else given
