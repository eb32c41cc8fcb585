"""Grades in the order in which students pass them: kindergarten, then 1 to 12."""

from __future__ import annotations

from cte_portal.editions import Scope
from pathways.models import Enrollment


def by_grade(grade: str) -> tuple[int, str]:
    """The sorting key of a grade, written with or without its leading zero."""
    return (int(grade), "") if grade.isascii() and grade.isdigit() else (-1, grade)


def grades_of(scope: Scope) -> list[str]:
    """The grades in which the district has students in scope."""
    counted = Enrollment.objects.in_scope(scope)
    return sorted(
        {
            grade.lstrip("0")
            for grade in counted.order_by().values_list("grade", flat=True).distinct()
        },
        key=by_grade,
    )
