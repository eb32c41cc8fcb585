"""Triggers of the District edition: what the database itself refuses, one SQL file per vendor, statements parted by blank lines.

SQLite silently drops a table's triggers when Django rebuilds the table, so a migration that alters a guarded table ends with `install`;
a test lists the triggers after all migrations.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True)
class Triggers:
    """The triggers of one app. `names` gives, for each vendor, trigger name to table."""

    folder: Path
    names: dict[str, dict[str, str]]

    def create(self, connection: BaseDatabaseWrapper) -> None:
        script = (self.folder / f"{connection.vendor}.sql").read_text()
        with connection.cursor() as cursor:
            for statement in script.split("\n\n"):
                cursor.execute(statement, None)

    def drop(self, connection: BaseDatabaseWrapper) -> None:
        with connection.cursor() as cursor:
            for name, table in sorted(self.names[connection.vendor].items()):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}", None)

    def install(self, apps: Any, schema_editor: Any) -> None:
        """A migration's step."""
        self.drop(schema_editor.connection)
        self.create(schema_editor.connection)

    def remove(self, apps: Any, schema_editor: Any) -> None:
        """The way back of `install`."""
        self.drop(schema_editor.connection)
