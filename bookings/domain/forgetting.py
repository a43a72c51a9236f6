"""Taking a person out of words that others wrote: their address and name, and nobody else's. Pure."""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from bookings.domain.registers import Registers, Told, absence_of

_PLAIN = re.compile("[a-z0-9]{2,}")
IN_THEIR_PLACE = "[…]"


@dataclass(frozen=True, slots=True)
class Names:
    """What somebody is called. `addresses` are normalised; either may be empty.

    A longer address that ends like theirs is somebody else's, and so is a longer word. Scripts without blanks between
    words have no longer words to tell. `beside`: the name says nothing by itself, only beside an address of theirs.
    """

    addresses: tuple[str, ...] = ()
    name: str = ""
    beside: bool = False

    @property
    def by_address(self) -> "Names":
        """For what is about others: many have one name. It is theirs where their address stands beside it, in the same
        text, or in the same object of JSON.
        """
        return replace(self, beside=True)

    def are_in(self, text: str) -> bool:
        """In any spelling in which an address stands in addresses of pages."""
        pattern = _pattern(self.addresses, "" if self.beside else self.name)
        texts = {unicodedata.normalize("NFC", each) for each in (text, unquote(text))}
        return pattern is not None and any(pattern.search(each) for each in texts)

    def taken_from(self, text: str) -> str:
        pattern = _pattern(self.addresses, self.name)
        if pattern is None or not self.are_in(text):
            return text
        left = pattern.sub(IN_THEIR_PLACE, unicodedata.normalize("NFC", text))
        return pattern.sub(IN_THEIR_PLACE, unquote(left)) if self.are_in(left) else left

    def taken_from_value(self, value: Any) -> Any:
        """JSON, however deep."""
        if isinstance(value, dict):
            is_theirs = any(isinstance(each, str) and self.are_in(each) for each in value.values())
            called = replace(self, beside=self.beside and not is_theirs)
            return {
                called.taken_from(key): (called if isinstance(each, str) else self).taken_from_value(each)
                for key, each in value.items()
            }
        if isinstance(value, list):
            return [self.taken_from_value(each) for each in value]
        return self.taken_from(value) if isinstance(value, str) else value

    def taken_from_registers(self, registers: Registers) -> dict[str, Told]:
        """Where they are not the client, but named beside: as a guest, or in what somebody wrote.

        Stamps stay, so that it makes no difference whether registers are folded before or after.
        """
        absences = {absence_of(address) for address in self.addresses}
        return {
            register: replace(told, value=self.taken_from(told.value)) if isinstance(told.value, str) else told
            for register, told in registers.items()
            if register not in absences
        }


@lru_cache(maxsize=16)
def _pattern(addresses: tuple[str, ...], name: str) -> re.Pattern[str] | None:
    alternatives = [rf"(?<![\w.+-]){re.escape(address)}(?![\w-]|\.\w)" for address in addresses]
    if len(name) > 1:
        before, after = "" if _is_wide(name[0]) else r"(?<!\w)", "" if _is_wide(name[-1]) else r"(?!\w)"
        alternatives.append(f"{before}{re.escape(name)}{after}")
    return re.compile("|".join(alternatives), re.IGNORECASE) if alternatives else None


def _is_wide(letter: str) -> bool:
    """Of a script without blanks between words, as Chinese."""
    return unicodedata.east_asian_width(letter) == "W"


def fragment(text: str) -> str:
    """What stands in each spelling of an address or a name: its longest run of letters and figures that are written
    alike everywhere, before the @ if there is one. Empty where there is none.
    """
    own, _at, host = text.lower().partition("@")
    return max(_PLAIN.findall(own) or _PLAIN.findall(host), key=len, default="")
