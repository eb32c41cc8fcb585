"""Contacts from a CSV file (R-FUP-06): a senior survey, say, read before the students leave. The
file is kept nowhere; its rows go to the page of who chose it, and come back when they are saved.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils import timezone

from cte_portal.editions import Scope
from pathways.files import damage
from pathways.files.layout import Column
from pathways.files.table import Table, TableRow
from pathways.files.text import FileRefused, printable
from pathways.follow_up import outcomes
from pathways.follow_up.workbench.contacts import MOST_OF_ONE, Kind, Reached, way
from pathways.models import Contact, Student

MOST_BYTES, MOST_ROWS, MOST_VALUE = 400_000, 2_000, 120
STATE_ID = "State ID"

COLUMNS = (
    Column(STATE_ID, "state_id", 9, "9 digits", "999000123", provisional=False),
    *(
        Column(name, slug, MOST_VALUE, holds, example, required=False, provisional=False)
        for name, slug, holds, example in (
            ("Phone", "phone", "a phone number", "406-555-0143"),
            ("Second Phone", "second_phone", "another phone number", "(406) 555-0144"),
            ("E-mail", "email", "an e-mail address", "kayla@example.org"),
            ("Another Adult", "adult", "who else can be asked", "Aunt Ruth, 406-555-0145"),
        )
    ),
)
TITLES = tuple(column.name for column in COLUMNS)
ALSO_CALLED = {"E-mail": ("Email", "E-mail Address", "Email Address")}
KINDS = (Kind.PHONE, Kind.PHONE, Kind.EMAIL, Kind.ADULT)
NEEDED_KIND = {Kind.PHONE: "is no phone number", Kind.EMAIL: "is no e-mail address"}


class ContactsLine(NamedTuple):
    """A line of the file: its values in the order of the columns, or why it cannot be read."""

    line: int
    cells: tuple[str, ...]
    problem: str = ""


class RefusedLine(NamedTuple):
    line: int
    state_id: str
    reason: str


class NewContacts(NamedTuple):
    student: int
    name: str
    state_id: str
    ways: tuple[Reached, ...]


@dataclass
class ContactsPlan:
    """What saving the rows would do; each row is counted in one of the three."""

    students: list[NewContacts] = field(default_factory=list)
    unchanged: int = 0
    refused: list[RefusedLine] = field(default_factory=list)

    @property
    def contacts(self) -> int:
        return sum(len(student.ways) for student in self.students)


def read(content: bytes) -> list[ContactsLine]:
    """Raises FileRefused for what is no such file."""
    columns = [name for title in TITLES for name in (title, *ALSO_CALLED.get(title, ()))]
    lines: list[ContactsLine] = []
    for row in Table(io.BytesIO(content), columns, [STATE_ID]):
        if len(lines) == MOST_ROWS:
            raise FileRefused(f"The file has more than {MOST_ROWS:,} rows. Split it")
        lines.append(_line(row))
    if not lines:
        raise FileRefused("The file has column titles but no rows")
    return lines


def _line(row: TableRow) -> ContactsLine:
    cells = []
    for title in TITLES:
        names = (title, *ALSO_CALLED.get(title, ()))
        value = next((row.values[name] for name in names if row.values.get(name)), "")
        cells.append(" ".join(printable(value).split()))
    cells[0] = damage.bare(damage.without_point(cells[0]))
    return ContactsLine(row.line, tuple(cells), row.problem)


def plan(scope: Scope, lines: Sequence[ContactsLine]) -> ContactsPlan:
    """Judged against the district's students of the year; three statements for any number of rows.
    A student of another district and one who is nowhere are refused in the same words.
    """
    state_ids = {line.cells[0] for line in lines}
    rows = Student.objects.in_scope(scope).filter(state_id__in=state_ids)
    students = {student.state_id: student for student in rows}
    numbers = [student.pk for student in students.values()]
    stored: dict[int, set[tuple[str, str]]] = {number: set() for number in numbers}
    contacts = Contact.objects.filter(student__in=numbers)
    for student, kind, value in contacts.values_list("student_id", "kind", "value"):
        stored[student].add((kind, value))
    planned = ContactsPlan()
    for line in lines:
        try:
            student_row, ways = _judge(line, students)
        except ValueError as problem:
            planned.refused.append(RefusedLine(line.line, line.cells[0][:20], str(problem)))
            continue
        own = stored[student_row.pk]
        fresh = tuple(reached for reached in ways if (reached.kind.value, reached.value) not in own)
        if len(own) + len(fresh) > MOST_OF_ONE:
            reason = f"A student can have up to {MOST_OF_ONE} contacts"
            planned.refused.append(RefusedLine(line.line, line.cells[0], reason))
        elif fresh:
            own |= {(reached.kind.value, reached.value) for reached in fresh}
            planned.students.append(
                NewContacts(student_row.pk, student_row.name, student_row.state_id, fresh)
            )
        else:
            planned.unchanged += 1
    return planned


def _judge(line: ContactsLine, students: dict[str, Student]) -> tuple[Student, list[Reached]]:
    if line.problem:
        raise ValueError(line.problem)
    state_id, *cells = line.cells
    if lost := damage.lost_zeros(state_id, STATE_ID, 9):
        raise ValueError(lost.message)
    if not (state_id.isascii() and state_id.isdigit() and len(state_id) == 9):
        raise ValueError("A State ID has 9 digits" if state_id else "Enter the State ID")
    if state_id not in students:
        raise ValueError("No student of this district has this State ID in the year")
    ways = []
    for title, kind, value in zip(TITLES[1:], KINDS, cells, strict=True):
        if not value:
            continue
        if len(value) > MOST_VALUE:
            raise ValueError(f"{title} has more than {MOST_VALUE} characters")
        if kind in NEEDED_KIND and way(value).kind != kind:
            raise ValueError(f"{title} {NEEDED_KIND[kind]}")
        ways.append(Reached(kind, value))
    if not ways:
        raise ValueError("This row has no contact")
    return students[state_id], list(dict.fromkeys(ways))


def save(scope: Scope, lines: Sequence[ContactsLine], *, by: str, by_id: int) -> ContactsPlan:
    """Add what is not there yet, by the rows as they are judged now. Raises a Refusal."""
    with outcomes.follow_up_open(scope):
        planned, now = plan(scope, lines), timezone.now()
        Contact.objects.bulk_create(
            (
                Contact(
                    student_id=student.student,
                    kind=reached.kind,
                    value=reached.value,
                    by=by,
                    by_id=by_id,
                    at=now,
                )
                for student in planned.students
                for reached in student.ways
            ),
            500,
        )
        return planned
