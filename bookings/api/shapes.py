"""What the answers look like, for the schema and the clients that are made from it. `answers` makes them."""

from rest_framework import serializers

from bookings.domain.words import Payment, Status, Why
from bookings.models import Obstacle


class Url(serializers.Serializer):
    url = serializers.URLField(help_text="Lead the browser there.")


class SignedUp(serializers.Serializer):
    userId = serializers.CharField(help_text="Give it in every other call.")
    name = serializers.CharField()
    email = serializers.CharField(help_text="In lower case.")


NOBODY_YET = "Null while Cal.com hasn't told who it is."


class Coach(serializers.Serializer):
    name = serializers.CharField(help_text="Empty until Cal.com tells it.")
    username = serializers.CharField(help_text="The name at Cal.com, by which the list is filtered; may be empty.")
    timeZone = serializers.CharField(help_text="IANA name; empty until Cal.com tells it.")


class State(serializers.Serializer):
    uid = serializers.CharField(help_text="Cal.com's name of it, which changes with each move.")
    status = serializers.ChoiceField(choices=Status.choices)
    statusLabel = serializers.CharField(help_text="In the caller's language.")
    reason = serializers.ChoiceField(choices=Why.choices)
    reasonLabel = serializers.CharField(help_text="In the caller's language.")
    startTime = serializers.DateTimeField(allow_null=True, help_text="Null where Cal.com hasn't told it yet.")
    endTime = serializers.DateTimeField(allow_null=True, help_text="Null where Cal.com hasn't told it yet.")


class Earlier(State):
    """What the booking was before it was moved."""

    coach = Coach(allow_null=True, help_text=NOBODY_YET)


class PaymentOf(serializers.Serializer):
    state = serializers.ChoiceField(choices=Payment.choices)
    stateLabel = serializers.CharField(help_text="In the caller's language.")
    listPrice = serializers.IntegerField(
        allow_null=True, min_value=0, help_text="In minor units of the currency (cents); null where nobody told it."
    )
    currency = serializers.CharField(help_text="ISO 4217 in lower case; empty where nobody told it.")


class Links(serializers.Serializer):
    manage = serializers.URLField(help_text="Cal.com's own page of the booking; the way back to an unpaid one.")
    cancel = serializers.URLField(
        allow_null=True, help_text="Cal.com's page with its form to cancel open; null where `can.cancel` isn't allowed."
    )
    reschedule = serializers.URLField(
        allow_null=True,
        help_text="Cal.com's page on which another time is chosen; null where `can.reschedule` isn't allowed.",
    )
    join = serializers.CharField(
        allow_null=True,
        help_text="Where the meeting is, a web address mostly; open from joinOpensAt on. Null where `can.join` isn't "
        "allowed, unless it is only `too_early`.",
    )
    ics = serializers.URLField(allow_null=True, help_text="The calendar's file; null while there is no time.")


class Permission(serializers.Serializer):
    allowed = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=Obstacle.choices, allow_null=True, help_text="Null where it is allowed.")
    reasonLabel = serializers.CharField(
        allow_null=True, help_text="In the caller's language; null where it is allowed."
    )


class Can(serializers.Serializer):
    cancel = Permission()
    reschedule = Permission()
    join = Permission()


class Booking(State):
    """A session: a booking with all it was moved to, as its newest booking shows it."""

    bookingId = serializers.CharField(help_text="The reference for people (CC-7K3P9-QX2MD); stays when it is moved.")
    title = serializers.CharField(help_text="As Cal.com names it; may be empty.")
    coach = Coach(allow_null=True, help_text=NOBODY_YET)
    timeZone = serializers.CharField(help_text="The client's, as chosen when booking: IANA name, or empty.")
    joinOpensAt = serializers.DateTimeField(
        allow_null=True, help_text="Shortly before the start; null while that isn't known."
    )
    payment = PaymentOf()
    links = Links()
    can = Can()
    history = Earlier(many=True, help_text="Its earlier bookings before it was moved, the oldest first.")
    hasRecording = serializers.BooleanField(help_text="Cal.com has told of one.")
    hasTranscript = serializers.BooleanField(help_text="Cal.com has told of one.")


class Change(serializers.Serializer):
    status = serializers.ChoiceField(choices=Status.choices)
    statusLabel = serializers.CharField()
    reason = serializers.ChoiceField(choices=Why.choices)
    reasonLabel = serializers.CharField()
    at = serializers.DateTimeField(help_text="When we heard of it.")


class BookingWithTimeline(Booking):
    timeline = Change(many=True, help_text="All changes of its status, the oldest first.")


class Bookings(serializers.Serializer):
    """A page of bookings."""

    count = serializers.IntegerField(min_value=0, help_text="How many there are on all pages.")
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    previous = serializers.URLField(allow_null=True, help_text="The page before; null on the first.")
    results = Booking(many=True)


class Value(serializers.Serializer):
    value = serializers.CharField()
    label = serializers.CharField(help_text="In the caller's language.")


class Meta(serializers.Serializer):
    """Every enumeration, with its labels in the caller's language."""

    statuses = Value(many=True)
    reasons = Value(many=True)
    paymentStates = Value(many=True)
    obstacles = Value(many=True)
    whens = Value(many=True)
    languages = Value(many=True)


class Slot(serializers.Serializer):
    start = serializers.DateTimeField(help_text="Give it to POST /api/booking-url.")


class Day(serializers.Serializer):
    date = serializers.DateField(help_text="In the zone that was asked for.")
    slots = Slot(many=True)


class Slots(serializers.Serializer):
    """The free times of the whole pool of coaches."""

    timeZone = serializers.CharField()
    asOf = serializers.DateTimeField(help_text="When Cal.com was asked.")
    stale = serializers.BooleanField(
        help_text="True: Cal.com hasn't answered yet, or is away, and these are up to five minutes old."
    )
    days = Day(many=True, help_text="Every day from `from` to `to`, those without a free time too.")


class Error(serializers.Serializer):
    code = serializers.CharField(help_text="For machines; docs/api.md lists them.")
    detail = serializers.CharField(help_text="For people, in the caller's language.")
    attr = serializers.CharField(
        allow_null=True, help_text="The parameter that it is about; null where it is about none."
    )


class Problem(serializers.Serializer):
    """The one shape of everything that goes wrong."""

    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = Error(many=True)
    requestId = serializers.CharField(help_text="Also in X-Request-Id: give it to whoever you ask for help.")
    retryable = serializers.BooleanField(help_text="True: the same call may succeed later, after Retry-After seconds.")


class Pending(serializers.Serializer):
    """Nothing is known yet: ask again after Retry-After seconds."""

    state = serializers.ChoiceField(choices=["waiting"])


class Received(serializers.Serializer):
    message = serializers.IntegerField(help_text="Its number in the inbox.")
    outcome = serializers.CharField(help_text="What became of it.")
