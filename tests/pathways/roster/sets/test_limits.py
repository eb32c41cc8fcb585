"""How large a roster file may be, and what it costs."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pathways.models import Student
from tests.pathways.roster.conftest import (
    ALL,
    ENROLLMENTS,
    ROSTERS,
    STUDENTS,
    Desk,
    counts,
    zipped,
)

pytestmark = pytest.mark.django_db(databases=["default", "state"])


def test_as_many_statements_carry_in_a_hundred_students_as_two(desk: Desk) -> None:
    """R-IMP-30: a file of any size is staged, checked and written as a whole. Statistics are made
    of those tables alone that have grown.
    """

    def statements(first: int, number: int) -> int:
        rows = [f"{n:09}" for n in range(first, first + number)]
        files = ALL | {
            "students": STUDENTS.splitlines()[0]
            + "".join(f"\n{row},,LAST,First,,01/31/2007,F" for row in rows)
            + "\n",
            "enrollments": ENROLLMENTS.splitlines()[0]
            + "".join(f"\n0001,001,2025,{row},P,12,08/21/2024,," for row in rows)
            + "\n",
            "rosters": ROSTERS.splitlines()[0]
            + "".join(f"\n0001,001,2025,CTE101,1,{row}," for row in rows)
            + "\n",
        }
        with CaptureQueriesContext(connection) as queries:
            batch = desk.send(zipped(files))
        assert counts(batch, "Roster")["new"] == number
        of_statistics = re.compile("ANALYZE |SELECT pathways_renew_statistics")
        return len([query for query in queries if not of_statistics.match(query["sql"])])

    statements(1, 2)  # what is asked once in a process
    assert statements(1_000, 2) == statements(2_000, 100)


def test_a_file_with_more_rows_than_the_built_in_database_takes_is_refused_in_words(
    desk: Desk, client: Client
) -> None:
    """R-IMP-30: and the size that may be sent stands beside the field."""
    with override_settings(UPLOAD_MOST_ROWS=5):
        batch = desk.send(zipped({"students": STUDENTS, "enrollments": ENROLLMENTS}))
    assert batch.result["refused"].startswith("The files have more than 5 rows, the most that")
    assert not Student.objects.exists()
    client.force_login(desk.clerk)
    with override_settings(UPLOAD_MAX_MB=7):
        page = client.get(reverse("mt-data-upload", args=["0965", 2025])).content.decode()
    assert "up to 7 MB" in page


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's plans need no statistics")
def test_statistics_are_made_anew_only_of_a_table_that_has_grown(desk: Desk) -> None:
    """They cost more than a small district's upload beside 150,000 students of others."""

    def analyzed(*state_ids: str) -> set[str]:
        rows = "".join(f"\n{number},,LAST,First,,01/31/2007,F" for number in state_ids)
        with CaptureQueriesContext(connection) as queries:
            desk.send(STUDENTS.splitlines()[0] + rows + "\n")
        renewed = re.compile(r"SELECT pathways_renew_statistics\('pathways_(\w+)'\)")
        return {name for query in queries for name in renewed.findall(query["sql"])}

    many = [f"9990010{number:02}" for number in range(30)]
    assert analyzed(*many) == {"student"}
    assert analyzed("999002000") == set()
    assert analyzed(*(f"9990030{number:02}" for number in range(30))) == {"student"}
