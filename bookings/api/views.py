"""The front-ends' view of the mirror. The userId is a parameter, by the owner's wish: there is no login."""

from typing import Any

from django.utils import timezone
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet, ViewSet

from bookings.api import errors, parameters
from bookings.api.serializers import (
    BookingSerializer,
    BookingWithTimelineSerializer,
    UserSerializer,
)
from bookings.cal import inbox, links
from bookings.models import Booking, Obstacle
from users.models import User
from users.services import AddressTaken, StaffAccount, sign_up


class Pages(PageNumberPagination):
    page_size = 20
    page_size_query_param = "pageSize"
    max_page_size = parameters.MOST_PER_PAGE


def user_of(user_id: str) -> User:
    try:
        return User.objects.get(user_id=user_id)
    except User.DoesNotExist:
        raise errors.UserNotFound from None


class UserViewSet(ViewSet):
    """POST /api/users: whoever is to book, by the business system's userId or a new one."""

    def create(self, request: Request) -> Response:
        given = parameters.read(parameters.SignUp, request)
        try:
            signed_up = sign_up(
                name=given["name"],
                email=given["email"],
                user_id=given.get("userId", ""),
            )
        except AddressTaken:
            raise errors.EmailTaken from None
        except StaffAccount:
            raise errors.StaffOnly from None
        inbox.attribute(signed_up.user)
        created = status.HTTP_201_CREATED if signed_up.created else status.HTTP_200_OK
        return Response(UserSerializer(signed_up.user).data, status=created)


class BookingUrl(APIView):
    """POST /api/booking-url: where this user books, with the form filled in."""

    def post(self, request: Request) -> Response:
        user = user_of(parameters.read(parameters.OfUser, request)["userId"])
        try:
            return Response({"url": links.booking_url(user)})
        except links.NotConfigured:
            raise errors.NotConfigured from None


class BookingViewSet(GenericViewSet[Booking]):
    """A user's bookings: a chain of reschedules is one entry, found by any reference or uid of it."""

    lookup_url_kwarg = "booking_id"
    pagination_class = Pages
    serializer_class = BookingSerializer

    def get_serializer_context(self) -> dict[str, Any]:
        return super().get_serializer_context() | {"now": timezone.now()}

    def list(self, request: Request) -> Response:
        given = parameters.read(parameters.List, request)
        bookings = Booking.objects.of_user(user_of(given["userId"])).heads().with_coach().without_registers()
        if "status" in given:
            bookings = bookings.filter(status=given["status"])
        match given.get("when"):
            case "upcoming":
                bookings = bookings.upcoming(now=timezone.now()).order_by("starts_at", "id")
            case "past":
                bookings = bookings.past(now=timezone.now())
        page = self.paginate_queryset(bookings)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, booking_id: str) -> Response:
        booking = self._booking(request, bookingId=booking_id)
        return Response(BookingWithTimelineSerializer(booking, context=self.get_serializer_context()).data)

    @action(detail=False, methods=["post"])
    def cancel(self, request: Request) -> Response:
        booking = self._booking(request)
        self._refuse(booking.obstacle_to_cancel(now=timezone.now()))
        return Response({"url": links.cancel_url(booking)})

    @action(detail=False, methods=["post"])
    def reschedule(self, request: Request) -> Response:
        booking = self._booking(request)
        self._refuse(booking.obstacle_to_reschedule(now=timezone.now()))
        return Response({"url": links.reschedule_url(booking)})

    def _booking(self, request: Request, **named: str) -> Booking:
        """The newest booking of the chain that the caller names, if it is theirs."""
        given = parameters.read(parameters.OfBooking, request, **named)
        bookings = Booking.objects.of_user(user_of(given["userId"])).heads().with_coach().without_registers()
        booking = bookings.chain_of(given["bookingId"]).first()
        if booking is None:
            raise errors.BookingNotFound
        return booking

    def _refuse(self, obstacle: Obstacle | None) -> None:
        if obstacle is not None:
            raise errors.Conflict(obstacle.label, code=obstacle.value)
