"""Rows as a page needs them. Keys are camelCase, times UTC with Z, prices list prices in minor units."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from bookings.cal import links
from bookings.models import Booking, StatusChange
from users.models import User


class Instant(serializers.DateTimeField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)


class UserSerializer(serializers.ModelSerializer[User]):
    userId = serializers.CharField(source="user_id")

    class Meta:
        model = User
        fields = ("userId", "name", "email")


class BookingSerializer(serializers.Serializer[Booking]):
    """One entry of the list: a chain of reschedules, as its newest booking shows it."""

    bookingId = serializers.CharField(source="chain_reference")
    uid = serializers.CharField()
    status = serializers.CharField()
    statusLabel = serializers.CharField(source="get_status_display")
    reason = serializers.CharField(source="why")
    reasonLabel = serializers.CharField(source="get_why_display")
    title = serializers.CharField()
    coach = serializers.SerializerMethodField()
    startTime = Instant(source="starts_at")
    endTime = Instant(source="ends_at")
    timeZone = serializers.CharField(source="client_time_zone")
    payment = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()
    can = serializers.SerializerMethodField()
    hasRecording = serializers.BooleanField(source="has_recording")
    hasTranscript = serializers.BooleanField(source="has_transcript")

    def get_coach(self, booking: Booking) -> dict[str, str] | None:
        coach = booking.coach
        if coach is None:
            return None
        return {
            "name": coach.name,
            "username": coach.username,
            "timeZone": coach.time_zone,
        }

    def get_payment(self, booking: Booking) -> dict[str, Any]:
        return {
            "state": booking.payment,
            "stateLabel": booking.get_payment_display(),
            "listPrice": booking.price,
            "currency": booking.currency,
        }

    def get_links(self, booking: Booking) -> dict[str, str | None]:
        can = self.get_can(booking)
        return {
            "manage": links.manage_url(booking),
            "cancel": links.cancel_url(booking) if can["cancel"] else None,
            "reschedule": links.reschedule_url(booking) if can["reschedule"] else None,
            "join": links.join_url(booking) if can["join"] else None,
        }

    def get_can(self, booking: Booking) -> dict[str, bool]:
        now = self.context["now"]
        return {
            "cancel": booking.obstacle_to_cancel(now=now) is None,
            "reschedule": booking.obstacle_to_reschedule(now=now) is None,
            "join": booking.is_joinable(now=now),
        }


class ChangeSerializer(serializers.Serializer[StatusChange]):
    """One change of status, with its reason."""

    status = serializers.CharField(source="new")
    statusLabel = serializers.CharField(source="get_new_display")
    reason = serializers.CharField(source="why")
    reasonLabel = serializers.CharField(source="get_why_display")
    at = Instant(source="changed_at")


class BookingWithTimelineSerializer(BookingSerializer):
    timeline = serializers.SerializerMethodField()

    def get_timeline(self, booking: Booking) -> list[dict[str, Any]]:
        return ChangeSerializer(StatusChange.objects.of_chain(booking), many=True).data
