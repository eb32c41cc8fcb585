"""How many blocks of PostgreSQL's tables and indexes a page touches, and districts that grow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import psycopg
from django.db import connection, connections
from django.db.models import Model
from psycopg import Error
from psycopg.errors import Diagnostic

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.editions import writing_state
from pathways.models import Change, Enrollment, Participation, Roster, Student
from tests.fixtures.people import person
from tests.fixtures.records import HEALTH, District_

BOTH = ("default", "state")
OF_MANY_ROWS = re.compile(
    r"Seq Scan on (?:pathways|accounts)_(student|participation|change|enrollment|roster|user)\b"
)
READS, WRITES = ("SELECT", "WITH"), ("INSERT", "UPDATE", "DELETE")


def blocks(plan: str) -> int:
    """How many blocks a plan of EXPLAIN (ANALYZE, BUFFERS) touched."""
    hit = re.search(r"Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?", plan)
    return int(hit[1] or 0) + int(hit[2] or 0) if hit else 0


EXPLAIN = """
LOAD 'auto_explain';
SET auto_explain.log_analyze = on;
SET auto_explain.log_buffers = on;
SET auto_explain.log_timing = off;
SET auto_explain.log_level = notice;
SET auto_explain.log_min_duration = 0
"""
"""PostgreSQL sends the plan of each statement along with its answer, so that none is planned and
run once more to see what it touches.
"""
_PLAN = re.compile(r"Query Text: (?:DECLARE .*? FOR )?(.*?)\n(?=\S[^\n]*\(cost=)", re.DOTALL)
_OF_A_KEY = "SELECT 1 FROM ONLY "
"""What PostgreSQL itself asks when a foreign key is looked after."""


class Looker(Protocol):
    def look(self, sql: str, plan: str) -> None: ...


@contextmanager
def watched(looker: Looker, *aliases: str) -> Iterator[None]:
    """Show `looker` each statement of these databases and its plan, those of triggers not; inside a
    transaction.
    """

    def heard(message: Diagnostic) -> None:
        explained = _PLAN.search(message.message_primary or "")
        if explained and not explained[1].startswith(_OF_A_KEY):
            looker.look(explained[1], explained.string[explained.end() :])

    with ExitStack() as stack:
        for alias in aliases:
            connections[alias].ensure_connection()
            link = connections[alias].connection
            link.add_notice_handler(heard)
            stack.callback(link.remove_notice_handler, heard)
            link.execute(EXPLAIN, prepare=False)
            stack.callback(_stop, link)
        yield


def _stop(link: psycopg.Connection[Any]) -> None:
    with suppress(Error):  # a transaction that failed takes the setting back by itself
        link.execute("SET auto_explain.log_min_duration = -1", prepare=False)


@dataclass
class Touched:
    """The statements of a page that read, and those that write where asked for, each with its
    blocks.
    """

    explained: tuple[str, ...] = READS
    statements: list[tuple[int, str]] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    """Of those of which every district has many rows, the tables that were read from end to end."""
    passed_over: int = 0
    """Rows that were read and were not what was looked for."""

    @property
    def total(self) -> int:
        return sum(number for number, _ in self.statements)

    @property
    def dearest(self) -> str:
        number, sql = max(self.statements, default=(0, ""))
        return f"{number} {sql[:400]}"

    def look(self, sql: str, plan: str) -> None:
        if sql.lstrip(" (").startswith(self.explained):
            self.statements.append((blocks(plan), sql))
            self.whole += OF_MANY_ROWS.findall(plan)
            self.passed_over += sum(map(int, re.findall(r"Rows Removed by Filter: (\d+)", plan)))


@contextmanager
def touched(*, writes: bool = False) -> Iterator[Touched]:
    """What the statements within touch, in both databases; inside a transaction."""
    page = Touched((*READS, *WRITES) if writes else READS)
    with watched(page, *BOTH):
        yield page


_OF_STAGED_ROWS = re.compile(
    r"\s*(?:WITH|SELECT|INSERT|UPDATE|DELETE|CREATE TEMPORARY TABLE \S+ AS)\b.*"
    r"\b(?:staged|fall|upload|plan|roster|follow_up)_",
    re.DOTALL,
)
FEW, TIMES = 250, 4
MOST = 6


class BlocksOfStagedRows:
    """Blocks of all tables, temporary ones too, that statements about staged rows touch, and the
    rows that an index led to and that then had to be looked at.
    """

    def __init__(self) -> None:
        self.total = 0

    def look(self, sql: str, plan: str) -> None:
        if _OF_STAGED_ROWS.match(sql):
            whole = next((line for line in plan.splitlines() if "Buffers:" in line), "")
            self.total += sum(map(int, re.findall(r"(?:hit|read)=(\d+)", whole)))
            self.total += sum(map(int, re.findall(r"Heap Fetches: (\d+)", plan)))


def demand_a_row_each(take: Callable[[int], int], most: float = MOST) -> None:
    """`take(rows)` sends a file of so many rows that are alike, and returns of how many it was
    told. Four times the rows touch four times the blocks, or at most `most`; where each is looked
    for among all others they touch sixteen times as many.
    """
    sizes = []
    for rows in (FEW, FEW * TIMES):
        blocks = BlocksOfStagedRows()
        with watched(blocks, "default"):
            assert take(rows) == rows
        sizes.append(blocks.total)
    small, large = sizes
    assert small and large <= small * most, sizes


def analyze(*, by_index: bool) -> None:
    """Let PostgreSQL know what the tables hold. A small table it reads whole, because that is
    cheaper: not when `by_index`, so that plans over small and large tables can be compared.
    """
    for alias in BOTH:
        with writing_state(), connections[alias].cursor() as cursor:
            names = connections[alias].introspection.table_names(cursor)
            cursor.execute(f"ANALYZE {', '.join(sorted(names))}")  # not what both databases share
            cursor.execute(f"SET LOCAL enable_seqscan = {'off' if by_index else 'on'}")


def forget_statistics() -> None:
    """Let PostgreSQL know of no table what it holds, as in a portal that was set up today."""
    with connection.cursor() as cursor:
        for what in (
            "DELETE FROM pg_statistic WHERE starelid",
            "UPDATE pg_class SET reltuples = -1 WHERE oid",
        ):
            cursor.execute(
                f"{what} IN (SELECT oid FROM pg_class WHERE relkind = 'r' AND relname LIKE"
                " 'pathways\\_%')"
            )


def take_time() -> None:
    """Nothing of the test ends because the machine is busy: to write and look at thousands of rows
    takes longer than a page may, and one of its two transactions waits for the other.
    """
    for alias in BOTH:
        with writing_state(), connections[alias].cursor() as cursor:
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                cursor.execute(f"SET LOCAL {limit} = 0")


def rewrite() -> None:
    """Drop what earlier tests rolled back, before any row of the next one is there: an index leads
    to it as to living rows, and a plan that weighs an index by its empty pages reads the table.
    """
    for alias in BOTH:
        with psycopg.connect(**_beside(alias)) as link:
            swollen = link.execute(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r'"
                " AND relnamespace = 'public'::regnamespace AND pg_total_relation_size(oid) > 250000"
            ).fetchall()
            for (table,) in swollen:
                link.execute(f"VACUUM (FULL) {table}")
            link.execute("VACUUM (ANALYZE)")


def _beside(alias: str) -> dict[str, Any]:
    return {**connections[alias].get_connection_params(), "autocommit": True}


def grow(district: District_, students: int, start: int) -> None:
    """More students of a district, each in three sections of CTE courses; every second one with a
    record. PostgreSQL makes them of the first one, who is written as all are.
    """
    take_time()
    calendar = district.calendars[2025]
    first = district.student(f"{start:09d}", "Name0", "A")
    record = district.record(first)
    seats = [district.roster(first, HEALTH, number=f"c{start}-{place}") for place in range(3)]
    copy(
        Student,
        first.pk,
        f"generate_series(1, {students - 1}) number",
        state_id=f"lpad(({start} + number)::text, 9, '0')",
        last_name="'Name' || number",
    )
    new = (
        f"pathways_student student WHERE student.district_id = '{district.district.pk}'"
        f" AND student.state_id > '{start:09d}' AND student.state_id < '{start + students:09d}'"
    )
    (enrollment,) = first.enrollments.filter(calendar=calendar).values_list("pk", flat=True)
    copy(Enrollment, enrollment, new, student_id="student.id")
    enrolled = f"pathways_enrollment enrolled, {new} AND enrolled.student_id = student.id"
    for seat in seats:
        copy(Roster, seat.pk, enrolled, enrollment_id="enrolled.id")
    second = f"{new} AND right(student.state_id, 1) IN ('1', '3', '5', '7', '9')"
    copy(Participation, record.pk, second, student_id="student.id")
    (change,) = Change.objects.filter(student_id=first.pk).values_list("pk", flat=True)
    copy(Change, change, second, student_id="student.id")


def crowd(district: District_, people: int, start: int) -> None:
    """More people of a district, each with an account and a name of their own."""
    first = person(f"p{start}", "Name0", "A", (Role.VIEWER, district.district.pk))
    user_name = f"'p' || ({start} + number)"
    copy(
        User,
        first.pk,
        f"generate_series(1, {people - 1}) number",
        username=user_name,
        email=f"{user_name} || '@example.org'",
        last_name=f"'Name' || ({start} + number)",
    )
    (role,) = first.memberships.values_list("pk", flat=True)
    new = f"accounts_user person WHERE person.username LIKE 'p{start // 100_000}%'"
    copy(Membership, role, f"{new} AND person.id <> {first.pk}", user_id="person.id")


def copy(model: type[Model], key: int, source: str, **other: str) -> None:
    """For each row of `source` a row like the one with this key, in which `other` columns differ."""
    columns = [
        column.column
        for column in model._meta.concrete_fields
        if not column.primary_key and not column.generated
    ]
    assert set(other) <= set(columns)
    values = ", ".join(other.get(column, f'model."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    begin, where, rest = source.partition(" WHERE ")
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" model, {begin}'
            f" WHERE model.id = {key}{' AND ' if where else ''}{rest}"
        )


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"
