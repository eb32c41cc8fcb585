"""What a plan of roster rows changes, column by column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pathways.roster.shape import Shape


def changed(
    cursor: Any, shape: Shape, most: int, problem: str | None = None
) -> Iterator[tuple[int, int, int, dict[str, tuple[Any, Any]]]]:
    """(part, line, row, column → before and after) of what the plan changes, before it is written;
    or of what it would change but for a problem.
    """
    columns = list(shape.labels)
    if not columns:
        return
    before_and_after = ", ".join(f"stored.{column}, plan.{column}" for column in columns)
    where = "plan.problem = %s" if problem else "plan.problem IS NULL"
    cursor.execute(
        f"SELECT plan.part, plan.line, plan.row_id, {before_and_after} FROM {shape.plan} plan JOIN"
        f" {shape.table} stored ON stored.id = plan.row_id WHERE {where} AND"
        f" plan.operation = 'update' ORDER BY plan.part, plan.line LIMIT {int(most)}",
        [problem] if problem else [],
    )
    for part, line, row, *values in cursor.fetchall():
        before = [
            _typed(shape, column, value) for column, value in zip(columns, values[::2], strict=True)
        ]
        after = [
            _typed(shape, column, value)
            for column, value in zip(columns, values[1::2], strict=True)
        ]
        pairs = zip(columns, before, after, strict=True)
        yield part, line, row, {column: (old, new) for column, old, new in pairs if old != new}


def _typed(shape: Shape, column: str, value: Any) -> Any:
    """A value of a raw statement as the field's own type, alike on both vendors."""
    field = shape.fields[column]
    return value if value is None or field.is_relation else field.to_python(value)
