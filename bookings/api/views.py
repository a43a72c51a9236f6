"""The front-ends' view of the mirror. The userId is a parameter, by the owner's wish: there is no login."""

from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from bookings.api import calendar, errors, etags, parameters, schema
from bookings.api.answers import Json, Page
from bookings.api.choosing import Chosen, chosen, history, rows_of
from bookings.api.resource import Resource
from bookings.cal import finding, inbox, links
from bookings.models import Booking, Obstacle, StatusChange
from users.models import User
from users.services import AddressTaken, StaffAccount, sign_up

PER_PAGE = 20
COME_AGAIN = 2  # Seconds, while a webhook is on its way.
KEPT_BY_THE_CALLER = "private, no-cache"  # And asked for again each time.


def user_of(user_id: str) -> User:
    try:
        return User.objects.get(user_id=user_id, erased_at=None)
    except User.DoesNotExist:
        raise errors.UserNotFound from None


def site_of(request: Request) -> str:
    """Where this API is reached, without a last slash."""
    return request.build_absolute_uri("/")[:-1]


class Users(Resource):
    """Whoever is to book, by the business system's userId or a new one."""

    @schema.SIGN_UP
    def post(self, request: Request) -> Response:
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
        user = signed_up.user
        return Response({"userId": user.user_id, "name": user.name, "email": user.email}, status=created)


class BookingUrl(Resource):
    """Where this user books, with the form filled in."""

    @schema.BOOKING_URL
    def post(self, request: Request) -> Response:
        given = parameters.check(parameters.ToBook, parameters.given(request), now=timezone.now())
        user = user_of(given["userId"])
        try:
            url = links.booking_url(user, start=given.get("start"), zone=given.get("timeZone"))
        except links.NotConfigured:
            raise errors.NotConfigured from None
        return Response({"url": url})


class Bookings(Resource):
    """A user's bookings: a chain of reschedules is one entry."""

    @schema.LIST
    def get(self, request: Request) -> Response:
        given = parameters.read(parameters.List, request)
        now = timezone.now()
        user, state = etags.state_of(given["userId"], now=now)
        wanted = chosen(given, now=now)
        if "uid" in given:
            reference = chain_of_user(user, given["uid"])
            if reference is None:
                again = {"Retry-After": str(COME_AGAIN)}
                return Response({"state": "waiting"}, status=status.HTTP_202_ACCEPTED, headers=again)
            wanted = Chosen(wanted.filter & Q(chain_reference=reference), wanted.order)
            user, state = etags.state_of(given["userId"], now=now)  # A look-up has changed it.
        address = request.build_absolute_uri()
        etag = etags.tag(state, user.pk, address, get_language())
        known, unchanged = etags.known(request), revalidated(Response(status=status.HTTP_304_NOT_MODIFIED), etag)
        if etag in known:
            return unchanged
        total = rows_of(user, wanted).count() if wanted.filter else state.heads
        number, size = given.get("page", 1), given.get("pageSize", PER_PAGE)
        first, last = (number - 1) * size, number * size
        if first >= total and number > 1:
            raise errors.PageNotFound
        if "*" in known:
            return unchanged
        rows = list(rows_of(user, wanted)[first:last]) if total else []
        moved = history(user, rows) if state.rows > state.heads else {}
        page = Page(now=now, site=site_of(request), user_id=user.user_id, history=moved)
        body: Json = {
            "count": total,
            "next": replace_query_param(address, "page", number + 1) if last < total else None,
            "previous": page_before(address, number) if number > 1 else None,
            "results": [page.booking(row) for row in rows],
        }
        return revalidated(Response(body), etag)


def chain_of_user(user: User, uid: str) -> str | None:
    """The chain of the booking that has this uid, if it is the user's; None where nobody knows yet whose it is.

    That is asked of Cal.com then: the webhooks after a payment don't tell it. Raises BookingNotFound for another's.
    """
    reference, owner = _of_uid(uid)
    if owner is None:
        finding.look_up(uid, user=user)
        reference, owner = _of_uid(uid)
    if owner is None:
        return None
    if owner != user.pk:
        raise errors.BookingNotFound
    return reference


def _of_uid(uid: str) -> tuple[str, int | None]:
    return Booking.objects.ours().filter(uid=uid).values_list("chain_reference", "user_id").first() or ("", None)


def page_before(address: str, number: int) -> str:
    """The first page has no number, so that it has one address only."""
    if number == 2:
        return remove_query_param(address, "page")
    return replace_query_param(address, "page", number - 1)


def revalidated(response: Response, etag: str) -> Response:
    """To be kept by the caller alone, and asked for again each time: with the ETag that costs little."""
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = KEPT_BY_THE_CALLER
    patch_vary_headers(response, ["Accept-Language", "Authorization"])
    return response


class OneBooking(Resource):
    """One booking with its timeline, found by its reference or by any uid of its chain."""

    @schema.DETAIL
    def get(self, request: Request, **in_path: str) -> Response:
        user, booking = booking_of(request, **in_path)
        page = Page(now=timezone.now(), site=site_of(request), user_id=user.user_id, history=history(user, [booking]))
        timeline = [page.change(change) for change in StatusChange.objects.of_chain(booking)]
        return Response(page.booking(booking) | {"timeline": timeline}, headers={"Cache-Control": KEPT_BY_THE_CALLER})


class BookingCalendar(Resource):
    """The booking as a file that calendars take."""

    @schema.CALENDAR
    def get(self, request: Request, **in_path: str) -> HttpResponse:
        user, booking = booking_of(request, **in_path)
        if booking.starts_at is None:
            raise errors.WithoutTime
        earlier = history(user, [booking], "calendar_uid", "created_at", "registers").get(booking.chain_reference, [])
        response = HttpResponse(calendar.event(booking, earlier), content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{booking.chain_reference}.ics"'
        response.headers["Cache-Control"] = KEPT_BY_THE_CALLER
        return response


class Cancel(Resource):
    """Where this booking is cancelled."""

    @schema.CANCEL
    def post(self, request: Request) -> Response:
        _user, booking = booking_of(request)
        refuse(booking.obstacle_to_cancel(now=timezone.now()))
        return Response({"url": links.cancel_url(booking)})


class Reschedule(Resource):
    """Where this booking is moved to another time."""

    @schema.RESCHEDULE
    def post(self, request: Request) -> Response:
        _user, booking = booking_of(request)
        refuse(booking.obstacle_to_reschedule(now=timezone.now()))
        return Response({"url": links.reschedule_url(booking)})


def booking_of(request: Request, **named: str) -> tuple[User, Booking]:
    """The caller, and the newest booking of the chain that they name, if it is theirs."""
    given = parameters.read(parameters.OfBooking, request, **named)
    user = user_of(given["userId"])
    bookings = Booking.objects.of_user(user).heads().with_coach().without_registers()
    booking = bookings.chain_of(given["bookingId"]).first()
    if booking is None:
        raise errors.BookingNotFound
    return user, booking


def refuse(obstacle: Obstacle | None) -> None:
    if obstacle is not None:
        raise errors.Conflict(obstacle.label, code=obstacle.value)
