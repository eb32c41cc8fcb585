"""A refused row says everything that is wrong with it, beside a cell that cannot be read too."""

from __future__ import annotations

import csv
import io

import pytest

from cte_portal.batches.models import Batch
from pathways.models import Enrollment
from tests.pathways.roster.conftest import (
    COURSES,
    ENROLLMENTS,
    ROSTERS,
    SCHOOLS,
    SECTIONS,
    STUDENTS,
    Desk,
    counts,
    file_of,
    zipped,
)

pytestmark = pytest.mark.django_db(databases=["default", "state"])

UNREAD, MISSING, NO_SCHOOL, NO_STUDENT = "ROS-003", "ROS-002", "ROS-020", "ROS-022"
ALL_BUT_ENROLLMENTS = {"schools": SCHOOLS, "students": STUDENTS}
HEAD = ENROLLMENTS.partition("\n")[0]


def rules_of(batch: Batch) -> dict[int, list[str]]:
    """What the report says of each line of the file that was sent last."""
    rules: dict[int, list[str]] = {}
    for row in csv.DictReader(io.StringIO(file_of(batch, "report.csv"))):
        if row["Rule"]:
            rules.setdefault(int(row["Line"]), []).append(row["Rule"])
    return {line: sorted(codes) for line, codes in rules.items()}


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        pytest.param(
            "0009,001,2025,999000001,P,13,08/21/2024,,", [UNREAD, NO_SCHOOL], id="no such school"
        ),
        pytest.param(
            "0001,009,2025,999000001,P,13,08/21/2024,,", [UNREAD, "ROS-021"], id="nor calendar"
        ),
        pytest.param("7,001,2025,777000001,P,12,08/21/2024,,", [UNREAD, NO_STUDENT], id="student"),
        pytest.param(
            "0009,001,2025,777000001,Q,13,soon,,",
            [UNREAD, UNREAD, UNREAD, NO_SCHOOL, NO_STUDENT],
            id="all of it",
        ),
        pytest.param(
            "0001,001,2025,999000001,P,13,08/21/2024,08/01/2024,",
            [UNREAD, "ROS-026"],
            id="ends first",
        ),
        pytest.param(
            "0001,001,2025,999000001,P,13,08/21/2024,06/06/2025,999",
            [UNREAD, "ROS-036"],
            id="end status not on the list",
        ),
        pytest.param(
            "0001,001,2025,999000001,Q,,08/21/2024,,400", [UNREAD], id="what stands may supply it"
        ),
        pytest.param(
            "0001,001,2025,999000001,P,12,08/21/2024,soon,400", [UNREAD], id="its end is unread"
        ),
        pytest.param("0001,001,2025,,P,13,08/21/2024,,", [UNREAD, "ROS-037"], id="no State ID"),
        pytest.param("0009,001,,999000001,P,12,08/21/2024,,", [MISSING, NO_SCHOOL], id="no year"),
        pytest.param("0009,001,2026,999000001,P,13,08/21/2024,,", [UNREAD], id="of another year"),
        pytest.param("0009,001,2025,999000001,P,05,soon,,", [UNREAD], id="below grade 7"),
    ],
)
def test_an_enrollment_says_what_else_is_wrong(desk: Desk, line: str, rules: list[str]) -> None:
    desk.send(zipped(ALL_BUT_ENROLLMENTS))
    batch = desk.send(f"{HEAD}\n{line}\n0001,001,2025,999000002,P,11,08/21/2024,,\n")
    assert rules_of(batch) == {2: sorted(rules)}
    assert counts(batch, "Enrollment")["refused"] == 1 == Enrollment.objects.count()


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("0009,001,2025,777000001,P,12,08/21/2024,08/01/2024,", [NO_SCHOOL, NO_STUDENT, "ROS-026"]),
        ("0001,009,2025,999000001,P,12,08/21/2024,06/06/2025,999", ["ROS-021", "ROS-036"]),
        ("0009,001,2025,999000001,P,12,08/21/2024,,", [NO_SCHOOL]),
        ("0009,001,2025,999000001,P,05,08/21/2024,08/01/2024,", ["ROS-012"]),
    ],
)
def test_a_row_that_can_be_read_says_all_that_is_wrong(
    desk: Desk, line: str, rules: list[str]
) -> None:
    desk.send(zipped(ALL_BUT_ENROLLMENTS))
    batch = desk.send(f"{HEAD}\n{line}\n0001,001,2025,999000002,P,11,08/21/2024,,\n")
    assert rules_of(batch) == {2: sorted(rules)}


def test_rows_of_a_district_that_is_not_theirs_are_told_nothing_else(desk: Desk) -> None:
    desk.send(zipped(ALL_BUT_ENROLLMENTS))
    batch = desk.send(f"District Number,{HEAD}\n9999,0009,001,2025,777000001,P,13,08/21/2024,,\n")
    assert rules_of(batch) == {2: ["ROS-003", "ROS-004"]}


def test_each_kind_is_judged_beside_what_the_same_files_bring(desk: Desk) -> None:
    """A course's school and a line's section come with the files; those of others do not."""
    courses = COURSES + "0009,CTE102,Welding 2,much,\n0001,CTE103,Welding 3,much,\n"
    sections = SECTIONS + "0001,001,2025,CTE999,12345\n0001,001,2025,CTE101,12345\n"
    rosters = (
        ROSTERS
        + "0001,001,2025,CTE101,1,777000001,much\n"
        + "0001,001,2025,CTE101,7,999000001,much\n"
        + "0001,001,2025,CTE101,1,999000003,much\n"
        + "0001,001,2025,CTE101,1,999000001,much\n"
    )
    desk.send(zipped({"schools": SCHOOLS, "students": STUDENTS, "enrollments": ENROLLMENTS}))
    of_files = {
        "courses": (courses, {4: [UNREAD, NO_SCHOOL], 5: [UNREAD]}),
        "sections": (sections, {3: ["ROS-007", "ROS-023"], 4: ["ROS-007"]}),
        "rosters": (
            rosters,
            {
                4: [UNREAD, NO_STUDENT],
                5: [UNREAD, "ROS-024"],
                6: [UNREAD, "ROS-025"],
                7: [UNREAD],
            },
        ),
    }
    for text, rules in of_files.values():
        assert rules_of(desk.send(text)) == rules


def test_a_student_who_may_be_somebody_else_is_told_beside_a_gender(desk: Desk) -> None:
    desk.send(STUDENTS)
    head = STUDENTS.partition("\n")[0]
    batch = desk.send(f"{head}\n999000001,,OTHER,Else,,02/02/2009,X\n999000009,,NEW,,,,X\n")
    assert rules_of(batch) == {2: [UNREAD, "ROS-031"], 3: [UNREAD]}
