"""Lookup rules: a record beside enrollment, approval, pathway, and what is already stored (guide,
Step Two and CTE Lingo).
"""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value

from pathways.models import Approval, Change, Enrollment, Participation, SchoolYear
from pathways.models.participation import TOTAL_CREDITS
from pathways.rules.rule import Example, Judges, Kind, OnEntry, Parameters, Rule, Severity

_CREDITS = ("in_district_credits", "out_of_district_credits")


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


def _new_or_grown() -> Q:
    """Created, or with more credits than are stored: only then approval and the pathway's years are
    demanded.

    A stored row is never one, so that the two infos below still name it; a staged row has one
    finding, the refusal or the info.
    """
    return ~Q(
        Exists(
            Participation.objects.filter(
                student_id=OuterRef("student_id"),
                pathway_id=OuterRef("pathway_id"),
                total_credits__gte=OuterRef("total_credits"),
            )
        )
    )


def _not_approved(parameters: Parameters) -> Q:
    return ~Q(
        Exists(
            Approval.objects.filter(
                district_id=parameters.district,
                pathway_id=OuterRef("pathway_id"),
                school_year_id=parameters.scope.end_year,
            )
        )
    )


def _last_day(parameters: Parameters) -> Subquery:
    """Of the scope's year while it is the current one: in an earlier year's lists stand records
    that began later, lawfully.
    """
    return Subquery(
        SchoolYear.objects.filter(pk=parameters.scope.end_year, is_active=True).values("ends")
    )


def _not_offered(parameters: Parameters) -> Q:
    year = parameters.scope.end_year
    return Q(pathway__first_year__gt=year) | Q(pathway__last_year__lt=year)


def _less_than_certified(parameters: Parameters) -> Q:
    """The record's last image of the certified year is what was sealed: the seal let nothing change
    it while that year was the current one.
    """
    if parameters.certified_year is None:
        return Q(Value(False))  # an empty list would be a number to PostgreSQL
    own = Change.objects.filter(
        student_id=OuterRef("student_id"), pathway_id=OuterRef("pathway_id")
    )
    sealed = own.filter(end_year__lte=parameters.certified_year).order_by("-version")
    return Q(total_credits__lt=Subquery(sealed.values(total=TOTAL_CREDITS)[:1]))


def _already_there() -> Q:
    return Q(
        Exists(
            Participation.objects.filter(
                student_id=OuterRef("student_id"), pathway_id=OuterRef("pathway_id")
            )
        )
    )


