"""What has to be known for an act: a reason, a coach, a person, money seen in Stripe."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from bookings.admin.shown import WITHOUT_HUNDREDTHS
from bookings.domain.registers import STRIPE_LENGTH
from bookings.models import Booking
from coaches.models import Coach
from users.addresses import normalised
from users.models import User


def text_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})
    return forms.CharField(label=label, required=required, max_length=1000, help_text=help_text, widget=widget)


class Nothing(forms.Form):
    """For an act of which nothing has to be known."""

    def __init__(self, *args: Any, bookings: list[Booking], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bookings = bookings


class Reason(Nothing):
    reason = text_field(_("Reason"), help_text=_("Cal.com mails it to the client and the coach."))


class Note(Nothing):
    note = text_field(_("Note"), help_text=_("For the next who reads this story."))


class Reassign(Nothing):
    coach = forms.ModelChoiceField(
        Coach.objects.filter(is_active=True),
        label=_("Coach"),
        required=False,
        empty_label=_("Whom Cal.com picks"),
        widget=UnfoldAdminSelectWidget,
    )
    reason = text_field(_("Reason"))


class Attendance(Nothing):
    WHO = (("client", _("The client")), ("coach", _("The coach")))
    HOW = (("absent", _("Absent")), ("present", _("Present after all")))
    who = forms.ChoiceField(label=_("Who"), choices=WHO, widget=UnfoldAdminRadioSelectWidget)
    how = forms.ChoiceField(label=_("Was"), choices=HOW, widget=UnfoldAdminRadioSelectWidget)
    reason = text_field(_("Reason"), help_text=_("Cal.com takes none: it is kept here."))


class Link(Nothing):
    person = forms.CharField(
        label=_("User"),
        max_length=254,
        help_text=_("User ID or e-mail address, whole."),
        widget=UnfoldAdminTextInputWidget,
    )
    note = text_field(_("Note"), help_text=_("For the next who reads this story."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = {booking.user.user_id for booking in self.bookings if booking.user is not None}
        if len(people) == 1:
            self.fields["person"].initial = people.pop()

    def clean_person(self) -> User:
        typed = self.cleaned_data["person"].strip()
        person = User.objects.filter(user_id=typed).first() or User.objects.filter(email=normalised(typed)).first()
        if person is None:
            raise forms.ValidationError(_("There is no such user."))
        return person


class Money(Nothing):
    """An amount in units of the booking's currency, as Stripe shows it; in minor units when cleaned."""

    amount = forms.DecimalField(
        label=_("Amount"),
        min_value=Decimal("0.01"),
        max_digits=14,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    note = text_field(_("Note"), required=False, help_text=_("For the next who reads this story."))
    field_order = ("stripe_id", "amount", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        booking = self.bookings[0]
        currency = booking.currency.upper()
        self.hundredths = currency not in WITHOUT_HUNDREDTHS
        self.fields["amount"].help_text = currency
        if booking.price is not None:
            self.fields["amount"].initial = Decimal(booking.price) / (100 if self.hundredths else 1)

    def clean_amount(self) -> int:
        amount = self.cleaned_data["amount"] * (100 if self.hundredths else 1)
        if amount != int(amount):
            raise forms.ValidationError(_("This currency has no hundredths."))
        return int(amount)


def _stripe_id(label: Any, begins: str, example: str) -> forms.CharField:
    right = RegexValidator(rf"^({begins})_\w+\Z", _("This is no such ID of Stripe's."))
    return forms.CharField(
        label=label,
        max_length=STRIPE_LENGTH,
        validators=[right],
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": example}),
    )


class PaymentSeen(Money):
    stripe_id = _stripe_id(_("Payment at Stripe"), "pi|py|ch", "pi_3N…")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stripe_id"].initial = self.bookings[0].payment_intent


class RefundSeen(Money):
    stripe_id = _stripe_id(_("Refund at Stripe"), "re|pyr|trr", "re_3N…")
