"""What a caller gives: of GET the query, of POST a JSON body or a form too, as long as they agree."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ParseError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from bookings.domain.registers import UID_LENGTH
from bookings.domain.words import Status
from users.addresses import MAX_LENGTH as EMAIL_LENGTH
from users.addresses import AddressValidator, normalised

MOST_PER_PAGE = 100
MOST_DAYS = 62  # Of slots at once: two months.
WHENS = (("upcoming", _("Not over yet")), ("past", _("Over")))
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def given(request: Request, *several: str, **in_path: str) -> dict[str, Any]:
    """All that the caller gave; `several` may be given more than once, and are told as lists.

    Raises ValidationError for any other that is given twice differently, and ParseError.

    A body of GET has no meaning (RFC 9110, 9.3.1): caches, ETags and links to other pages go by the address alone.
    """
    found: dict[str, Any] = dict(in_path)
    for source in (request.query_params, {} if request.method in SAFE_METHODS else _body(request)):
        for name in source:
            values = source.getlist(name) if hasattr(source, "getlist") else [source[name]]
            if name in several:
                found[name] = values
                continue
            for value in values:
                if str(found.setdefault(name, value)) != str(value):
                    raise serializers.ValidationError(
                        {name: _("This is given twice, and the two differ.")},
                        code="conflicting",
                    )
    return found


def _body(request: Request) -> Mapping[str, Any]:
    try:
        if failed := getattr(request, "unreadable", None):  # As whoever counted this call has found.
            raise failed
        body = request.data
    except (RecursionError, UnicodeError):
        raise ParseError from None
    if not isinstance(body, Mapping):
        raise serializers.ValidationError(_("The body must be a JSON object."), code="not_an_object")
    return body


# Python counts some control characters among the blanks, and would cut them off before a pattern refuses them.
BLANKS = " \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"


class Text(serializers.CharField):
    """Text only, without blanks around it: REST framework would take a number in JSON for its digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(data.strip(BLANKS) if isinstance(data, str) else data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Name(serializers.RegexField):
    """What others call a user, a booking or a coach. In JSON it may be a whole number, as the business system's is."""

    def __init__(self, regex: str, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(regex, max_length=max_length, trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str | int):
            self.fail("invalid")
        return super().to_internal_value(data)


# Control characters are named, since JavaScript counts others among the blanks than Python does. And not `$`, which to
# Python is before a last line break too.
WITHOUT_BLANKS = r"^[^\s\x00-\x1f\x7f-\x9f\ufeff]+\Z"
ON_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f\ufeff][^\x00-\x1f\x7f-\x9f]*\Z"  # And not only blanks.


class Email(Text):
    """An address in the form in which it is stored, so that its length is that of what is stored."""

    def to_internal_value(self, data: Any) -> str:
        address = super().to_internal_value(data)
        return normalised(address) if address == address.strip() else address  # Which is refused as it is.


class Number(serializers.IntegerField):
    """Digits only: Python reads 1_0 and １ too."""

    def to_internal_value(self, data: Any) -> int:
        number = super().to_internal_value(data)
        if isinstance(data, str) and not re.fullmatch("[+-]?[0-9]+", data):
            self.fail("invalid")
        return number


class Day(serializers.DateField):
    """2026-12-01: Python reads 20261201 and 2026-W49-2 too."""

    def to_internal_value(self, data: Any) -> date:
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", str(data)):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(data)


@cache
def zones() -> frozenset[str]:
    """Read once, since it is made of the files of all zones. Some machines have two names that are of no place."""
    return frozenset(available_timezones()) - {"Factory", "localtime"}


class Zone(serializers.CharField):
    """An IANA time zone, as browsers tell theirs."""

    default_error_messages = {"unknown_zone": _("There is no time zone of this name: give one like Europe/Berlin.")}

    def to_internal_value(self, data: Any) -> ZoneInfo:
        name = super().to_internal_value(data)
        if name not in zones():
            self.fail("unknown_zone")
        return ZoneInfo(name)


# Of ISO 8601 what RFC 3339 has of it; the offset may be missing here, since that is told by itself.
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?", re.I
)


class Instant(serializers.DateTimeField):
    """A moment with its offset: 2026-12-01T09:00:00Z. Python reads 20261201T090000Z and 2026-W49-2T09Z, and no z."""

    default_error_messages = {"no_offset": _("Give the offset of the time too: 2026-12-01T09:00:00Z.")}

    def to_internal_value(self, data: Any) -> datetime:
        text = str(data)
        return super().to_internal_value(text.upper() if MOMENT.fullmatch(text) else "")

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("no_offset")
        return value.astimezone(UTC) if EARLIEST < value < LATEST else value


