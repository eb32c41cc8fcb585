"""Laws of the Fall CTE upload over generated files and portals: what comes of a file is what plain
Python makes of its rows; no answer that stands is touched; the same file again changes nothing;
undo leaves everything as it was.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cte_portal.accounts.models import User
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from pathways.follow_up.drawing import follow_up_list
from pathways.models import FollowUpEntry, Outcome, OutcomeDifference, School
from tests.fixtures.examples import examples
from tests.pathways.follow_up.leavers import Leavers
from tests.pathways.uploads.fall.files import (
    FallUpload,
    answered,
    days_ago,
    fall_file,
    row,
    written,
)

ON_THE_LIST = ["999000100", "999000101", "999000102"]
NOT_ON_IT = ["999000200", "999000888"]
DAYS = {"": None, "good": days_ago(1), "other": days_ago(3), "early": days_ago(90), "text": None}


class Cells(NamedTuple):
    """One generated row."""

    student: str
    status: str
    day: str
    school: str

    @property
    def line(self) -> str:
        day = DAYS[self.day]
        date = written(day) if day else "11/31/24" if self.day == "text" else ""
        return row(
            student=self.student, status=self.status, date_contacted=date, school=self.school
        )


ROWS = st.builds(
    Cells,
    st.sampled_from([*ON_THE_LIST, *ON_THE_LIST, *NOT_ON_IT]),
    st.sampled_from(["", "01", "01", "04", "99", "08", "?"]),
    st.sampled_from(["", "good", "good", "other", "early", "text"]),
    st.sampled_from(["0001", "0001", "0001", "0002"]),
)
STORED = st.dictionaries(
    st.sampled_from(ON_THE_LIST), st.sampled_from([("01", "good"), ("04", "good"), ("04", "other")])
)
Stored = dict[str, tuple[str, str]]


def fate(cells: Cells, stored: Stored) -> str:
    """What becomes of a row that stands alone in its file."""
    if cells.student not in ON_THE_LIST or cells.school != "0001":
        return "rejected"
    if cells.status == "?" or cells.day == "text":
        return "rejected"
    if not cells.status and not cells.day:
        return "unchanged"
    answer = stored.get(cells.student)
    if answer and cells.status in ("", answer[0]) and cells.day in ("", answer[1]):
        return "unchanged"
    if not cells.status or cells.day in ("", "early") or cells.status in ("99", "08"):
        return "rejected"
    return "differences" if answer else "new"


def faults(cells: Cells, stored: Stored) -> set[str]:
    """All that is wrong with a row that stands alone: what depends on a cell that cannot be read is
    not asked, and what does not is told beside it.
    """
    wrong = {"CTE-432"} if cells.status == "?" else set[str]()
    wrong |= {"CTE-004"} if cells.day == "text" else set()
    if cells.student == NOT_ON_IT[1]:
        wrong.add("CTE-200")
    if cells.student == NOT_ON_IT[0]:
        wrong.add("CTE-430")
    is_listed = cells.student in ON_THE_LIST
    if is_listed and cells.school != "0001":
        wrong.add("CTE-431")
    status, day = cells.status, cells.day
    old_status, old_day = stored.get(cells.student, ("", ""))
    is_read = status != "?" and day != "text"
    if is_read and (status, day) == ("", ""):
        return wrong
    if is_read and old_status and status in ("", old_status) and day in ("", old_day):
        return wrong
    if "" in (status, day) and (is_read or not old_status):
        wrong.add("CTE-434")
    says_status = is_read or (status != "?" and status != old_status)
    says_day = is_read or (day != "text" and day != old_day)
    if says_status and status == "99":
        wrong.add("CTE-432")
    if says_status and status == "08" and is_listed:
        wrong.add("CTE-435")
    if says_day and day == "early" and is_listed:
        wrong.add("CTE-433")
    return wrong


def by_hand(rows: list[Cells], stored: Stored) -> tuple[Counter[str], Stored]:
    """The counts, and the answers that the portal has afterwards."""
    counts, answers = Counter[str](), dict(stored)
    good: defaultdict[str, list[Cells]] = defaultdict(list)
    for cells in rows:
        if fate(cells, stored) == "rejected":
            counts["rejected"] += 1
        else:
            good[cells.student].append(cells)
    for student, lines in good.items():
        if len({(cells.status, cells.day) for cells in lines}) > 1:
            counts["rejected"] += len(lines)
            continue
        outcome = fate(lines[0], stored)
        counts[outcome] += 1
        counts["unchanged"] += len(lines) - 1
        if outcome == "new":
            answers[student] = (lines[0].status, lines[0].day)
    return counts, answers


def answers_now() -> list[tuple[Any, ...]]:
    return sorted(
        Outcome.objects.values_list("student__state_id", "status", "date_contacted", "origin")
    )


@pytest.mark.parametrize("undone", [False, True])
def test_a_file_comes_to_what_plain_python_makes_of_it(
    leavers: Leavers, fall_upload: FallUpload, clerk: User, undone: bool
) -> None:
    district = leavers.district
    for state_id in ON_THE_LIST:
        leavers.leaver(state_id)
    stayed = leavers.student(NOT_ON_IT[0])
    leavers.leave(stayed, "", None)
    leavers.concentrate(stayed)
    School.objects.create(district=district.district, number="0002", name="Other")
    follow_up_list(leavers.scope)
    entries = {
        entry.student.state_id: entry for entry in FollowUpEntry.objects.select_related("student")
    }

    @settings(
        max_examples=examples(25),
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(st.lists(ROWS, min_size=1, max_size=8), STORED)
    def holds(rows: list[Cells], stored: Stored) -> None:
        with transaction.atomic():
            for state_id, (status, day) in stored.items():
                answered(entries[state_id], status, DAYS[day])
            before = answers_now()
            file = fall_file(*(cells.line for cells in rows))
            uploaded = fall_upload(file)
            counts, answers = by_hand(rows, stored)
            assert {
                name: uploaded.counts[name]
                for name in ("new", "unchanged", "rejected", "differences")
            } == {name: counts[name] for name in ("new", "unchanged", "rejected", "differences")}
            by_line = defaultdict[int, set[str]](set)
            for line, rule in uploaded.errors:
                by_line[line] |= {rule} - {"CTE-436"}  # of rows that contradict each other
            assert [by_line[line] for line in range(2, len(rows) + 2)] == [
                faults(cells, stored) for cells in rows
            ]
            after = answers_now()
            assert set(before) <= set(after), "an answer that stood was touched"
            assert {(line[0], line[1], line[2]) for line in after} == {
                (state_id, status, DAYS[day]) for state_id, (status, day) in answers.items()
            }
            assert (
                OutcomeDifference.objects.unresolved(leavers.scope).count()
                == (counts["differences"])
            )
            if undone:
                take_back(uploaded.batch)
                assert answers_now() == before
                assert not OutcomeDifference.objects.exists()
            else:
                again = fall_upload(file)
                assert (again.counts["new"], again.counts["changed"]) == (0, 0)
                assert again.counts["differences"] == counts["differences"]
                assert answers_now() == after
                open_ = OutcomeDifference.objects.unresolved(leavers.scope)
                assert open_.count() == counts["differences"]
            transaction.set_rollback(True)

    def take_back(batch: Any) -> None:
        undo = submit(
            "fall-undo", by=clerk, title="Undo", subject="x", scope=leavers.scope, about=batch
        )
        assert run_here(undo).status == "completed"

    holds()
