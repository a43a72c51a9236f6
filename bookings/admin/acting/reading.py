"""Acts in the words of whoever reads them: they keep codes and values, since each reads in a language of their own."""

from django.utils.translation import gettext as _

from bookings.admin.acting.acts import ACTS
from bookings.admin.acting.forms import Attendance
from bookings.admin.sentences import told
from bookings.admin.shown import price
from bookings.cal.commands import said
from bookings.models import Act, Did, field_label

_SAID = {"who": dict(Attendance.WHO), "how": dict(Attendance.HOW)}


def title_of(act: Act) -> str:
    """What was done; of what was not, what should have been: "Cancelled at Cal.com", "Not done: Cancel at Cal.com"."""
    if act.is_done:
        return act.get_did_display()
    return _("Not done: %(act)s") % {"act": ACTS[act.did].title if act.did in ACTS else _("Process again")}


def note_of(act: Act) -> str:
    """What was given and written: "The client · Absent · waited", "pi_1 · 49.00 USD · by hand"."""
    chosen = [str(labels[act.given[key]]) for key, labels in _SAID.items() if key in act.given]
    amount = price(act.given.get("amount"), act.given.get("currency", ""))
    return " · ".join(filter(None, [*chosen, act.stripe_id, amount, act.note]))


def result_of(act: Act) -> str:
    """What came of it, where there is more to say than that it was done, or not."""
    if act.condition is not None:
        return str(act.condition.label)
    if act.did == Did.RESYNC and act.is_done and not act.came:
        return ", ".join(str(field_label(field)) for field in act.result.split(", ") if field)
    return said(act.came, told(act.result))
