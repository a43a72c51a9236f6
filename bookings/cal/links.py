"""Addresses of Cal.com's pages for one user or booking, and the signed token that says who books (webhooks.md §6, §7).

No I/O: every address follows from settings and the booking's row.
"""

from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing

from bookings.cal import TOKEN_METADATA, TOKEN_QUESTION
from bookings.models import Booking
from users.models import User

# The token is chosen by whoever holds the browser, so it is signed; it says only who, opens nothing, and doesn't
# expire: a link in an old mail must still find its user.
_signer = signing.Signer(salt="bookings.cal.links.user")


class NotConfigured(Exception):
    """CAL_EVENT_URL is not set."""


def user_token(user: User) -> str:
    """The token that Cal.com carries back to us with a booking: the userId, and our signature with SECRET_KEY.

    Anyone can read who it is; only we can make it, and `user_id_in` reads it.
    """
    return _signer.sign(user.user_id)


def user_id_in(token: str) -> str | None:
    """The userId that we signed; None for anything that we didn't."""
    try:
        return _signer.unsign(token)
    except signing.BadSignature:
        return None


def booking_url(user: User, *, start: datetime | None = None, zone: ZoneInfo | None = None) -> str:
    """The event page with the form filled in for this user. Raises NotConfigured.

    With `start` it opens on that slot, with `zone` it shows times of that zone: Cal.com's booker reads `date`, `slot`
    and `cal.tz` from its address (packages/features/bookings/Booker/store.ts).
    """
    if not settings.CAL_EVENT_URL:
        raise NotConfigured
    token = user_token(user)
    query = {
        "name": user.name,
        "email": user.email,
        f"metadata[{TOKEN_METADATA}]": token,
        TOKEN_QUESTION: token,
    }
    if start is not None:
        utc = start.astimezone(UTC)
        query |= {"date": f"{start.astimezone(zone or UTC):%Y-%m-%d}", "slot": f"{utc:%Y-%m-%dT%H:%M:%S}.000Z"}
    if zone is not None:
        query["cal.tz"] = zone.key
    parts = urlsplit(settings.CAL_EVENT_URL)
    joined = "&".join(filter(None, [parts.query, urlencode(query, quote_via=quote)]))
    return str(parts._replace(query=joined).geturl())


def manage_url(booking: Booking) -> str:
    """Cal.com's own page of the booking; the way back to an unpaid one too."""
    return f"{_site(booking)}/booking/{quote(booking.uid, safe='')}"


def cancel_url(booking: Booking) -> str:
    """Cal.com's page of the booking with its cancel form open (getCancelLink, webhooks.md §7).

    Whoever has the link can cancel. `cancelledBy` is what the page will say of who did; left out where nobody told the
    client's address. It comes back in BOOKING_CANCELLED as it was given, so it proves nothing (webhooks.md §8).
    """
    query = {
        "cancel": "true",
        "allRemainingBookings": "false",
        "cancelledBy": booking.client_email,
    }
    return f"{manage_url(booking)}?{_query(query)}"


def reschedule_url(booking: Booking) -> str:
    """Where the client picks another time: leads on to the event page, with `rescheduleUid` (webhooks.md §7).

    `rescheduledBy` proves as little as `cancelledBy`, and is left out where nobody told the client's address.
    """
    query = _query({"rescheduledBy": booking.client_email})
    return f"{_site(booking)}/reschedule/{quote(booking.uid, safe='')}" + (f"?{query}" if query else "")


def join_url(booking: Booking) -> str:
    """Where the meeting is; empty where nobody told. The page of Cal Video is on the booking's own site."""
    return f"{_site(booking)}{booking.link}" if booking.link.startswith("/") else booking.link


def _site(booking: Booking) -> str:
    """An organization has a host of its own, which its webhooks tell as bookerUrl; other messages don't."""
    return booking.site or settings.CAL_WEB_BASE_URL


def _query(query: dict[str, str]) -> str:
    return urlencode({key: value for key, value in query.items() if value}, quote_via=quote)
