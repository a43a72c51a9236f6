"""What a run found, as values that go into its rows and on to whoever reads them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from bookings import services
from bookings.domain.projection import reference
from bookings.models import Booking, Difference, Done, Run, RunKind
from coaches.models import Coach
from users.models import User

# `why` says again what the status says, `linked_by` goes with the user, and the chain follows from `superseded_by`.
NOT_TOLD = frozenset({"why", "linked_by", "is_head", "chain_reference"})
# That somebody is not absent is what everybody is taken for before anybody tells.
TAKEN_FOR_GRANTED = frozenset({"client_absent", "coach_absent"})

# What a run says of itself at its end, in English for operators; whoever reads it in the admin has it translated.
ENDED = _("%(run)s: %(state)s, %(calls)d calls.")
ENDED_DRY = _("%(run)s: %(state)s, only looked, %(calls)d calls.")
COUNTED = _("%(seen)d seen, %(unchanged)d unchanged, %(changed)d changed, %(created)d created, %(failed)d failed.")
SOME_FAILED = _("%(failed)d of %(seen)d failed.")
UNREACHED = _("%(error)s → cal_doctor says what is wrong.")
NAMES = {"coach_id": "coach", "user_id": "user"}


def differences(recorded: services.Recorded, *, run: Run, done: Done | None = None) -> Iterator[Difference]:
    """What was recorded, field by field; one line for a booking that was made, with its status.

    `done` is what to say instead of what was done to the row.
    """
    for uid, columns in recorded.columns.items():
        row = recorded.bookings[uid]
        if uid in recorded.created:
            yield _difference(run, row, "status", None, row.status, done or Done.CREATED)
            continue
        for column, (ours, theirs) in columns.items():
            if column in NOT_TOLD or (column in TAKEN_FOR_GRANTED and not ours and not theirs):
                continue
            name = NAMES.get(column, column)
            yield _difference(run, row, name, _shown(column, ours), _shown(column, theirs), done or Done.CHANGED)


def _difference(run: Run, row: Booking, field: str, ours: Any, theirs: Any, done: Done) -> Difference:
    return Difference(run=run, booking_id=row.pk, uid=row.uid, field=field, ours=ours, theirs=theirs, done=done)


def _shown(column: str, value: Any) -> Any:
    """A column's value as JSON, and people by what others call them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if column == "coach_id" and value is not None:
        return str(Coach.objects.get(pk=value))
    if column == "user_id" and value is not None:
        return User.objects.values_list("user_id", flat=True).get(pk=value)
    return value


def is_creation(each: Difference) -> bool:
    """A line for a booking that was not known, rather than for something that we had otherwise."""
    return each.field == "status" and each.ours is None


def as_json(each: Difference) -> dict[str, Any]:
    """A difference as it is printed; `reference` is what people call the booking, empty for a coach."""
    is_booking = each.run.kind != RunKind.COACHES
    named = each.booking.chain_reference if each.booking else reference(each.uid)
    return {
        "uid": each.uid,
        "reference": named if is_booking else "",
        "field": each.field,
        "ours": each.ours,
        "theirs": each.theirs,
        "done": each.done,
    }
