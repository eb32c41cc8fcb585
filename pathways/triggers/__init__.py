"""The triggers of the District edition: one SQL file per vendor, statements parted by blank lines.

SQLite silently drops a table's triggers when Django rebuilds the table, so a migration that alters `pathways_participation` or
`pathways_change` ends with `install`; a test lists the triggers after all migrations.
"""

from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

NAMES = {
    "sqlite": {
        "pathways_change_refuses_update",
        "pathways_change_refuses_delete",
        "pathways_participation_locked_insert",
        "pathways_participation_locked_update",
        "pathways_participation_locked_delete",
    },
    "postgresql": {
        "pathways_participation_locked_update_to",
        "pathways_change_refuses_update",
        "pathways_change_refuses_delete",
        "pathways_change_refuses_truncate",
        "pathways_participation_locked_insert",
        "pathways_participation_locked_update",
        "pathways_participation_locked_delete",
    },
}
TABLES = {"pathways_change": "pathways_change_refuses", "pathways_participation": "pathways_participation_locked"}


def create(connection: BaseDatabaseWrapper) -> None:
    script = (Path(__file__).parent / f"{connection.vendor}.sql").read_text()
    with connection.cursor() as cursor:
        for statement in script.split("\n\n"):
            cursor.execute(statement, None)


def drop(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for name in sorted(NAMES[connection.vendor]):
            table = next(table for table, prefix in TABLES.items() if name.startswith(prefix))
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}", None)


def install(apps: Any, schema_editor: Any) -> None:
    """A migration's step."""
    drop(schema_editor.connection)
    create(schema_editor.connection)


def remove(apps: Any, schema_editor: Any) -> None:
    """The way back of `install`."""
    drop(schema_editor.connection)
