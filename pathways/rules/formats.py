"""Values that cannot be read at all; pathways/files/values.py finds them, these name them."""

from __future__ import annotations

from pathways.rules.rule import Example, Judges, Kind, OnEntry, Rule, Severity


def _format(
    rule_id: str,
    title: str,
    problem: str,
    message: str,
    remedy: str,
    field: str,
    passing: list[str],
    failing: list[str],
) -> Rule:
    return Rule(
        id=rule_id,
        title=title,
        problem=problem,
        message=message,
        remedy=remedy,
        kind=Kind.FORMAT,
        severity=Severity.ERROR,
        on_entry=OnEntry.REFUSE,
        source=(
            "Infinite Campus, CTE End of Year Upload (Montana): decimal credits, MM/DD/YYYY, Y/N"
        ),
        field=field,
        judges=Judges.STAGED,
        passing=tuple(Example(text=text) for text in passing),
        failing=tuple(Example(text=text) for text in failing),
    )


RULES = [
    _format(
        "CTE-001",
        "Credits are a number",
        "Credits are not a number",
        "Credits must be a number, like 1.75",
        "Use digits and a decimal point, like 1.75.",
        "in_district_credits",
        ["0", "1.5", "2.50", "+1.5", "1.", ".5", "-0", " 2.5 "],
        [
            "1,5",
            "abc",
            "NaN",
            "sNaN",
            "Infinity",
            "-inf",
            "1e3",
            "1E-2",
            "0x10",
            "1_000",
            "１.５",
            "١.٥",
            "½",
            "1 000",
            "2-May",
            "N/A",
            "-",
            "(1.0)",
        ],
    ),
    _format(
        "CTE-002",
        "Credits have no more than two decimals",
        "Credits have more than two decimals",
        "Credits must have no more than 2 decimal places, like 1.75",
        "Round the credits yourself; the portal never does.",
        "in_district_credits",
        ["0.33", "2.00", "1.7"],
        ["0.333", "0.335", "2.0000000000000001", "1.999"],
    ),
    _format(
        "CTE-003",
        "Credits are between 0 and 30",
        "Credits are far too large",
        "Credits must be between 0 and 30",
        "Check the number. A five-digit number is often a date that Excel changed.",
        "in_district_credits",
        ["29.99", "0030"],
        ["45779", "99999999999999999999"],
    ),
    _format(
        "CTE-004",
        "Start Date is a date with a four-digit year",
        "Start Date cannot be read",
        "Start Date must be a date like 07/14/2022",
        "Enter the month, the day, and a four-digit year.",
        "start_date",
        ["07/14/2022", "5/8/2025", " 07/14/2022 "],
        [
            "07/14/22",
            "2025-05-08",
            "8-May-25",
            "20250508",
            "45785",
            "02/30/2025",
            "13/01/2025",
            "00/00/0000",
            "05/08/0025",
            "soon",
            "１/1/2025",
        ],
    ),
    _format(
        "CTE-005",
        "Answers are Yes or No",
        "Answer is not Yes or No",
        "Choose Yes or No",
        "Y, N, Yes, and No all work, in capital or small letters.",
        "concentrator",
        ["Yes", "no", "Y", "n", " YES "],
        ["1", "TRUE", "X", "maybe", "0"],
    ),
]
