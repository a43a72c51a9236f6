"""A booking's row, its keys and indexes, and reads of it as words."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.domain.attention import HISTORY
from bookings.domain.projection import canonical_reference
from bookings.domain.registers import LINK_LENGTH, STRIPE_LENGTH, UID_LENGTH
from bookings.domain.status import is_expected
from bookings.domain.words import Format, Lifecycle, LinkedBy, Payment, Status, Why
from bookings.models.rules import known
from coaches.models import Coach
from users.addresses import MAX_LENGTH as EMAIL_LENGTH
from users.fields import ExactCharField
from users.models import User

REFERENCE_LENGTH = 14

# Before the start. Cal Video lets clients in an hour before, other places as they like: now every room is open.
OPENS = timedelta(minutes=10)


class BookingQuerySet(models.QuerySet["Booking"]):
    """Reads as words. The first word says whose bookings, the next which of them."""

    def ours(self) -> Self:
        """Without those known to be of an event type that we don't sell; one whose type nobody told is ours."""
        if not settings.CAL_EVENT_TYPE_IDS:
            return self
        return self.filter(Q(event_type=None) | Q(event_type__in=settings.CAL_EVENT_TYPE_IDS))

    def of_user(self, user: User) -> Self:
        return self.ours().filter(user=user)

    def heads(self) -> Self:
        """Each chain of reschedules once, by its newest booking."""
        return self.filter(is_head=True)

    def with_coach(self) -> Self:
        return self.select_related("coach")

    def without_registers(self) -> Self:
        """What pages show is in the columns; the registers are for folding."""
        return self.defer("registers")

    def unattributed(self) -> Self:
        return self.filter(user=None)

    def upcoming(self, *, now: datetime) -> Self:
        """Not over yet; one whose time nobody told isn't either."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now))

    def open(self, *, now: datetime) -> Self:
        """Those that may still take place."""
        return self.filter(status__in=[Status.PENDING, Status.BOOKING_CREATED]).upcoming(now=now)

    def over_without_an_end(self, *, now: datetime) -> Self:
        """Those that count and are over, of which nobody told. By start, which has the index.

        Where somebody was absent, the end would change no status; to look for it would read all there ever were.
        """
        return self.filter(status=Status.BOOKING_CREATED, starts_at__lte=now, ends_at__lte=now)

    def begun_unpaid(self, *, now: datetime) -> Self:
        """Those of which a payment is due though they have begun, whether they count or not.

        Where all must be paid, also those accepted of late without a word of a payment.
        """
        unpaid = Q(payment=Payment.DUE)
        if settings.CAL_PAYMENT_REQUIRED:
            late = Q(lifecycle=Lifecycle.ACCEPTED, starts_at__gt=now - HISTORY, accepted_as_free=False)
            unpaid |= Q(payment=Payment.UNKNOWN) & late & (Q(price=None) | Q(price__gt=0))
        return self.filter(unpaid, starts_at__lte=now).exclude(status=Status.BOOKING_CANCELLED)

    def chain_of(self, name: str) -> Self:
        """All bookings of the chain in which one has this reference, however it is typed, or this uid."""
        named = Booking.objects.filter(Q(reference=canonical_reference(name) or name) | Q(uid=name))
        return self.filter(chain_reference__in=named.values("chain_reference"))


class Obstacle(models.TextChoices):
    """Why a booking can't be cancelled, moved or joined, now or any more."""

    CANCELLED = "already_cancelled", _("The booking is cancelled already.")
    PASSED = "already_passed", _("The time of the booking has passed.")
    CANCELLING_DISABLED = (
        "cancelling_disabled",
        _("Bookings of this kind can't be cancelled."),
    )
    RESCHEDULING_DISABLED = (
        "rescheduling_disabled",
        _("Bookings of this kind can't be moved."),
    )
    UNCONFIRMED = "not_confirmed", _("The booking is not confirmed yet.")
    NO_LINK = "no_link", _("It isn't known yet where the meeting takes place.")
    EARLY = "too_early", _("The meeting is not open yet.")


