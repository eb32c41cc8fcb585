"""`manage.py migrate`: both editions, then the worker's rights and OPI's reference rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connections

from cte_portal.accounts import grants
from cte_portal.connection import SESSION
from cte_portal.editions import Edition, writing_state
from cte_portal.watch.new_databases import make_tables
from pathways.lists import standard

LOCK_TIMEOUT = "10s"
LOCK_NOT_AVAILABLE = "55P03"
HELD = (
    "Another session holds a table for longer than 10 seconds. The migration that met it changed"
    " nothing. Stop web, dispatcher, workers and other sessions, then run this again."
)


class Command(Migrate):
    help = "Migrate both editions, then load OPI's reference rows. With --database, that one alone."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=None)

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        named = options["database"]
        return {"databases": [named] if named else [edition.value for edition in Edition]}

    def handle(self, *args: Any, **options: Any) -> None:
        named = options["database"]
        whole = not (options["app_label"] or options["plan"] or options["check_unapplied"])
        if named is None and whole and not (options["fake"] or options["fake_initial"]):
            self.verbosity = options["verbosity"]
            district, state = (connections[edition.value] for edition in Edition)
            with writing_state(), unhurried(district), unhurried(state):
                make_tables(self.migration_progress_callback)
        for edition in Edition:
            if named in (None, edition.value):
                with writing_state(), unhurried(connections[edition.value]):
                    super().handle(*args, **{**options, "database": edition.value})
        if named is None and whole:
            grants.narrow(connections[Edition.DISTRICT.value])
            standard.load()


@contextmanager
def unhurried(connection: Any) -> Iterator[None]:
    """A migration of a large table may take longer than any page. It waits for a lock no longer
    than a page does: whoever needs the table waits behind it.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == LOCK_NOT_AVAILABLE:
            raise CommandError(HELD) from error
        raise
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, false)", [SESSION["statement_timeout"]]
        )
        cursor.execute("SELECT set_config('lock_timeout', '0', false)")