class Of(serializers.Serializer):
    """Parameters. Those that are not among them are refused by name, since a misspelt one would be ignored unseen."""

    several: tuple[str, ...] = ()  # Those that may be given more than once.

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        unknown = [name for name in data if name not in self.fields]
        if unknown:
            said = ErrorDetail(str(_("There is no parameter of this name here.")), code="unknown_parameter")
            raise serializers.ValidationError({name: [said] for name in unknown})
        return super().to_internal_value(data)


class Nothing(Of):
    """None at all."""


class OfUser(Of):
    """Whose."""

    userId = Name(WITHOUT_BLANKS, max_length=64, help_text="Whose. As given to or by POST /api/users.")


class OfBooking(OfUser):
    """Which booking, and whose."""

    bookingId = Name(
        ON_ONE_LINE, max_length=100, help_text="The booking's reference, however typed, or any uid of its chain."
    )


class ToBook(OfUser):
    """Who books, and when."""

    start = Instant(required=False, help_text="Opens the page on this slot; one of those of GET /api/slots.")
    timeZone = Zone(required=False, help_text="The zone in which the page shows times; else the browser's.")

    def validate_start(self, start: datetime) -> datetime:
        if not self.context["now"] < start < LATEST:
            raise serializers.ValidationError(_("This time has passed."), code="passed")
        return start


class Days(Of):
    """From one day to another, both included, as days of a zone."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, last = attrs.get("from"), attrs.get("to")
        if first and last and last < first:
            raise serializers.ValidationError({"to": _("This is before the first day.")}, code="reversed")
        return attrs

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        required = self.days_required
        fields["from"] = Day(required=required, help_text="The first day: 2026-12-01.")
        fields["to"] = Day(required=required, help_text="The last day, which is included.")
        fields["timeZone"] = Zone(required=required, help_text="Whose days: an IANA name, as browsers tell it.")
        return fields

    days_required = False


class OfSlots(Days):
    days_required = True

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if attrs["to"] - attrs["from"] >= timedelta(days=MOST_DAYS):
            raise serializers.ValidationError(
                {"to": _("Ask for %(days)d days at most.") % {"days": MOST_DAYS}}, code="too_many_days"
            )
        return attrs


class List(Days, OfUser):
    several = ("status",)

    uid = Name(
        WITHOUT_BLANKS,
        max_length=UID_LENGTH,
        required=False,
        help_text="The one booking with this uid, as Cal.com names it in the address it leads back to. Asked for at "
        "Cal.com where we don't know it yet: 202 then means to ask again.",
    )
    status = serializers.MultipleChoiceField(
        choices=Status.choices,
        required=False,
        help_text="One of these: `status=PENDING&status=BOOKING_CREATED`.",
    )
    when = serializers.ChoiceField(
        choices=WHENS, required=False, help_text="`upcoming`: not over yet, the next first. `past`: the latest first."
    )
    coach = Name(ON_ONE_LINE, max_length=100, required=False, help_text="The coach's `username`.")
    page = Number(min_value=1, required=False)
    pageSize = Number(min_value=1, max_value=MOST_PER_PAGE, required=False, help_text="20 if not given.")


class SignUp(Of):
    """Who is to book."""

    userId = Name(
        WITHOUT_BLANKS,
        max_length=64,
        required=False,
        help_text="The business system's own name of the user; made up here if not given. The same again updates.",
    )
    name = Text(max_length=200, validators=[RegexValidator(ON_ONE_LINE)])
    email = Email(max_length=EMAIL_LENGTH, validators=[AddressValidator()])


def read(parameters: type[Of], request: Request, **in_path: str) -> dict[str, Any]:
    """The parameters, checked. Raises ValidationError, which names each that is wrong."""
    return check(parameters, given(request, *parameters.several, **in_path))


def check(parameters: type[Of], found: dict[str, Any], **context: Any) -> dict[str, Any]:
    checked = parameters(data=found, context=context)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


def start_of(day: Any, zone: ZoneInfo) -> datetime:
    """When the day begins there, in UTC; within what databases and zones can tell."""
    if day <= EARLIEST.date():
        return EARLIEST
    if day >= LATEST.date():
        return LATEST
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
