"""Failed messages are tried again after growing pauses: a minute, two, four …, then once a day.

Not those that can't be read: reading is pure and answers the same tomorrow. A message that was read once has its uid,
and one that couldn't be has none (`inbox.process`); reading never fails in another way, which its property test shows.
After a deploy that reads more, `process_messages --failed` tries those too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from bookings.cal import inbox
from bookings.domain.words import Outcome
from bookings.models import Message

LONGEST = timedelta(days=1)
DOUBLINGS = 11  # 2^11 minutes are more than a day.
LEFT_ALONE = timedelta(minutes=2)  # A message without an outcome is being processed, or its process has died.
AT_ONCE = 200
TRIED = _("%(processed)d processed, %(failed)d failed again")


@dataclass(slots=True)
class Tried:
    processed: int = 0
    failed: int = 0

    def __str__(self) -> str:
        return TRIED % {"processed": self.processed, "failed": self.failed}


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return min(timedelta(minutes=2 ** max(min(attempts, DOUBLINGS + 1) - 1, 0)), LONGEST)


def due(*, now: datetime) -> QuerySet[Message]:
    """Messages whose pause is over, the oldest first."""
    waited = Q(processed_at=None)
    for attempts in range(DOUBLINGS + 1):
        waited |= Q(attempts=attempts, processed_at__lte=now - pause_after(attempts))
    waited |= Q(attempts__gt=DOUBLINGS, processed_at__lte=now - LONGEST)
    failed = Q(outcome=Outcome.FAILED) & ~Q(uid="") & waited
    forgotten = Q(outcome=Outcome.RECEIVED, received_at__lte=now - LEFT_ALONE)
    return Message.objects.filter(failed | forgotten).order_by("id")


def retry(*, now: datetime) -> Tried:
    """Process all that are due. Goes on past one that fails again; each has its outcome noted on it."""
    tried, last = Tried(), 0
    while batch := list(due(now=now).filter(id__gt=last)[:AT_ONCE]):
        for message in batch:
            last = message.pk
            try:
                inbox.process(message)
                tried.processed += 1
            except Exception:  # noqa: BLE001 the inbox has logged it, and one bad message must not keep the others
                tried.failed += 1
    return tried
