"""The rows: bookings with their registers, the timeline of their statuses, the inbox of messages, and the runs; what
needs a person, what people did, and whose data was exported or erased.

No rule lives here but what the database can hold: choices, keys and the order of times. `services.record` writes
bookings and their timeline; `services.adopt` writes the coach of a booking that was told without one's id.
"""

from bookings.models.act import Act, Did
from bookings.models.attention import Attention, AttentionQuerySet, AttentionState
from bookings.models.booking import Booking, BookingQuerySet, Obstacle
from bookings.models.change import StatusChange
from bookings.models.message import Message
from bookings.models.privacy import PrivacyKind, PrivacyRequest
from bookings.models.run import COLUMNS, Difference, Done, Run, RunKind, RunState, field_label

__all__ = [
    "COLUMNS",
    "Act",
    "Attention",
    "AttentionQuerySet",
    "AttentionState",
    "Booking",
    "BookingQuerySet",
    "Did",
    "Difference",
    "Done",
    "Message",
    "Obstacle",
    "PrivacyKind",
    "PrivacyRequest",
    "Run",
    "RunKind",
    "RunState",
    "StatusChange",
    "field_label",
]
