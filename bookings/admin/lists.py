"""How lists of the admin are counted, paged, and kept from being edited."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.paginator import Page, Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from unfold.views import ChangeList


class CappedPaginator(Paginator):
    """Counts no further than `most`: to count all of a big table takes longer than anyone waits. Counts keys: what a
    list looks up for each of its rows would be looked up for each that is counted.

    Of a page the keys are read first, which an index has, then its rows: in one query MySQL reads those of all pages
    before it too, and with two filters those that fit only one (seconds, where they lie all over a big table).
    """

    most = 10_000
    template_name = "bookings/office/counted.html"

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by().values("pk")[: self.most].count()

    def page(self, number: int | str) -> Page:
        page = super().page(number)
        keys = list(page.object_list.values_list("pk", flat=True))
        page.object_list = self.object_list.filter(pk__in=keys)
        return page


class Paged(ChangeList):
    """By the paginator, also where all fits on one page: Django asks it only where there are several.

    A list that leaves nothing out has no link to all of it. One that is not what its address asks for says so: Django
    shows all, without a word, for a filter that can't be read, and for a page beyond the last.
    """

    def get_results(self, request: HttpRequest) -> None:
        if ERROR_FLAG in request.GET:
            _warn(request, _("A filter could not be read, so here is the whole list."))
        try:
            super().get_results(request)
        except IncorrectLookupParameters:
            self._show_first(request)
            super().get_results(request)
        if not self.multi_page and self.page_num != 1:
            self._show_first(request)
        if not (self.query or self.has_active_filters):
            self.full_result_count = self.result_count
        if not self.multi_page:
            self.result_list = self.paginator.page(1).object_list

    def _show_first(self, request: HttpRequest) -> None:
        """It may just have gone: whoever settles the last case of a page comes back to that page."""
        _warn(request, _("The list has no page %(number)d: here is the first one.") % {"number": self.page_num})
        self.page_num = 1


def _warn(request: HttpRequest, said: str) -> None:
    """Not for what is posted, which comes back to the same address."""
    if request.method == "GET":
        messages.warning(request, said)


class Listed:
    """For the page of any table: counted and paged as all are."""

    paginator = CappedPaginator
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Paged


class ReadOnly(Listed):
    """For those who may see it; added, changed and deleted by messages alone. No counts beside filters: for those the
    whole of a big table is read.

    Their pages lead to no list of edits, which would be empty, unless `has_history`: edits that actions write down.
    """

    show_facets = ShowFacets.NEVER
    has_history = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        return super().render_change_form(request, context | {"show_history": self.has_history}, **kwargs)
