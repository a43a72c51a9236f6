"""The rows: bookings with their registers, the timeline of their statuses, and the inbox of messages.

No rule lives here but what the database can hold: choices, keys and the order of times. `services.record` writes
bookings and their timeline; `services.adopt` writes the coach of a booking that was told without one's id.
"""

from bookings.models.booking import Booking, BookingQuerySet, Obstacle
from bookings.models.change import StatusChange
from bookings.models.message import Message

__all__ = ["Booking", "BookingQuerySet", "Message", "Obstacle", "StatusChange"]
