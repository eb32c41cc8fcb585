"""A line that ends as an earlier one did is read as it would be alone."""

from __future__ import annotations

import dataclasses
import io
import random
from itertools import product

import pytest
from django.utils import timezone

from pathways.files.identity import Endings
from pathways.files.known import KnownStudent, KnownStudents
from pathways.files.layout import CTE_END_OF_YEAR
from pathways.files.reader import Reader
from pathways.files.summary import Summary
from pathways.uploads.lookups import known_in
from tests.fixtures.records import HEALTH, District_
from tests.fixtures.uploads import HEADER

BEGINNINGS = [
    *["CE\t9012\t999000123\t\tAnderson\tKayla"] * 3,
    "CE\t9012\t999000123\t20113\tAnderson\tKayla",
    "CE\t9012\t999000123\t020113\tAnderson\tKayla",
    "CE\t9012\t999000123\t20114\tAnderson\tKayla",
    "CE\t9012\t999000123\t\tAndersen\tKayla",
    "CE\t9012\t999000123\t\t\t",
    "CE\t9012\t999000123\t\t Anderson\tKayla",
    'CE\t9012\t999000123\t\t"Anderson"\tKayla',
    "CE\t9012\t999000124\t\tDe la Cruz\tPeña",
    "CE\t9012\t999000124\t\tDe la Cruz\tPen\u0303a",
    "CE\t9012\t999000125\t\tCrow\u200b\tBea",
    "CE\t9012\t999000125\t7\tCrow\u200b\tBea",
    "CE\t9012\t999000199\t\tNobody\tKnows",
    "CE\t9012\t99900012\t\tAnderson\tKayla",
    "ce\t9012\t999000123\t\tAnderson\tKayla",
    "XX\t9012\t999000123\t\tAnderson\tKayla",
    "CE\t9012.0\t999000123\t\tAnderson\tKayla",
    "CE\t0965\t999000123\t\tAnderson\tKayla",
    "CE\t9012\t999000123\tAnderson\tKayla",
]
ENDINGS = [
    f"{HEALTH}\tY\tN\t07/14/2022\t2.50\t2.00\t0.50\t0.00\t0.50\t2025",
    "05\tY\tN\t07/14/2022\t2.50\t2.00\t0.50\t0.00\t0.50\t2025",
    "05\t Y\tN \t07/14/2022\t2.50\t2.00\t0.50\t\t\t2025",
    "5\tY\tN\t07/14/2022\t2.50\t2.00\t0.50\t0.00\t0.50\t2025",
    "05\tY\tN\t7/14/2022\t2.50\t2.00\t0.50\t0.00\t0.50\t2025",
    "05\tTRUE\tN\t07/14/2022\t2.50\t2.00\t0.50\tNULL\t0.500\t2025",
    '05\t"Y"\tN\t07/14/2022\t2.50\t2.00\t0.50\t0.00\t0.50\t2025',
    "05\tY\tN\t07/14/2022\t2.50\t2.00\t0.50\t0.00\t0.50\t2025.0",
    "05\tY\tN\t07/14/2022\t2.50\t2.00\t0.50\t0.00\t0.50\t2024",
    "05\tY\tN\t07/14/2022\t9.50\t2.00\t0.50\t0.00\t0.50\t2025",
    "05\tmaybe\tN\t07/14/2022\t2.50\t2.00\t0.50\t0.00\t0.50\t2025",
    "\tY\tN\t07/14/2022\t2.50\t2.00\t0.50\t0.00\t0.50\t2025",
    "05\tY\tN\t07/14/2022\t2.50\t2.00\t0.50\t0.00\t0.50\t2025\t",
    "05\tY\tN\t07/14/2022\t2.50",
]


@pytest.mark.parametrize("seed", range(2))
def test_a_line_that_ends_as_another_is_read_as_alone(
    cottonwood: District_, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    cottonwood.student("999000123", local_id="20113")
    cottonwood.student("999000124", "De la Cruz", "Peña")
    cottonwood.student("999000125", "Crow\u200b", "Bea")
    lines = [f"{begin}\t{end}" for begin, end in product(BEGINNINGS, ENDINGS)]
    random.Random(seed).shuffle(lines)
    known, content = known_in(cottonwood.scope), "\n".join([HEADER, *lines]).encode()

    def read() -> tuple[list[object], Summary]:
        reader = Reader(io.BytesIO(content), CTE_END_OF_YEAR, known, today=timezone.localdate())
        rows: list[object] = [dataclasses.astuple(row) for row in reader]
        return rows, reader.summary

    rows, summary = read()
    monkeypatch.setattr(Endings, "most", 0)
    assert (rows, summary) == read() and len(rows) == len(lines)
    read_without_a_remark = [row for row in rows if row[1] and not row[2]]  # type: ignore[index]
    assert len(read_without_a_remark) > len(ENDINGS)


@pytest.mark.parametrize("last", ["Anderson", "", "De\tla\tCruz"])
def test_a_student_is_read_as_written(last: str) -> None:
    student = KnownStudent(7, "", last, "Kayla")
    assert KnownStudent.read(student.written()) == student._replace(
        last_name=last.replace("\t", " ")
    )


def test_a_student_is_known_by_the_state_id_alone() -> None:
    students = {
        f"{number:09}": KnownStudent(number, f"{number}", f"Peña {number}", "Kayla")
        for number in (20, 999000123, 999000125)
    }
    directory = KnownStudents(students.items())
    assert {state_id: directory.student(state_id) for state_id in students} == students
    for unknown in ("000000019", "999000124", "999999999", "20", "", "99900012x", "٩٩٩٠٠٠١٢٣"):
        assert directory.student(unknown) is None
    assert KnownStudents([]).student("999000123") is None
