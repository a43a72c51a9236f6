"""Where we are to Cal.com, and whether something answers there as we would. One POST over real HTTP."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.urls import reverse

from bookings.cal import signature
from bookings.cal.doctor.findings import Finding, green, red, without_password, yellow

TIMEOUT = (5.0, 15.0)  # Seconds, to connect and to answer. Cal.com lets the client wait for this answer.
HOSTED = ("cal.com", "cal.eu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`origin` says who named it."""

    url: str
    origin: str

    @property
    def shown(self) -> str:
        return without_password(self.url)


def our_address(given: str = "") -> Address | None:
    """What was given, else our path at the first of ALLOWED_HOSTS that is one; None where there is none.

    Of an address without a path ours is meant.
    """
    path = reverse("cal-webhook")
    if given:
        whole = given if urlsplit(given).path.strip("/") else given.rstrip("/") + path
        return Address(url=whole, origin="as given by --url")
    for host in settings.ALLOWED_HOSTS:
        if "." in host.strip(".") and not host.startswith((".", "*")) and not host.replace(".", "").isdigit():
            return Address(url=f"https://{host}{path}", origin="the first host of ALLOWED_HOSTS")
    return None


def address(ours: Address | None, *, api_url: str) -> Finding:
    """Could Cal.com post there? Hosted, it takes https only; hosted by oneself, anything (api_v2.md §5)."""
    if ours is None:
        cure = "Give it: cal_doctor --url https://your-host/api/webhook/cal, or set ALLOWED_HOSTS."
        return yellow("address", "ours is not known: ALLOWED_HOSTS names no host", cure)
    found = f"{ours.shown} ({ours.origin})"
    parts = urlsplit(ours.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return red("address", f"{found} is no address", "Give --url the whole address, with https:// before it.")
    cure = "Put a proxy with TLS before this server, and give the https address."
    if parts.scheme == "http":
        return red("address", f"{found} is not https", cure) if is_hosted(api_url) else yellow("address", found, cure)
    return green("address", found)


def is_hosted(api_url: str) -> bool:
    host = urlsplit(api_url).hostname or ""
    return any(host == each or host.endswith(f".{each}") for each in HOSTED)


def endpoint(ours: Address, *, now: datetime) -> Finding:
    """Post a signed PING, as Cal.com's Ping test does (webhooks.md §2). It stays in the inbox, as of no concern."""
    if not settings.CAL_WEBHOOK_SECRETS:
        return red("endpoint", "no PING could be signed: CAL_WEBHOOK_SECRETS is not set", "Set it, and restart.")
    secret = settings.CAL_WEBHOOK_SECRETS[0]
    moment = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    document = {"triggerEvent": "PING", "createdAt": moment, "payload": {"type": "Test", "title": "cal_doctor"}}
    body = json.dumps(document).encode()
    headers = {"Content-Type": "application/json", signature.HEADER: signature.sign(body, secret)}
    try:
        response = requests.post(ours.url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
    except requests.exceptions.SSLError:
        cure = "Get the proxy a valid certificate for this name: Cal.com trusts no other."
        return red("endpoint", "TLS failed: no valid certificate for this name, or no TLS", cure)
    except (requests.RequestException, ValueError) as error:
        cure = "See that the server runs, that its name leads here, and that a firewall lets Cal.com and us in."
        return red("endpoint", f"no answer to a PING ({type(error).__name__})", cure)
    return answered(response.status_code, response.content)


def answered(status: int, body: bytes) -> Finding:
    """What the answer to the PING means; docs/architecture.md has the table."""
    if status == 200:
        if _is_ours(body):
            return green("endpoint", "a signed PING was answered 200, without a redirect")
        cure = "Let the proxy lead this path to this server."
        return red("endpoint", "a signed PING was answered 200, but by something else than this project", cure)
    if 300 <= status < 400:
        cure = "Cal.com follows none: give the https address itself, to the letter, and let the proxy redirect nothing."
        return red("endpoint", f"a signed PING was answered with a redirect ({status})", cure)
    cures = {
        400: "ALLOWED_HOSTS there must name this host.",
        401: "The server there has other CAL_WEBHOOK_SECRETS than this one: set the same, and restart it.",
        404: "The path is /api/webhook/cal; see whether the proxy changes it.",
        500: "See the server's log.",
        503: "The server's database is away: see /readyz.",
    }
    cure = cures.get(status, "See the logs of the proxy and of the server.")
    return red("endpoint", f"a signed PING was answered {status}", cure)


def _is_ours(body: bytes) -> bool:
    try:
        document: Any = json.loads(body)
    except ValueError:
        return False
    return isinstance(document, dict) and "outcome" in document
