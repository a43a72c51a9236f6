from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    name = "careercoach.demo"
    label = "demo"
    verbose_name = _("Stand-in for Cal.com")

    def ready(self) -> None:
        from careercoach.demo import checks  # noqa: F401, PLC0415 registers them
