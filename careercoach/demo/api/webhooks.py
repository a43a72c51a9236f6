"""Subscriptions, in the scopes that there are: the key's owner, an event type, an organization (api_v2.md §5).

The secret is told in clear and the id is a text, whatever the document says (recorded 060, 061).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from careercoach.demo.api import access, asked, event_types
from careercoach.demo.api.access import Ask
from careercoach.demo.api.answering import Answer, Methods, Operation, success
from careercoach.demo.api.errors import not_valid, problem, refused
from careercoach.demo.models import EventType, Webhook

# In the order in which 6.0.2 names them (recorded 063); the hosted Cal.com knows more.
TRIGGERS = (
    "BOOKING_CREATED",
    "BOOKING_PAYMENT_INITIATED",
    "BOOKING_PAID",
    "BOOKING_RESCHEDULED",
    "BOOKING_REQUESTED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
    "BOOKING_NO_SHOW_UPDATED",
    "FORM_SUBMITTED",
    "MEETING_ENDED",
    "MEETING_STARTED",
    "RECORDING_READY",
    "INSTANT_MEETING",
    "RECORDING_TRANSCRIPTION_GENERATED",
    "OOO_CREATED",
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
    "FORM_SUBMITTED_NO_EVENT",
    "DELEGATION_CREDENTIAL_ERROR",
)
HOSTED_TRIGGERS = (
    "BOOKING_LOCATION_UPDATED",
    "BOOKING_REASSIGNED",
    "INSTANT_MEETING_ACCEPTED",
    "ROUTING_FORM_FALLBACK_HIT",
    "WRONG_ASSIGNMENT_REPORT",
    "CALENDAR_ENTRY_REJECTED",
)
TIMED = {"AFTER_HOSTS_CAL_VIDEO_NO_SHOW", "AFTER_GUESTS_CAL_VIDEO_NO_SHOW"}
FIELDS = {
    "active": "active",
    "subscriberUrl": "subscriber_url",
    "triggers": "triggers",
    "secret": "secret",
    "payloadTemplate": "payload_template",
    "version": "version",
    "time": "time",
    "timeUnit": "time_unit",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose they are. `told` is how a row says so, `words` how a refusal does."""

    columns: dict[str, Any]
    told: dict[str, int]
    words: str

    def webhooks(self) -> QuerySet[Webhook]:
        return Webhook.objects.filter(**self.columns).order_by("pk")


def _of_owner(ask: Ask) -> Scope:
    owner = {"userId": ask.owner.user_id}
    return Scope({"event_type": None, "organization_id": None}, owner, "user")


def _of_event_type(ask: Ask) -> Scope:
    """Of a personal account's: those of a team have an address of their own."""
    number = ask.values["event_type_id"]
    event_type = EventType.objects.filter(pk=number).first()
    if event_type is None:
        raise refused(404, f"Event type ({number}) not found")
    if not ask.owner.is_personal:
        raise refused(403, f"User ({ask.owner.user_id}) is not the owner of event type ({number})")
    return Scope({"event_type": event_type}, {"eventTypeId": number}, "event type")


def _of_team_event_type(ask: Ask) -> Scope:
    event_type = event_types.named(ask, admin=True)
    return Scope({"event_type": event_type}, {"eventTypeId": event_type.pk}, "event type")


def _of_organization(ask: Ask) -> Scope:
    number = access.of_organization(ask)
    return Scope({"event_type": None, "organization_id": number}, {"teamId": number}, "user")


ScopeOf = Callable[[Ask], Scope]


