"""The follow-up of two rows of one student that are merged: lines of the lists, attempts, contacts
and outcomes go to the row that stays.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from django.db.models import Model, QuerySet

from cte_portal.editions import Scope, school_year_label
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.models import (
    Attempt,
    CollectionLock,
    Contact,
    FollowUpEntry,
    FollowUpPathway,
    MergedRow,
    Outcome,
    OutcomeChange,
    OutcomeDifference,
    OutcomeProposal,
    RowChange,
    Student,
)
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.ledger import Act
from pathways.roster.shapes.outcome import OUTCOME

Kind = MergedRow.Kind
KEPT = (
    "school_id",
    "end_year",
    "exit",
    "exit_date",
    "end_status",
    "receipt",
    "reason",
    "since",
    "left_at",
    "left_reason",
)
"""Of a line that both had: what undo gives it back."""
MOMENTS = ("since", "left_at")
OF_A_LINE: dict[Kind, tuple[type[Model], str, str]] = {
    Kind.ATTEMPT: (Attempt, "attempt", "attempts"),
    Kind.DIFFERENCE: (OutcomeDifference, "difference from a file", "differences from files"),
    Kind.PROPOSAL: (OutcomeProposal, "answer from elsewhere", "answers from elsewhere"),
}
"""What hangs on a line, and goes with it."""


@dataclass(frozen=True)
class FollowUp:
    scope: Scope
    student: Student
    twin: Student

    @cached_property
    def own(self) -> dict[int, FollowUpEntry]:
        """The lines of the row that stays, by end year."""
        return {row.end_year: row for row in FollowUpEntry.objects.filter(student=self.student)}

    @cached_property
    def entries(self) -> list[FollowUpEntry]:
        return list(FollowUpEntry.objects.filter(student=self.twin).order_by("end_year"))

    @cached_property
    def of_lines(self) -> dict[Kind, list[Any]]:
        return {
            kind: list(model._default_manager.filter(entry__in=self.entries).order_by("pk"))
            for kind, (model, *_) in OF_A_LINE.items()
        }

    @cached_property
    def contacts(self) -> list[Contact]:
        return list(Contact.objects.filter(student=self.twin).order_by("pk"))

    @cached_property
    def outcomes(self) -> list[Outcome]:
        return list(Outcome.objects.filter(student=self.twin).order_by("end_year"))

    @cached_property
    def conflicts(self) -> list[str]:
        years = {*(row.end_year for row in self.entries), *(row.end_year for row in self.outcomes)}
        sentences = _certified(self.scope, years)
        is_open = OutcomeDifference.objects.filter(resolution="")
        own = is_open.filter(entry__student=self.student).values_list("entry__end_year", flat=True)
        twins = is_open.filter(entry__student=self.twin).values_list("entry__end_year", flat=True)
        for end_year in sorted(set(own) & set(twins)):
            sentences.append(
                f"Both have a difference of {school_year_label(end_year)} to resolve. Resolve one of"
                " them first."
            )
        answers = _answers(self.student)
        for outcome in self.outcomes:
            answer = answers.get(outcome.end_year)
            if answer and _answer(answer) != _answer(outcome):
                sentences.append(
                    f"They have different outcomes of {school_year_label(outcome.end_year)}. Correct"
                    " the wrong one first."
                )
        return sentences

    @property
    def effects(self) -> list[str]:
        counts = [
            (len(self.entries), "line of follow-up lists", "lines of follow-up lists"),
            *((len(rows), *OF_A_LINE[kind][1:]) for kind, rows in self.of_lines.items()),
            (len(self.contacts), "contact", "contacts"),
            (len(self.outcomes), "outcome", "outcomes"),
        ]
        parts = [number_of(*count) for count in counts if count[0]]
        if not parts:
            return []
        verb = "moves" if sum(count[0] for count in counts) == 1 else "move"
        return [f"Follow-up: {', '.join(parts)} {verb} to State ID {self.student.state_id}."]

    @property
    def rows(self) -> Iterator[str]:
        """Every row that moves: another one is another merge."""
        for row in (*self.entries, *chain(*self.of_lines.values()), *self.contacts):
            yield f"{type(row).__name__} {row.pk}"
        for outcome in self.outcomes:
            yield f"Outcome {outcome.pk} {editing.version_of(OUTCOME, outcome.pk)}"

    def carry(self, batch: uuid.UUID, *, by: str, by_id: int | None) -> int:
        """Must run while the district is held. Returns how many outcomes were written."""
        moves = [self._move(batch, Kind.STUDENT, self.twin.pk, self.twin.pk, self.student.pk)]
        doubles = {entry.pk: self.own.get(entry.end_year) for entry in self.entries}
        for kind, rows in self.of_lines.items():
            for row in rows:
                if stays := doubles[row.entry_id]:
                    moves.append(self._move(batch, kind, row.pk, row.entry_id, stays.pk))
                    type(row).objects.filter(pk=row.pk).update(entry=stays)
        for entry in self.entries:
            if stays := doubles[entry.pk]:
                moves.append(
                    self._move(batch, Kind.DOUBLE, entry.pk, self.twin.pk, stays.pk, _image(entry))
                )
                entry.delete()
            else:
                moves.append(self._move(batch, Kind.ENTRY, entry.pk, self.twin.pk, self.student.pk))
                FollowUpEntry.objects.filter(pk=entry.pk).update(student=self.student)
        moves += self._contacts(batch)
        MergedRow.objects.bulk_create(moves)
        act = Act(self.scope, by, by_id, RowChange.Source.SCREEN, batch)
        return editing.write_under_lock(act, [(OUTCOME, edit) for edit in self._outcomes()])

    def _contacts(self, batch: uuid.UUID) -> Iterator[MergedRow]:
        there = {
            (contact.kind, contact.value): contact.pk
            for contact in Contact.objects.filter(student=self.student)
        }
        for contact in self.contacts:
            same = there.get((contact.kind, contact.value))
            if same:
                yield self._move(batch, Kind.SHARED, same, self.twin.pk, self.student.pk)
                contact.delete()
            else:
                yield self._move(batch, Kind.CONTACT, contact.pk, self.twin.pk, self.student.pk)
                Contact.objects.filter(pk=contact.pk).update(student=self.student)

    def _outcomes(self) -> Iterator[RowEdit]:
        answers = _answers(self.student)
        for outcome in self.outcomes:
            seen = editing.version_of(OUTCOME, outcome.pk)
            if outcome.end_year in answers:
                yield RowEdit(row=outcome.pk, seen=seen, is_removed=True)
            else:
                yield RowEdit({"student_id": self.student.pk}, outcome.pk, seen)

    def _move(
        self,
        batch: uuid.UUID,
        kind: Kind,
        row: int,
        before: int,
        after: int,
        image: dict[str, Any] | None = None,
    ) -> MergedRow:
        return MergedRow(
            batch=batch,
            district=self.scope.district,
            kind=kind,
            row=row,
            before=before,
            after=after,
            image=image or {},
        )


def carry_back(scope: Scope, batch: uuid.UUID, *, by: str, by_id: int | None) -> None:
    """Bring the follow-up of a merge back to the row that was removed. Must run while the district
    is held, once that row is there again. Raises a Refusal where an outcome has changed since, or
    the follow-up of a year was certified since.
    """
    moves = MergedRow.objects.filter(batch=batch, district=scope.district)
    if sentences := _certified(scope, _years_of(scope, batch, moves)):
        raise Refusal(f"{' '.join(sentences)} Nothing was saved.")
    entries = {}
    for move in moves.filter(kind=Kind.DOUBLE):
        entries[move.row] = _restored(move)
    for move in moves.exclude(kind=Kind.DOUBLE):
        if move.kind == Kind.ENTRY:
            FollowUpEntry.objects.filter(pk=move.row).update(student_id=move.before)
        elif move.kind in OF_A_LINE:
            rows = OF_A_LINE[Kind(move.kind)][0]._default_manager.filter(pk=move.row)
            rows.update(entry_id=entries[move.before].pk)
        elif move.kind == Kind.CONTACT:
            Contact.objects.filter(pk=move.row).update(student_id=move.before)
        elif move.kind == Kind.SHARED:
            contact = Contact.objects.filter(pk=move.row).first()
            if contact:
                contact.pk, contact.student_id = None, move.before
                contact.save(force_insert=True)
    moves.delete()
    _outcomes_back(scope, batch, by=by, by_id=by_id)


def _outcomes_back(scope: Scope, batch: uuid.UUID, *, by: str, by_id: int | None) -> None:
    edits = []
    for change in OutcomeChange.objects.filter(district=scope.district, batch=batch):
        earlier = OutcomeChange.objects.of_row(change.row).filter(version__lt=change.version).last()
        if editing.version_of(OUTCOME, change.row) != change.version:
            raise Refusal("An outcome has been changed since. Nothing was saved.")
        removed = change.operation == OutcomeChange.Operation.DELETE
        before = change if removed else earlier
        if before and change.operation != OutcomeChange.Operation.FOUND:
            image = {name: getattr(before, name) for name in OUTCOME.image}
            row = None if removed else change.row
            edits.append(RowEdit(image, row, 0 if removed else change.version))
    act = Act(scope, by, by_id, RowChange.Source.UNDO, uuid.uuid4())
    editing.write_under_lock(act, [(OUTCOME, edit) for edit in edits])


def _years_of(scope: Scope, batch: uuid.UUID, moves: QuerySet[MergedRow]) -> set[int]:
    """The end years whose lines or outcomes a merge has moved."""
    lines = FollowUpEntry.objects.filter(pk__in=moves.filter(kind=Kind.ENTRY).values("row"))
    written = OutcomeChange.objects.filter(district=scope.district, batch=batch)
    return {
        *lines.values_list("end_year", flat=True),
        *written.values_list("end_year", flat=True),
        *(move.image["end_year"] for move in moves.filter(kind=Kind.DOUBLE)),
    }


def _certified(scope: Scope, years: Collection[int]) -> list[str]:
    """Why the follow-up of these years cannot move, a sentence each."""
    closed = CollectionLock.objects.filter(
        district=scope.district,
        end_year__in=years,
        collection=CollectionLock.Collection.FALL,
    )
    return [
        f"The follow-up of {school_year_label(end_year)} is certified, so it cannot move. Ask OPI"
        " for a recertification first."
        for end_year in sorted(closed.values_list("end_year", flat=True))
    ]


def _restored(move: MergedRow) -> FollowUpEntry:
    """A line that both had, with its pathways."""
    image = dict(move.image)
    pathways = image.pop("pathways")
    for name in MOMENTS:
        if image[name]:
            image[name] = datetime.datetime.fromisoformat(image[name])
    entry = FollowUpEntry.objects.create(student_id=move.before, **image)
    FollowUpPathway.objects.bulk_create(
        FollowUpPathway(entry=entry, code=code, name=name) for code, name in pathways
    )
    return entry


def _image(entry: FollowUpEntry) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in KEPT}
    texts = {
        name: value.isoformat() if isinstance(value, datetime.date) else value
        for name, value in values.items()
    }
    return {**texts, "pathways": list(entry.pathways.values_list("code", "name"))}


def _answers(student: Student) -> dict[int, Outcome]:
    """The student's outcomes by end year."""
    return {row.end_year: row for row in Outcome.objects.filter(student=student)}


def _answer(outcome: Outcome) -> tuple[str, datetime.date | None]:
    return outcome.status, outcome.date_contacted