class Booking(models.Model):
    """A session as the facts told so far make it: see `domain.projection.Projection` for what the columns mean.

    `registers` holds what was told and as of when; every other column but the keys is concluded from it.
    """

    uid = ExactCharField(_("Cal.com uid"), max_length=UID_LENGTH, unique=True)
    reference = ExactCharField(_("own reference"), max_length=REFERENCE_LENGTH)
    chain_reference = ExactCharField(_("reference"), max_length=REFERENCE_LENGTH)
    is_head = models.BooleanField(_("newest of its chain"), default=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.PENDING)
    why = models.CharField(_("because"), max_length=20, choices=Why, default=Why.UNCONFIRMED)

    lifecycle = models.CharField(_("lifecycle"), max_length=20, choices=Lifecycle, default=Lifecycle.UNKNOWN)
    superseded_by = ExactCharField(_("moved to uid"), max_length=UID_LENGTH, blank=True)
    ended = models.BooleanField(_("end has passed"), default=False)
    client_absent = models.BooleanField(_("client absent"), null=True)
    coach_absent = models.BooleanField(_("coach absent"), null=True)
    cancelled_by = models.CharField(_("cancelled by"), max_length=254, blank=True)
    reason = models.CharField(_("reason given"), max_length=1000, blank=True)
    reschedule_requested = models.BooleanField(_("coach asked for another time"), default=False)

    payment = models.CharField(_("payment"), max_length=20, choices=Payment, default=Payment.UNKNOWN)
    price = models.PositiveBigIntegerField(_("list price"), null=True, help_text=_("In minor units of the currency."))
    currency = models.CharField(_("currency"), max_length=8, blank=True)
    payment_id = models.PositiveBigIntegerField(_("Cal.com payment ID"), null=True)
    payment_intent = ExactCharField(_("Stripe payment"), max_length=255, blank=True)
    paid_amount = models.PositiveBigIntegerField(_("paid, as seen by staff"), null=True)
    refunded = models.PositiveBigIntegerField(_("refunded, as seen by staff"), default=0)
    refund_id = ExactCharField(_("Stripe refund"), max_length=STRIPE_LENGTH, blank=True)
    accepted_as_free = models.BooleanField(_("accepted as free"), default=False)

    coach = models.ForeignKey(
        Coach,
        models.PROTECT,
        null=True,
        related_name="bookings",
        verbose_name=_("coach"),
    )
    coach_email = ExactCharField(_("coach's e-mail, told without an ID"), max_length=EMAIL_LENGTH, blank=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="bookings", verbose_name=_("user"))
    linked_by = models.CharField(_("user found by"), max_length=20, choices=LinkedBy, default=LinkedBy.NOBODY)

    title = models.CharField(_("title"), max_length=255, blank=True)
    starts_at = models.DateTimeField(_("starts"), null=True)
    ends_at = models.DateTimeField(_("ends"), null=True)
    client_name = models.CharField(_("client's name"), max_length=200, blank=True)
    client_email = ExactCharField(_("client's e-mail"), max_length=EMAIL_LENGTH, blank=True)
    client_time_zone = models.CharField(_("client's time zone"), max_length=64, blank=True)
    link = models.CharField(_("link to join"), max_length=LINK_LENGTH, blank=True)
    site = models.CharField(_("site of its pages"), max_length=255, blank=True)
    event_type = models.PositiveBigIntegerField(_("event type ID"), null=True)
    number = models.PositiveBigIntegerField(_("Cal.com booking ID"), null=True)
    calendar_uid = models.CharField(_("calendar uid"), max_length=255, blank=True)
    cancelling_disabled = models.BooleanField(_("cancelling disabled"), default=False)
    rescheduling_disabled = models.BooleanField(_("rescheduling disabled"), default=False)
    has_recording = models.BooleanField(_("has a recording"), default=False)
    has_transcript = models.BooleanField(_("has a transcript"), default=False)
    format = models.CharField(_("format"), max_length=20, choices=Format, default=Format.SINGLE)

    erased = models.BooleanField(_("client erased"), default=False)

    registers = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("first heard of"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        db_table = "booking"
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        permissions = (
            ("act_on_booking", _("Can act on bookings: at Cal.com, and by what is known of them")),
            ("view_address", _("Can see e-mail addresses")),
            ("view_payment", _("Can see what was paid")),
        )
        ordering = ("-starts_at", "-id")
        constraints = (
            known("status", Status, "booking_status_known"),
            known("why", Why, "booking_why_known"),
            known("lifecycle", Lifecycle, "booking_lifecycle_known"),
            known("payment", Payment, "booking_payment_known"),
            known("linked_by", LinkedBy, "booking_linked_by_known"),
            known("format", Format, "booking_format_known"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="booking_ends_after_start",
            ),
        )
        indexes = (
            models.Index(fields=["user", "is_head", "starts_at", "id"], name="booking_of_user"),
            models.Index(fields=["reference"], name="booking_by_reference"),
            models.Index(fields=["chain_reference"], name="booking_by_chain"),
            models.Index(fields=["client_email"], name="booking_by_client_email"),
            models.Index(fields=["coach_email"], name="booking_by_coach_email"),
            models.Index(fields=["starts_at", "id"], name="booking_by_start"),
            # Each with what the others filter by, so that two filters at once are decided within one index.
            models.Index(fields=["status", "starts_at", "id", "payment", "coach"], name="booking_by_status"),
            models.Index(fields=["coach", "starts_at", "id", "status", "payment"], name="booking_by_coach"),
            models.Index(fields=["payment", "starts_at", "id", "status", "coach"], name="booking_by_payment"),
            models.Index(fields=["payment_intent"], name="booking_by_payment_intent"),
            models.Index(fields=["refund_id"], name="booking_by_refund"),
            models.Index(fields=["client_name"], name="booking_by_client_name"),
            # All that the figures of the dashboard are counted from, so that no row is read: decision 18.
            models.Index(
                fields=[
                    "starts_at",
                    "is_head",
                    "status",
                    "coach",
                    "currency",
                    "payment",
                    "price",
                    "event_type",
                ],
                name="booking_figures",
            ),
        )

    def __str__(self) -> str:
        return self.chain_reference

    @property
    def client(self) -> str:
        """What the staff read: the name, or what stands in its place."""
        return gettext("Erased") if self.erased else self.client_name

    def obstacle_to_cancel(self, *, now: datetime) -> Obstacle | None:
        """What keeps Cal.com from cancelling: cancelled or over already, or the event type (api_v2.md §3)."""
        return self._obstacle(now=now) or (Obstacle.CANCELLING_DISABLED if self.cancelling_disabled else None)

    def obstacle_to_reschedule(self, *, now: datetime) -> Obstacle | None:
        """What keeps Cal.com from moving it: the same, with the event type's own word on moving (api_v2.md §3)."""
        return self._obstacle(now=now) or (Obstacle.RESCHEDULING_DISABLED if self.rescheduling_disabled else None)

    def _obstacle(self, *, now: datetime) -> Obstacle | None:
        if self.status == Status.BOOKING_CANCELLED:
            return Obstacle.CANCELLED
        if not is_expected(old=Status(self.status), new=Status.BOOKING_CANCELLED):
            return Obstacle.PASSED
        if self.ends_at is not None and self.ends_at <= now:
            return Obstacle.PASSED
        return None

    @property
    def join_opens_at(self) -> datetime | None:
        return None if self.starts_at is None else self.starts_at - OPENS

    def obstacle_to_join(self, *, now: datetime) -> Obstacle | None:
        """What keeps the client from going there now. One whose time nobody told may have begun."""
        if (passed := self._obstacle(now=now)) is not None:
            return passed
        if self.status != Status.BOOKING_CREATED:
            return Obstacle.UNCONFIRMED
        if not self.link:
            return Obstacle.NO_LINK
        if self.join_opens_at is not None and now < self.join_opens_at:
            return Obstacle.EARLY
        return None
