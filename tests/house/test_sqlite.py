"""What SQLite keeps between tests (`tests/fixtures/quick/sqlite.py`)."""

from __future__ import annotations

import sqlite3

import pytest
from django.db import OperationalError, connection, transaction

from pathways.roster.shapes import SHAPES
from tests.pathways.blocks import is_postgresql

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(is_postgresql(), reason="SQLite's connections are asked"),
]


def make_and_take_back() -> None:
    with transaction.atomic():
        connection.cursor().execute("CREATE TEMPORARY TABLE scratch (line integer)")
        transaction.set_rollback(True)


def ask() -> None:
    connection.cursor().execute("SELECT number FROM pathways_district").fetchall()


def test_a_temporary_table_has_every_statement_read_again_once() -> None:
    actions: list[int] = []

    def note(action: int, *_: object) -> int:
        actions.append(action)
        return sqlite3.SQLITE_OK

    make_and_take_back()
    connection.connection.set_authorizer(note)  # who is asked when a statement is read
    try:
        ask()
        assert actions.count(sqlite3.SQLITE_SELECT) == 1
        with transaction.atomic():
            transaction.set_rollback(True)
        ask()
        assert actions.count(sqlite3.SQLITE_SELECT) == 1
    finally:
        connection.connection.set_authorizer(None)


def test_what_stood_around_a_rollback_is_gone_with_its_own() -> None:
    with transaction.atomic():
        connection.cursor().execute("CREATE TEMPORARY TABLE around (line integer)")
        make_and_take_back()
        assert connection.cursor().execute("SELECT line FROM around").fetchall() == []
        transaction.set_rollback(True)
    with transaction.atomic(), pytest.raises(OperationalError, match="no such table: around"):
        connection.cursor().execute("SELECT line FROM around")
    connection.cursor().execute("CREATE TEMPORARY TABLE around (line integer)")
    connection.cursor().execute("DROP TABLE around")


def test_a_test_finds_the_tables_of_roster_rows_and_makes_none() -> None:
    tables = connection.cursor().execute("SELECT name FROM temp.sqlite_master").fetchall()
    assert {table for shape in SHAPES for table in (shape.rows_in, shape.plan)} < {
        name for (name,) in tables
    }
