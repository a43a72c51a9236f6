"""Which one act cures what: each condition has one, beside which it can be settled with a note."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from bookings.admin import seeing
from bookings.admin.acting.acts import ACTS
from bookings.domain.attention import Condition
from bookings.models import Attention, AttentionState, Did

CURES: dict[Condition, Did] = {
    Condition.PAID_CANCELLED: Did.REFUND,
    Condition.PAID_AFTER_CANCELLING: Did.REFUND,
    Condition.PAID_COACH_ABSENT: Did.REFUND,
    Condition.ACCEPTED_DUE: Did.PAYMENT,
    Condition.NO_LINK: Did.RESYNC,
    Condition.COACH_UNKNOWN: Did.RESYNC,
    Condition.FAILED_MESSAGE: Did.PROCESS,
    Condition.UNEXPECTED: Did.SETTLE,
    Condition.PRESUMED: Did.PAYMENT,
    Condition.FREE: Did.FREE,
    Condition.UNPAID: Did.CANCEL,
    Condition.OTHER_ADDRESS: Did.LINK,
    Condition.NO_USER: Did.LINK,
    Condition.FORMAT: Did.CANCEL,
    Condition.EMAIL_ONLY: Did.LINK,
}


@dataclass(frozen=True, slots=True)
class Cure:
    """A button, beside the one to settle: `at_once` ones post, the others lead to a page that asks."""

    title: Any
    address: str
    icon: str
    at_once: bool


def settle_address(keys: Iterable[int]) -> str:
    """The page that asks for a note before these cases are settled."""
    return f"{reverse('admin:bookings_attention_settle')}?ids={','.join(map(str, keys))}"


def cure_of(case: Attention) -> Cure | None:
    """The act that cures it; None where only settling does, or where it can't be done any more."""
    did = CURES[Condition(case.condition)]
    if did == Did.PROCESS:
        address = reverse("admin:bookings_message_process", args=[case.message_id])
        return Cure(_("Process again"), address, "replay", at_once=True)
    if did == Did.SETTLE or case.booking_id is None:
        return None
    kind = ACTS[did]
    if kind.obstacle(case.booking):
        return None
    return Cure(kind.title, kind.address([case.booking_id]), kind.icon, at_once=kind.at_once)


def settling(case: Attention) -> str:
    """The button that leads to a note; empty for who may not settle it, and where it is settled."""
    if case.state == AttentionState.SETTLED or not seeing.may_settle():
        return ""
    return format_html('<a class="office-button" href="{}">{}</a>', settle_address([case.pk]), _("Settle"))


def reopening(case: Attention) -> str:
    """The button that does on the page of a settled case what the list does with those that are chosen."""
    if case.state != AttentionState.SETTLED or not seeing.may_settle():
        return ""
    return format_html(
        '<input type="hidden" name="_selected_action" value="{}"><button type="submit" class="office-button" '
        'formmethod="post" formaction="{}?state={}" name="action" value="reopen_chosen">{}</button>',
        case.pk,
        reverse("admin:bookings_attention_changelist"),
        AttentionState.SETTLED,
        _("Open again"),
    )