STUDENT = [
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

PATHWAY = [
    Rule(
        id="CTE-211",
        title="The pathway is offered in the school year",
        problem="Pathway not offered in this school year",
        message="{pathway} is not on OPI's list for {school_year}. Choose another pathway",
        remedy="Records already entered stay, but their credits cannot increase.",
        kind=Kind.LOOKUP,
        severity=Severity.ERROR,
        on_entry=OnEntry.REFUSE,
        source="OPI, Updated Pathways: pathways change by year",
        field="pathway",
        reads=("pathway", "student", *_CREDITS),
        breach=lambda parameters: _not_offered(parameters) & _new_or_grown(),
        judges=Judges.STAGED,
        passing=(
            Example(),
            Example(
                world={"pathway": "retired", "stored": {}}, words="an old record whose credits stay"
            ),
        ),
        failing=(Example(world={"pathway": "retired"}),),
    ),
    Rule(
        id="CTE-212",
        title="The pathway is approved for the district",
        problem="Pathway not approved for this district",
        message="{pathway} is not approved for this district for {school_year}. OPI can approve it",
        remedy="Ask OPI to approve the pathway for your district, or choose another.",
        kind=Kind.LOOKUP,
        severity=Severity.ERROR,
        on_entry=OnEntry.REFUSE,
        source="guide, CTE Lingo: districts must be approved to offer a specific pathway",
        field="pathway",
        reads=("pathway", "student", *_CREDITS),
        breach=lambda parameters: (
            _not_approved(parameters) & ~_not_offered(parameters) & _new_or_grown()
        ),
        judges=Judges.STAGED,
        passing=(
            Example(),
            Example(
                world={"approval": "lapsed", "stored": {}},
                words="single parent changed, credits as they were",
            ),
        ),
        failing=(
            Example(world={"approval": "lapsed"}),
            Example(
                row={"in_district_credits": Decimal("1.75")},
                world={"approval": "lapsed", "stored": {"in_district_credits": Decimal("1.50")}},
                words="the credits grow",
            ),
        ),
    ),
    Rule(
        id="CTE-213",
        title="Records are in approved pathways",
        problem="Record in a pathway that is not approved",
        message=(
            "{pathway} is not approved for this district for {school_year}. The record stays, but"
            " its credits cannot increase"
        ),
        remedy="If students still earn credits in this pathway, ask OPI to approve it.",
        kind=Kind.LOOKUP,
        severity=Severity.INFO,
        on_entry=OnEntry.WARN,
        source="guide, CTE Lingo: Pathway",
        field="pathway",
        reads=("pathway", "student"),
        breach=lambda parameters: _not_approved(parameters) & ~_new_or_grown(),
        passing=(Example(),),
        failing=(Example(world={"approval": "lapsed", "stored": {}}),),
    ),
    Rule(
        id="CTE-214",
        title="Records are in pathways of OPI's list",
        problem="Record in a pathway that OPI retired",
        message=(
            "{pathway} is not on OPI's list for {school_year}. The record stays, but its credits"
            " cannot increase"
        ),
        remedy="No action needed. Enter new credits in a pathway on this year's list.",
        kind=Kind.LOOKUP,
        severity=Severity.INFO,
        on_entry=OnEntry.WARN,
        source="OPI, Updated Pathways: retired values must remain readable",
        field="pathway",
        reads=("pathway",),
        breach=lambda parameters: _not_offered(parameters) & ~_new_or_grown(),
        passing=(Example(),),
        failing=(Example(world={"pathway": "retired", "stored": {}}),),
    ),
    Rule(
        id="CTE-215",
        title="Credits are not lower than last certified",
        problem="Credits are lower than last certified",
        message=(
            "{pathway} now has {total} credits, fewer than your district certified in an earlier"
            " year"
        ),
        remedy="Credits add up from year to year. Make sure the lower number is right.",
        kind=Kind.LOOKUP,
        severity=Severity.WARNING,
        on_entry=OnEntry.WARN,
        source=(
            "reason: a record runs through all years (guide, Step Two B 3); what was certified is"
            " compared with"
        ),
        field="in_district_credits",
        reads=_CREDITS,
        breach=_less_than_certified,
        judges=Judges.STAGED,
        passing=(
            Example(world={"certified": {"in_district_credits": Decimal("1.50")}}),
            Example(row={"in_district_credits": Decimal("1.00")}),
        ),
        failing=(
            Example(
                row={"in_district_credits": Decimal("1.00")},
                world={"certified": {"in_district_credits": Decimal("1.50")}},
            ),
        ),
    ),
    Rule(
        id="CTE-220",
        title="One record for each student and pathway",
        problem="Record already exists for this pathway",
        message="This student already has {pathway}. Open that record to change it",
        remedy="Open the record in the CTE Participant Summary.",
        kind=Kind.LOOKUP,
        severity=Severity.ERROR,
        on_entry=OnEntry.REFUSE,
        source="Infinite Campus, CTE (Montana): one record per pathway per student",
        field="pathway",
        reads=("pathway", "student", "version"),
        breach=lambda parameters: Q(version=0) & _already_there(),
        judges=Judges.STAGED,
        constraint="pathways_one_record_per_student_and_pathway",
        passing=(Example(row={"version": 0}), Example(row={"version": None}, world={"stored": {}})),
        failing=(Example(row={"version": 0}, world={"stored": {}}),),
    ),
]

RULES = [*STUDENT, *PATHWAY]
