"""The rows of a file that change a record: how many change each field, and the first of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from pathways.ledger.shape import PARTICIPATION, TYPED
from pathways.ledger.staging import PLAN, Staged
from pathways.ledger.typed_rows import TYPES, typed

# One comparison, field by field: what is counted and what is listed as changed cannot disagree.
_DIFFERS = {name: f"CASE WHEN plan.{name} <> stored.{name} THEN 1 ELSE 0 END" for name in TYPED}
_UPDATED = (
    f"FROM {PLAN} plan JOIN {PARTICIPATION.table} stored ON stored.id = plan.record_id"
    " WHERE plan.operation = 'update'"
)


def number_by_field(staged: Staged) -> dict[str, int]:
    """How many of the changed rows change each field."""
    sums = ", ".join(f"SUM({differs})" for differs in _DIFFERS.values())
    with connection.cursor() as cursor:
        cursor.execute(staged.own(f"SELECT {sums} {_UPDATED}"))
        return {
            name: int(number)
            for name, number in zip(TYPED, cursor.fetchone(), strict=True)
            if number
        }


@dataclass(frozen=True)
class ChangedRow:
    """A row of the plan that changes a record: before and after of each field that differs,
    typed.
    """

    line: int
    student_id: int
    pathway_id: int
    changes: dict[str, tuple[Any, Any]]


def changed_rows(staged: Staged, most: int) -> list[ChangedRow]:
    """The first changed rows of the plan."""
    columns = ", ".join(f"{_DIFFERS[name]}, stored.{name}, plan.{name}" for name in TYPED)
    fields = [
        None,
        None,
        None,
        *(field for name in TYPED for field in (None, TYPES[name], TYPES[name])),
    ]
    first = (
        f"SELECT plan.line, plan.student_id, plan.pathway_id, {columns} {_UPDATED} ORDER BY"
        f" plan.line LIMIT {int(most)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(staged.own(first))
        rows = list(typed(connection, cursor, fields))
    changed = []
    for line, student, pathway, *values in rows:
        compared = zip(TYPED, values[::3], values[1::3], values[2::3], strict=True)
        changed.append(
            ChangedRow(
                line,
                student,
                pathway,
                {name: (old, new) for name, differs, old, new in compared if differs},
            )
        )
    return changed
