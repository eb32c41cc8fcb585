"""How many statements a page may ask; transaction statements and the staging table's own DDL are
not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cte_portal.accounts.models import User
from cte_portal.prepared import Prepared
from pathways.models import Participation, Student
from tests.fixtures.records import BUSINESS, HEALTH, District_

NOT_COUNTED = (
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "CREATE TEMPORARY TABLE staged_",
    "DROP TABLE IF EXISTS staged_",
)


@contextmanager
def at_most(number: int) -> Iterator[None]:
    with CaptureQueriesContext(connection) as queries:
        yield
    statements = [
        query["sql"]
        for query in queries.captured_queries
        if not query["sql"].lstrip().startswith(NOT_COUNTED)
    ]
    # On PostgreSQL a page that counts anew asks first whether anybody writes, and where the
    # district stands then.
    settled = 2 * any("pg_try_advisory_xact_lock" in sql for sql in statements)
    assert len(statements) <= number + settled, "\n".join(
        f"{count} {sql[:160]}" for count, sql in enumerate(statements, 1)
    )


@contextmanager
def built_at_most(number: int) -> Iterator[None]:
    """How many statements Django puts together for the page: each takes it longer than the database
    takes to answer (ADR 0013).
    """
    tables = []
    execute = SQLCompiler.execute_sql

    def counted(compiler: SQLCompiler, *args: Any, **kwargs: Any) -> Any:
        tables.append(compiler.query.model._meta.db_table)
        return execute(compiler, *args, **kwargs)

    build = Prepared._built

    def built(question: Prepared[Any], values: dict[str, Any]) -> Any:
        tables.append(question.query.__qualname__)
        return build(question, values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLCompiler, "execute_sql", counted)
        patch.setattr(Prepared, "_built", built)
        yield
    assert len(tables) <= number, tables


@pytest.fixture
def desk(client: Client, cottonwood: District_, clerk: User, kayla: Student) -> Client:
    """The clerk at work: the session has seen its first pages."""
    for number in range(30):
        student = cottonwood.student(f"9990003{number:02d}", "Anselmo", f"Nr{number}")
        if number % 2:
            cottonwood.record(student)
    cottonwood.record(kayla, HEALTH)
    cottonwood.record(kayla, BUSINESS, single_parent=True)
    client.force_login(clerk)
    client.get("/districts/9012/2025/")
    return client


def test_a_search_takes_fourteen(desk: Client) -> None:
    """And one more where it finds students that this process has not shown."""
    with at_most(7):
        answer = desk.post("/districts/9012/2025/cte-concentrator/", {"term": "an"})
    for number in (15, 15, 14):  # two of them are the schools and grades to choose from
        with at_most(number):
            page = desk.get(answer["Location"])
        assert page.content.count(b"ANSELMO") == 30


def test_a_record_page_takes_fourteen(desk: Client, kayla: Student) -> None:
    """And one more where its list shows students that this process has not shown."""
    record = Participation.objects.get(student=kayla, pathway__name=HEALTH)
    answer = desk.post("/districts/9012/2025/cte-concentrator/", {"term": "an"})[
        "Location"
    ].partition("?")[2]
    for address in (f"{record.pathway_id}/", "", "new/"):
        page = f"/districts/9012/2025/cte-concentrator/{kayla.pk}/{address}?{answer}"
        desk.get(page)
        desk.get(page)
        with at_most(14):
            assert desk.get(page).status_code == 200


def test_what_clerks_open_all_day_is_prepared(desk: Client, kayla: Student) -> None:
    """Issue 16: the record took ten times the empty layout, most of it to build the same SQL."""
    answer = desk.post("/districts/9012/2025/cte-concentrator/", {"term": "an"})["Location"]
    record = Participation.objects.get(student=kayla, pathway__name=HEALTH)
    address = f"/districts/9012/2025/cte-concentrator/{kayla.pk}/{record.pathway_id}/"
    home, query = "/districts/9012/2025/", answer.partition("?")[2]
    queue = f"{home}batches/"
    for page, number in ((home, 2), (answer, 2), (f"{address}?{query}", 1), (queue, 1)):
        desk.get(page)
        with built_at_most(number):
            assert desk.get(page).status_code == 200


def test_a_save_takes_twenty_four(desk: Client, kayla: Student) -> None:
    """Three of them compare the records of who was changed with the state's, for the figure above
    the page; one tells namesakes apart.
    """
    record = Participation.objects.get(student=kayla, pathway__name=HEALTH)
    typed = {
        "concentrator": "Yes",
        "single_parent": "Yes",
        "apply_to_all": "on",
        "start_date": "07/14/2022",
        "in_district_credits": "2.50",
        "out_of_district_credits": "0",
        "dual_enrollment_credits": "1",
        "work_based_learning_credits": "0",
        "version": record.version,
        "then": "next",
        "next": kayla.pk + 1,
    }
    with at_most(24):
        saved = desk.post(
            f"/districts/9012/2025/cte-concentrator/{kayla.pk}/{record.pathway_id}/", typed
        )
    assert saved.status_code == 302
    record.refresh_from_db()
    assert record.total_credits == 2.5
    new = {**typed, "pathway": "", "version": "0"}
    with at_most(31):  # the district's own elements are asked of a new record too
        desk.post(f"/districts/9012/2025/cte-concentrator/{kayla.pk}/new/", new)
