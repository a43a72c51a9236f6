"""Is this body authentic? Bytes in, a yes or no out."""

import hashlib
import hmac
from collections.abc import Iterable

HEADER = "X-Cal-Signature-256"
NO_SECRET = "no-secret-provided"  # noqa: S105 what Cal.com sends in the header where its webhook has no secret


def sign(body: bytes, secret: str) -> str:
    """The signature that Cal.com sends: lower-case hex of HMAC-SHA256 over the exact bytes (webhooks.md §2)."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_authentic(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """Does the signature fit the body with any of these secrets? Two are in use while one takes over from the other.

    Each comparison takes the same time whatever the signature; that the first secret that fits ends the search tells
    no more than which of our own secrets is in use.
    """
    claimed = signature.encode(errors="replace")
    return any(hmac.compare_digest(sign(body, secret).encode(), claimed) for secret in secrets if secret)
