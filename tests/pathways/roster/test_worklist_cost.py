"""What the roster worklist and its badge cost: their own district's rows, whatever other districts
hold (design D9).
"""

from __future__ import annotations

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cte_portal.accounts.models import User
from pathways.models import Course, Enrollment, Roster, Section, Student
from pathways.roster.worklist import Which, Worklist
from tests.fixtures.records import HEALTH, District_

OTHERS = re.compile(r"Seq Scan on pathways_(?:roster|enrollment|student)\b")


def plan_of(worklist: Worklist, *, small: bool) -> str:
    """How PostgreSQL answers the badge's statement. A small table it reads whole, because that is
    cheaper: not when `small`, so that two plans can be compared.
    """
    with CaptureQueriesContext(connection) as queries:
        worklist.balance()
    (query,) = queries.captured_queries
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(f"SET LOCAL enable_seqscan = {'off' if small else 'on'}")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {query['sql']}")
        return "\n".join(line for (line,) in cursor.fetchall())


def blocks(plan: str) -> int:
    """How many blocks were touched."""
    hit = re.search(r"Buffers: shared hit=(\d+)(?: read=(\d+))?", plan)
    assert hit, plan
    return int(hit[1]) + int(hit[2] or 0)


def grow(district: District_, students: int, start: int) -> None:
    """More students of a district, each in three sections of CTE courses."""
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
            student=one,
            calendar=calendar,
            service_type="P",
            grade="12",
            start_date=datetime.date(2024, 8, 21),
        )
        for one in people
    )
    Roster.objects.bulk_create(
        Roster(section=section, enrollment=one) for one in enrolled for section in sections
    )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="EXPLAIN (BUFFERS) is PostgreSQL's")
def test_the_badge_reads_no_other_districts_rows(
    cottonwood: District_, elsewhere: District_
) -> None:
    """FR-216: the count joined rosters of the whole state. With four times the rows elsewhere it
    touches the same blocks.

    With 4,000 students elsewhere PostgreSQL reads the 34 blocks of enrollments whole rather than
    120 by the index: the first plan goes by the index as the second does of its own accord.
    """
    grow(cottonwood, 40, 100_000_000)
    grow(elsewhere, 4000, 200_000_000)
    once = blocks(plan_of(Worklist(cottonwood.scope), small=True))
    grow(elsewhere, 12_000, 300_000_000)
    plan = plan_of(Worklist(cottonwood.scope), small=False)
    assert not OTHERS.search(plan), plan
    assert blocks(plan) <= once * 1.1, (once, plan)


def test_no_part_of_the_page_is_computed_twice(
    client: Client, cottonwood: District_, clerk: User, kayla: Student
) -> None:
    """FR-216: the balance stood in the badge, on the page and on home, and each asked for it."""
    cottonwood.roster(kayla, HEALTH)
    client.force_login(clerk)
    for page in ("", "roster-worklist/", f"roster-worklist/{Which.UNLIKE.key}/"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/districts/9012/2025/{page}").status_code == 200
        asked = [
            query["sql"] for query in queries.captured_queries if "pathways_roster" in query["sql"]
        ]
        assert len(asked) == len(set(asked)), page
        assert sum('"has_record"' in sql for sql in asked) == 1, page
