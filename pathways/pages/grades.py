"""Grades in the order in which students pass them: kindergarten, then 1 to 12."""

from __future__ import annotations

from typing import Any

from cte_portal.editions import Scope
from pathways.ledger.kept import HangsOn, kept
from pathways.models import Enrollment


def by_grade(grade: str) -> tuple[int, str]:
    """The sorting key of a grade, written with or without its leading zero."""
    return (int(grade), "") if grade.isascii() and grade.isdigit() else (-1, grade)


def grades_of(scope: Scope, known: dict[Any, Any]) -> list[str]:
    """The grades in which the district has students in scope."""

    def grades() -> list[str]:
        enrollments = Enrollment.objects.in_scope(scope).order_by()
        own = enrollments.values_list("grade", flat=True).distinct()
        return sorted({grade.lstrip("0") for grade in own}, key=by_grade)

    return kept(scope, known, "grades", grades, of_records=HangsOn.NOTHING)
