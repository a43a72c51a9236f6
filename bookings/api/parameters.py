"""What a caller gives: from the query, a JSON body or a form, whichever comes, as long as they agree."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from bookings.domain.words import Status
from users.addresses import MAX_LENGTH as EMAIL_LENGTH
from users.addresses import AddressValidator, normalised

MOST_PER_PAGE = 100


def given(request: Request, **in_path: str) -> dict[str, Any]:
    """All that the caller gave. Raises ValidationError for one thing given twice differently, and ParseError."""
    try:
        body = request.data
    except RecursionError:
        raise ParseError(_("The body is nested too deeply.")) from None
    if not isinstance(body, Mapping):
        raise serializers.ValidationError(_("The body must be a JSON object."), code="not_an_object")
    found: dict[str, Any] = dict(in_path)
    for source in (request.query_params, body):
        for name in source:
            values = source.getlist(name) if hasattr(source, "getlist") else [source[name]]
            for value in values:
                if str(found.setdefault(name, value)) != str(value):
                    raise serializers.ValidationError(
                        {name: _("This is given twice, and the two differ.")},
                        code="conflicting",
                    )
    return found


class Email(serializers.CharField):
    """An address in the form in which it is stored, so that its length is that of what is stored."""

    def to_internal_value(self, data: Any) -> str:
        return normalised(super().to_internal_value(data))


class OfUser(serializers.Serializer):
    userId = serializers.CharField(max_length=64)


class OfBooking(OfUser):
    bookingId = serializers.CharField(max_length=100)


class List(OfUser):
    status = serializers.ChoiceField(choices=Status.values, required=False)
    when = serializers.ChoiceField(choices=["upcoming", "past"], required=False)
    page = serializers.IntegerField(min_value=1, required=False)
    pageSize = serializers.IntegerField(min_value=1, max_value=MOST_PER_PAGE, required=False)


class SignUp(serializers.Serializer):
    userId = serializers.RegexField(r"^\S+$", max_length=64, required=False)
    name = serializers.CharField(max_length=200)
    email = Email(max_length=EMAIL_LENGTH, validators=[AddressValidator()])


def read(parameters: type[serializers.Serializer], request: Request, **in_path: str) -> dict[str, Any]:
    """The parameters, checked. Raises ValidationError, which names each that is wrong."""
    checked = parameters(data=given(request, **in_path))
    checked.is_valid(raise_exception=True)
    return checked.validated_data
