"""What a file costs whose rows are refused for one key in all of them: no row is looked for among
all others.
"""

from __future__ import annotations

import pytest

from pathways.models import FollowUpEntry
from tests.fixtures.uploads import Upload, file, line
from tests.pathways.blocks import demand_a_row_each, is_postgresql
from tests.pathways.follow_up.leavers import Leavers
from tests.pathways.uploads.fall.files import (
    FallUpload,
    entry_of,
    fall_file,
    row,
)

pytestmark = pytest.mark.skipif(not is_postgresql(), reason="PostgreSQL tells its blocks")
UNKNOWN = "999999999"


@pytest.fixture
def entry(leavers: Leavers) -> FollowUpEntry:
    return entry_of(leavers)


def test_an_unknown_student_in_all_rows_of_end_of_year_costs_a_row_each(upload: Upload) -> None:
    def take(rows: int) -> int:
        return upload(file(*[line(state_id=UNKNOWN)] * rows), work="validate").counts["rejected"]

    demand_a_row_each(take)


def test_an_unknown_student_in_all_rows_of_fall_costs_a_row_each(
    fall_upload: FallUpload, entry: FollowUpEntry
) -> None:
    def take(rows: int) -> int:
        content = fall_file(*[row(student=UNKNOWN)] * rows)
        return fall_upload(content, work="validate").counts["rejected"]

    demand_a_row_each(take)
