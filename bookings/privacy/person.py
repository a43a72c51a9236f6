"""Who a person is to us: a user, an address, or both; and which bookings and messages are theirs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from bookings.domain.forgetting import Names
from bookings.domain.words import LinkedBy
from bookings.models import Booking, BookingQuerySet, Message
from users.addresses import normalised
from users.models import User

AT_ONCE = 200

R = TypeVar("R", bound=Model)


class Refused(Exception):
    """It is not done; the text says why, for whoever asked."""


@dataclass(frozen=True, slots=True)
class Person:
    """`address` is empty where the user is erased; `user` is None where only bookings carry the address."""

    user: User | None
    address: str = ""

    @property
    def names(self) -> Names:
        return Names(addresses=self.addresses, name="" if self.user is None else self.user.name.strip())

    @property
    def addresses(self) -> tuple[str, ...]:
        """Theirs first; then those with which sessions that are surely theirs were booked, if no other user's."""
        rows = Booking.objects.filter(chain_reference__in=self._sure).exclude(client_email="")
        found = set(rows.order_by().values_list("client_email", flat=True)) - {self.address}
        others = set(User.objects.filter(email__in=found).values_list("email", flat=True))
        return (*filter(None, [self.address]), *sorted(found - others))

    @property
    def chains(self) -> list[str]:
        """All sessions that are theirs or carry an address of theirs, by the references of their chains.

        Those that say by which addresses the others were booked come last, to be erased last.
        """
        sure = self._sure
        return [*sorted(_references(Q(client_email__in=self.addresses)) - sure), *sorted(sure)]

    @property
    def doubted(self) -> list[str]:
        """Sessions booked by their link with an address that isn't known to be theirs: whoever has the link can. They
        are left out until the staff say whose they are, by linking them.
        """
        return [] if self.user is None else sorted(_references(Q(user=self.user)).difference(self.chains))

    @property
    def _sure(self) -> set[str]:
        found = _references(Q(client_email=self.address)) if self.address else set()
        if self.user is not None:
            known = Q(linked_by__in=(LinkedBy.EMAIL, LinkedBy.OPS)) | Q(client_email="")
            found |= _references(known, user=self.user)
        return found

    def bookings(self) -> BookingQuerySet:
        """With all of their chains: whoever moved it, it is one session of one person."""
        return Booking.objects.filter(chain_reference__in=self.chains).order_by("id")

    def messages(self) -> "QuerySet[Message]":
        """Those about their bookings."""
        uids = list(self.bookings().values_list("uid", flat=True))
        return Message.objects.filter(uid__in=uids).order_by("id")

    def still_to_come(self, *, now: datetime) -> BookingQuerySet:
        return self.bookings().open(now=now)


def _references(wanted: Q, **also: object) -> set[str]:
    return set(Booking.objects.filter(wanted, **also).order_by().values_list("chain_reference", flat=True))


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


def by_key(rows: "QuerySet[R]", *, at_once: int = AT_ONCE) -> Iterator[R]:
    """All of them, some at a time: bodies are large."""
    last = 0
    while batch := list(rows.order_by("pk").filter(pk__gt=last)[:at_once]):
        yield from batch
        last = batch[-1].pk
