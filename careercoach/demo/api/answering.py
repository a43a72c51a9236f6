"""One call from request to answer: route, version, limit, key, body, operation, in Cal.com's order."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from careercoach.demo import post
from careercoach.demo.api import access
from careercoach.demo.api.access import Ask
from careercoach.demo.api.errors import Refusal, no_route, refused, too_many
from careercoach.demo.api.limits import limiter
from careercoach.demo.models import Account

OLDEST = "2024-04-15"
KNOWN = (OLDEST, "2024-06-11", "2024-06-14", "2024-08-13", "2024-09-04")

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """What is done for one method of one path, in these versions. `act` gives the whole body of the answer.

    `sends` says that webhooks may be due afterwards.
    """

    act: Callable[[Ask], Answer]
    versions: tuple[str, ...] = KNOWN
    status: int = 200
    needs_key: bool = True
    sends: bool = False


Methods = Mapping[str, tuple[Operation, ...]]


def success(data: Any, **more: Any) -> Answer:
    return {"status": "success", "data": data, **more}


@csrf_exempt
def answer(request: HttpRequest, methods: Methods, **values: Any) -> HttpResponse:
    headers = {"X-Request-Id": str(uuid.uuid4())}
    now = timezone.now()
    try:
        operation = _operation(request, methods)
        body, status = _carry_out(operation, request, values, headers, now), operation.status
    except Refusal as refusal:
        body, status = refusal.body(path=request.get_full_path(), at=now), refusal.status
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, status=status, content_type="application/json; charset=utf-8", headers=headers)


def _operation(request: HttpRequest, methods: Methods) -> Operation:
    """A version that isn't known, or none, is silently the oldest; one that the path hasn't is a 404 (§1.3)."""
    version = request.headers.get("cal-api-version", "")
    version = version if version in KNOWN else OLDEST
    for operation in methods.get(request.method or "", ()):
        if version in operation.versions:
            return operation
    raise no_route(request.method or "", request.get_full_path())


def _carry_out(
    operation: Operation, request: HttpRequest, values: dict[str, Any], headers: dict[str, str], now: datetime
) -> Answer:
    who, has_key = access.caller(request)
    standing = limiter.call(who)
    headers.update(standing.headers())
    if standing.blocked:
        raise too_many()
    if operation.needs_key and not has_key:
        raise access.no_key()
    account = Account.current() if has_key else None
    ask = Ask(account=account, query=request.GET, body=_body(request), now=now, values=values)
    body = operation.act(ask)
    if operation.sends:
        post.send_due()
    return body


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        raise refused(400, "Unexpected token in JSON") from None
    return body if isinstance(body, dict) else {}
