"""The history of roster data names the account of each author, and nobody rewrites it (M-13)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from pathways.models import Course, CourseChange, StudentChange
from pathways.roster import courses
from pathways.roster.shapes import SHAPES
from pathways.triggers import ROSTER_HISTORY
from tests.pathways.roster.conftest import ALL, Desk, zipped

BEFORE, TABLES = "0013_words_on_screen", [shape.history for shape in SHAPES]


@pytest.mark.django_db(databases=["default", "state"])
def test_files_screens_and_undo_keep_the_account(desk: Desk) -> None:
    """M-13."""
    file = desk.send(zipped(ALL))
    course = Course.objects.get(number="MA1")
    choice = courses.CourseChoice(course, "", course.credits + 1, ("", course.credits))
    assert courses.save(desk.scope, [choice], by=desk.clerk.record_name, by_id=desk.clerk.pk) == 1
    desk.undo(file)
    for table in TABLES:
        history = apps.get_model("pathways", table.removeprefix("pathways_"))
        assert set(history.objects.values_list("by", "by_id")) == {("GRANT, SAM", desk.clerk.pk)}, (
            table
        )
    assert set(CourseChange.objects.values_list("source", flat=True)) == {"file", "screen", "undo"}


def refuses(statement: str, table: str) -> None:
    with (
        pytest.raises(IntegrityError, match=f"{table}_is_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.long
@pytest.mark.django_db(databases=["default", "state"], transaction=True)
def test_the_roster_history_is_append_only_before_and_after_its_migration(desk: Desk) -> None:
    """M-13: SQLite may rebuild a table and lose its triggers; either way they stand, and the lines
    too.
    """
    assert set(TABLES) == set(ROSTER_HISTORY.tables)
    desk.send(zipped(ALL))
    lines = StudentChange.objects.count()
    try:
        call_command("migrate", "pathways", BEFORE, database="default", verbosity=0)
        for table in TABLES:
            refuses(f"UPDATE {table} SET by = 'X'", table)
            refuses(f"DELETE FROM {table}", table)
    finally:
        call_command("migrate", database="default", verbosity=0)
    for table in TABLES:
        refuses(f"UPDATE {table} SET by_id = 1", table)
        refuses(f"DELETE FROM {table}", table)
    assert StudentChange.objects.count() == lines > 0
