"""What the roster worklist and its badge cost: their own district's rows, whatever other districts
hold (design D9).
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cte_portal.accounts.models import User
from pathways.models import Student
from pathways.roster.worklist.which import Which
from pathways.roster.worklist.worklist import Worklist
from tests.fixtures.records import HEALTH, District_
from tests.pathways.blocks import analyze, blocks, grow

OTHERS = re.compile(r"Seq Scan on pathways_(?:roster|enrollment|student)\b")


def plan_of(worklist: Worklist, *, small: bool) -> str:
    """How PostgreSQL answers the badge's statement. A small table it reads whole, because that is
    cheaper: not when `small`, so that two plans can be compared.
    """
    statements = []

    def kept(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(kept):
        worklist.balance()
    ((sql, params),) = statements
    analyze(by_index=small)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="EXPLAIN (BUFFERS) is PostgreSQL's")
def test_the_badge_reads_no_other_districts_rows(
    cottonwood: District_, elsewhere: District_
) -> None:
    """FR-216: the count joined rosters of the whole state. With four times the rows elsewhere it
    touches the same blocks.

    With 4,000 students elsewhere PostgreSQL reads the 34 blocks of enrollments whole rather than
    120 by the index: the first plan goes by the index as the second does of its own accord. An index
    over four times the rows may be one level higher.
    """
    grow(cottonwood, 40, 100_000_000)
    grow(elsewhere, 4000, 200_000_000)
    once = blocks(plan_of(Worklist(cottonwood.scope), small=True))
    grow(elsewhere, 12_000, 300_000_000)
    plan = plan_of(Worklist(cottonwood.scope), small=False)
    assert not OTHERS.search(plan), plan
    assert blocks(plan) <= once * 1.25, (once, plan)


def test_no_part_of_the_page_is_computed_twice(
    client: Client, cottonwood: District_, clerk: User, kayla: Student
) -> None:
    """FR-216: the balance stood in the badge, on the page and on home, and each asked for it."""
    cottonwood.roster(kayla, HEALTH)
    client.force_login(clerk)
    for page in ("", "roster-worklist/", f"roster-worklist/{Which.UNLIKE.key}/"):
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/districts/9012/2025/{page}").status_code == 200
        statements = [
            query["sql"]
            for query in queries.captured_queries
            if '"pathways_roster"' in query["sql"]
        ]
        assert len(statements) == len(set(statements)), page
        assert sum('"has_record"' in sql for sql in statements) == 1, page
