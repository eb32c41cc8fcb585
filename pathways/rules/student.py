"""Lookup rules: a record beside the student's enrollment and the school year (guide, Step Two)."""

from __future__ import annotations

import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from pathways.models import Enrollment, SchoolYear
from pathways.rules.rule import Example, Judges, Kind, OnEntry, Parameters, Rule, Severity


def _of_the_district(parameters: Parameters) -> Q:
    return Q(student__district_id=parameters.scope.district)


def _enrolled(parameters: Parameters) -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(
        student_id=OuterRef("student_id"), calendar__school_year_id=parameters.scope.end_year
    )


def _counts(parameters: Parameters) -> QuerySet[Enrollment]:
    return Enrollment.objects.that_count(parameters.scope.end_year).filter(
        student_id=OuterRef("student_id")
    )


def _of_a_counting_type(parameters: Parameters) -> QuerySet[Enrollment]:
    return _enrolled(parameters).filter(service_type__in=Enrollment.SERVICE_TYPES_THAT_COUNT)


def _last_day(parameters: Parameters) -> Subquery:
    """Of the scope's year while it is the current one: in an earlier year's lists stand records
    that began later, lawfully.
    """
    return Subquery(
        SchoolYear.objects.filter(pk=parameters.scope.end_year, is_active=True).values("ends")
    )


RULES = [
    Rule(
        id="CTE-200",
        title="The student belongs to the district",
        problem="Student not found in this district",
        message="This is not a student of this district",
        remedy="Search for the student by name or State ID in this district.",
        kind=Kind.LOOKUP,
        severity=Severity.ERROR,
        on_entry=OnEntry.REFUSE,
        source=(
            "Infinite Campus, CTE End of Year Upload (Montana): matched by district number and"
            " state ID"
        ),
        field="student",
        breach=lambda parameters: ~_of_the_district(parameters),
        judges=Judges.STAGED,
        passing=(Example(),),
        failing=(
            Example(world={"student": "of another district"}),
            Example(world={"student": "unknown"}),
        ),
    ),
    Rule(
        id="CTE-201",
        title="The student is enrolled in the school year",
        problem="Student not enrolled in this school year",
        message="This student has no enrollment in this district in {school_year}",
        remedy="Correct the enrollment in your student information system, then enter the record.",
        kind=Kind.LOOKUP,
        severity=Severity.ERROR,
        on_entry=OnEntry.REFUSE,
        source="guide, Step Two B, typical errors",
        field="student",
        reads=("student",),
        breach=lambda parameters: _of_the_district(parameters) & ~Q(Exists(_enrolled(parameters))),
        judges=Judges.STAGED,
        passing=(Example(),),
        failing=(Example(world={"enrollment": "none"}),),
    ),
    Rule(
        id="CTE-202",
        title="The enrollment is Primary, Partial, or Special Ed",
        problem="Enrollment is not Primary, Partial, or Special Ed",
        message=(
            "This student's enrollment in {school_year} is not Primary, Partial, or Special Ed"
            " Services"
        ),
        remedy="Only enrollments of service type P, S, or N count.",
        kind=Kind.LOOKUP,
        severity=Severity.ERROR,
        on_entry=OnEntry.REFUSE,
        source="Infinite Campus, CTE End of Year Upload (Montana): service types P, S, N",
        field="student",
        reads=("student",),
        breach=lambda parameters: (
            _of_the_district(parameters)
            & Q(Exists(_enrolled(parameters)))
            & ~Q(Exists(_of_a_counting_type(parameters)))
        ),
        judges=Judges.STAGED,
        passing=(Example(),),
        failing=(Example(world={"enrollment": "other service type"}),),
    ),
    Rule(
        id="CTE-203",
        title="The enrollment did not end before the school year began",
        problem="Enrollment ended before the school year began",
        message="This student's enrollment ended before the first day of {school_year}",
        remedy="Correct the enrollment if the student did attend.",
        kind=Kind.LOOKUP,
        severity=Severity.ERROR,
        on_entry=OnEntry.REFUSE,
        source="Infinite Campus, CTE End of Year Upload (Montana): a calendar of the same end year",
        field="student",
        reads=("student",),
        breach=lambda parameters: (
            _of_the_district(parameters)
            & Q(Exists(_of_a_counting_type(parameters)))
            & ~Q(Exists(_counts(parameters)))
        ),
        judges=Judges.STAGED,
        passing=(Example(), Example(world={"enrollment": "left in March"})),
        failing=(Example(world={"enrollment": "ended before the year"}),),
    ),
    Rule(
        id="CTE-204",
        title="Start Date is after the date of birth",
        problem="Start Date is not after the date of birth",
        message="Start Date must be after the student's date of birth",
        remedy="Enter the date the student began the program.",
        kind=Kind.LOOKUP,
        severity=Severity.ERROR,
        on_entry=OnEntry.REFUSE,
        source="Infinite Campus, CTE (Montana): the date the student began the CTE program",
        field="start_date",
        reads=("start_date", "student"),
        breach=lambda parameters: Q(start_date__lte=F("student__birth_date")),
        passing=(Example(row={"start_date": datetime.date(2022, 7, 14)}),),
        failing=(
            Example(
                row={"start_date": datetime.date(2007, 1, 1)},
                words="the student was born on 01/02/2007",
            ),
        ),
    ),
    Rule(
        id="CTE-205",
        title="Start Date is no later than the last day of the current school year",
        problem="Start Date is after the school year",
        message="Start Date is after the last day of {school_year}. Check the date",
        remedy="Enter the date the student began the program, not the date of entry.",
        kind=Kind.LOOKUP,
        severity=Severity.WARNING,
        on_entry=OnEntry.WARN,
        source="Infinite Campus, CTE (Montana): the date the student began the CTE program",
        field="start_date",
        reads=("start_date",),
        breach=lambda parameters: Q(start_date__gt=_last_day(parameters)),
        passing=(Example(row={"start_date": datetime.date(2025, 6, 30)}),),
        failing=(Example(row={"start_date": datetime.date(2025, 7, 1)}),),
    ),
]
