"""What Cal.com does when somebody books, pays, moves, cancels or meets: the only writer of its bookings.

Each function does it at once and plans the webhooks that Cal.com sends for it, in Cal.com's order (webhooks.md §4,
recorded/); what Cal.com does silently is silent here too. Callers send what is planned with post.send_due().
"""

from careercoach.demo.desk.booking import Booker, book, pay, refuse_moving
from careercoach.demo.desk.change import Refused
from careercoach.demo.desk.host import cancel, confirm, reassign, reject, request_reschedule
from careercoach.demo.desk.meeting import let_time_pass, mark_client, mark_host, run_clock, watch_room

__all__ = [
    "Booker",
    "Refused",
    "book",
    "cancel",
    "confirm",
    "let_time_pass",
    "mark_client",
    "mark_host",
    "pay",
    "reassign",
    "refuse_moving",
    "reject",
    "request_reschedule",
    "run_clock",
    "watch_room",
]
