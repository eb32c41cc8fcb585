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
from pathways.ledger import kept
from pathways.models import Pathway, Student
from pathways.roster.worklist.which import Which
from pathways.roster.worklist.worklist import Worklist
from tests.fixtures.records import HEALTH, District_
from tests.pathways.blocks import analyze, blocks, forget_statistics, grow, touched

OTHERS = re.compile(r"Seq Scan on pathways_(?:roster|enrollment|student)\b")


def statement_of(worklist: Worklist) -> tuple[str, Any]:
    """What the badge asks, and its values."""
    statements = []

    def kept(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(kept):
        worklist.balance()
    (statement,) = statements
    return statement


def plan_of(statement: tuple[str, Any], *, small: bool) -> str:
    """How PostgreSQL answers it. A small table it reads whole, because that is cheaper: not when
    `small`, so that two plans can be compared.
    """
    sql, params = statement
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
    120 by the index: the first plan goes by the index as the second does of its own accord. An
    index over four times the rows may be one level higher. The statement is taken down before there
    are any: by the plan that earlier tests have left it would take half a minute.
    """
    statement = statement_of(Worklist(cottonwood.scope))
    grow(cottonwood, 40, 100_000_000)
    grow(elsewhere, 4000, 200_000_000)
    once = blocks(plan_of(statement, small=True))
    grow(elsewhere, 12_000, 300_000_000)
    plan = plan_of(statement, small=False)
    assert not OTHERS.search(plan), plan
    assert blocks(plan) <= once * 1.25, (once, plan)


def blocks_of_lines(district: District_, people: list[Student]) -> int:
    """Blocks of the two statements that ask for the enrollments and courses of a page's students."""
    health = Pathway.objects.get(name=HEALTH)
    with touched() as page:
        lines = Worklist(district.scope).lines((person.pk, health.pk) for person in people)
    assert [len(line.courses) for line in lines] == [3] * len(people)
    of_seats = '"pathways_enrollment"', '"pathways_roster"'
    numbers = [number for number, sql in page.statements if any(name in sql for name in of_seats)]
    assert len(numbers) == 2
    return sum(numbers)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="EXPLAIN (BUFFERS) is PostgreSQL's")
@pytest.mark.fresh
@pytest.mark.parametrize("is_known", [True, False], ids=["statistics", "no-statistics"])
def test_a_page_reads_the_seats_of_its_students_alone(
    cottonwood: District_, *, is_known: bool
) -> None:
    """The courses of the 20 students of a page were looked for among all seats of the district: in
    the largest one 28,000 blocks, to keep 88 lines.
    """
    grow(cottonwood, 200, 100_000_000)
    people = list(Student.objects.of_district(cottonwood.scope).order_by("state_id")[:20])
    analyze(by_index=True)
    once = blocks_of_lines(cottonwood, people)
    grow(cottonwood, 1500, 200_000_000)
    analyze(by_index=True)
    if not is_known:
        forget_statistics()
    assert blocks_of_lines(cottonwood, people) <= once * 1.5


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


class Spied:
    """The cache, and by which words it was read."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def __getattr__(self, word: str) -> Any:
        if word.startswith("get"):
            self.words.append(word)
        return getattr(cache, word)


def test_what_pages_of_a_kind_ask_of_the_cache_is_read_at_once(
    client: Client,
    cottonwood: District_,
    clerk: User,
    kayla: Student,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A word with Redis costs as much as eight values. Whatever was read so is that of now."""
    cottonwood.roster(kayla, HEALTH)
    client.force_login(clerk)
    page = "/districts/9012/2025/roster-worklist/"
    for _ in range(2):
        client.get(page)
    spy = Spied()
    monkeypatch.setattr(kept, "cache", spy)
    assert "Open (1)" in client.get(page).content.decode()
    assert spy.words == ["get_many"]
    cottonwood.roster(cottonwood.student("999000124", "Other"), HEALTH)
    assert "Open (2)" in client.get(page).content.decode()
