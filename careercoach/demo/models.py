"""What the stand-in knows: Cal.com's own tables, as few of them and as few columns as its answers need.

The words are Cal.com's (webhooks.md, api_v2.md), not ours: this app plays Cal.com and shares nothing with the mirror.
Times are UTC; prices are minor units.
"""

import secrets
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

UID_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # As short-uuid writes them.


def new_uid() -> str:
    """22 letters that differ by case, like Cal.com's."""
    return "".join(secrets.choice(UID_LETTERS) for _ in range(22))


def new_payment_uid() -> str:
    return str(uuid.uuid4())


def hidden_reference() -> list[dict[str, object]]:
    """The question that a booking link fills in and nobody sees, as API v2 tells of it."""
    question = {"isDefault": False, "type": "text", "slug": "cc-ref", "label": "Career Coach reference"}
    return [question | {"required": False, "placeholder": "", "disableOnPrefill": False, "hidden": True}]


class Account(models.Model):
    """Whose the API key is, and what it may do. One row: by default a manager of the team who coaches nobody."""

    class Role(models.TextChoices):
        OWNER = "OWNER"
        ADMIN = "ADMIN"
        MEMBER = "MEMBER"

    user_id = models.IntegerField(default=70)
    name = models.CharField(max_length=100, default="Olivia Marsh")
    email = models.EmailField(default="olivia@coaches.example.com")
    username = models.SlugField(default="olivia")
    time_zone = models.CharField(max_length=50, default="Europe/London")
    role = models.CharField(max_length=6, choices=Role, default=Role.OWNER)  # In every team and in the organization.
    is_personal = models.BooleanField(default=False)  # A free account: no team, and all event types are its owner's.
    organization_id = models.IntegerField(null=True, blank=True)
    is_hosted = models.BooleanField(default=True)  # By Cal.com, which knows triggers that a self-hosted one doesn't.

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Account":
        return cls.objects.get_or_create(pk=1)[0]

    @property
    def is_admin(self) -> bool:
        return not self.is_personal and self.role != self.Role.MEMBER


class EventType(models.Model):
    """What is sold: one round-robin type of a team. `price` 0 makes it a free one."""

    team_id = models.IntegerField()
    team_name = models.CharField(max_length=100)
    team_slug = models.SlugField()
    slug = models.SlugField()
    title = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    length = models.PositiveIntegerField()  # Minutes.
    price = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)  # Lower case, as Cal.com writes it.
    requires_confirmation = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    disable_cancelling = models.BooleanField(default=False)
    disable_rescheduling = models.BooleanField(default=False)
    success_redirect_url = models.URLField(blank=True)  # Where a booker is led after paying: the front-end.
    site = models.URLField()  # Where its pages are: bookerUrl in the bodies.
    # What only API v2 tells of it.
    booking_fields = models.JSONField(default=hidden_reference)  # The form's own questions, beside Cal.com's.
    scheduling_type = models.CharField(max_length=10, default="roundRobin")
    takes_payment = models.BooleanField(default=True)  # The Stripe app is installed and switched on.

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> str:
        return f"/team/{self.team_slug}/{self.slug}"


class Host(models.Model):
    """A coach, as a member of the team and a host of its event type. The id is Cal.com's user id."""

    name = models.CharField(max_length=100)
    email = models.EmailField(unique=True)
    username = models.SlugField(unique=True)
    time_zone = models.CharField(max_length=50)
    locale = models.CharField(max_length=10, default="en")
    hours = models.JSONField()  # {"0": [["09:00", "17:00"]]}: by weekday (0 is Monday), in the host's own zone.
    is_away = models.BooleanField(default=False)  # Out of office: offers no slot.
    # What only API v2 tells. Who is none of the hosts, or gone, must be away as well.
    role = models.CharField(max_length=6, choices=Account.Role, default=Account.Role.MEMBER)  # In the team.
    has_accepted = models.BooleanField(default=True)  # The invitation to the team.
    is_host = models.BooleanField(default=True)  # Of the event types.
    is_fixed = models.BooleanField(default=False)  # Joins every meeting: no round robin.
    is_gone = models.BooleanField(default=False)  # The account was deleted.

    def __str__(self) -> str:
        return self.name

    @property
    def time_format(self) -> str:
        return "h:mma" if self.locale == "en" else "HH:mm"


