"""Lookup rules: a record beside OPI's list, the district's approvals, and what is already stored
(guide, Step Two and CTE Lingo).
"""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, Subquery, Value

from pathways.models import Approval, Change, Participation
from pathways.models.participation import TOTAL_CREDITS
from pathways.rules.rule import Example, Judges, Kind, OnEntry, Parameters, Rule, Severity

_CREDITS = ("in_district_credits", "out_of_district_credits")


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


RULES = [
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
