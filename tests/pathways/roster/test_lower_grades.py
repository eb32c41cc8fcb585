"""Files with all grades: what CTE needs is loaded, the rest is counted and left out."""

from __future__ import annotations

import pytest

from pathways.models import Enrollment, Roster, Student
from tests.pathways.roster.conftest import (
    ALL,
    ENROLLMENTS,
    ROSTERS,
    STUDENTS,
    Desk,
    counts,
    zipped,
)

pytestmark = pytest.mark.django_db(databases=["default", "state"])

CHILDREN = "".join(f"99900002{number},,Child,Ann,,01/01/2015,F\n" for number in range(3))
GRADES = ("KG", "03", "03")
ENROLLED = "".join(
    f"0001,001,2025,99900002{number},P,{grade},08/21/2024,,\n"
    for number, grade in enumerate(GRADES)
)
IN_CLASS = "0001,001,2025,CTE101,1,999000020,\n"
K12 = {
    **ALL,
    "students": STUDENTS + CHILDREN,
    "enrollments": ENROLLMENTS + ENROLLED,
    "rosters": ROSTERS + IN_CLASS,
}


def test_new_students_below_grade_7_are_left_out_and_counted_by_grade(desk: Desk) -> None:
    """R-IMP-28."""
    batch = desk.send(zipped(K12))
    assert batch.status == "completed", batch.sentence
    assert (Student.objects.count(), Enrollment.objects.count(), Roster.objects.count()) == (
        3,
        3,
        2,
    )
    assert [counts(batch, kind)["set_aside"] for kind in ("Student", "Enrollment", "Roster")] == [
        3,
        3,
        1,
    ]
    assert any(
        "3 new enrollments below grade 7 left out (by grade – 03: 2, KG: 1)" in notice
        for notice in batch.result["notices"]
    )
    for kind in batch.result["objects"]:
        outcomes = ("new", "changed", "unchanged", "held", "refused", "set_aside")
        assert kind["read"] == sum(kind[outcome] for outcome in outcomes)


def test_all_grades_are_loaded_where_somebody_wants_them(desk: Desk) -> None:
    desk.send(zipped(K12), every_grade=True)
    assert (Student.objects.count(), Roster.objects.count()) == (6, 3)
    again = desk.send(zipped(K12))
    assert again.sentence.startswith("No changes to save"), "who is there is not left out"
    assert counts(again, "Student")["unchanged"] == 6


def test_a_child_who_is_also_enrolled_in_grade_7_is_loaded(desk: Desk) -> None:
    both = ENROLLED + "0001,001,2025,999000020,S,07,01/06/2025,,\n"
    desk.send(zipped({**K12, "enrollments": ENROLLMENTS + both}))
    assert Student.objects.filter(state_id="999000020").exists()
    assert Enrollment.objects.get(student__state_id="999000020").grade == "07"
