"""What one message says, and what webhooks and API answers have in common in saying it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bookings.cal.payloads.fields import Node
from bookings.domain.registers import (
    LINK_LENGTH,
    PAYMENT_STRENGTH,
    UID_LENGTH,
    Fact,
    Register,
    Stamp,
    Strength,
)
from bookings.domain.words import Payment
from coaches.services import CoachDetails

DIGEST_LETTERS = 16  # Of a message's digest in its stamps: 64 bits tell apart what happened in one millisecond.
UNKNOWN = "unknown"  # API v2 puts this where it can't read a value (api_v2.md §2.5).


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one message says.

    `facts` are of one booking and, for a reschedule, of its neighbour in the chain; none means that it is of no
    concern to us. `tokens` are our own signed user tokens, not yet verified. `client_email` is what the client typed.
    A `snapshot` is as of nobody knows when.
    """

    trigger: str
    uid: str = ""
    facts: tuple[Fact, ...] = ()
    coach: CoachDetails | None = None
    stamp: Stamp | None = None
    snapshot: bool = False
    tokens: tuple[str, ...] = ()
    client_email: str = ""


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes facts about one booking as of one stamp, leaving out what says nothing."""

    uid: str
    stamp: Stamp
    strength: int = Strength.TOLD

    def tell(self, register: str, value: Any, strength: int | None = None) -> Iterator[Fact]:
        """One fact, or none where the value is absent or empty."""
        if value is not None and value != "":
            yield Fact(
                self.uid,
                register,
                value,
                self.stamp,
                self.strength if strength is None else strength,
            )

    def payment(self, payment: Payment) -> Iterator[Fact]:
        """What became of the payment, of which a body says no amount.

        Its strength is the payment's own, whatever the body's: a word of money that was seen can't be unsaid later.
        """
        yield Fact(
            self.uid,
            Register.PAYMENT,
            payment.value,
            self.stamp,
            PAYMENT_STRENGTH[payment],
        )

    def schedule(self, start: Node, end: Node) -> Iterator[Fact]:
        """Start and end of the session. Raises PayloadError where the end comes first."""
        starts_at, ends_at = start.moment(), end.moment()
        if starts_at is not None:
            if ends_at is not None and ends_at < starts_at:
                raise end.error("is before the start")
            yield from self.tell(Register.SCHEDULE, (starts_at, ends_at))

    def client(self, *, name: Node, email: Node, attendees: Node) -> Iterator[Fact]:
        """The client: by what was typed into the form, else, as a guess, the first of the attendees.

        Attendees may hold guests and other hosts, and come in the database's order (webhooks.md §3.2).
        """
        address = email.email()
        strength = self.strength if address else Strength.GUESS
        first = next(attendees.items(), Node(None))
        own = next(
            (each for each in attendees.items() if address and each["email"].email() == address),
            first,
        )
        yield from self.tell(Register.CLIENT_EMAIL, address or first["email"].email(), strength)
        yield from self.tell(Register.CLIENT_NAME, _full_name(name) or own["name"].text(200), strength)
        yield from self.tell(Register.CLIENT_TIME_ZONE, own["timeZone"].time_zone(), strength)

    def link(self, *candidates: Node) -> Iterator[Fact]:
        """The address to join at: the first that is one."""
        yield from self.tell(
            Register.LINK,
            next((url for each in candidates if (url := each.url(LINK_LENGTH))), None),
        )

    def supersedes(self, old: Node) -> Iterator[Fact]:
        """This booking took the place of an old one. Both ends are told, for the other body may never come."""
        old_uid = old.identifier(UID_LENGTH)
        if old_uid and old_uid != self.uid:
            yield from self.tell(Register.SUPERSEDES, old_uid)
            yield Fact(old_uid, Register.SUPERSEDED_BY, self.uid, self.stamp, self.strength)

    def superseded_by(self, new: Node) -> Iterator[Fact]:
        """A new booking took the place of this one."""
        new_uid = new.identifier(UID_LENGTH)
        if new_uid and new_uid != self.uid:
            yield from Teller(new_uid, self.stamp, self.strength).supersedes(Node(self.uid))


def _full_name(name: Node) -> str:
    """The client's name, which the form may have asked for in two parts."""
    if isinstance(name.value, dict):
        return f"{name['firstName'].text(100)} {name['lastName'].text(100)}".strip()[:200]
    return name.text(200)


def coach_details(account: Node) -> CoachDetails | None:
    """The coach whose account this is: a webhook's `organizer`, an answer's first host. Raises PayloadError.

    Without an id it names none: addresses change, and may be a calendar's.
    """
    cal_user_id = account["id"].integer()
    if cal_user_id is None:
        return None
    return CoachDetails(
        cal_user_id=cal_user_id,
        name=account["name"].text(200),
        email=account["email"].email(),
        username=account["username"].text(100),
        time_zone=account["timeZone"].time_zone(),
    )


def texts(*nodes: Node) -> tuple[str, ...]:
    """Those of these that hold text."""
    return tuple(text for node in nodes if (text := node.text(1000)))
