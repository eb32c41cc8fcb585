"""The district's rows that the files do not name."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from cte_portal.editions import Scope
from cte_portal.prepared import Prepared, counted
from pathways.models import Student
from pathways.resync.object_types import BY_NAME as OBJECT_TYPES
from pathways.roster.shape import Shape
from pathways.roster.shapes import BY_NAME


def absent_rows(shape: Shape, scope: Scope) -> tuple[int, QuerySet[Any] | None]:
    """How many of the district's rows of this year no row of the files names, and which. They stay
    as they are; ending is an act of its own.
    """
    ((number, last),) = _figures_of_absent(shape.name)(scope)
    # They are listed when the new rows are written, which come behind all that were there before.
    return number, _rows(shape, scope).filter(pk__lte=last) if number else None


def _rows(shape: Shape, scope: Scope) -> QuerySet[Any]:
    rows = (
        Student.objects.in_scope(scope)
        if shape.model is Student
        else OBJECT_TYPES[shape.name].of_district(scope)
    )
    named = RawSQL(f"SELECT row_id FROM {shape.plan} WHERE row_id IS NOT NULL", [])  # noqa: S611 - a name of this code
    return rows.exclude(pk__in=named)


@cache
def _figures_of_absent(name: str) -> Prepared[[Scope]]:
    """Of a kind of row: how many are absent, and the last key of them."""

    @counted('COUNT(*), MAX("pk")', keeps_plan=False)
    def figures(scope: Scope) -> QuerySet[Any]:
        return _rows(BY_NAME[name], scope).order_by().values_list("pk")

    return figures
