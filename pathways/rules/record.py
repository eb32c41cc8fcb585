"""Row rules: a record's own fields (guide, Step Two A 3-6 and B 3-6)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.functions import Round

from pathways.ledger.shape import LABELS
from pathways.models.participation import CONCENTRATOR_CREDITS, MOST_CREDITS
from pathways.rules.rule import Example, Judges, Kind, OnEntry, Parameters, Rule, Severity

_IN, _OUT, _DUAL, _WORK = (
    "in_district_credits",
    "out_of_district_credits",
    "dual_enrollment_credits",
    "work_based_learning_credits",
)
YEARS_IN_A_PROGRAM = 6
UNUSUAL_CREDITS = 8
CREDITS = {name: LABELS[name].removesuffix(" Earned") for name in (_IN, _OUT, _DUAL, _WORK)}


def _required(rule_id: str, field: str, label: str, message: str, remedy: str) -> Rule:
    plural = label.endswith("s")
    return Rule(
        id=rule_id,
        title=f"{label} {'are' if plural else 'is'} required",
        problem=f"{label} {'are' if plural else 'is'} missing",
        message=message,
        remedy=remedy,
        kind=Kind.ROW,
        severity=Severity.ERROR,
        on_entry=OnEntry.REFUSE,
        source="Infinite Campus, CTE (Montana): required",
        field=field,
        breach=lambda parameters: Q(**{f"{field}__isnull": True}),
        judges=Judges.STAGED,
        passing=(Example(),),
        failing=(Example(row={"pathway_id" if field == "pathway" else field: None}),),
    )


def _amount(
    rule_id: str,
    field: str,
    title: str,
    problem: str,
    message: str,
    breach: Callable[[Parameters], Q],
    *,
    passing: tuple[Example, ...],
    failing: tuple[Example, ...],
    reads: tuple[str, ...] = (),
    limits: tuple[Decimal | int, ...] = (MOST_CREDITS,),
    remedy: str = "Correct the credits.",
    constraint: str = "",
) -> Rule:
    return Rule(
        id=rule_id,
        title=title,
        problem=problem,
        message=message,
        remedy=remedy,
        kind=Kind.ROW,
        severity=Severity.ERROR,
        on_entry=OnEntry.REFUSE,
        source="guide, Step Two A 3 and 5; the cap of 30 is the portal's",
        field=field,
        reads=(field, *reads),
        limits=limits,
        breach=breach,
        constraint=constraint,
        passing=passing,
        failing=failing,
    )


def _outside(field: str) -> Callable[[Parameters], Q]:
    return lambda parameters: Q(**{f"{field}__lt": 0}) | Q(**{f"{field}__gt": MOST_CREDITS})


def _negative(field: str) -> Callable[[Parameters], Q]:
    return lambda parameters: Q(**{f"{field}__lt": 0})


def _above_the_total(field: str) -> Callable[[Parameters], Q]:
    return lambda parameters: Q(**{f"{field}__gt": F("total_credits")})


def _third_decimal(field: str) -> Callable[[Parameters], Q]:
    return lambda parameters: ~Q(**{field: Round(F(field), 2)})


REQUIRED = [
    _required(
        "CTE-101",
        "pathway",
        "CTE Pathway",
        "Select a CTE Pathway",
        "Choose the pathway from the list.",
    ),
    _required(
        "CTE-102",
        "concentrator",
        "CTE Concentrator",
        "Choose Yes or No for CTE Concentrator",
        "Yes if the student has 2 or more credits.",
    ),
    _required(
        "CTE-103",
        "single_parent",
        "Student Single Parent",
        "Choose Yes or No for Student Single Parent",
        "Yes if the student is a single parent of their own child.",
    ),
    _required(
        "CTE-104",
        "start_date",
        "Start Date",
        "Enter the Start Date, like 07/14/2022",
        "The date the student began the program.",
    ),
    *(
        _required(
            f"CTE-{number}",
            field,
            label,
            f"Enter {label}, or 0 if none",
            "Enter 0 if the student earned none.",
        )
        for number, (field, label) in enumerate(CREDITS.items(), 105)
    ),
]

# What the guide's report d lists (pathways/reports/concentrators.py) is what these two rules say.
NO_BUT_ENOUGH = Q(concentrator=False, total_credits__gte=CONCENTRATOR_CREDITS)
YES_BUT_TOO_FEW = Q(concentrator=True, total_credits__lt=CONCENTRATOR_CREDITS)

AMOUNTS = [
    *(
        _amount(
            f"CTE-{number}",
            field,
            f"{CREDITS[field]} are between 0 and 30",
            f"{CREDITS[field]} are not between 0 and 30",
            f"{CREDITS[field]} must be between 0 and 30",
            _outside(field),
            constraint=f"pathways_{field}_are_0_to_30",
            passing=(
                Example(row={field: Decimal(0)}),
                Example(row={field: Decimal(30), partner: Decimal(0)}),
            ),
            failing=(
                Example(row={field: Decimal("-0.01")}),
                Example(row={field: Decimal("30.01")}),
            ),
        )
        for number, field, partner in ((111, _IN, _OUT), (112, _OUT, _IN))
    ),
    _amount(
        "CTE-113",
        _OUT,
        "Total Pathway Credits are 30 or less",
        "Total Pathway Credits are more than 30",
        "In District and Out of District Credits come to {total}. The total must be 30 or less",
        lambda parameters: Q(
            total_credits__gt=MOST_CREDITS,
            in_district_credits__lte=MOST_CREDITS,
            out_of_district_credits__lte=MOST_CREDITS,
        ),
        reads=(_IN,),
        constraint="pathways_total_credits_are_0_to_30",
        passing=(Example(row={_IN: Decimal(15), _OUT: Decimal(15)}),),
        failing=(Example(row={_IN: Decimal("15.01"), _OUT: Decimal(15)}),),
    ),
    *(
        _amount(
            f"CTE-{number}",
            field,
            f"{CREDITS[field]} are 0 or more",
            f"{CREDITS[field]} are negative",
            f"{CREDITS[field]} must be between 0 and 30",
            _negative(field),
            constraint=constraint,
            passing=(Example(row={field: Decimal(0)}),),
            failing=(Example(row={field: Decimal(-1)}),),
        )
        for number, field, constraint in (
            (114, _DUAL, "pathways_dual_enrollment_credits_are_within_the_total"),
            (115, _WORK, "pathways_work_based_credits_are_within_the_total"),
        )
    ),
    *(
        _amount(
            f"CTE-{number}",
            field,
            f"{CREDITS[field]} are also counted in or out of district",
            f"{CREDITS[field]} are more than the total",
            f"{CREDITS[field]} are more than the total of {{total}}. Count them in In District or"
            " Out of District Credits too",
            _above_the_total(field),
            reads=(_IN, _OUT),
            remedy="Add these credits to In District or Out of District Credits as well.",
            constraint=constraint,
            passing=(
                Example(
                    row={_IN: Decimal("1.10"), _OUT: Decimal("2.20"), field: Decimal("3.30")},
                    words="0.1 + 0.2 is 0.3",
                ),
            ),
            failing=(Example(row={_IN: Decimal(1), _OUT: Decimal(0), field: Decimal("1.01")}),),
        )
        for number, field, constraint in (
            (116, _DUAL, "pathways_dual_enrollment_credits_are_within_the_total"),
            (117, _WORK, "pathways_work_based_credits_are_within_the_total"),
        )
    ),
    *(
        _amount(
            f"CTE-{number}",
            field,
            f"{label} have no more than two decimals",
            f"{label} have more than two decimals",
            f"{label} must have no more than 2 decimal places, like 1.75",
            _third_decimal(field),
            passing=(Example(row={field: Decimal("0.33")}),),
            failing=(Example(row={field: Decimal("0.333")}),),
        )
        for number, (field, label) in enumerate(CREDITS.items(), 121)
    ),
]

DATES = [
    Rule(
        id="CTE-126",
        title="Start Date is not in the future",
        problem="Start Date is in the future",
        message="Start Date must be today or earlier",
        remedy="Enter the date the student began the program.",
        kind=Kind.ROW,
        severity=Severity.ERROR,
        on_entry=OnEntry.REFUSE,
        source="Infinite Campus, CTE (Montana): the date the student began the CTE program",
        field="start_date",
        reads=("start_date",),
        breach=lambda parameters: Q(start_date__gt=parameters.today),
        passing=(Example(row={"start_date": "today"}),),
        failing=(Example(row={"start_date": "tomorrow"}),),
    ),
    Rule(
        id="CTE-127",
        title=f"Start Date is no more than {YEARS_IN_A_PROGRAM} school years back",
        problem="Start Date is unusually early",
        message=(
            f"Start Date is more than {YEARS_IN_A_PROGRAM} school years before {{school_year}}."
            " Check the year"
        ),
        remedy="Correct the Start Date, or explain it if the student really began that early.",
        kind=Kind.ROW,
        severity=Severity.WARNING,
        on_entry=OnEntry.WARN,
        source="the portal: from grade 7 on, no student is enrolled that long",
        field="start_date",
        reads=("start_date",),
        limits=(YEARS_IN_A_PROGRAM,),
        breach=lambda parameters: Q(
            start_date__lt=datetime.date(parameters.scope.end_year - 1 - YEARS_IN_A_PROGRAM, 7, 1)
        ),
        passing=(Example(row={"start_date": datetime.date(2018, 7, 1)}),),
        failing=(Example(row={"start_date": datetime.date(2018, 6, 30)}),),
    ),
]

CONCENTRATOR = [
    Rule(
        id="CTE-131",
        title="A student with 2 or more credits is a concentrator",
        problem="2 or more credits, but not a concentrator",
        message="Total is {total}. Choose Yes for CTE Concentrator, or check the credits",
        remedy="A student with 2 or more credits in one pathway is a concentrator.",
        kind=Kind.ROW,
        severity=Severity.ERROR,
        on_entry=OnEntry.WARN,
        source="guide, Step Two A 4 and Step Four 1 d",
        field="concentrator",
        reads=("concentrator", _IN, _OUT),
        limits=(CONCENTRATOR_CREDITS,),
        breach=lambda parameters: NO_BUT_ENOUGH,
        passing=(
            Example(row={"concentrator": False, _IN: Decimal("1.99"), _OUT: Decimal(0)}),
            Example(row={"concentrator": True, _IN: Decimal("2.00"), _OUT: Decimal(0)}),
        ),
        failing=(
            Example(row={"concentrator": False, _IN: Decimal("2.00"), _OUT: Decimal(0)}),
            Example(row={"concentrator": False, _IN: Decimal("1.90"), _OUT: Decimal("0.10")}),
        ),
    ),
    Rule(
        id="CTE-132",
        title="A concentrator has 2 or more credits",
        problem="Concentrator with fewer than 2 credits",
        message="Total is {total}. Choose No for CTE Concentrator, or check the credits",
        remedy="A student with fewer than 2 credits in the pathway is a participant.",
        kind=Kind.ROW,
        severity=Severity.ERROR,
        on_entry=OnEntry.WARN,
        source="guide, Step Four 1 d",
        field="concentrator",
        reads=("concentrator", _IN, _OUT),
        limits=(CONCENTRATOR_CREDITS,),
        breach=lambda parameters: YES_BUT_TOO_FEW,
        passing=(Example(row={"concentrator": True, _IN: Decimal("1.50"), _OUT: Decimal("0.50")}),),
        failing=(Example(row={"concentrator": True, _IN: Decimal("1.99"), _OUT: Decimal(0)}),),
    ),
    Rule(
        id="CTE-133",
        title="Dual enrollment and work based credits together are within the total",
        problem="Dual enrollment and work based credits together are more than the total",
        message=(
            "Dual Enrollment and Work Based Learning Credits together are more than the total of"
            " {total}. Check them"
        ),
        remedy="One course can count as both. If it does not, correct one of the two.",
        kind=Kind.ROW,
        severity=Severity.INFO,
        on_entry=OnEntry.WARN,
        source="the portal: one course may be both",
        field=_WORK,
        reads=(_IN, _OUT, _DUAL, _WORK),
        breach=lambda parameters: Q(
            total_credits__lt=Round(F(_DUAL) + F(_WORK), 2),
            **{f"{field}__lte": F("total_credits") for field in (_DUAL, _WORK)},
        ),
        passing=(
            Example(
                row={
                    _IN: Decimal(1),
                    _OUT: Decimal(0),
                    _DUAL: Decimal("0.50"),
                    _WORK: Decimal("0.50"),
                }
            ),
        ),
        failing=(
            Example(
                row={
                    _IN: Decimal(1),
                    _OUT: Decimal(0),
                    _DUAL: Decimal("0.60"),
                    _WORK: Decimal("0.50"),
                }
            ),
        ),
    ),
]

UNUSUAL = [
    Rule(
        id="CTE-134",
        title=f"No more than {UNUSUAL_CREDITS} credits in one pathway",
        problem=f"More than {UNUSUAL_CREDITS} credits in one pathway",
        message=(
            f"Total is {{total}}. More than {UNUSUAL_CREDITS} credits in one pathway are unusual."
            " Check the credits"
        ),
        remedy="Correct the credits, or explain how the student earned them.",
        kind=Kind.ROW,
        severity=Severity.WARNING,
        on_entry=OnEntry.WARN,
        source="the portal: two credits in each of four years",
        field=_IN,
        reads=(_IN, _OUT),
        limits=(UNUSUAL_CREDITS,),
        breach=lambda parameters: Q(total_credits__gt=UNUSUAL_CREDITS),
        passing=(Example(row={_IN: Decimal(7), _OUT: Decimal(1)}),),
        failing=(Example(row={_IN: Decimal(7), _OUT: Decimal("1.01")}),),
    ),
]

RULES = [*REQUIRED, *AMOUNTS, *DATES, *CONCENTRATOR, *UNUSUAL]
