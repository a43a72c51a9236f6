from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = _("Back office")

    def ready(self) -> None:
        from bookings import checks  # noqa: F401, PLC0415 Checks register themselves, and need the apps loaded.
