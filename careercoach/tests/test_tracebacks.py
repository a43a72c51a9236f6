"""Tracebacks in the log: what may be there, and what not."""

import logging
import re
from typing import Any

import pytest
from django.db import IntegrityError

from careercoach import settings as ours
from careercoach.tracebacks import WithoutValues


def fail(*, hide: bool = False) -> None:
    try:
        raise IntegrityError(1062, "Duplicate entry 'jonas@example.com' for key 'users.email'")
    except IntegrityError as error:
        raise ValueError("jonas@example.com is taken") from None if hide else error


def written(**options: bool) -> str:
    """What a handler writes of the failure, with a line for each place in the code."""
    try:
        fail(**options)
    except ValueError as error:
        kind, text, places = type(error), error, error.__traceback__
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "At %s", ("/admin/",), (kind, text, places))
    return re.sub(r'  File ".*", line \d+, in (\w+)\n(?:    .*\n)+', r"in \1\n", WithoutValues().format(record))


def test_places_and_kinds_are_told_and_no_values() -> None:
    assert written() == "At /admin/\nin fail\nIntegrityError: 1062\n\nThen:\n\nin written\nin fail\nValueError"


def test_what_the_code_hides_is_not_told() -> None:
    assert written(hide=True) == "At /admin/\nin written\nin fail\nValueError"


def test_errors_that_are_each_other_s_cause_are_told_once() -> None:
    """As where the first is raised again, from the second that its handling met."""
    first, second = KeyError("a"), OSError(5, "b")
    first.__cause__, second.__context__ = second, first

    told = WithoutValues().formatException((KeyError, first, None))

    assert told == "OSError: 5\n\nThen:\n\nKeyError"


def test_where_nobody_s_data_are_they_are_whole(settings: Any) -> None:
    settings.DEBUG = True

    assert written().count("jonas@example.com") == 2


@pytest.mark.parametrize(
    ("error", "said"), [(OSError(111, "Refused"), "ConnectionRefusedError: 111"), (KeyError(7), "KeyError")]
)
def test_only_numbers_of_the_system_and_the_database_are_told(error: Exception, said: str) -> None:
    assert WithoutValues().formatException((type(error), error, None)) == said


def test_no_error_at_hand_is_no_reason_to_fail() -> None:
    """As `logger.exception` outside of any handler."""
    assert WithoutValues().formatException((None, None, None)) == "NoneType: None"


def test_the_log_s_own_handler_writes_them_so() -> None:
    (handler,) = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]

    assert (type(handler.formatter), ours.LOGGING["handlers"]["console"]["formatter"]) == (WithoutValues, "line")
