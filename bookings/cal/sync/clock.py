"""What nobody tells us but the clock: that the time of a meeting has passed."""

from datetime import datetime, timedelta
from typing import cast

from bookings.cal.payloads import own
from bookings.cal.sync.recording import Recorder
from bookings.domain.words import Source
from bookings.models import Booking, BookingQuerySet, Done

GRACE = timedelta(minutes=5)  # For MEETING_ENDED to come: Cal.com looks for what has ended each minute.
AT_ONCE = 500


def over_at(now: datetime) -> BookingQuerySet:
    return Booking.objects.over_without_an_end(now=now - GRACE)


def end_what_is_over(recorder: Recorder, *, now: datetime) -> None:
    """End the bookings that count, whose time has passed, and of which MEETING_ENDED never came.

    The message says when the booking ends, not when we looked: whoever looks too, or again after a kill, says the same.
    """
    over = over_at(now).order_by("id").values_list("id", "uid", "ends_at")
    last = 0
    while batch := list(over.filter(id__gt=last)[:AT_ONCE]):
        last = batch[-1][0]
        for _id, uid, ends_at in batch:
            if recorder.foretold(uid):
                continue
            body = own.ended(uid, ends_at=cast(datetime, ends_at))
            told = recorder.tell(uid, body, source=Source.CLOCK, done=Done.ENDED)
            if told is None:
                recorder.count("failed")
            elif told:
                recorder.ended(uid)
