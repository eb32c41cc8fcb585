"""Merging two rows of one student: enrollments, roster lines and CTE records of the second row go
to the first, and the second row is removed. All of it is one act, taken back as a whole.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Model

from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.elements import values as elements
from pathways.ledger import ledger as records_ledger
from pathways.ledger.locks import lock_district
from pathways.ledger.shape import Row
from pathways.ledger.staged_values import stage_values
from pathways.models import (
    Change,
    CollectionLock,
    Enrollment,
    EnrollmentChange,
    Participation,
    Roster,
    Student,
    StudentChange,
)
from pathways.records import entry
from pathways.roster import editing, undo
from pathways.roster.by_hand.merge_follow_up import FollowUp, carry_back
from pathways.roster.editing import Edited, RowEdit
from pathways.roster.shape import Shape
from pathways.roster.shapes import ENROLLMENT, ROSTER, STUDENT


@dataclass(frozen=True)
class Merge:
    """What the second row of a student has, and where it goes: `student` stays, `twin` is removed."""

    scope: Scope
    student: Student
    twin: Student

    @property
    def pair(self) -> tuple[Student, Student]:
        return self.student, self.twin

    @cached_property
    def enrollments(self) -> list[Enrollment]:
        """The other row's, of all school years."""
        return _enrollments(self.twin)

    @cached_property
    def own(self) -> dict[tuple[Any, ...], Enrollment]:
        """The enrollments of the row that stays, by what names them."""
        return {_key(row): row for row in _enrollments(self.student)}

    @cached_property
    def doubles(self) -> list[Enrollment]:
        """The other row's enrollments that the first row has as well."""
        return [row for row in self.enrollments if _key(row) in self.own]

    @cached_property
    def lines(self) -> list[Roster]:
        """The other row's roster lines."""
        lines = Roster.objects.filter(enrollment__student=self.twin)
        return list(lines.select_related("section__course").order_by("pk"))

    @cached_property
    def double_lines(self) -> list[Roster]:
        """Those in a section where the first row sits already."""
        rows = Roster.objects.filter(enrollment__student=self.student)
        seats = set(rows.values_list("section_id", flat=True))
        return [line for line in self.lines if line.section_id in seats]

    @cached_property
    def records(self) -> list[Participation]:
        """The other row's CTE records."""
        return _records(self.twin)

    @cached_property
    def follow_up(self) -> FollowUp:
        """What was done to reach the other row's student after leaving."""
        return FollowUp(self.scope, self.student, self.twin)

    @cached_property
    def conflicts(self) -> list[str]:
        """Why the rows cannot be merged, a sentence each."""
        pathways = {record.pathway_id for record in _records(self.student)}
        sentences = [
            f"Both have a CTE record in {record.pathway.name}. Delete the wrong one first."
            for record in self.records
            if record.pathway_id in pathways
        ]
        closed = CollectionLock.objects.on_participations(self.scope.district, self.scope.end_year)
        if self.records and closed.exists():
            sentences.append(
                f"{self.scope.school_year} is certified, so CTE records cannot move. Ask OPI for a"
                " recertification first."
            )
        return [*sentences, *self.follow_up.conflicts]

    @property
    def effects(self) -> list[str]:
        """What the merge does, a sentence each."""
        moving = len(self.enrollments) - len(self.doubles)
        seats = len(self.lines) - len(self.double_lines)
        sentences = [
            (
                f"{number_of(moving, 'enrollment')}, {number_of(seats, 'class', 'classes')}, and"
                f" {number_of(len(self.records), 'CTE record')} move to State ID"
                f" {self.student.state_id}."
            )
        ]
        if self.doubles:
            sentences.append(
                f"{number_of(len(self.doubles), 'enrollment')} that both have"
                f" {'stays' if len(self.doubles) == 1 else 'stay'} as State ID"
                f" {self.student.state_id} has it."
            )
        if self.double_lines:
            sentences.append(
                f"{number_of(len(self.double_lines), 'class', 'classes')} that both are in"
                f" {'stays' if len(self.double_lines) == 1 else 'stay'} with the credits of State"
                f" ID {self.student.state_id}."
            )
        sentences += self.follow_up.effects
        if self.student.birth_date != self.twin.birth_date:
            sentences.append("The birth dates differ. Make sure that this is one student.")
        sentences.append(
            f"State ID {self.twin.state_id} is removed. Name, birth date, and gender stay as State"
            f" ID {self.student.state_id} has them."
        )
        return sentences

    @property
    def rows(self) -> list[str]:
        """Every row that moves or goes, with its version: another one is another merge."""
        versions = editing.versions_of(STUDENT, [self.student.pk, self.twin.pk])
        return [
            str(sorted(versions.items())),
            *_marks(ENROLLMENT, self.enrollments),
            *_marks(ROSTER, self.lines),
            *(f"record {record.pk} {record.version}" for record in self.records),
            *self.follow_up.rows,
        ]

    def carry_out(self, *, by: str, by_id: int | None) -> Edited:
        """Move what moves and remove the rest, all or nothing. Raises a Refusal."""
        act: dict[str, Any] = {"by": by, "by_id": by_id}
        batch = uuid.uuid4()
        seen = editing.versions_of(STUDENT, [self.twin.pk])
        gone = RowEdit(row=self.twin.pk, seen=seen.get(self.twin.pk, 0), is_removed=True)
        with records_ledger.refusals_named(), transaction.atomic():
            lock_district(self.scope, exclusive=True)
            # Asked with the district held: a year may have been certified since the page was shown.
            if conflicts := Merge(self.scope, *self.pair).conflicts:
                raise Refusal(f"{' '.join(conflicts)} Nothing was saved.")
            edits = [*self._lines(), *self._enrollments()]
            rows = editing.write(self.scope, edits, **act, batch=batch).rows
            self._move_records(batch, **act)
            elements.carry(self.scope, self.student.pk, self.twin.pk, batch, **act)
            rows += self.follow_up.carry(batch, **act)
            rows += editing.write(self.scope, [(STUDENT, gone)], **act, batch=batch).rows
        return Edited(rows, batch)

    def _lines(self) -> list[tuple[Shape, RowEdit]]:
        """Lines go with their enrollment; only those of a double enrollment need another."""
        seen = editing.versions_of(ROSTER, [line.pk for line in self.lines])
        doubles = {row.pk: self.own[_key(row)].pk for row in self.doubles}
        removed = {line.pk for line in self.double_lines}
        edits = []
        for line in self.lines:
            if line.pk in removed:
                edits.append(RowEdit(row=line.pk, seen=seen.get(line.pk, 0), is_removed=True))
            elif line.enrollment_id in doubles:
                image = {"enrollment_id": doubles[line.enrollment_id]}
                edits.append(RowEdit(image, line.pk, seen.get(line.pk, 0)))
        return [(ROSTER, edit) for edit in edits]

    def _enrollments(self) -> list[tuple[Shape, RowEdit]]:
        seen = editing.versions_of(ENROLLMENT, [row.pk for row in self.enrollments])
        removed = {row.pk for row in self.doubles}
        image = {"student_id": self.student.pk}
        return [
            (
                ENROLLMENT,
                RowEdit(
                    {} if row.pk in removed else image,
                    row.pk,
                    seen.get(row.pk, 0),
                    is_removed=row.pk in removed,
                ),
            )
            for row in self.enrollments
        ]

    def _move_records(self, batch: uuid.UUID, *, by: str, by_id: int | None) -> None:
        """A record's student never changes: it is entered for the one and deleted for the other."""
        if not self.records:
            return
        rows = [
            row
            for record in self.records
            for row in (
                Row.of(record, student_id=self.student.pk, version=0),
                Row.of(record, version=record.version, delete_row=True),
            )
        ]
        records_ledger.apply(
            self.scope,
            stage_values(rows),
            by=by,
            by_id=by_id,
            source=Change.Source.FORM,
            checked=None,
            batch=batch,
            exclusive=True,
        )


