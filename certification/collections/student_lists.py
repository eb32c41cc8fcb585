"""The built-in Ad Hoc Data Links of an event: the students behind its figures, each once, as in the
counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from cte_portal.folding import name_order
from cte_portal.words import text
from pathways.ledger.canonical import CanonicalRow

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
HEADS = ("Grade", "School", "CTE Pathways", "Credits#")


@dataclass(frozen=True)
class ListedStudent:
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

    def shown(self) -> tuple[str, ...]:
        """The cells under `HEADS`."""
        return (self.grade, self.school, ", ".join(self.pathways), text(self.credits))

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


def listed(rows: Iterable[CanonicalRow], slug: str) -> list[ListedStudent]:
    """Concentrators with the pathways that say Yes; participants, who are no concentrators
    anywhere, with all of theirs. By name.
    """
    students: dict[str, list[CanonicalRow]] = {}
    for row in rows:
        students.setdefault(row.state_id, []).append(row)
    on_the_list = []
    for records in students.values():
        yes = [row for row in records if row.concentrator]
        if bool(yes) == (slug == CONCENTRATORS):
            alone = any(row.single_parent for row in records)
            on_the_list.append(_listed(yes or records, alone))
    return sorted(
        on_the_list,
        key=lambda student: name_order(student.last_name, student.first_name, student.state_id),
    )


def _listed(records: list[CanonicalRow], single_parent: bool) -> ListedStudent:
    first = records[0]
    return ListedStudent(
        state_id=first.state_id,
        local_id=first.local_id,
        last_name=first.last_name,
        first_name=first.first_name,
        name=first.student_name,
        grade=first.grade.lstrip("0"),
        school=first.school_name,
        pathways=tuple(sorted(row.pathway_name for row in records)),
        credits=sum((Decimal(f"{row.total_credits:.2f}") for row in records), Decimal(0)),
        single_parent=single_parent,
    )
