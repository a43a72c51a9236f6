"""The forms that people fill in: who books, why it is moved or cancelled, how the wire is spoiled."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from careercoach.demo.desk import Booker
from careercoach.demo.models import Booking, Wire
from careercoach.demo.pages.asked import Asked

MOST_GUESTS = 10


class BookerForm(forms.Form):
    """Who books. With `moving` it asks for a reason too, and starts with what the former booking says."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    notes = forms.CharField(
        label=_("Additional notes"),
        help_text=_("Anything that helps your coach to prepare."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    guests = forms.CharField(
        label=_("Guests"),
        help_text=_("E-mail addresses of those who will join you, one per line."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, asked: Asked, moving: Booking | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._asked = asked
        if moving is not None:
            self.fields["reason"] = forms.CharField(
                label=_("Reason for the new time"),
                max_length=500,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def clean_guests(self) -> tuple[str, ...]:
        guests = tuple(dict.fromkeys(filter(None, re.split(r"[\s,;，；]+", self.cleaned_data["guests"]))))
        if len(guests) > MOST_GUESTS:
            raise ValidationError(_("At most %(most)s guests can be invited."), params={"most": MOST_GUESTS})
        for guest in guests:
            try:
                validate_email(guest)
            except ValidationError:
                raise ValidationError(_("“%(guest)s” is no e-mail address."), params={"guest": guest}) from None
        return guests

    @property
    def booker(self) -> Booker:
        """What a valid form says, with what it carried unseen."""
        said = self.cleaned_data
        return Booker(
            name=said["name"],
            email=said["email"],
            time_zone=self._asked.zone,
            locale="zh-CN" if get_language() == "zh-hans" else "en",
            notes=said["notes"],
            guests=said["guests"],
            answers=self._asked.answers,
            metadata=self._asked.metadata,
        )


def prefilled(asked: Asked, moving: Booking | None) -> dict[str, str]:
    """What the form starts with: the answers of the booking that is moved, or what the booking link says instead."""
    said = {}
    if moving is not None:
        said = {"name": moving.name, "email": moving.email, "notes": moving.notes, "guests": "\n".join(moving.guests)}
    return said | asked.prefill


class CancelForm(forms.Form):
    """Why it is cancelled. The desk refuses a coach who doesn't say."""

    reason = forms.CharField(
        label=_("Why do you cancel?"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


def percent(field: object, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(min_value=0, max_value=100)


class WireForm(forms.ModelForm):
    class Meta:
        model = Wire
        fields = ["drop", "repeat", "delay", "shuffle", "cut"]
        formfield_callback = percent
