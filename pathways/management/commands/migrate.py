"""`manage.py migrate`: both editions, then OPI's reference rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from cte_portal.connection import SESSION
from cte_portal.editions import Edition, writing_state
from pathways.lists import standard


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
        for edition in Edition:
            if named in (None, edition.value):
                with writing_state(), unhurried(connections[edition.value]):
                    super().handle(*args, **{**options, "database": edition.value})
        whole = not (options["app_label"] or options["plan"] or options["check_unapplied"])
        if named is None and whole:
            standard.load()


@contextmanager
def unhurried(connection: Any) -> Iterator[None]:
    """A migration of a large table may take longer than any page."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, false)", [SESSION["statement_timeout"]]
        )
