"""Columns that tell apart what differs by case, accent or width, on every database."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class ExactCharField(models.CharField):
    """A CharField compared letter by letter: `José@` is not `jose@`, and `aB` is not `AB`.

    MySQL's default collation sees neither case nor accent, so there the column asks for a binary one, which is right
    on a database made with plain CREATE DATABASE too. Other databases compare exactly by themselves, and SQLite
    doesn't know the name, which is why Django's own `db_collation` won't do.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters
