"""The shape of a kind of roster row: its table, its history, how a row of a file names it, and what
each column becomes.

Staging, plan, writing, history and undo are derived from the shapes (`shapes`), so that another
kind of row is one more entry and a migration.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models

from pathways.models import RowChange
from pathways.roster.problems import RosterProblem

TEXT, DATE, INTEGER, AMOUNT, ROW_ID = "text", "date", "integer", "numeric", "bigint"


@dataclass(frozen=True)
class Shape:
    """One kind of roster row.

    `name` is the type of object as the resync screen calls it. `staged` gives each staged column
    its SQL type, `key` the staged columns that name the row in a file. `joins` finds the stored row
    and its parents. `image` gives each stored column its new value, and `unique` the stored columns
    that no two rows share. `new_needs` are the staged columns without which a row cannot be new.
    `problems` are pairs of a problem and the condition under which a row has it, the first that
    holds. `dependents` are (model, field) of what a row cannot be removed under. `follow` are
    statements for what elsewhere repeats a word of the rows; `{rows}` selects their ids.
    """

    name: str
    model: type[models.Model]
    change: type[RowChange]
    staged: dict[str, str]
    key: tuple[str, ...]
    joins: str
    image: dict[str, str]
    unique: tuple[str, ...]
    problems: tuple[tuple[RosterProblem, str], ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    new_needs: tuple[str, ...] = ()
    follow: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def history(self) -> str:
        return self.change._meta.db_table

    @property
    def rows_in(self) -> str:
        """The temporary table of what came in."""
        return f"staged_{self.table}"

    @property
    def plan(self) -> str:
        """The temporary table of what becomes of each row."""
        return f"plan_{self.table}"

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The stored fields by their columns, without the key and what the database computes."""
        concrete: list[Any] = list(self.model._meta.concrete_fields)
        return {
            field.column: field
            for field in concrete
            if not field.primary_key and not field.generated
        }

    @cached_property
    def planned(self) -> dict[str, str]:
        """The SQL type of each stored column in a plan, as wide as a refused row may need."""
        return {column: _type_of(field) for column, field in self.fields.items()}

    @cached_property
    def dependents(self) -> tuple[tuple[str, str], ...]:
        """(table, column) of whatever names a row of this kind."""
        named = [
            (relation.related_model._meta, relation.field)
            for relation in self.model._meta.related_objects
        ]
        return tuple((meta.db_table, str(field.column)) for meta, field in named if meta.managed)


def _type_of(field: Any) -> str:
    if isinstance(field, models.DateField):
        return DATE
    if isinstance(field, models.DecimalField):
        return AMOUNT
    named = field.target_field if field.is_relation else field
    return TEXT if isinstance(named, models.CharField) else ROW_ID
