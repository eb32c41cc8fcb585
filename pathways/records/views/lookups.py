"""What the page of a student asks, prepared: clerks open hundreds of them a day (ADR 0013)."""

from __future__ import annotations

from django.db.models import BigIntegerField, QuerySet, prefetch_related_objects

from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from pathways.models import Change, Element, Pathway, Student


def student(scope: Scope, key: int) -> Student | None:
    """The student of a scope with place, grade and number of records; None where the scope has
    none of that key.
    """
    if key > BigIntegerField.MAX_BIGINT:  # SQLite does not even compare it
        return None
    students: list[Student] = _student(scope, key)
    return students[0] if students else None


@prepared
def _student(scope: Scope, key: int) -> QuerySet[Student]:
    return Student.objects.in_scope(scope).listed(scope.end_year).filter(pk=key)


@prepared
def changes(student: int) -> QuerySet[Change]:
    """The history of all records of a student, newest first."""
    return Change.objects.of_student(student)


@prepared
def approved(district: str, end_year: int) -> QuerySet[Pathway]:
    """The pathways that a district may enter in an end year."""
    return Pathway.objects.approved_for(district, end_year)


def elements(scope: Scope) -> list[Element]:
    """The elements of a district with their choices, the retired ones last."""
    elements: list[Element] = _elements(scope)
    if elements:
        prefetch_related_objects(elements, "choices")
    return elements


@prepared
def _elements(scope: Scope) -> QuerySet[Element]:
    return Element.objects.of_district(scope)
