"""Who a person is to us: a user, an address, or both; and which bookings and messages are theirs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bookings.domain.forgetting import Names
from bookings.models import Booking, BookingQuerySet, Message
from users.addresses import normalised
from users.models import User

AT_ONCE = 200


class Refused(Exception):
    """It is not done; the text says why, for whoever asked."""


@dataclass(frozen=True, slots=True)
class Person:
    """`address` is empty where the user is erased; `user` is None where only bookings carry the address."""

    user: User | None
    address: str = ""

    @property
    def names(self) -> Names:
        return Names(address=self.address, name="" if self.user is None else self.user.name.strip())

    @property
    def chains(self) -> list[str]:
        """All sessions that are theirs or carry their address, by the references of their chains, oldest first."""
        found: set[str] = set()
        if self.user is not None:
            found |= set(Booking.objects.filter(user=self.user).values_list("chain_reference", flat=True))
        if self.address:
            found |= set(Booking.objects.filter(client_email=self.address).values_list("chain_reference", flat=True))
        return sorted(found)

    def bookings(self) -> BookingQuerySet:
        """With all of their chains: whoever moved it, it is one session of one person."""
        return Booking.objects.filter(chain_reference__in=self.chains).order_by("id")

    def messages(self) -> "QuerySet[Message]":
        """Those about their bookings."""
        uids = list(self.bookings().values_list("uid", flat=True))
        return Message.objects.filter(uid__in=uids).order_by("id")

    def still_to_come(self, *, now: datetime) -> BookingQuerySet:
        return self.bookings().open(now=now)


def whose(user: User) -> Person:
    return Person(user, "" if user.erased_at else user.email)


def find(*, user_id: str = "", email: str = "") -> Person:
    """By either. Raises Refused where nothing is known of anybody."""
    if user_id:
        user = User.objects.filter(user_id=user_id).first()
        if user is None:
            raise Refused(_("There is no user with this ID."))
        return whose(user)
    address = normalised(email)
    if "@" not in address:
        raise Refused(_("This is no e-mail address."))
    return Person(User.objects.filter(email=address).first(), address)


def by_key(rows: "QuerySet[Message]", *, at_once: int = AT_ONCE) -> Iterator[Message]:
    """All of them, some at a time: bodies are large."""
    last = 0
    while batch := list(rows.order_by("id").filter(id__gt=last)[:at_once]):
        yield from batch
        last = batch[-1].pk
