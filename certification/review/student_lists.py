"""The built-in Ad Hoc Data Links of an event: the students behind its figures, each once, as in the
counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from certification.review.changes import name_of
from cte_portal.folding import name_order
from cte_portal.words import text
from pathways.ledger.canonical import COLUMNS

CONCENTRATORS, PARTICIPANTS = "concentrators", "participants"
TITLES = {CONCENTRATORS: "Concentrators", PARTICIPANTS: "Participants"}
COLUMN_NAMES = (
    "State ID",
    "Local ID",
    "Last Name",
    "First Name",
    "Grade",
    "School",
    "CTE Pathways",
    "Credits",
    "Student Single Parent",
)

_AT = {name: at for at, name in enumerate(COLUMNS)}


@dataclass(frozen=True)
class Listed:
    """A student with the pathways that put the student on the list, and the credits earned in
    those.
    """

    state_id: str
    local_id: str
    last_name: str
    first_name: str
    name: str
    grade: str
    school: str
    pathways: tuple[str, ...]
    credits: Decimal
    single_parent: bool

    def cells(self) -> tuple[str, ...]:
        """A line of the file."""
        return (
            self.state_id,
            self.local_id,
            self.last_name,
            self.first_name,
            self.grade,
            self.school,
            "; ".join(self.pathways),
            text(self.credits),
            text(self.single_parent),
        )


def listed(rows: Iterable[tuple[Any, ...]], slug: str) -> list[Listed]:
    """Concentrators with the pathways that say Yes; participants, who are no concentrators
    anywhere, with all of theirs. By name.
    """
    students: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        students.setdefault(row[_AT["state_id"]], []).append(row)
    found = []
    for records in students.values():
        yes = [row for row in records if row[_AT["concentrator"]]]
        if bool(yes) == (slug == CONCENTRATORS):
            found.append(_listed(yes or records, any(row[_AT["single_parent"]] for row in records)))
    return sorted(found, key=lambda one: name_order(one.last_name, one.first_name, one.state_id))


def _listed(records: list[tuple[Any, ...]], single_parent: bool) -> Listed:
    first = records[0]
    return Listed(
        state_id=first[_AT["state_id"]],
        local_id=first[_AT["local_id"]],
        last_name=first[_AT["last_name"]],
        first_name=first[_AT["first_name"]],
        name=name_of(first),
        grade=first[_AT["grade"]].lstrip("0"),
        school=first[_AT["school_name"]],
        pathways=tuple(sorted(row[_AT["pathway_name"]] for row in records)),
        credits=sum((Decimal(f"{row[_AT['total_credits']]:.2f}") for row in records), Decimal(0)),
        single_parent=single_parent,
    )
