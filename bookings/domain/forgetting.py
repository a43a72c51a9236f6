"""Taking a person out of words that others wrote: their address and name, and nobody else's. Pure."""

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from bookings.domain.registers import Registers, Told, absence_of

_PLAIN = re.compile("[a-z0-9]{2,}")
IN_THEIR_PLACE = "[…]"


@dataclass(frozen=True, slots=True)
class Names:
    """What somebody is called. `address` is normalised; either may be empty.

    A longer address that ends like theirs is somebody else's, and so is a longer word. Scripts without blanks between
    words have no longer words to tell.
    """

    address: str = ""
    name: str = ""

    @property
    def by_address(self) -> "Names":
        """In what others wrote nobody but an address is one person."""
        return Names(address=self.address)

    def are_in(self, text: str) -> bool:
        """In any spelling in which an address stands in addresses of pages."""
        pattern = self._pattern()
        texts = {unicodedata.normalize("NFC", each) for each in (text, unquote(text))}
        return pattern is not None and any(pattern.search(each) for each in texts)

    def taken_from(self, text: str) -> str:
        pattern = self._pattern()
        if pattern is None or not self.are_in(text):
            return text
        plain = unicodedata.normalize("NFC", text)
        return pattern.sub(IN_THEIR_PLACE, plain if pattern.search(plain) else unquote(plain))

    def taken_from_value(self, value: Any) -> Any:
        """JSON, however deep."""
        if isinstance(value, dict):
            return {self.taken_from(key): self.taken_from_value(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.taken_from_value(each) for each in value]
        return self.taken_from(value) if isinstance(value, str) else value

    def taken_from_registers(self, registers: Registers) -> dict[str, Told]:
        """Where they are not the client, but named beside: as a guest, or in what somebody wrote.

        Stamps stay, so that it makes no difference whether registers are folded before or after.
        """
        return {
            register: replace(told, value=self.taken_from(told.value)) if isinstance(told.value, str) else told
            for register, told in registers.items()
            if register != absence_of(self.address)
        }

    def _pattern(self) -> re.Pattern[str] | None:
        return _pattern(self.address, self.name)


def _pattern(address: str, name: str) -> re.Pattern[str] | None:
    alternatives = []
    if address:
        alternatives.append(rf"(?<![\w.+-]){re.escape(address)}(?![\w-]|\.\w)")
    if len(name) > 1:
        alternatives.append(rf"(?<!\w){re.escape(name)}(?!\w)" if name.isascii() else re.escape(name))
    return re.compile("|".join(alternatives), re.IGNORECASE) if alternatives else None


def fragment(text: str) -> str:
    """What stands in each spelling of an address or a name: its longest run of letters and figures that are written
    alike everywhere, before the @ if there is one. Empty where there is none.
    """
    own, _at, host = text.lower().partition("@")
    return max(_PLAIN.findall(own) or _PLAIN.findall(host), key=len, default="")
