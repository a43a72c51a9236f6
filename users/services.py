"""The one way in which people become users, and the one in which they cease to be anybody."""

from dataclasses import dataclass
from datetime import datetime

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
            # Somebody erased who signs up again is a person that we know anew; what was erased stays so.
            user.name, user.email, user.erased_at = name, email, None
            user.save(update_fields=["name", "email", "erased_at"])
            return SignedUp(user, created=False)
    except IntegrityError:
        raise AddressTaken from None


def erase(user: User, *, now: datetime) -> bool:
    """Leave of the user the `user_id`, by which what was paid stays joined, and when it was made. Was it anybody still?

    Raises StaffAccount. Safe to repeat. What stands for the address is none, so that nobody is found by it.
    """
    with transaction.atomic():
        kept = User.objects.select_for_update().get(pk=user.pk)
        if kept.is_staff or kept.is_superuser:
            raise StaffAccount
        if kept.erased_at is not None:
            return False
        kept.name, kept.email, kept.last_login = "", f"erased-{kept.pk}", None
        kept.erased_at = now
        kept.set_unusable_password()
        kept.save(update_fields=["name", "email", "last_login", "password", "erased_at"])
        kept.groups.clear()
        kept.user_permissions.clear()
        return True
