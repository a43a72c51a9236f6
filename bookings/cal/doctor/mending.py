"""cal_doctor --fix: let our webhook be registered once, and as it must be. Says what it did, and what it could not do.

First what is missing is made and what is wrong is mended; only where all of that went well is deleted what is too many,
so that no event is lost. Safe to repeat: where all is right it does nothing.
"""

from collections.abc import Callable, Iterator

from bookings.cal.client import CalError, CalRefused, Subscription
from bookings.cal.doctor.looking import OWNER, Looker, Seen
from bookings.cal.doctor.subscriptions import NEWER, TRIGGERS, Registered, Scope, Wanted, is_ours, is_right, plan

NO_SHOW_MINUTES = 5  # After the start: what Cal.com's own form fills in.
BAD_REQUEST = 400


def mend(looker: Looker, seen: Seen, wanted: Wanted) -> Iterator[str]:
    """One sentence for each thing that was done or that failed."""
    planned = plan(seen.webhooks, wanted)
    unseen = {scope for scope, _error in seen.unseen}
    complete = True
    for number in planned.missing:
        scope = OWNER if number is None else Scope(name=f"event type {number}", event_type_id=number)
        try:
            if scope in unseen:
                raise CalError("its webhooks could not be listed")
            yield f"registered {wanted.shown} for {scope.name}{_create(looker, scope, wanted)}"
        except CalError as error:
            complete = False
            yield f"could not register for {scope.name}: {error}"
    for webhook in planned.keep:
        if is_right(webhook, wanted):
            continue
        try:
            yield f"mended the webhook of {webhook.scope.name}{_update(looker, webhook, wanted)}"
        except CalError as error:
            complete = False
            yield f"could not mend the webhook of {webhook.scope.name}: {error}"
    for webhook in planned.surplus if complete else ():
        try:
            api = looker.api_of(webhook.scope)
            api.delete_webhook(webhook.id, event_type_id=webhook.scope.event_type_id)
            yield f"deleted the webhook of {webhook.scope.name}, which was one too many"
        except CalError as error:
            yield f"could not delete the webhook of {webhook.scope.name}, which is one too many: {error}"


def _create(looker: Looker, scope: Scope, wanted: Wanted) -> str:
    api = looker.api_of(scope)

    def ask(subscription: Subscription) -> object:
        return api.create_webhook(subscription, event_type_id=scope.event_type_id)

    return _with_all_triggers(ask, url=wanted.url, secret=wanted.secrets[0])


def _update(looker: Looker, webhook: Registered, wanted: Wanted) -> str:
    """A secret that is one of ours stays: while one takes over from another, both are right."""
    api = looker.api_of(webhook.scope)
    secret = str(webhook.row["secret"]) if is_ours(webhook.row, wanted.secrets) else wanted.secrets[0]

    def ask(subscription: Subscription) -> object:
        return api.update_webhook(webhook.id, subscription, event_type_id=webhook.scope.event_type_id)

    return _with_all_triggers(ask, url=wanted.url, secret=secret)


def _with_all_triggers(ask: Callable[[Subscription], object], *, url: str, secret: str) -> str:
    """A list with one trigger that a server doesn't know is refused whole, so it is asked for the older ones then.

    Returns what is to be said of that.
    """

    def wish(triggers: tuple[str, ...]) -> Subscription:
        return Subscription(url=url, triggers=triggers, secret=secret, no_show_minutes=NO_SHOW_MINUTES)

    try:
        ask(wish(TRIGGERS))
    except CalRefused as error:
        if error.status != BAD_REQUEST:
            raise
        ask(wish(tuple(each for each in TRIGGERS if each not in NEWER)))
        return f", without {' and '.join(NEWER)}, which this Cal.com doesn't know"
    return ""
