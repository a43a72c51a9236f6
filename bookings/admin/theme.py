"""Pages of other packages in the clothes of the theme: one look, whoever registered a table."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group, Permission
from django.db.models import Field, ManyToManyField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin as Page
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from bookings.admin.lists import Listed


class Ticked:
    """Groups and rights to tick: Django's two lists beside each other are too wide, and have no Chinese."""

    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(
            db_field, request, widget=UnfoldAdminCheckboxSelectMultipleWidget(), **kwargs
        )
        field.label_from_instance = right if db_field.related_model is Permission else group_name
        return field


# As migration 0005 names them: kept so, and shown in the reader's language.
GROUPS = {
    "Operations": pgettext_lazy("group of the staff", "Operations"),
    "Auditors": pgettext_lazy("group of the staff", "Auditors"),
    "Support": pgettext_lazy("group of the staff", "Support"),
    "Administrators": pgettext_lazy("group of the staff", "Administrators"),
}


def group_name(group: Group) -> str:
    return str(GROUPS.get(group.name, group.name))


DEFAULT = {"add": _("may add"), "change": _("may change"), "delete": _("may delete"), "view": _("may view")}


def right(permission: Permission) -> str:
    """What it permits, in the reader's language: in the table are the English words of its migration."""
    verb, _underscore, model = permission.codename.partition("_")
    of = permission.content_type
    said = DEFAULT[verb] if verb in DEFAULT and model == of.model else gettext(permission.name)
    return f"{of}: {said}"


class GroupAdmin(Ticked, Listed, DjangoGroupAdmin, Page):
    """Groups, in the theme, and deleted one by one: with each, people lose what they may do."""

    actions = None
    list_display = ("called",)

    @admin.display(description=pgettext_lazy("of a group", "Name"), ordering="name")
    def called(self, group: Group) -> str:
        return group_name(group)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Group | None = None, **kwargs: Any
    ) -> HttpResponse:
        """The field to type into has taken the name as it is by now, and nothing is saved any more."""
        if obj is not None:
            obj.name = context["subtitle"] = group_name(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        """A group's name is another word than a person's, in Chinese."""
        named = {"label": pgettext_lazy("of a group", "Name")} if db_field.name == "name" else {}
        return super().formfield_for_dbfield(db_field, request, **kwargs, **named)


def dress(site: AdminSite) -> None:
    """Register anew what other packages registered with Django's own pages: in the theme, and as it is for the rest.

    Whichever they are: the scheduler brings its tables, and what is added later brings others.
    """
    for model, registered in list(site._registry.items()):
        if isinstance(registered, Page):
            continue
        plain: type[ModelAdmin] = type(registered)
        dressed = GroupAdmin if model is Group else type(plain.__name__, (plain, Page), {"__module__": __name__})
        site.unregister(model)
        site.register(model, dressed)
