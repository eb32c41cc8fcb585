"""Row rules: amounts of credits, each and beside the total (guide, Step Two A 3 and 5)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.functions import Round

from pathways.ledger.shape import LABELS
from pathways.models.participation import MOST_CREDITS
from pathways.rules.rule import Example, Kind, OnEntry, Parameters, Rule, Severity

IN, OUT, DUAL, WORK = (
    "in_district_credits",
    "out_of_district_credits",
    "dual_enrollment_credits",
    "work_based_learning_credits",
)
CREDITS = {name: LABELS[name].removesuffix(" Earned") for name in (IN, OUT, DUAL, WORK)}


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


RULES = [
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
        for number, field, partner in ((111, IN, OUT), (112, OUT, IN))
    ),
    _amount(
        "CTE-113",
        OUT,
        "Total Pathway Credits are 30 or less",
        "Total Pathway Credits are more than 30",
        "In District and Out of District Credits come to {total}. The total must be 30 or less",
        lambda parameters: Q(
            total_credits__gt=MOST_CREDITS,
            in_district_credits__lte=MOST_CREDITS,
            out_of_district_credits__lte=MOST_CREDITS,
        ),
        reads=(IN,),
        constraint="pathways_total_credits_are_0_to_30",
        passing=(Example(row={IN: Decimal(15), OUT: Decimal(15)}),),
        failing=(Example(row={IN: Decimal("15.01"), OUT: Decimal(15)}),),
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
            (114, DUAL, "pathways_dual_enrollment_credits_are_within_the_total"),
            (115, WORK, "pathways_work_based_credits_are_within_the_total"),
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
            reads=(IN, OUT),
            remedy="Add these credits to In District or Out of District Credits as well.",
            constraint=constraint,
            passing=(
                Example(
                    row={IN: Decimal("1.10"), OUT: Decimal("2.20"), field: Decimal("3.30")},
                    words="0.1 + 0.2 is 0.3",
                ),
            ),
            failing=(Example(row={IN: Decimal(1), OUT: Decimal(0), field: Decimal("1.01")}),),
        )
        for number, field, constraint in (
            (116, DUAL, "pathways_dual_enrollment_credits_are_within_the_total"),
            (117, WORK, "pathways_work_based_credits_are_within_the_total"),
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