def _enrollments(student: Student) -> list[Enrollment]:
    return list(Enrollment.objects.filter(student=student).order_by("pk"))


def _records(student: Student) -> list[Participation]:
    records = Participation.objects.filter(student=student).select_related("pathway")
    return list(records.order_by("pathway__code"))


def _key(row: Enrollment) -> tuple[Any, ...]:
    return row.calendar_id, row.service_type, row.start_date


def _marks(shape: Shape, rows: Iterable[Model]) -> list[str]:
    keys = [row.pk for row in rows]
    seen = editing.versions_of(shape, keys)
    return [f"{shape.name} {key} {seen.get(key, 0)}" for key in keys]


def is_merge(scope: Scope, batch: uuid.UUID) -> bool:
    """Whether an act removed a student's row and moved what hung on it: such an act is taken back
    as a whole or not at all.
    """
    own = {"district": scope.district, "batch": batch}
    removed = StudentChange.objects.filter(**own, operation=StudentChange.Operation.DELETE)
    moved = (EnrollmentChange, Change)
    return removed.exists() and any(
        history._default_manager.filter(**own).exists() for history in moved
    )


def take_back(
    scope: Scope, batch: uuid.UUID, *, by: str, by_id: int | None = None
) -> list[undo.Undone]:
    """Bring both rows back as they were, with their records. Raises a Refusal where somebody has
    changed a part since.
    """
    with records_ledger.refusals_named(), transaction.atomic():
        lock_district(scope, exclusive=True)
        kinds = editing.take_back(scope, batch, by=by, by_id=by_id)
        carry_back(scope, batch, by=by, by_id=by_id)
        elements.carry_back(scope, batch, by=by, by_id=by_id)
        if reasons := sorted({reason for kind in kinds for reason in kind.remaining}):
            raise Refusal(f"This can no longer be undone: {', '.join(reasons)}. Nothing was saved.")
        moved = Change.objects.filter(district=scope.district, batch=batch).order_by("pk")
        rows = [
            Row.of(change, version=0)
            if change.operation == Change.Operation.DELETE
            else Row.of(change, version=change.version, delete_row=True)
            for change in moved
        ]
        if rows:
            entry.bring_back(scope, rows, by=by, by_id=by_id, source=Change.Source.UNDO)
    return kinds
