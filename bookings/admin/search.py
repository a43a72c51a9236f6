"""Finding bookings by whatever people have at hand: by the shape of the term, and each by an index of its own.

In one query with OR, or with the order of the list, MySQL would rather go through all bookings. So the keys are looked
up first, each in one column and without an order, and the list is of these keys.
"""

import re
from collections.abc import Iterator

from django.db.models import Q
from django.http import HttpRequest

from bookings.domain.projection import canonical_reference
from bookings.models import Act, Booking, BookingQuerySet
from users.addresses import normalised
from users.models import User

MOST = 1000  # Found by a name: who types one letter is shown the first of them.
STRIPE = re.compile(r"(pi|py|ch|re|pyr|trr)_\w+")
CALENDAR = "cal.com"  # Uids have this domain in calendars, those of a chain the first one's.
UID = re.compile(r"[\w.-]{1,100}", re.ASCII)


def found(request: HttpRequest, queryset: BookingQuerySet, term: str, *, payments: bool) -> BookingQuerySet:
    """Those of these that the term finds: the first shape by which any is. Takes a query for each shape that it has.

    A reference or a uid of any booking finds its whole chain. Where more than MOST are found, the request is told in
    `search_is_cut`, for the page to say so.
    """
    term = term.strip()
    if not term:
        return queryset
    for keys in _keys(queryset, term, payments=payments):
        if keys:
            request.search_is_cut = MOST if len(keys) > MOST else None
            return queryset.filter(pk__in=keys[:MOST])
    return queryset.none()


def _acted_on(stripe_id: str) -> list[int]:
    """A booking has the newest ID alone: of several refunds, and of a payment told anew, the acts have the others."""
    acts = Act.objects.filter(stripe_id=stripe_id, booking__isnull=False).order_by()
    return list(acts.values_list("booking", flat=True)[:MOST])


def _keys(queryset: BookingQuerySet, term: str, *, payments: bool) -> Iterator[list[int]]:
    bookings = queryset.order_by()

    def keys(condition: Q) -> list[int]:
        return list(bookings.filter(condition).values_list("pk", flat=True)[: MOST + 1])

    if "@" in term:
        email = normalised(term)
        yield keys(Q(client_email=email)) + keys(Q(user__in=list(User.objects.filter(email=email))))
        term, _at, domain = term.partition("@")
        if domain.lower() != CALENDAR:
            return
    if payments and STRIPE.fullmatch(term):
        yield keys(Q(payment_intent=term)) or keys(Q(refund_id=term)) or keys(Q(pk__in=_acted_on(term)))
    if reference := canonical_reference(term):
        chains = Booking.objects.filter(reference=reference).values_list("chain_reference", flat=True)
        yield keys(Q(chain_reference__in=[*chains, reference]))
    if UID.fullmatch(term):
        chains = Booking.objects.filter(uid=term).values_list("chain_reference", flat=True)
        yield keys(Q(chain_reference__in=list(chains)))
    yield keys(Q(client_name__istartswith=term))
