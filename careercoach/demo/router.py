"""Cal.com's data in its own database file, ours in ours: neither can read the other's tables by accident."""

from typing import Any

DATABASE = "demo"


class OwnDatabase:
    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return DATABASE if model._meta.app_label == "demo" else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == DATABASE) == (app_label == "demo")
