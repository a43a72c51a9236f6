"""Bookings and messages in the admin: all that is known and where it came from, to read; and "process again".

People are here too, for the bookings that a new address brings them. Nothing mirrored is changed here. Whatever a
message or a client wrote is escaped, wherever it is shown.
"""

from bookings.admin.bookings import BookingAdmin
from bookings.admin.messages import MessageAdmin
from bookings.admin.users import BookingUserAdmin

__all__ = ["BookingAdmin", "BookingUserAdmin", "MessageAdmin"]
