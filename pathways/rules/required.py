"""Row rules: fields that every record has (guide, Step Two A 3-6)."""

from __future__ import annotations

from django.db.models import Q

from pathways.rules.credits import CREDITS
from pathways.rules.rule import Example, Judges, Kind, OnEntry, Rule, Severity


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


RULES = [
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
