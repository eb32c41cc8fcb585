"""Row rules: Start Date, and Concentrator beside the credits (guide, Step Two A 4 and B 3-6)."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.functions import Round

from pathways.models.participation import CONCENTRATOR_CREDITS
from pathways.rules.credits import DUAL, IN, OUT, WORK
from pathways.rules.rule import Example, Kind, OnEntry, Rule, Severity

YEARS_IN_A_PROGRAM = 6
UNUSUAL_CREDITS = 8
# What the guide's report d lists (pathways/reports/concentrators.py) is what these two rules say.
NO_BUT_ENOUGH = Q(concentrator=False, total_credits__gte=CONCENTRATOR_CREDITS)
YES_BUT_TOO_FEW = Q(concentrator=True, total_credits__lt=CONCENTRATOR_CREDITS)


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
        reads=("concentrator", IN, OUT),
        limits=(CONCENTRATOR_CREDITS,),
        breach=lambda parameters: NO_BUT_ENOUGH,
        passing=(
            Example(row={"concentrator": False, IN: Decimal("1.99"), OUT: Decimal(0)}),
            Example(row={"concentrator": True, IN: Decimal("2.00"), OUT: Decimal(0)}),
        ),
        failing=(
            Example(row={"concentrator": False, IN: Decimal("2.00"), OUT: Decimal(0)}),
            Example(row={"concentrator": False, IN: Decimal("1.90"), OUT: Decimal("0.10")}),
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
        reads=("concentrator", IN, OUT),
        limits=(CONCENTRATOR_CREDITS,),
        breach=lambda parameters: YES_BUT_TOO_FEW,
        passing=(Example(row={"concentrator": True, IN: Decimal("1.50"), OUT: Decimal("0.50")}),),
        failing=(Example(row={"concentrator": True, IN: Decimal("1.99"), OUT: Decimal(0)}),),
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
        field=WORK,
        reads=(IN, OUT, DUAL, WORK),
        breach=lambda parameters: Q(
            total_credits__lt=Round(F(DUAL) + F(WORK), 2),
            **{f"{field}__lte": F("total_credits") for field in (DUAL, WORK)},
        ),
        passing=(
            Example(
                row={
                    IN: Decimal(1),
                    OUT: Decimal(0),
                    DUAL: Decimal("0.50"),
                    WORK: Decimal("0.50"),
                }
            ),
        ),
        failing=(
            Example(
                row={
                    IN: Decimal(1),
                    OUT: Decimal(0),
                    DUAL: Decimal("0.60"),
                    WORK: Decimal("0.50"),
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
        field=IN,
        reads=(IN, OUT),
        limits=(UNUSUAL_CREDITS,),
        breach=lambda parameters: Q(total_credits__gt=UNUSUAL_CREDITS),
        passing=(Example(row={IN: Decimal(7), OUT: Decimal(1)}),),
        failing=(Example(row={IN: Decimal(7), OUT: Decimal("1.01")}),),
    ),
]


RULES = [*DATES, *CONCENTRATOR, *UNUSUAL]
