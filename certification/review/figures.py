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

from pathways.ledger.canonical import COLUMNS
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

_AT = {name: at for at, name in enumerate(COLUMNS)}
_STUDENT, _YES, _ALONE = _AT["state_id"], _AT["concentrator"], _AT["single_parent"]
_CREDITS_AT = tuple(_AT[name] for name in CREDITS)
_GROUPED_AT = [(grouping, _AT[code], _AT[name]) for grouping, (code, name) in GROUPINGS.items()]


class _Tally:
    """What has been counted of one group."""

    def __init__(self) -> None:
        self.records = 0
        self.students: set[str] = set()
        self.concentrators: set[str] = set()
        self.single_parents: set[str] = set()
        self.credits = [Decimal(0)] * len(CREDITS)
        self.names: set[str] = set()

    def add(self, row: tuple[Any, ...], amounts: list[Decimal]) -> None:
        self.records += 1
        self.students.add(row[_STUDENT])
        if row[_YES]:
            self.concentrators.add(row[_STUDENT])
        if row[_ALONE]:
            self.single_parents.add(row[_STUDENT])
        self.credits = [
            so_far + amount for so_far, amount in zip(self.credits, amounts, strict=True)
        ]

    def told(self) -> dict[str, Any]:
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


def counts_of(rows: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    """The figures of rows in the order of `COLUMNS`, as JSON holds them; the same for the same rows
    in any order.

    {"totals": {"records", "students", "concentrators", "participants", "single_parents", "credits":
    {…}}, "pathways": [{"code", "name", …the same}], "schools": […], "grades": […], "genders": […]}
    """
    totals = _Tally()
    groups: dict[str, dict[str, _Tally]] = {grouping: {} for grouping in GROUPINGS}
    for row in rows:
        amounts = [Decimal(f"{row[at]:.2f}") for at in _CREDITS_AT]
        totals.add(row, amounts)
        for grouping, code, name in _GROUPED_AT:
            group = groups[grouping].setdefault(row[code], _Tally())
            group.add(row, amounts)
            group.names.add(row[name])
    return {
        "totals": totals.told(),
        **{
            grouping: [
                {"code": code, "name": _name(grouping, min(group.names)), **group.told()}
                for code, group in sorted(found.items(), key=lambda one: order_of(grouping, one[0]))
            ]
            for grouping, found in groups.items()
        },
    }


def order_of(grouping: str, code: str) -> tuple[int, str]:
    """Kindergarten comes before grade 1."""
    return (0 if grouping == "grades" and not code.isdigit() else 1, code)


def _name(grouping: str, name: str) -> str:
    if grouping == "genders":
        return str(Student.Gender(name).label) if name in Student.Gender.values else name
    return f"Grade {name.lstrip('0')}" if grouping == "grades" else name
