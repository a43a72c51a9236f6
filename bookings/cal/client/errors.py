"""What can go wrong in talking to Cal.com, each as an exception of ours, and how to read which from an answer.

A message here is short and holds no key, no secret, no e-mail address and no uid, so that it may go into any log and on
any page. Raise them outside `except`: what requests raises holds the key, in the request's headers.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

LENGTH = 200  # Letters of a message: enough for any sentence of Cal.com's.
LOOKED_AT = 2000  # Letters of what may become one: the patterns below take the square of the length, at worst.
PROBLEMS = 10  # Fields that a message names.
NODES = 100  # Looked at, of a nested list of problems.

_ADDRESS = re.compile(r"[^\s\"'<>=&?,;:/()]+(?:@|%40)[^\s\"'<>=&?,;:/()]+")
_KEY = re.compile(r"\bcal_\w+|\bBearer\s+\S+")  # Any key, even one that isn't ours (api_v2.md §1.2).
_TOKEN = re.compile(r"(?=[\w-]*\d)[\w-]{20,}")  # A uid opens a booking, and a message may name another than we did.
_WORD = re.compile(r"[\w.\[\]-]{1,60}", re.ASCII)
_NO_SUCH_ROUTE = re.compile(r"Cannot (?:GET|POST|PATCH|DELETE) /")  # Nest's words for a path it doesn't have.


class CalError(Exception):
    """Anything that went wrong with Cal.com.

    `call` is the method and the path's pattern, `status` and `code` are Cal.com's (0 and "" where it said none),
    `request_id` finds the call in Cal.com's own log.
    """

    def __init__(self, message: str, *, call: str = "", status: int = 0, code: str = "", request_id: str = "") -> None:
        self.message, self.call, self.status, self.code, self.request_id = message, call, status, code, request_id
        answer = " ".join(filter(None, [str(status or ""), code]))
        said = ": ".join(filter(None, [call, answer, message]))
        super().__init__(f"{said} (request {request_id})" if request_id else said)


class NotConfigured(CalError):
    """A setting that is needed for this is missing or impossible. Nothing was sent."""


class CalRefused(CalError):
    """Cal.com understood and says no (4xx): nothing has changed there, and asking again would be answered the same."""


class Unauthorized(CalRefused):
    """The key is unknown, or Cal.com takes none from us (401)."""


class Forbidden(CalRefused):
    """The key is known and its owner may not do this, as when no admin of the team (403)."""


class NotFound(CalRefused):
    """Cal.com itself says that it has no such thing (404)."""


class NoSuchRoute(CalRefused):
    """404, but nothing that Cal.com says of a booking: a wrong address, or a server without this part of the API.

    No NotFound, since then a mistyped CAL_API_BASE_URL would tell of every booking that it is gone.
    """


class Conflict(CalRefused):
    """It is there already, as a webhook to the same address (409)."""


class CalUnavailable(CalError):
    """No answer, or none that says anything: network, time-out, 5xx.

    `retryable` says that the call was not carried out, or only reads, so that it may be made again later as it is.
    Where it is False, look first what has become of it. `retry_after` are the seconds that Cal.com asked to wait.
    """

    def __init__(self, message: str, *, retryable: bool, retry_after: float | None = None, **said: Any) -> None:
        self.retryable, self.retry_after = retryable, retry_after
        super().__init__(message, **said)


class RateLimited(CalUnavailable):
    """Too many calls: this one was not carried out."""

    def __init__(self, message: str, *, retry_after: float, **said: Any) -> None:
        super().__init__(message, retryable=True, retry_after=retry_after, **said)


class UnreadableAnswer(CalError):
    """An answer that isn't of the shape that we know: HTML, a redirect, another version's. The call may have worked."""


_REFUSALS: dict[int, type[CalRefused]] = {401: Unauthorized, 403: Forbidden, 404: NotFound, 409: Conflict}


def refusal(document: Any, text: str, *, call: str, status: int, request_id: str, secrets: Sequence[str]) -> CalRefused:
    """The exception for a 4xx; `document` is None where the body is no JSON, `text` is the body.

    `secrets` are left out of its message.
    """
    code, message = _said(document)
    code = clean(code, secrets=secrets)
    if status == 404 and (not message or _NO_SUCH_ROUTE.match(message)):
        message = (
            "the server has no such address: is CAL_API_BASE_URL right, and has this Cal.com that part of the API?"
        )
        return NoSuchRoute(message, call=call, status=status, request_id=request_id)
    message = clean(message or plain(text), secrets=secrets) or "no reason given"
    return _REFUSALS.get(status, CalRefused)(message, call=call, status=status, code=code, request_id=request_id)


def reason(document: Any, text: str, *, secrets: Sequence[str]) -> str:
    """The sentence in a failure of the server, as "Failed to update no-show status"; "" where there is none."""
    return clean(_said(document)[1] or plain(text), secrets=secrets)


def clean(text: str, *, secrets: Sequence[str] = ()) -> str:
    """One short line without secrets, keys and addresses."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):  # A secret may be part of a longer one.
        text = text.replace(secret, "…")
    if len(text) > LOOKED_AT:
        text = text[:LOOKED_AT].rpartition(" ")[0]  # Half a key would be no key to the pattern.
    text = _TOKEN.sub("…", _ADDRESS.sub("…", _KEY.sub("…", text)))
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return text if len(text) <= LENGTH else text[: LENGTH - 1] + "…"


def plain(text: str) -> str:
    """Text that a person wrote, as Cloudflare's "error code: 524"; a page of HTML, or JSON, is none."""
    return "" if text.lstrip().startswith(("<", "{", "[", '"')) else text


def _said(document: Any) -> tuple[str, str]:
    """Code and message of every shape of error (api_v2.md §1.5): both are "" where the document tells none."""
    document = _object(document)
    error = document.get("error")
    inner = _object(error)
    details = inner.get("details")
    sentences = [_sentence(each) for each in (inner.get("message"), document.get("message"))]
    # {"statusCode", "message", "error": "Bad Request"}: the error is only the status in words.
    message = next(filter(None, sentences), "") or _sentence(error)
    named = ", ".join(_problems(_object(details).get("errors")))
    extra = named or _sentence(details)
    if extra and extra not in message:
        message = f"{message}: {extra}" if message else extra
    return _word(inner.get("code")), message


def _problems(errors: Any) -> Iterator[str]:
    """Fields that were refused, with the names of the rules: `triggers (isEnum)`.

    Only names: beside them class-validator repeats what we sent, and its sentences may do so too.
    """
    waiting = [("", errors)]
    found = 0
    for _ in range(NODES):
        if not waiting or found == PROBLEMS:
            return
        path, node = waiting.pop(0)
        if isinstance(node, list):
            waiting.extend((path, each) for each in node[:NODES])
            continue
        node = _object(node)
        path = ".".join(filter(None, [path, _word(node.get("property"))]))[:LENGTH]
        rules = list(filter(None, map(_word, _object(node.get("constraints")))))[:PROBLEMS]
        if path and rules:
            found += 1
            yield f"{path} ({', '.join(rules)})"
        waiting.append((path, node.get("children")))


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _sentence(value: Any) -> str:
    """Nest tells several messages as a list."""
    if isinstance(value, list):
        return "; ".join(each for each in value[:PROBLEMS] if isinstance(each, str))
    return value if isinstance(value, str) else ""


def _word(value: Any) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""
