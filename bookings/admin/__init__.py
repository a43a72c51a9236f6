"""The back office: every booking, why it is as it is, and what puts it right.

People are here too, for the bookings that a new address brings them. Nothing mirrored is changed here: what the staff
do goes through the same doors as what Cal.com tells (`acting`). What not everybody may see is asked of `seeing`,
wherever it is shown, and whatever a message or a client wrote is escaped.
"""

from bookings.admin.acts import ActAdmin
from bookings.admin.attention import AttentionAdmin
from bookings.admin.bookings import BookingAdmin
from bookings.admin.differences import DifferenceAdmin
from bookings.admin.messages import MessageAdmin
from bookings.admin.periodic import ScheduleAdmin, TaskAdmin
from bookings.admin.privacy import PrivacyRequestAdmin
from bookings.admin.runs import RunAdmin
from bookings.admin.users import BookingUserAdmin

__all__ = [
    "ActAdmin",
    "AttentionAdmin",
    "BookingAdmin",
    "BookingUserAdmin",
    "DifferenceAdmin",
    "MessageAdmin",
    "PrivacyRequestAdmin",
    "RunAdmin",
    "ScheduleAdmin",
    "TaskAdmin",
]
