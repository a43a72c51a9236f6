"""How a body goes over the wire: its bytes, and the headers that Cal.com puts with them (webhooks.md §2)."""

import hashlib
import hmac
import json

from careercoach.demo.bodies.parts import Body

NO_SECRET = "no-secret-provided"  # noqa: S105 what Cal.com sends where its webhook has no secret


def encode(body: Body) -> bytes:
    """As Node's JSON.stringify writes it: compact, in UTF-8, and lone surrogates escaped, for UTF-8 has none."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", errors="backslashreplace")


def headers(body: bytes, *, secret: str, version: str | None = None) -> dict[str, str]:
    """The headers for these exact bytes.

    `version` is the webhook's own ("2021-10-20"), which Cal.com tells from 6.2.0 on; None for 6.0.2.
    """
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() if secret else NO_SECRET
    told = {"X-Cal-Webhook-Version": version} if version else {}
    return {"Content-Type": "application/json", "X-Cal-Signature-256": signature, **told, "user-agent": "node"}
