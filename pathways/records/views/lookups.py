"""What the page of a student asks, prepared: clerks open hundreds of them a day (ADR 0013)."""

from __future__ import annotations

from django.db.models import BigIntegerField, QuerySet, prefetch_related_objects

from cte_portal.editions import Scope
from cte_portal.prepared import filled_up, prepared
from pathways.models import Change, Element, Participation, Pathway, Student


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


def records(scope: Scope, student: int, approved: list[Pathway]) -> list[Participation]:
    """The student's records in the order of their pathways' names. Most are of approved pathways,
    which the page knows.
    """
    records: list[Participation] = _records(scope, student)
    pathways = {pathway.pk: pathway for pathway in approved}
    missing = filled_up(tuple({record.pathway_id for record in records} - set(pathways)))
    pathways.update({pathway.pk: pathway for pathway in (_pathways(missing) if missing else [])})
    for record in records:
        record.pathway = pathways[record.pathway_id]
    return records


@prepared
def _records(scope: Scope, student: int) -> QuerySet[Participation]:
    records = Participation.objects.of_district(scope).filter(student_id=student)
    return records.order_by("pathway__name")


@prepared
def _pathways(keys: tuple[int, ...]) -> QuerySet[Pathway]:
    return Pathway.objects.filter(pk__in=keys)


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
