"""The tables of two new databases are made together. That they are the right ones is what all tests
stand on.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from cte_portal.editions import Edition, writing_state
from cte_portal.watch import new_databases

DATABASES = [edition.value for edition in Edition]


class Table(Operation):
    """A table of each database, and how often it was asked what the models look like with it."""

    def __init__(self, name: str, *, fails_in: str = "") -> None:
        self.name, self.fails_in, self.states = name, fails_in, 0

    def state_forwards(self, app_label: str, state: Any) -> None:
        self.states += 1

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if schema_editor.connection.alias == self.fails_in:
            raise LookupError
        schema_editor.execute(f"CREATE TABLE {self.name} (id int)")


def applied(*operations: Operation) -> list[tuple[bool, bool]]:
    """For each database whether the migration's first table is there, and whether it is noted."""
    migration = Migration("first", "watch")
    migration.operations = list(operations)
    executors = [MigrationExecutor(connections[alias]) for alias in DATABASES]
    try:
        with writing_state():
            new_databases._apply(migration, ProjectState(), executors)
    except LookupError:
        pass
    return [
        (
            "new_table" in connection.introspection.table_names(),
            ("watch", "first") in MigrationRecorder(connection).applied_migrations(),
        )
        for connection in (connections[alias] for alias in DATABASES)
    ]


@pytest.fixture
def no_table(transactional_db: None) -> Any:
    yield
    for alias in DATABASES:
        with writing_state(), connections[alias].cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS new_table")
            cursor.execute("DELETE FROM django_migrations WHERE app = 'watch' AND name = 'first'")


def test_a_step_is_worked_out_once_for_both_databases(no_table: None) -> None:
    table = Table("new_table")
    assert applied(table) == [(True, True), (True, True)]
    assert table.states == 1


@pytest.mark.parametrize("alias", DATABASES)
def test_a_migration_that_fails_in_one_of_them_changes_neither(no_table: None, alias: str) -> None:
    assert applied(Table("new_table"), Table("another", fails_in=alias)) == [(False, False)] * 2


def test_databases_with_migrations_are_left_to_django(db: None) -> None:
    """Which migrates each by itself from where it stands."""
    steps: list[Any] = []
    new_databases.make_tables(lambda *step: steps.append(step))
    assert steps == []
    MigrationRecorder(connections["default"]).migration_qs.all().delete()
    new_databases.make_tables(lambda *step: steps.append(step))
    assert steps == []
