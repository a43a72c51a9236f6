"""Whose Cal.com we talk to, and with which key: the settings, looked at before anything is sent."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop as _

from bookings.cal.client.errors import NotConfigured


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One account at Cal.com. Raises NotConfigured where nothing could be sent with it.

    Without `team_id` it is a personal account. Without `event_type_ids` all its event types are ours.
    """

    base_url: str
    key: str = field(repr=False)
    team_id: int | None = None
    event_type_ids: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """The values themselves are never said: an address may hold a password."""
        if not self.key:
            raise NotConfigured(_("CAL_API_KEY is not set: make a key at Cal.com, Settings, API keys."))
        # The rest of a key is Cal.com's business, but http.client repeats in its error a header it can't send.
        if not (self.key.isascii() and self.key.isprintable()) or " " in self.key:
            raise NotConfigured(_("CAL_API_KEY has a blank or a letter that no key has."))
        if not _is_address(self.base_url):
            raise NotConfigured(
                _(
                    "CAL_API_BASE_URL is no address of an API: give https://host/v2, with no user name, query or "
                    "fragment."
                )
            )

    @classmethod
    def from_settings(cls) -> Self:
        return cls(
            base_url=settings.CAL_API_BASE_URL,
            key=settings.CAL_API_KEY,
            team_id=settings.CAL_TEAM_ID,
            event_type_ids=tuple(settings.CAL_EVENT_TYPE_IDS),
        )


def _is_address(url: str) -> bool:
    """A user name in it would be sent instead of the key, and what follows the path would be lost."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0  # Raises where it is no number.
            and not (parts.username or parts.password or parts.query or parts.fragment)
        )
    except ValueError:
        return False
