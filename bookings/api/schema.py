"""What the schema says beside the shapes: each operation's words, errors and examples, and what the values mean."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiViewExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from bookings.api import examples, parameters, shapes

Responses = Mapping[int, OpenApiResponse]

ID = "5f0c9c7e2b1d4c0e9a3b7d6f8e1a2c4b"


RETRYABLE = ("throttled", "cal_unavailable", "database_unavailable")
FIELDS = {"email_taken": "email"}  # Of errors that are none of a parameter's form.


def problem(what: str, *codes: str, kind: str = "client_error", attr: str | None = None) -> OpenApiResponse:
    """An answer in the one shape, with an example for each code. A test holds it against what is answered."""

    def shown(code: str) -> OpenApiExample:
        said = {"code": code, "detail": "A sentence in the caller's language.", "attr": FIELDS.get(code, attr)}
        told = {"type": kind, "errors": [said], "requestId": ID, "retryable": code in RETRYABLE}
        return OpenApiExample(code, told)

    return OpenApiResponse(shapes.Problem, what, [shown(code) for code in codes])


def good(shape: Any, what: str, example: Any) -> OpenApiResponse:
    return OpenApiResponse(shape, what, [OpenApiExample(what, example)])


ALWAYS: Responses = {
    400: problem(
        "A parameter is wrong, unknown or missing; `attr` names it. Or the body is no JSON object.",
        *("required", "unknown_parameter", "invalid_choice"),
        kind="validation_error",
        attr="userId",
    ),
    401: problem("This deployment asks for an API key.", "missing_api_key", "wrong_api_key"),
    405: problem("Not with this method; `Allow` names those that are.", "method_not_allowed"),
    429: problem("Too many calls. Come again after `Retry-After` seconds.", "throttled"),
    500: problem("Our failure. The request's id finds it in our log.", "error", kind="server_error"),
    503: problem("Come again after `Retry-After` seconds.", "database_unavailable", kind="server_error"),
}
NO_USER = problem("There is no user with this userId.", "user_not_found")
NO_BOOKING = problem("There is no such user, or no such booking of theirs.", "user_not_found", "booking_not_found")
WITH_BODY: Responses = {**ALWAYS, 415: problem("Send JSON, or a form.", "unsupported_media_type")}
RETRY_AFTER = OpenApiParameter(
    "Retry-After", int, OpenApiParameter.HEADER, response=[202, 429, 503], description="Seconds."
)
ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 304], description="For `If-None-Match`.")
LANGUAGE = OpenApiParameter(
    "Accept-Language",
    str,
    OpenApiParameter.HEADER,
    description="Of labels and details: English, or 简体中文 (`zh-Hans`).",
    examples=[OpenApiExample("English", "en"), OpenApiExample("简体中文", "zh-Hans")],
)
IN_PATH = OpenApiParameter(
    "bookingId",
    {"type": "string", "pattern": "^[0-9A-Za-z][0-9A-Za-z _-]*$", "minLength": 1, "maxLength": 100},
    OpenApiParameter.PATH,
    description="The booking's reference, however typed, or any uid of its chain.",
)
KNOWN = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag of the answer that you have."
)


def operation(
    name: str,
    tag: str,
    summary: str,
    words: str,
    responses: Mapping[int, Any],
    *parameters_: Any,
    request: Any = None,
    example: Any = None,
) -> Any:
    shown = [OpenApiExample(summary, example, request_only=True)] if example else []
    return extend_schema(
        operation_id=name,
        tags=[tag],
        summary=summary,
        description=words,
        parameters=[*parameters_, LANGUAGE, RETRY_AFTER],
        request=request,
        responses=dict(responses),
        examples=shown,
    )


SIGN_UP = operation(
    "signUp",
    "Users",
    "Sign a user up, or update one",
    "The same `userId` again updates name and address. Bookings made with the address before are the user's then.",
    {
        **WITH_BODY,
        200: good(shapes.SignedUp, "Updated", examples.PERSON),
        201: good(shapes.SignedUp, "Made", examples.PERSON),
        409: problem(
            "Another user has the address, or this one is edited in the admin only.", "email_taken", "staff_account"
        ),
    },
    request=parameters.SignUp,
    example=examples.PERSON,
)
BOOKING_URL = operation(
    "getBookingUrl",
    "Booking",
    "A link to book",
    "Cal.com's page with the user's name and address filled in. With `start` it opens on that slot. Cal.com leads back "
    "to the address that you set there, with the booking's `uid`: give that to `GET /api/bookings`.",
    {
        **WITH_BODY,
        200: good(shapes.Url, "The link", examples.URL),
        404: NO_USER,
        503: problem(
            "There is no page to book on, or the database is away.",
            *("not_configured", "database_unavailable"),
            kind="server_error",
        ),
    },
    request=parameters.ToBook,
    example={"userId": "crm-4711", "start": "2026-12-01T09:00:00Z", "timeZone": "Europe/Berlin"},
)
SLOTS = operation(
    "listSlots",
    "Booking",
    "Free times",
    "When any coach is free, by days of the zone. Asked of Cal.com every 30 seconds at most; while Cal.com is away, "
    "what it told in the last five minutes is given, marked `stale`.",
    {
        **ALWAYS,
        200: good(shapes.Slots, "The free times", examples.SLOTS),
        502: problem("Cal.com refused, or isn't understood.", "cal_failed", kind="server_error"),
        503: problem(
            "Cal.com or the database is away, or slots are not configured.",
            *("cal_unavailable", "not_configured", "database_unavailable"),
            kind="server_error",
        ),
    },
    parameters.OfSlots,
)
LIST = operation(
    "listBookings",
    "Bookings",
    "A user's bookings",
    "The latest first. A booking that was moved is one entry, its earlier times are in `history`. Poll it with "
    "`If-None-Match`. With `uid`: the one that Cal.com leads back from; 202 where nobody knows it yet.",
    {
        **ALWAYS,
        200: good(shapes.Bookings, "A page of bookings", examples.BOOKINGS),
        202: good(
            shapes.Pending, "With `uid` only: not known yet. Ask again after `Retry-After` seconds.", examples.WAITING
        ),
        304: OpenApiResponse(None, "Nothing has changed since the answer with this ETag."),
        404: problem(
            "There is no such user, no such page, or the uid is another user's.",
            *("user_not_found", "page_not_found", "booking_not_found"),
        ),
    },
    parameters.List,
    KNOWN,
    ETAG,
)
DETAIL = operation(
    "getBooking",
    "Bookings",
    "One booking with its timeline",
    "Found by its reference, however typed, or by any uid of its chain.",
    {**ALWAYS, 200: good(shapes.BookingWithTimeline, "The booking", examples.TIMELINE), 404: NO_BOOKING},
    IN_PATH,
    parameters.OfUser,
)
CALENDAR = operation(
    "getBookingCalendar",
    "Bookings",
    "The booking for a calendar",
    "A file of iCalendar. It has the UID of the invitation that Cal.com mailed, so a calendar updates that one.",
    {
        **ALWAYS,
        (200, "text/calendar"): good(OpenApiTypes.STR, "The file", examples.ICS),
        404: NO_BOOKING,
        409: problem("Its time isn't known yet.", "without_time"),
    },
    IN_PATH,
    parameters.OfUser,
)
CANCEL = operation(
    "cancelBooking",
    "Bookings",
    "A link to cancel",
    "Cal.com's page on which the client cancels; its webhook then tells us.",
    {
        **WITH_BODY,
        200: good(shapes.Url, "The link", examples.CANCEL_URL),
        404: NO_BOOKING,
        409: problem("It can't be cancelled (any more).", "already_cancelled", "already_passed", "cancelling_disabled"),
    },
    request=parameters.OfBooking,
    example=examples.NAMED,
)
RESCHEDULE = operation(
    "rescheduleBooking",
    "Bookings",
    "A link to move it",
    "Cal.com's page on which the client chooses another time. The `bookingId` stays, the `uid` becomes another.",
    {
        **WITH_BODY,
        200: good(shapes.Url, "The link", examples.RESCHEDULE_URL),
        404: NO_BOOKING,
        409: problem("It can't be moved (any more).", "already_cancelled", "already_passed", "rescheduling_disabled"),
    },
    request=parameters.OfBooking,
    example=examples.NAMED,
)
META = operation(
    "getMeta",
    "Meta",
    "All values with their labels",
    "Every enumeration of the API, with its labels in the caller's language.",
    {**ALWAYS, 200: good(shapes.Meta, "The values", examples.META)},
)


class Webhook(OpenApiViewExtension):
    """Cal.com's door is in the schema too, so that all of /api is."""

    target_class = "bookings.cal.views.CalWebhook"

    def view_replacement(self) -> Any:
        documented = extend_schema(
            operation_id="receiveWebhook",
            tags=["Cal.com"],
            summary="Cal.com's webhook",
            description="For Cal.com only: its body as it is, signed in `X-Cal-Signature-256`.",
            auth=[],
            parameters=[OpenApiParameter("X-Cal-Signature-256", str, OpenApiParameter.HEADER)],
            request={"application/json": OpenApiTypes.OBJECT},
            responses={
                200: good(shapes.Received, "Taken", {"message": 17, "outcome": "applied"}),
                401: problem("The signature doesn't fit the body.", "bad_signature"),
                405: ALWAYS[405],
                413: problem("The body is larger than 1 MiB.", "too_large"),
                422: problem("Signed, but in no shape that we can read. Kept as failed.", "unreadable"),
                500: problem("Kept, but not applied.", "could_not_apply", kind="server_error"),
                503: ALWAYS[503],
            },
        )

        class Documented(self.target_class):  # type: ignore[name-defined] known by its name only
            post = documented(self.target_class.post)

        return Documented
