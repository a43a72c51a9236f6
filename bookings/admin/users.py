"""People in the admin, with what a new address brings them: `users` must not know bookings, so it is added here."""

from functools import partial

from django.contrib import admin
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest

from bookings.cal import inbox
from users.admin import UserAdmin
from users.models import User

admin.site.unregister(User)


@admin.register(User)
class BookingUserAdmin(UserAdmin):
    """Whoever is saved gets the bookings made with their address that belong to nobody, as by POST /api/users."""

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # After the page's own transaction: within it a deadlock could not be tried again, and would undo the user.
        transaction.on_commit(partial(inbox.attribute, obj))
