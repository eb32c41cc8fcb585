"""A worker that dies while a roster file is written leaves the district as it was before; what it
has read is not written twice by the next.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from cte_portal.batches import dispatch
from cte_portal.batches.models import Batch, Status, moment
from cte_portal.batches.running import run
from cte_portal.batches.submit import submit
from pathways.roster import ledger, staging
from pathways.roster.imports.results import report
from pathways.roster.shapes import SHAPES
from tests.pathways.roster.conftest import ALL, STUDENTS, Desk, counts, zipped
from tests.pathways.roster.stored import rows_of_all

pytestmark = pytest.mark.django_db(databases=["default", "state"])

# The names of a second file's students, so that rows are changed as well as added.
RENAMED = {**ALL, "students": STUDENTS.replace("Null", "Nulle")}


class Killed(BaseException):
    """The worker's process is gone: nothing answers it."""


def history() -> dict[str, list[Any]]:
    """Every line of each kind's history."""
    return {
        shape.name: list(shape.change._base_manager.order_by("pk").values_list())
        for shape in SHAPES
    }


@pytest.mark.parametrize(
    ("module", "name", "time"),
    [
        (staging, "stage", 4),
        (ledger, "plan", 4),
        (ledger, "apply", 1),
        (ledger, "apply", 3),
        (ledger, "apply", 7),
        (report, "write", 1),
    ],
)
def test_a_worker_that_dies_while_it_writes_leaves_no_row_and_the_next_writes_each_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, time: int
) -> None:
    """R-IMP-19: after the step has been done for so many kinds of rows."""
    desk.send(STUDENTS)
    before = rows_of_all(), history()
    does, left = getattr(module, name), iter(range(time - 1, -1, -1))

    def dying(*arguments: Any, **more: Any) -> Any:
        done = does(*arguments, **more)
        if next(left) == 0:
            raise Killed
        return done

    batch = submit(
        "roster-file",
        by=desk.clerk,
        title="Roster Upload",
        subject="file.zip",
        scope=desk.scope,
        options={"work": "upload"},
        content=[zipped(RENAMED)],
    )
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(module, name, dying)
        run(batch.pk)
    assert (rows_of_all(), history()) == before
    batch.refresh_from_db()
    assert batch.status == Status.PROCESSING and not batch.files.exists()
    Batch.objects.filter(pk=batch.pk).update(lease_until=moment(-1))
    dispatch.sweep()
    assert run(batch.pk)
    batch.refresh_from_db()
    assert counts(batch, "Student")["changed"] == 1
    assert counts(batch, "Roster")["new"] == len(history()["Roster"]) == 2
