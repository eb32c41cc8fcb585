"""What an upload of Fall CTE costs: as many statements for many rows as for few, each row alike,
and nothing for the leavers of other districts.
"""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from pathways.follow_up.drawing import follow_up_list
from pathways.models import Outcome, Student
from tests.fixtures.records import District_
from tests.pathways.blocks import (
    BlocksOfStagedRows,
    analyze,
    demand_a_row_each,
    forget_statistics,
    is_postgresql,
    touched,
    watched,
)
from tests.pathways.follow_up.leavers import LEFT_YEAR, Leavers
from tests.pathways.uploads.fall.files import (
    COLLEGE,
    MILITARY,
    FallUpload,
    days_ago,
    fall_file,
    row,
)

told_by_postgresql = pytest.mark.skipif(not is_postgresql(), reason="PostgreSQL tells its blocks")


def sent(students: list[Student], status: str = COLLEGE) -> bytes:
    return fall_file(*(row(student=student.state_id, status=status) for student in students))


def answer(students: list[Student]) -> None:
    Outcome.objects.bulk_create(
        Outcome(
            student=student,
            end_year=LEFT_YEAR,
            status=COLLEGE,
            date_contacted=days_ago(1),
            origin="screen",
        )
        for student in students
    )


def leavers_on_list(leavers: Leavers, number: int, first: int = 300_000_000) -> list[Student]:
    students = leavers.many(number, first)
    follow_up_list(leavers.scope)
    return students


@pytest.mark.parametrize(
    ("status", "becomes"), [(COLLEGE, "new"), (COLLEGE, "unchanged"), (MILITARY, "differences")]
)
def test_many_rows_run_the_statements_of_few(
    fall_upload: FallUpload, leavers: Leavers, status: str, becomes: str
) -> None:
    students = leavers_on_list(leavers, 40)
    if becomes != "new":
        answer(students)

    def statements(number: int) -> int:
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            counts = fall_upload(sent(students[:number], status)).counts
            assert counts[becomes] == number == counts["read"]
            transaction.set_rollback(True)
        return len(queries)

    statements(1)  # whose temporary tables the next one finds, on SQLite
    assert statements(40) == statements(4)


@pytest.mark.fresh
@told_by_postgresql
@pytest.mark.parametrize("knows", [False, True], ids=["unanalyzed", "analyzed"])
@pytest.mark.parametrize(
    ("status", "becomes"), [(COLLEGE, "new"), (COLLEGE, "unchanged"), (MILITARY, "differences")]
)
def test_each_row_costs_alike(
    fall_upload: FallUpload, leavers: Leavers, status: str, becomes: str, knows: bool
) -> None:
    students = leavers_on_list(leavers, 1_000)
    if becomes != "new":
        answer(students)
    forget_statistics()
    if knows:
        analyze(by_index=False)

    def take(rows: int) -> int:
        with transaction.atomic():
            counts = fall_upload(sent(students[:rows], status)).counts
            transaction.set_rollback(True)
        return counts[becomes]

    demand_a_row_each(take, most=4.5)


@pytest.mark.fresh
@told_by_postgresql
def test_leavers_of_another_district_cost_nothing(
    fall_upload: FallUpload, leavers: Leavers, elsewhere: District_
) -> None:
    students = leavers_on_list(leavers, 100)

    def blocks() -> int:
        analyze(by_index=True)
        staged = BlocksOfStagedRows()
        with (
            transaction.atomic(),
            watched(staged, "default"),
            touched(writes=True) as others,
        ):
            assert fall_upload(sent(students)).counts["new"] == 100
            transaction.set_rollback(True)
        return staged.total + others.total

    assert (alone := blocks())
    theirs = Leavers(elsewhere)
    answer(leavers_on_list(theirs, 2_000, 400_000_000))
    assert blocks() <= alone * 1.05
