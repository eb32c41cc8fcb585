"""How many blocks of PostgreSQL's tables and indexes a page touches, and districts that grow."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection, connections
from psycopg import Error

from cte_portal.editions import writing_state
from pathways.models import Change, Course, Enrollment, Participation, Roster, Section, Student
from tests.fixtures.records import HEALTH, District_

BOTH = ("default", "state")
OF_MANY_ROWS = re.compile(
    r"Seq Scan on pathways_(student|participation|change|enrollment|roster)\b"
)
READS, WRITES = ("SELECT", "WITH"), ("INSERT", "UPDATE", "DELETE")


def blocks(plan: str) -> int:
    """How many blocks a plan of EXPLAIN (ANALYZE, BUFFERS) touched."""
    hit = re.search(r"Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?", plan)
    return int(hit[1] or 0) + int(hit[2] or 0) if hit else 0


@dataclass
class Touched:
    """The statements of a page that read, and those that write where asked for, each with its
    blocks.
    """

    explained: tuple[str, ...] = READS
    statements: list[tuple[int, str]] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    """Of those of which every district has many rows, the tables that were read from end to end."""

    @property
    def total(self) -> int:
        return sum(number for number, _ in self.statements)

    @property
    def dearest(self) -> str:
        number, sql = max(self.statements, default=(0, ""))
        return f"{number} {sql[:400]}"

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many and sql.lstrip(" (").startswith(self.explained):
            with context["connection"].connection.cursor() as cursor:
                cursor.execute("SAVEPOINT explained")
                try:
                    cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)
                    plan = "\n".join(line for (line,) in cursor.fetchall())
                    self.statements.append((blocks(plan), sql))
                    self.whole += OF_MANY_ROWS.findall(plan)
                except Error:
                    pass  # the page meets the same error
                cursor.execute("ROLLBACK TO SAVEPOINT explained")
        return execute(sql, params, many, context)


@contextmanager
def touched(*, writes: bool = False) -> Iterator[Touched]:
    """What the statements within touch, in both databases; inside a transaction."""
    page = Touched((*READS, *WRITES) if writes else READS)
    with ExitStack() as stack:
        for alias in BOTH:
            stack.enter_context(connections[alias].execute_wrapper(page))
        yield page


_OF_STAGED_ROWS = re.compile(
    r"\s*(?:WITH|SELECT|INSERT|UPDATE|DELETE|CREATE TEMPORARY TABLE \S+ AS)\b.*"
    r"\b(?:staged|fall|upload|plan|roster|follow_up)_",
    re.DOTALL,
)
FEW, TIMES = 250, 4
MOST = 6


class BlocksOfStagedRows:
    """Blocks of all tables, temporary ones too, that statements about staged rows touch, and the rows
    that an index led to and that then had to be looked at.
    """

    def __init__(self) -> None:
        self.total = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many and _OF_STAGED_ROWS.match(sql):
            with connection.connection.cursor() as cursor:
                cursor.execute("SAVEPOINT explained")
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)
                plan = [line for (line,) in cursor.fetchall()]
                cursor.execute("ROLLBACK TO SAVEPOINT explained")
            whole = next((line for line in plan if "Buffers:" in line), "")
            self.total += sum(map(int, re.findall(r"(?:hit|read)=(\d+)", whole)))
            self.total += sum(map(int, re.findall(r"Heap Fetches: (\d+)", "\n".join(plan))))
        return execute(sql, params, many, context)


def demand_a_row_each(take: Callable[[int], int], most: float = MOST) -> None:
    """`take(rows)` sends a file of so many rows that are alike, and returns of how many it was told.
    Four times the rows touch four times the blocks, or at most `most`; where each is looked for
    among all others they touch sixteen times as many.
    """
    sizes = []
    for rows in (FEW, FEW * TIMES):
        blocks = BlocksOfStagedRows()
        with connection.execute_wrapper(blocks):
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


def wait_for_each_other() -> None:
    """The test's transactions stay open while nothing is asked in them: one of the two waits while
    the other's plans are made, and both wait for a vacuum.
    """
    for alias in BOTH:
        with writing_state(), connections[alias].cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def vacuum() -> None:
    """Drop what earlier tests rolled back: an index leads to it as to living rows. Nor has autovacuum
    a reason to come while the test runs: it would take tables for empty whose rows are not committed.
    To truncate would wait for the test itself.
    """
    wait_for_each_other()
    for alias in BOTH:
        parameters = {**connections[alias].get_connection_params(), "autocommit": True}
        with psycopg.connect(**parameters) as link:
            link.execute("VACUUM (ANALYZE, TRUNCATE FALSE)")


def grow(district: District_, students: int, start: int) -> None:
    """More students of a district, each in three sections of CTE courses; every second one with a
    record.
    """
    calendar = district.calendars[2025]
    taught = district.roster(
        district.student(f"{start:09d}"), HEALTH, number=f"c{start}"
    ).section.course.pathway
    sections = []
    for number in range(3):
        course = Course.objects.create(
            school=district.school,
            number=f"{start}-{number}",
            name="Course",
            pathway=taught,
            credits=1,
        )
        sections.append(Section.objects.create(course=course, calendar=calendar, number="1"))
    people = Student.objects.bulk_create(
        Student(
            district=district.district,
            state_id=f"{start + number:09d}",
            last_name=f"Name{number}",
            first_name="A",
            birth_date=datetime.date(2007, 1, 1),
            gender="F",
        )
        for number in range(1, students)
    )
    enrolled = Enrollment.objects.bulk_create(
        Enrollment(
            student=enrolled_student,
            calendar=calendar,
            service_type="P",
            grade="12",
            start_date=datetime.date(2024, 8, 21),
        )
        for enrolled_student in people
    )
    Roster.objects.bulk_create(
        Roster(section=section, enrollment=enrollment)
        for enrollment in enrolled
        for section in sections
    )
    _record(district, [student.pk for student in people[::2]], taught.pk)


def _record(district: District_, students: list[int], pathway: int) -> None:
    values: dict[str, Any] = {
        "pathway_id": pathway,
        "version": 1,
        "concentrator": False,
        "single_parent": False,
        "start_date": datetime.date(2024, 8, 21),
        "in_district_credits": 1,
        "out_of_district_credits": 0,
        "dual_enrollment_credits": 0,
        "work_based_learning_credits": 0,
        "modified_date": datetime.date(2025, 1, 2),
    }
    Participation.objects.bulk_create(
        Participation(student_id=student, modified_by="X", modified_end_year=2025, **values)
        for student in students
    )
    Change.objects.bulk_create(
        Change(
            district=district.scope.district,
            student_id=student,
            end_year=2025,
            operation=Change.Operation.CREATE,
            source=Change.Source.DEMO,
            by="X",
            at=datetime.datetime(2025, 1, 2, tzinfo=datetime.UTC),
            **values,
        )
        for student in students
    )


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"
