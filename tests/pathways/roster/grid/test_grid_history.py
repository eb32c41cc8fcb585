"""Whatever is done in whatever order – saves of the grid, of single records, of elements, uploads,
and their undos – rows and history are what the same acts do one by one.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cte_portal.batches.models import Batch
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from pathways.elements import values as element_values
from pathways.elements.values import ElementEdit
from pathways.ledger import ledger
from pathways.ledger.shape import TYPED, Row
from pathways.models import (
    Change,
    Element,
    ElementValue,
    ElementValueChange,
    Participation,
    Student,
)
from pathways.records import entry
from pathways.roster.grid import saving, undoing
from pathways.roster.grid.elements import ElementColumns
from pathways.roster.grid.rows import rows_of
from pathways.roster.grid.typed import COLUMNS, typed_rows
from pathways.roster.worklist.worklist import Worklist
from tests.fixtures.examples import examples
from tests.fixtures.records import District_, row
from tests.fixtures.uploads import Upload, file
from tests.fixtures.uploads import line as file_line

STUDENTS = 3
AMOUNTS = st.sampled_from(["0.50", "1.00", "2.25", "31", "x"])
SITES = st.sampled_from([None, "", "Clinic", "Shop", "078-05-1120"])
"""What is typed for an element; None leaves what the page shows, the last is refused."""
ACTS = st.one_of(
    st.tuples(
        st.just("grid"),
        st.dictionaries(
            st.integers(0, STUDENTS - 1),
            st.tuples(st.one_of(st.none(), AMOUNTS), SITES),
            min_size=1,
        ),
    ),
    st.tuples(st.just("element"), st.tuples(st.integers(0, STUDENTS - 1), SITES)),
    st.tuples(st.just("single"), st.tuples(st.integers(0, STUDENTS - 1), AMOUNTS)),
    st.tuples(
        st.just("upload"), st.dictionaries(st.integers(0, STUDENTS - 1), AMOUNTS, min_size=1)
    ),
    st.tuples(st.just("delete"), st.integers(0, STUDENTS - 1)),
    st.tuples(st.just("undo"), st.none()),
)


class Undone(Exception):
    """Takes back what a run has written."""


class Run:
    """The acts of one run, `by_one`: a save of the grid as a save of each of its rows, a file as a
    file for each of its lines.
    """

    def __init__(
        self, district: District_, students: list[Student], upload: Upload, *, by_one: bool
    ) -> None:
        self.district, self.scope, self.by_one = district, district.scope, by_one
        self.students, self.upload = students, upload
        self.pathway = row(students[0]).pathway_id or 0
        self.batches: list[list[Any]] = []
        """What each act that can be undone has left: the marks of saves, the batches of files."""

    def record(self, number: int) -> Participation | None:
        return Participation.objects.filter(student=self.students[number]).first()

    def parts(self, values: dict[int, Any]) -> list[dict[int, Any]]:
        return [{key: text} for key, text in sorted(values.items())] if self.by_one else [values]

    def act(self, name: str, values: Any) -> None:
        if name == "grid":
            for part in self.parts(values):
                self.grid(part)
            self.batches.append(self.batches_of(values))
        elif name == "upload":
            self.batches.append([self.file(part) for part in self.parts(values)])
        elif name == "single":
            self.single(*values)
        elif name == "element":
            self.element(*values)
        elif name == "delete" and (record := self.record(values)):
            entry.delete(self.scope, record, version=record.version, by="X")
        elif name == "undo" and self.batches:
            for batch in self.batches.pop():
                if isinstance(batch, Batch):
                    self.undo_file(batch)
                else:
                    since, due = self.changed_since(batch), self.due_back(batch)
                    undoing.take_back(self.scope, batch, by="X")
                    assert self.changed_since(batch) >= since, "what was changed since stays"
                    assert {key: self.standing(*key) for key in due} == due, "the rest is as before"

    def changed_since(self, batch: Any) -> set[tuple[Any, ...]]:
        """The records that a save wrote and that somebody has written again, as they stand."""
        written = Change.objects.filter(batch=batch).values_list("student_id", "version")
        versions = dict(written)
        records = Participation.objects.filter(student_id__in=versions)
        rows = records.values_list("student_id", "version", *TYPED)
        return {stored for stored in rows if stored[1] != versions[stored[0]]}

    def due_back(self, batch: Any) -> dict[tuple[str, int], Any]:
        """What a save wrote, records and elements, and nobody has written again: as it stood
        before, None where there was no record. An element that was blank is "".
        """
        due: dict[tuple[str, int], Any] = {}
        for change in Change.objects.filter(batch=batch):
            record = Participation.objects.filter(student_id=change.student_id).first()
            if record and record.version == change.version:
                history = Change.objects.filter(
                    student_id=change.student_id, version=change.version - 1
                )
                is_new = change.operation == Change.Operation.CREATE
                due["record", change.student_id] = (
                    None if is_new else history.values_list(*TYPED)[0]
                )
        for change in ElementValueChange.objects.filter(batch=batch):
            if ElementValue.objects.filter(pk=change.row, version=change.version).exists():
                history = ElementValueChange.objects.filter(
                    row=change.row, version=change.version - 1
                )
                due["element", change.row] = history.values_list("text", flat=True).first() or ""
        return due

    @staticmethod
    def standing(kind: str, key: int) -> Any:
        if kind == "record":
            return Participation.objects.filter(student_id=key).values_list(*TYPED).first()
        return ElementValue.objects.filter(pk=key).values_list("text", flat=True).first() or ""

    def file(self, values: dict[int, str]) -> Batch:
        """A file of the clerk: one line a student, with these credits in the district."""
        lines = [
            file_line(state_id=student.state_id, last=student.last_name, inside=text, total=text)
            for student, text in (
                (self.students[number], text) for number, text in sorted(values.items())
            )
        ]
        return self.upload(file(*lines)).batch

    def undo_file(self, batch: Batch) -> None:
        if batch.status == "refused":
            return
        undo = run_here(
            submit(
                "undo",
                by=batch.submitted_by,
                title="Undo",
                scope=self.scope,
                about=batch,
            )
        )
        assert undo.status in ("completed", "with-errors"), undo.sentence

    def grid(self, values: dict[int, tuple[str | None, str | None]]) -> None:
        """What the page sends, from the rows that it shows."""
        pairs = [(student.pk, self.pathway) for student in self.students]
        data = QueryDict(mutable=True)
        columns = ElementColumns.of(self.scope, QueryDict("element=work_site"))
        lines = rows_of(Worklist(self.scope).lines(pairs), columns=columns)
        for number, line in enumerate(lines):
            amount, site = values.get(number, (None, None))
            cells = dict(line.texts)
            if amount is not None:
                cells["in_district_credits"] = amount
            (own,) = line.element_cells
            element = f"{own.column}_{own.seen}={own.text if site is None else site}"
            parts = [line.name, line.seen, *(cells[name] for name in COLUMNS), element]
            data.appendlist("row", "\t".join(parts))
        self.last = saving.save(self.scope, typed_rows(data), by="X")
        self.saved = [*getattr(self, "saved", []), self.last.batch]

    def batches_of(self, values: dict[int, Any]) -> list[Any]:
        saves = self.saved[-(len(values) if self.by_one else 1) :]
        return [batch for batch in saves if batch]

    def single(self, number: int, amount: str) -> None:
        record = self.record(number)
        if amount == "x":
            return
        typed = {"in_district_credits": Decimal(amount)}
        typed_row = (
            Row.of(record, version=record.version, **typed)
            if record
            else row(self.students[number], **typed)
        )
        try:
            entry.save(self.scope, [typed_row], by="X")
        except ledger.Refused:
            return

    def element(self, number: int, site: str | None) -> None:
        record, element = self.record(number), Element.objects.get()
        if record is None or site is None or "-" in site:
            return
        stored = element_values.values_of(record).get(element.pk)
        edit = ElementEdit(element, site or None, stored.version if stored else 0)
        element_values.save(self.scope, record, [edit], by="X", by_id=1)

    def outcome(self) -> tuple[list[Any], ...]:
        return (
            sorted(ElementValue.objects.values_list("student_id", "version", "text")),
            sorted(
                ElementValueChange.objects.values_list(
                    "student_id", "version", "operation", "source", "text"
                )
            ),
            sorted(Participation.objects.values_list("student_id", "version", *TYPED)),
            sorted(
                Change.objects.values_list("student_id", "version", "operation", "source", *TYPED)
            ),
        )


def outcome_of(run: Run, acts: list[Any]) -> tuple[list[Any], ...]:
    outcome: tuple[list[Any], ...] = ()
    try:
        with transaction.atomic():
            for name, values in acts:
                run.act(name, values)
            outcome = run.outcome()
            raise Undone
    except Undone:
        return outcome


@pytest.fixture
def seated(cottonwood: District_, upload: Upload) -> tuple[District_, list[Student], Upload]:
    students = [
        cottonwood.student(f"99900070{number}", f"Last{number}") for number in range(STUDENTS)
    ]
    for student in students:
        cottonwood.roster(student)
    cottonwood.record(students[0])
    Element.objects.create(district="9012", name="Work site", kind="text", position=1)
    return cottonwood, students, upload


@settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(acts=[("upload", {0: "0.50", 1: "1.00"}), ("undo", None)])
@example(acts=[("grid", {0: ("1.00", None)}), ("single", (0, "2.25")), ("undo", None)])
@example(acts=[("grid", {0: (None, "Clinic")}), ("undo", None)])
@example(acts=[("grid", {0: ("1.00", "Shop"), 1: ("0.50", "Clinic")}), ("undo", None)])
@example(
    acts=[
        ("upload", {0: "1.00", 1: "x", 2: "2.25"}),
        ("grid", {2: ("0.50", None)}),
        ("undo", None),
        ("undo", None),
    ]
)
@given(acts=st.lists(ACTS, min_size=1, max_size=6))
def test_any_sequence_of_saves_uploads_and_undos_is_the_acts_one_by_one(
    seated: tuple[District_, list[Student], Upload], acts: list[Any]
) -> None:
    together, singly = (outcome_of(Run(*seated, by_one=by_one), acts) for by_one in (False, True))
    assert together == singly
