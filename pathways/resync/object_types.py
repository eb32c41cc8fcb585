"""The types of objects that a resync sends, the types that each needs first, and the rows of a
district (guide, Step Three).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models

from cte_portal.editions import Scope, stored
from pathways.models import (
    Calendar,
    CalendarChange,
    Change,
    Course,
    CourseChange,
    District,
    Enrollment,
    EnrollmentChange,
    Outcome,
    OutcomeChange,
    Participation,
    Roster,
    RosterChange,
    School,
    SchoolChange,
    Section,
    SectionChange,
    Student,
    StudentChange,
)


@dataclass(frozen=True)
class ObjectType:
    """`history` is where the ledger writes the type's changes; OPI's have none. `owner` leads to
    the district's number, `year` to the end year of what is sent in its own year alone. A record
    has no year; outcomes go with the current year's resync, whenever their students left (ADR
    0014).
    """

    name: str
    model: type[models.Model]
    needs: tuple[str, ...]
    history: type[models.Model] | None
    owner: str
    year: str = ""
    kept_by_opi: bool = False

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", "-")

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @cached_property
    def _stored(self) -> list[Any]:
        """All fields that are stored, the key first; what the database computes is left to the
        database.
        """
        fields = [
            field
            for field in self.model._meta.concrete_fields
            if not getattr(field, "generated", False)
        ]
        return sorted(fields, key=lambda field: not field.primary_key)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return tuple(field.attname for field in self._stored)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The same by their names in the database."""
        return tuple(field.column for field in self._stored)

    @cached_property
    def parents(self) -> tuple[tuple[Any, type[models.Model]], ...]:
        """(field, model) of what a row names, and cannot stand without."""
        return tuple(
            (field, field.related_model)
            for field in self._stored
            if isinstance(field, models.ForeignKey)
        )

    def of_district(self, scope: Scope) -> models.QuerySet[Any]:
        """The district's rows in the scope's edition, of the scope's year where they belong to one;
        of all districts where it names none.
        """
        named = ({self.owner: scope.district} if scope.district else {}) | (
            {self.year: scope.end_year} if self.year else {}
        )
        return stored(self.model, scope).filter(**named).order_by()

    def sent(self, scope: Scope) -> models.QuerySet[Any]:
        """Those of them that a resync sends: records are sent while their student is in scope of
        the year.
        """
        if self.model is Participation:
            records = (
                Participation.objects.in_scope(scope)
                if scope.district
                else Participation.objects.of_state(scope.edition, scope.end_year)
            )
            return records.order_by()
        return self.of_district(scope)


OBJECTS = (
    ObjectType("District", District, (), None, "number", kept_by_opi=True),
    ObjectType("School", School, ("District",), SchoolChange, "district_id"),
    ObjectType(
        "Calendar", Calendar, ("School",), CalendarChange, "school__district_id", "school_year_id"
    ),
    ObjectType("Student", Student, ("District",), StudentChange, "district_id"),
    ObjectType(
        "Enrollment",
        Enrollment,
        ("Student", "Calendar"),
        EnrollmentChange,
        "student__district_id",
        "calendar__school_year_id",
    ),
    ObjectType("Course", Course, ("School",), CourseChange, "school__district_id"),
    ObjectType(
        "Section",
        Section,
        ("Course", "Calendar"),
        SectionChange,
        "course__school__district_id",
        "calendar__school_year_id",
    ),
    ObjectType(
        "Roster",
        Roster,
        ("Section", "Enrollment"),
        RosterChange,
        "enrollment__student__district_id",
        "section__calendar__school_year_id",
    ),
    ObjectType("CTE Participation", Participation, ("Student",), Change, "student__district_id"),
    ObjectType("CTE Outcome", Outcome, ("Student",), OutcomeChange, "student__district_id"),
)
"""In the order in which they are sent: what others need comes first."""

BY_NAME = {kind.name: kind for kind in OBJECTS}
NAMES = tuple(BY_NAME)
RECORDS = BY_NAME["CTE Participation"]
OUTCOMES = BY_NAME["CTE Outcome"]


def closure(names: Iterable[str]) -> tuple[str, ...]:
    """The chosen types with everything they need, in sending order (*Check dependencies*). OPI's
    row is always among them.
    """
    chain, waiting = {"District"}, list(names)
    while waiting:
        name = waiting.pop()
        if name not in chain or name == "District":
            chain.add(name)
            waiting += [needed for needed in BY_NAME[name].needs if needed not in chain]
    return in_order(chain)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    chosen = set(names)
    return tuple(name for name in NAMES if name in chosen)
