"""Triggers of the District edition: what the database itself refuses, one SQL file per vendor,
statements separated by blank lines.

SQLite silently drops a table's triggers when Django rebuilds the table, so a migration that alters
a guarded table ends with `install`; a test lists the triggers after all migrations.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import RunPython
from django.db.migrations.state import ProjectState


class RunStatements(RunPython):
    """A migration's step that asks the database and no model: its functions get None for `apps`.
    Django makes all models of that moment for each `RunPython`, which was a sixth of a first start.
    """

    code: Any
    reverse_code: Any

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if router.allow_migrate(schema_editor.connection.alias, app_label, **self.hints):
            self.code(None, schema_editor)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if router.allow_migrate(schema_editor.connection.alias, app_label, **self.hints):
            self.reverse_code(None, schema_editor)


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


def lift(apps: Any, schema_editor: Any) -> None:
    """A migration's step before SQLite rebuilds a table that a trigger asks about: a trigger that
    names it would stop the rebuild.
    """
    if schema_editor.connection.vendor != "sqlite":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE lifted_trigger AS SELECT name, sql FROM sqlite_master WHERE"
            " type = 'trigger'"
        )
        cursor.execute("SELECT name FROM lifted_trigger")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")


def put_back(apps: Any, schema_editor: Any) -> None:
    """The step after it: the same triggers as before."""
    if schema_editor.connection.vendor != "sqlite":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM lifted_trigger")
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        cursor.execute("DROP TABLE lifted_trigger")


_REFUSE_POSTGRESQL = """
CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{table}_is_append_only'
        USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_is_append_only';
END
$$"""


@dataclass(frozen=True)
class AppendOnly:
    """The triggers of tables whose lines are added and never changed, one text for all of them."""

    tables: tuple[str, ...]

    @property
    def names(self) -> dict[str, dict[str, str]]:
        """For each vendor, trigger name to table."""
        refused = {"sqlite": ("update", "delete"), "postgresql": ("update", "delete", "truncate")}
        return {
            vendor: {f"{table}_refuses_{act}": table for table in self.tables for act in acts}
            for vendor, acts in refused.items()
        }

    def create(self, connection: BaseDatabaseWrapper) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                for table in self.tables:
                    cursor.execute(_REFUSE_POSTGRESQL.format(table=table), None)
            for name, table in self.names[connection.vendor].items():
                act = name.rsplit("_", 1)[-1].upper()
                cursor.execute(
                    (
                        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH STATEMENT EXECUTE"
                        f" FUNCTION {table}_refuse()"
                        if connection.vendor == "postgresql"
                        else (
                            f"CREATE TRIGGER {name} BEFORE {act} ON {table} BEGIN SELECT"
                            f" RAISE(ABORT, '{table}_is_append_only'); END"
                        )
                    ),
                    None,
                )

    def drop(self, connection: BaseDatabaseWrapper) -> None:
        with connection.cursor() as cursor:
            for name, table in self.names[connection.vendor].items():
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}", None)

    def install(self, apps: Any, schema_editor: Any) -> None:
        """A migration's step."""
        self.drop(schema_editor.connection)
        self.create(schema_editor.connection)

    def remove(self, apps: Any, schema_editor: Any) -> None:
        """The way back of `install`."""
        self.drop(schema_editor.connection)


class KeptForAYear(AppendOnly):
    """The same of tables whose lines are removed after a year at the earliest; `at` is their
    moment.
    """

    def create(self, connection: BaseDatabaseWrapper) -> None:
        super().create(connection)
        with connection.cursor() as cursor:
            for table in self.tables:
                name = f"{table}_refuses_delete"
                if connection.vendor == "postgresql":
                    cursor.execute(f"DROP TRIGGER {name} ON {table}", None)
                    cursor.execute(
                        f"CREATE TRIGGER {name} BEFORE DELETE ON {table} FOR EACH ROW WHEN"
                        " (OLD.at > now() - interval '365 days')"
                        f" EXECUTE FUNCTION {table}_refuse()",
                        None,
                    )
                else:
                    cursor.execute(f"DROP TRIGGER {name}", None)
                    cursor.execute(
                        f"CREATE TRIGGER {name} BEFORE DELETE ON {table} WHEN"
                        " OLD.at > datetime('now', '-365 days') BEGIN SELECT"
                        f" RAISE(ABORT, '{table}_is_append_only'); END",
                        None,
                    )
