"""Pages of other packages in the clothes of the theme: one look, whoever registered a table."""

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from unfold.admin import ModelAdmin as Page


class GroupAdmin(DjangoGroupAdmin, Page):
    """Groups, in the theme."""


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
