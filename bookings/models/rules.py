"""Rules that the database keeps too, whoever writes to it."""

from django.db import models
from django.db.models import Q


def known(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """The rule that a column holds one of its choices."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)
