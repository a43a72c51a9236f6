"""The stand-in gives bookings away to whoever clicks, so it is refused where real clients could come."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.security)
def only_for_development(app_configs: Any, **kwargs: Any) -> list[Error]:
    if settings.DEBUG:
        return []
    return [
        Error(
            "DEMO is true while DEBUG is false: the stand-in for Cal.com would let anybody book without paying.",
            hint="Set DEMO=false on a real server; for the demo on your own machine, run make demo.",
            id="demo.E001",
        )
    ]
