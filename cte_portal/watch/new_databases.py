"""The tables of two new databases, made together: what the models look like after each step is the
same in both editions, and to work that out takes longer than to make the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from cte_portal.editions import Edition


def make_tables(progress: Callable[..., None]) -> None:
    """All migrations, where neither edition has any yet; otherwise nothing, as each is migrated by
    itself then. `progress` hears of them as Django tells it.
    """
    editions = [connections[edition.value] for edition in Edition]
    if any(MigrationRecorder(connection).applied_migrations() for connection in editions):
        return
    executors = [MigrationExecutor(connection) for connection in editions]
    for executor in executors:
        executor.recorder.ensure_schema()
    loader = executors[0].loader
    state = ProjectState(real_apps=loader.unmigrated_apps)
    state.apps  # noqa: B018 - what is there already is changed from step to step, not made anew
    for migration, _ in executors[0].migration_plan(loader.graph.leaf_nodes()):
        progress("apply_start", migration, False)
        _apply(migration, state, executors)
        progress("apply_success", migration, False)


def _apply(migration: Migration, state: ProjectState, executors: list[MigrationExecutor]) -> None:
    """As Django's executor and `Migration.apply`, but in all of these databases or, where one of
    them fails, in none.
    """
    with ExitStack() as open_ones:
        editors = [
            open_ones.enter_context(executor.connection.schema_editor(atomic=migration.atomic))
            for executor in executors
        ]
        for operation in migration.operations:
            before = state.clone()
            operation.state_forwards(migration.app_label, state)
            for editor in editors:
                operation.database_forwards(migration.app_label, editor, before, state)
        for executor in executors:
            executor.record_migration(migration)  # type: ignore[arg-type, call-arg] # stubs differ
