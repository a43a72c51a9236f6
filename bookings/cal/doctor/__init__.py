"""What is wrong with our Cal.com, found before a client finds it.

`looking` asks Cal.com, and `address` our own endpoint; `account`, `event_types`, `subscriptions` and `arrivals` judge
what was seen, without I/O but for the inbox; `mending` puts the webhook right. `examine` is all of it in one order.
"""

from bookings.cal.doctor.examination import Examination, examine
from bookings.cal.doctor.findings import Colour, Finding

__all__ = ["Colour", "Examination", "Finding", "examine"]
