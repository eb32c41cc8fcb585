"""What a list costs to draw, whatever PostgreSQL knows of its tables: no leaver is looked for among all
others, and none of what the drawing itself has written is read again.
"""

from __future__ import annotations

import pytest
from django.db import connection

from pathways.follow_up.drawing import follow_up_list
from pathways.models import FollowUpEntry, FollowUpPathway
from tests.pathways.blocks import BlocksOfStagedRows, forget_statistics, is_postgresql
from tests.pathways.follow_up.leavers import Leavers

pytestmark = [
    pytest.mark.fresh,
    pytest.mark.skipif(not is_postgresql(), reason="PostgreSQL tells its blocks"),
]
ROSTERS = "pathways_student, pathways_enrollment, pathways_participation"
LINES, MOST_EACH = 1_000, 100


@pytest.mark.parametrize("analyzed", ["", "pathways_enrollment", ROSTERS])
def test_a_line_costs_the_same_in_a_long_list(leavers: Leavers, analyzed: str) -> None:
    """First loads leave tables unanalyzed, and an autovacuum that comes between analyzes some. Were
    each line looked for among all others, it would cost half of them.
    """
    leavers.many(LINES)
    forget_statistics()
    blocks = BlocksOfStagedRows()
    with connection.cursor() as cursor, connection.execute_wrapper(blocks):
        if analyzed:
            cursor.execute(f"ANALYZE {analyzed}")
        follow_up_list(leavers.scope)
    named = FollowUpPathway.objects.filter(entry__in=FollowUpEntry.objects.in_scope(leavers.scope))
    assert named.count() == LINES
    assert 0 < blocks.total <= LINES * MOST_EACH