class Booking(models.Model):
    class Status(models.TextChoices):
        ACCEPTED = "ACCEPTED", _("Confirmed")
        PENDING = "PENDING", _("Unconfirmed")
        CANCELLED = "CANCELLED", _("Cancelled")
        REJECTED = "REJECTED", _("Declined")

    uid = models.CharField(max_length=40, unique=True, default=new_uid)
    event_type = models.ForeignKey(EventType, on_delete=models.PROTECT)
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="bookings")
    status = models.CharField(max_length=10, choices=Status)
    start = models.DateTimeField()
    end = models.DateTimeField()
    title = models.CharField(max_length=300)
    # The booker. The address keeps the case that was typed, as at Cal.com.
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    time_zone = models.CharField(max_length=50)
    locale = models.CharField(max_length=10, default="en")
    notes = models.TextField(blank=True)
    guests = models.JSONField(default=list)  # Addresses.
    answers = models.JSONField(default=dict)  # To the type's own questions, by slug: {"cc-ref": "…"}.
    metadata = models.JSONField(default=dict)  # From the booking link: metadata[key]=value.
    # Money.
    price = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="usd")
    payment_uid = models.CharField(max_length=36, unique=True, default=new_payment_uid)  # Of /payment/{uid}.
    paid_at = models.DateTimeField(null=True, blank=True)
    payment_intent = models.CharField(max_length=40, blank=True)  # Stripe's: pi_…
    one_time_password = models.UUIDField(default=uuid.uuid4)  # A live secret at Cal.com: the reader must drop it.
    # What became of it.
    cancellation_reason = models.TextField(blank=True)
    cancelled_by = models.CharField(max_length=254, blank=True)
    rejection_reason = models.TextField(blank=True)
    rescheduling_reason = models.TextField(blank=True)
    rescheduled = models.BooleanField(default=False)
    rescheduled_by = models.CharField(max_length=254, blank=True)
    from_reschedule = models.CharField(max_length=40, blank=True, db_index=True)  # The uid it took the place of.
    entry_uid = models.CharField(max_length=40, blank=True)  # Whose entry in calendars it has; none: its own.
    moves = models.PositiveIntegerField(default=0)  # How often that entry was moved.
    moved_over_api = models.BooleanField(default=False)  # Its reason stands elsewhere then.
    no_show = models.BooleanField(default=False)  # Of the booker.
    no_show_host = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True, blank=True)  # When MEETING_STARTED was sent.
    ended_at = models.DateTimeField(null=True, blank=True)
    # What MEETING_* will show: kept when it was confirmed, sent when its time has come. None: no such job is planned.
    confirmed_snapshot = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-start", "-id"]
        indexes = [
            models.Index(fields=["host", "start"], name="demo_booking_host_start"),
            models.Index(fields=["status", "end"], name="demo_booking_status_end"),
            # For the pages of API v2: all that it sorts by, of everything and of the event types asked for.
            models.Index(fields=["start"], name="demo_booking_start"),
            models.Index(fields=["created_at"], name="demo_booking_created"),
            models.Index(fields=["updated_at"], name="demo_booking_updated"),
            models.Index(fields=["event_type", "start"], name="demo_booking_type_start"),
            models.Index(fields=["event_type", "created_at"], name="demo_booking_type_created"),
            models.Index(fields=["event_type", "updated_at"], name="demo_booking_type_updated"),
        ]

    def __str__(self) -> str:
        return self.title

    def take_the_place_of(self, old: "Booking") -> None:
        """It keeps the old one's entry in calendars (recorded v602/003), however often that was moved."""
        self.from_reschedule = old.uid
        self.entry_uid = old.entry_uid or old.uid
        self.moves = old.moves + 1

    @property
    def is_open(self) -> bool:
        """It holds its slot: confirmed, or waiting for money or for the host."""
        return self.status in (self.Status.ACCEPTED, self.Status.PENDING)

    @property
    def awaits_payment(self) -> bool:
        return self.status == self.Status.PENDING and self.price > 0 and self.paid_at is None

    @property
    def awaits_host(self) -> bool:
        return self.status == self.Status.PENDING and not self.awaits_payment


class Webhook(models.Model):
    """A subscription, to one event type, to an organization, or where neither is named to the key's owner.

    An empty secret sends the literal text no-secret-provided, as Cal.com does.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    event_type = models.ForeignKey(EventType, null=True, blank=True, on_delete=models.CASCADE)
    organization_id = models.IntegerField(null=True, blank=True)
    subscriber_url = models.URLField(max_length=500)
    secret = models.CharField(max_length=200, blank=True)
    triggers = models.JSONField()
    active = models.BooleanField(default=True)
    payload_template = models.TextField(null=True, blank=True)  # noqa: DJ001 null and "" differ in Cal.com's answers
    version = models.CharField(max_length=10, default="2021-10-20")
    time = models.PositiveIntegerField(null=True, blank=True)  # After the start, of AFTER_*_NO_SHOW.
    time_unit = models.CharField(max_length=6, default="MINUTE")

    def __str__(self) -> str:
        return self.subscriber_url


class Delivery(models.Model):
    """One POST to one subscriber: what was to be sent, when, what the wire did to it, and what was answered."""

    class Fate(models.TextChoices):
        DROPPED = "dropped", _("dropped")
        REPEATED = "repeated", _("repeated")
        DELAYED = "delayed", _("delayed")
        SHUFFLED = "shuffled", _("out of order")
        CUT = "cut", _("cut off")

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE)
    booking = models.ForeignKey(Booking, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries")
    trigger = models.CharField(max_length=40)
    body = models.TextField()  # Byte for byte what is sent; the signature is made when it is.
    fates = models.JSONField(default=list)  # What the wire did; empty where it was left alone.
    due_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)  # "200", "401", or why nothing was answered.

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.trigger

    @property
    def fate_labels(self) -> list[str]:
        return [str(self.Fate(fate).label) for fate in self.fates]


class Wire(models.Model):
    """How the wire between Cal.com and the subscriber is spoiled: percent of deliveries, 0 to 100. One row."""

    drop = models.PositiveSmallIntegerField(default=0)
    repeat = models.PositiveSmallIntegerField(default=0)
    delay = models.PositiveSmallIntegerField(default=0)
    shuffle = models.PositiveSmallIntegerField(default=0)
    cut = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return "wire"

    @classmethod
    def current(cls) -> "Wire":
        return cls.objects.get_or_create(pk=1)[0]
