"""The one way in which people become users."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from users.addresses import normalised
from users.models import User, new_user_id


class AddressTaken(Exception):
    """The e-mail address belongs to another user."""


class StaffAccount(Exception):
    """The `user_id` is that of a member of staff, whose account nobody without a login may change."""


@dataclass(frozen=True, slots=True)
class SignedUp:
    user: User
    created: bool


def sign_up(*, name: str, email: str, user_id: str = "") -> SignedUp:
    """Make the user, or bring the one with this `user_id` up to date.

    Raises AddressTaken and StaffAccount. Safe to repeat with a `user_id`, and with several callers at once: the unique
    keys decide.
    """
    email = normalised(email)
    user_id = user_id or new_user_id()
    try:
        with transaction.atomic():
            user = User(user_id=user_id, name=name, email=email)
            user.set_unusable_password()
            user.save(force_insert=True)
            return SignedUp(user, created=True)
    except IntegrityError:
        if not User.objects.filter(user_id=user_id).exists():
            raise AddressTaken from None
    try:
        with transaction.atomic():
            user = User.objects.select_for_update().get(user_id=user_id)
            if user.is_staff:
                raise StaffAccount
            user.name, user.email = name, email
            user.save(update_fields=["name", "email"])
            return SignedUp(user, created=False)
    except IntegrityError:
        raise AddressTaken from None
