"""What the page of a student asks, prepared: clerks open hundreds of them a day (ADR 0013)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BigIntegerField,
    Exists,
    FilteredRelation,
    Q,
    QuerySet,
    prefetch_related_objects,
)

from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from pathways.models import (
    Change,
    CollectionLock,
    Element,
    Participation,
    Pathway,
    Student,
)
from pathways.models.author import with_accounts
from pathways.models.pathway import offered_in


def student(scope: Scope, key: int) -> Student | None:
    """The student of a scope with place, grade and number of records, and whether the district's
    records are locked and have elements of its own (`has_lock`, `has_elements`): most districts
    have neither, so that neither is asked for. None where the scope has none of that key.
    """
    if key > BigIntegerField.MAX_BIGINT:  # SQLite does not even compare it
        return None
    students: list[Student] = _student(scope, key)
    return students[0] if students else None


@prepared
def _student(scope: Scope, key: int) -> QuerySet[Student]:
    students = Student.objects.in_scope(scope).listed(scope.end_year).filter(pk=key)
    locks = CollectionLock.objects.on_participations(scope.district, scope.end_year)
    elements = Element.objects.of_district(scope)
    return students.annotate(has_lock=Exists(locks), has_elements=Exists(elements))


@dataclass(frozen=True)
class Entered:
    """A student's records in the order of their pathways' names, and the pathways that the district
    may enter, in the order of OPI's list.
    """

    records: list[Participation]
    approved: list[Pathway]

    @property
    def offered(self) -> list[Pathway]:
        """Approved pathways in which there is no record."""
        own = {record.pathway_id for record in self.records}
        return [pathway for pathway in self.approved if pathway.pk not in own]


def entered(scope: Scope, student: int) -> Entered:
    """Read in one statement: most records are of pathways that are approved. The student is one of
    the scope.
    """
    records, approved = [], []
    for is_approved, *values in _entered(scope, student):
        pathway = Pathway.from_db(scope.alias, PATHWAY, values[: len(PATHWAY)])
        if is_approved:
            approved.append(pathway)
        if values[len(PATHWAY)] is not None:
            record = Participation.from_db(scope.alias, PARTICIPATION, values[len(PATHWAY) :])
            record.pathway = pathway
            records.append(record)
    return Entered(records, sorted(approved, key=lambda pathway: pathway.code))


PATHWAY = tuple(field.attname for field in Pathway._meta.concrete_fields)
PARTICIPATION = tuple(field.attname for field in Participation._meta.concrete_fields)


@prepared
def _entered(scope: Scope, student: int) -> QuerySet[Pathway, tuple[Any, ...]]:
    """Whether it is approved, the pathway, and the record if there is one: its key first."""
    is_own = Q(participations__student_id=student)
    own = FilteredRelation("participations", condition=is_own)
    approval = FilteredRelation(
        "approvals",
        condition=Q(
            approvals__district_id=scope.district, approvals__school_year_id=scope.end_year
        ),
    )
    is_approved = Q(approval__isnull=False) & offered_in(scope.end_year)
    return (
        Pathway.objects.in_scope(scope)
        .annotate(own=own, approval=approval)
        .annotate(is_approved=is_approved)
        .filter(is_approved | Q(own__isnull=False))
        .order_by("name")
        .values_list("is_approved", *PATHWAY, *(f"own__{name}" for name in PARTICIPATION))
    )


@prepared
def changes(student: int) -> QuerySet[Change]:
    """The history of all records of a student, newest first."""
    return with_accounts(Change.objects.of_student(student))


def elements(scope: Scope) -> list[Element]:
    """The elements of a district with their choices, the retired ones last."""
    elements: list[Element] = _elements(scope)
    if elements:
        prefetch_related_objects(elements, "choices")
    return elements


@prepared
def _elements(scope: Scope) -> QuerySet[Element]:
    return Element.objects.of_district(scope)
