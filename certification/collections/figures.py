"""The figures of a district's records, counted from canonical rows: of the State edition before
signing, of a sealed copy ever after.

One function counts both, so a figure on the page, on the receipt and in a comparison with an
earlier year means the same. Each student counts once by State ID, as a concentrator if any record
says Yes; credits are sums of amounts with two decimals, kept as text.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from pathways.ledger.canonical import CanonicalRow
from pathways.ledger.shape import PARTICIPATION
from pathways.models import Student

CREDITS = PARTICIPATION.amounts
STUDENTS = ("students", "concentrators", "participants", "single_parents")
GROUPINGS = {
    "pathways": ("pathway_code", "pathway_name"),
    "schools": ("school_number", "school_name"),
    "grades": ("grade", "grade"),
    "genders": ("gender", "gender"),
}
"""How records are grouped: by the first column, called by what the second says."""


class _Tally:
    """The numbers of one group so far."""

    def __init__(self) -> None:
        self.records = 0
        self.students: set[str] = set()
        self.concentrators: set[str] = set()
        self.single_parents: set[str] = set()
        self.credits = [Decimal(0)] * len(CREDITS)
        self.names: set[str] = set()

    def add(self, row: CanonicalRow, amounts: list[Decimal]) -> None:
        self.records += 1
        self.students.add(row.state_id)
        if row.concentrator:
            self.concentrators.add(row.state_id)
        if row.single_parent:
            self.single_parents.add(row.state_id)
        self.credits = [
            so_far + amount for so_far, amount in zip(self.credits, amounts, strict=True)
        ]

    def figures(self) -> dict[str, Any]:
        return {
            "records": self.records,
            "students": len(self.students),
            "concentrators": len(self.concentrators),
            "participants": len(self.students) - len(self.concentrators),
            "single_parents": len(self.single_parents),
            "credits": {
                name: f"{amount:.2f}" for name, amount in zip(CREDITS, self.credits, strict=True)
            },
        }


def counts_of(rows: Iterable[CanonicalRow]) -> dict[str, Any]:
    """The figures of rows, as JSON holds them; the same for the same rows in any order.

    {"totals": {"records", "students", "concentrators", "participants", "single_parents", "credits":
    {…}}, "pathways": [{"code", "name", …the same}], "schools": […], "grades": […], "genders": […]}
    """
    totals = _Tally()
    groups: dict[str, dict[str, _Tally]] = {grouping: {} for grouping in GROUPINGS}
    for row in rows:
        amounts = [Decimal(f"{getattr(row, name):.2f}") for name in CREDITS]
        totals.add(row, amounts)
        for grouping, (code, name) in GROUPINGS.items():
            group = groups[grouping].setdefault(getattr(row, code), _Tally())
            group.add(row, amounts)
            group.names.add(getattr(row, name))
    return {
        "totals": totals.figures(),
        **{
            grouping: [
                {"code": code, "name": _name(grouping, min(group.names)), **group.figures()}
                for code, group in sorted(
                    by_code.items(), key=lambda pair: order_of(grouping, pair[0])
                )
            ]
            for grouping, by_code in groups.items()
        },
    }


def order_of(grouping: str, code: str) -> tuple[int, str]:
    """Kindergarten comes before grade 1."""
    return (0 if grouping == "grades" and not code.isdigit() else 1, code)


def _name(grouping: str, name: str) -> str:
    if grouping == "genders":
        return str(Student.Gender(name).label) if name in Student.Gender.values else name
    return f"Grade {name.lstrip('0')}" if grouping == "grades" else name
