"""The bodies that Cal.com posts: rows of the stand-in on one side, Cal.com's JSON on the other. No query, no clock.

The only maker of Cal.com bodies in the project. It plays Cal.com 6.0.2 with teams and Stripe, as recorded in
recorded/v602; where nothing was recorded, as webhooks.md reads Cal.com's source. One function for each trigger; where
Cal.com has several shapes for one, `flow` says which. Rows need not be saved, but they and their host and type need an
id.

What a row must say for its body: `host`, `event_type`, `price`; `payment_intent` before `paid`; `cancelled_by` and
`cancellation_reason` before `cancelled`; `rejection_reason` before `rejected`; the new one of a reschedule
`from_reschedule`, `rescheduling_reason`, `rescheduled_by` and of the metadata what its own request brought, and the old
one `paid_at`; `no_show` and `no_show_host` before the two of Cal Video. The trigger says the status; the row's is not
looked at.
"""

from careercoach.demo.bodies.lifecycle import (
    cancelled,
    created,
    paid,
    payment_initiated,
    reassigned,
    rejected,
    requested,
    rescheduled,
)
from careercoach.demo.bodies.meeting import (
    after_guests_no_show,
    after_hosts_no_show,
    meeting_ended,
    meeting_started,
    no_show_updated,
    ping,
    recording_ready,
    snapshot,
    transcription,
)
from careercoach.demo.bodies.parts import Body, Flow, title
from careercoach.demo.bodies.wire import encode, headers

__all__ = [
    "Body",
    "Flow",
    "after_guests_no_show",
    "after_hosts_no_show",
    "cancelled",
    "created",
    "encode",
    "headers",
    "meeting_ended",
    "meeting_started",
    "no_show_updated",
    "paid",
    "payment_initiated",
    "ping",
    "reassigned",
    "recording_ready",
    "rejected",
    "requested",
    "rescheduled",
    "snapshot",
    "title",
    "transcription",
]
