"""How the admin looks: settings of its theme, django-unfold, which brings its own fonts and scripts."""

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _


def _own(path: str) -> Any:
    """The address of a static file; asked for with a page, since in production it holds the file's digest."""
    return lambda _request: static(path)


# Green, as on the pages for clients. In OKLCH, so that neighbouring steps are equally far apart; 600 and darker are
# dark enough for white letters (4.5:1).
PRIMARY = {
    "50": "oklch(97.5% .014 168)",
    "100": "oklch(94.5% .034 168)",
    "200": "oklch(89.5% .062 167)",
    "300": "oklch(82.5% .09 166)",
    "400": "oklch(74% .112 165)",
    "500": "oklch(64% .118 165)",
    "600": "oklch(51% .1 166)",
    "700": "oklch(44% .086 167)",
    "800": "oklch(38% .07 168)",
    "900": "oklch(32.5% .056 169)",
    "950": "oklch(24% .042 170)",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Career Coach"),
    "SITE_HEADER": _("Career Coach"),
    "SITE_SUBHEADER": _("Operations"),
    "SITE_SYMBOL": "event_available",
    "SITE_URL": None,  # There is no page of ours for clients: front-ends are elsewhere.
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _own("bookings/office/icon.svg")}],
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {"primary": PRIMARY},
    "STYLES": [_own("bookings/office/office.css")],
    "SCRIPTS": [_own("bookings/office/office.js")],
    "DASHBOARD_CALLBACK": "bookings.admin.dashboard.page.dashboard",
    "SIDEBAR": {"show_search": False, "navigation": "bookings.admin.navigation.sidebar"},
}