def collection(scope_of: ScopeOf, *, removable: bool = False) -> Methods:
    """`removable`: all at once."""

    def listed(ask: Ask) -> Answer:
        scope = scope_of(ask)
        wanted = asked.read(ask.query, {"take": asked.take, "skip": asked.skip})
        skip = wanted.get("skip", 0)
        rows = scope.webhooks()[skip : skip + wanted.get("take", asked.MOST)]
        return success([_row(each, scope) for each in rows])

    def create(ask: Ask) -> Answer:
        scope = scope_of(ask)
        values = _read(ask, required=("active", "subscriberUrl", "triggers"))
        if scope.webhooks().filter(subscriber_url=values["subscriberUrl"]).exists():
            raise refused(409, f"Webhook with this subscriber url already exists for this {scope.words}")
        webhook = Webhook(**scope.columns)
        return success(_row(_written(webhook, values), scope))

    def remove_all(ask: Ask) -> Answer:
        removed, _each = scope_of(ask).webhooks().delete()
        return success(f"{removed} webhooks deleted")

    methods = {"GET": (Operation(listed),), "POST": (Operation(create, status=201),)}
    return methods | ({"DELETE": (Operation(remove_all),)} if removable else {})


def item(scope_of: ScopeOf) -> Methods:
    def one(ask: Ask) -> Answer:
        scope = scope_of(ask)
        return success(_row(_named(ask, scope), scope))

    def update(ask: Ask) -> Answer:
        scope = scope_of(ask)
        webhook = _named(ask, scope)
        return success(_row(_written(webhook, _read(ask)), scope))

    def remove(ask: Ask) -> Answer:
        scope = scope_of(ask)
        webhook = _named(ask, scope)
        row = _row(webhook, scope)
        webhook.delete()
        return success(row)

    return {"GET": (Operation(one),), "PATCH": (Operation(update),), "DELETE": (Operation(remove),)}


OF_OWNER = (collection(_of_owner), item(_of_owner))
OF_EVENT_TYPE = (collection(_of_event_type, removable=True), item(_of_event_type))
OF_TEAM_EVENT_TYPE = (collection(_of_team_event_type, removable=True), item(_of_team_event_type))
OF_ORGANIZATION = (collection(_of_organization), item(_of_organization))


def _named(ask: Ask, scope: Scope) -> Webhook:
    number = ask.values["webhook_id"]
    webhook = scope.webhooks().filter(pk=number).first()
    if webhook is None:
        raise refused(404, f"Webhook ({number}) not found")
    return webhook


def _read(ask: Ask, *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """One bad trigger refuses the whole call. The hosted Cal.com wants to know when somebody counts as absent."""
    known = TRIGGERS + (HOSTED_TRIGGERS if ask.owner.is_hosted else ())
    rules: dict[str, asked.Rule] = {
        "active": asked.yes_or_no,
        "subscriberUrl": asked.text,
        "triggers": asked.many_of(
            known, f"each value in triggers must be one of the following values: {', '.join(known)}"
        ),
        "secret": _text_or_nothing,
        "payloadTemplate": _text_or_nothing,
        "version": asked.text,
        "time": asked.number,
        "timeUnit": asked.one_of(("DAY", "HOUR", "MINUTE"), "timeUnit must be DAY, HOUR or MINUTE"),
    }
    values = asked.read(ask.body, rules, required=required)
    timed = ask.owner.is_hosted and TIMED.intersection(values.get("triggers", []))
    if timed and values.get("time", 0) < 1:
        sentence = "time must be a positive integer for the no-show triggers"
        raise not_valid([problem(ask.body, "time", isTimeRequired=sentence)])
    return values


def _text_or_nothing(name: str, given: Any) -> str | None:
    return None if given is None else asked.text(name, given)


def _written(webhook: Webhook, values: dict[str, Any]) -> Webhook:
    for name, value in values.items():
        setattr(webhook, FIELDS[name], value)
    webhook.secret = webhook.secret or ""
    webhook.save()
    return webhook


def _row(webhook: Webhook, scope: Scope) -> dict[str, Any]:
    return {
        "id": str(webhook.pk),
        "payloadTemplate": webhook.payload_template,
        "triggers": webhook.triggers,
        "subscriberUrl": webhook.subscriber_url,
        "active": webhook.active,
        "secret": webhook.secret or None,
        **scope.told,
    }
