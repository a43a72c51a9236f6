"""What failed, in the log: where it happened and the kind of each error, without what the errors say.

Their words may repeat values: a database names the address that it holds twice, a parser the text that it can't read.
With DEBUG, where nobody's data are, they are whole.
"""

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType

from django.conf import settings
from django.db import DatabaseError


class WithoutValues(logging.Formatter):
    """Lines of the log as elsewhere; a traceback has the lines of code, and of each error its kind, and its number if
    it is the database's or the system's.
    """

    def formatException(  # noqa: N802 the name is logging's
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        if settings.DEBUG or ei[1] is None:
            return super().formatException(ei)
        return "".join(_told(ei[1])).rstrip()


def _told(error: BaseException, later: tuple[BaseException, ...] = ()) -> Iterator[str]:
    """The first error first, as Python tells them; each once, since one that is raised again may be its own cause."""
    later = (*later, error)
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and before not in later:
        yield from _told(before, later)
        yield "\nThen:\n\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__qualname__}{_number(error)}\n"


def _number(error: BaseException) -> str:
    code = error.args[0] if isinstance(error, DatabaseError | OSError) and error.args else None
    return f": {code}" if isinstance(code, int) else ""
