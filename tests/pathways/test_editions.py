"""Two editions, two databases: the State edition cannot be written by accident, and each known trap
is sprung.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as Migrate
from django.db import IntegrityError, connections, models, transaction
from django.db.models import ProtectedError

from cte_portal.editions import (
    Edition,
    ReadOnlyEdition,
    Scope,
    home_of,
    only_reads,
    writing_state,
)
from pathways.models import Change, District, Participation, Pathway, SchoolYear, Student
from tests.fixtures.records import COPIED, HEALTH, District_

STATE = Edition.STATE.value


@pytest.fixture
def sent(cottonwood: District_, kayla: Student, state_edition: Callable[[], None]) -> Scope:
    """Kayla's record in both editions; the State edition's scope."""
    cottonwood.record(kayla)
    state_edition()
    return cottonwood.scope.at_state()


def test_an_edition_is_read_by_the_same_question(
    cottonwood: District_, sent: Scope, kayla: Student
) -> None:
    cottonwood.record(kayla, version=1, in_district_credits=2, concentrator=True)
    assert Participation.objects.in_scope(sent).get().total_credits == 1.5
    assert Participation.objects.in_scope(cottonwood.scope).get().total_credits == 2


def test_a_state_row_keeps_the_key_and_its_relations_stay_at_the_state(
    sent: Scope, kayla: Student
) -> None:
    record = Participation.objects.in_scope(sent).get()
    assert record.student_id == kayla.pk
    assert record.student._state.db == STATE
    assert record.student.participations.get()._state.db == STATE


@pytest.mark.parametrize(
    "write",
    [
        lambda record: record.save(),
        lambda record: record.delete(),
        lambda record: Participation.objects.using(STATE).update(single_parent=True),
        lambda record: Participation.objects.using(STATE).all().delete(),
        lambda record: Student.objects.create(
            district=record.student.district,
            state_id="999000888",
            last_name="X",
            first_name="Y",
            birth_date="2007-01-01",
            gender="F",
        ),
        lambda record: Participation(student=record.student),
        lambda record: Pathway.objects.using(STATE).create(
            code="99", name="Nothing", first_year=2020
        ),
        lambda record: record.student.participations.update(single_parent=True),
    ],
    ids=[
        "save",
        "delete",
        "update",
        "delete all",
        "create from a state row",
        "build from a state row",
        "create",
        "reverse",
    ],
)
def test_nothing_writes_the_state_edition(
    write: Callable[[Participation], Any], sent: Scope
) -> None:
    record = Participation.objects.in_scope(sent).select_related("student__district").get()
    before = {model: set(model._base_manager.values_list()) for model in COPIED}
    with pytest.raises(ReadOnlyEdition), transaction.atomic(STATE):
        write(record)
    assert {model: set(model._base_manager.values_list()) for model in COPIED} == before, (
        "nor does it write the District edition"
    )
    assert Participation.objects.in_scope(sent).get().single_parent is False


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO pathways_district VALUES ('1111', 'X')",
        " update pathways_district set name = 'X'",
        "DELETE FROM pathways_district",
        "TRUNCATE pathways_participation",
        "WITH gone AS (DELETE FROM pathways_district RETURNING 1) SELECT * FROM gone",
        "SELECT 1; DELETE FROM pathways_district",
        "SELECT * INTO copied FROM pathways_district",
        "SELECT * FROM pathways_district FOR UPDATE",
        "EXPLAIN ANALYZE DELETE FROM pathways_district",
        "CREATE TABLE x (y integer)",
        "DROP TABLE pathways_district",
        "ALTER TABLE pathways_district ADD x integer",
        "/* SELECT */ DELETE FROM pathways_district",
        "-- SELECT\nDELETE FROM pathways_district",
        "PRAGMA writable_schema = 1",
        "VACUUM",
        "COPY pathways_district FROM STDIN",
        "",
        "(WITH gone AS (DELETE FROM pathways_student RETURNING 1) SELECT * FROM gone)",
    ],
)
def test_the_guard_refuses_what_changes_data(sql: str) -> None:
    assert not only_reads(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM pathways_district WHERE name = 'delete; update'",
        "  WITH judged AS MATERIALIZED (SELECT 1) SELECT * FROM judged",
        "(SELECT 1) UNION ALL (SELECT 2)",
        "EXPLAIN SELECT 1",
        "BEGIN IMMEDIATE",
        "SAVEPOINT s1",
        'ROLLBACK TO SAVEPOINT "s1"',
        'RELEASE SAVEPOINT "s1"',
        "COMMIT",
        "SET CONSTRAINTS ALL IMMEDIATE",
        "PRAGMA foreign_key_check",
        "SELECT pg_advisory_xact_lock(1, 2)",
    ],
)
def test_the_guard_lets_reading_and_transactions_through(sql: str) -> None:
    assert only_reads(sql)


def test_the_guard_stands_on_a_new_connection(db: None) -> None:
    copy = connections[STATE].copy()
    try:
        copy.connect()
        with pytest.raises(ReadOnlyEdition), copy.cursor() as cursor:
            cursor.execute("DELETE FROM pathways_district")
    finally:
        copy.close()


def test_the_guard_is_lifted_only_inside_writing_state(sent: Scope) -> None:
    with writing_state():
        Pathway.objects.using(STATE).filter(name=HEALTH).update(last_year=2030)
    with pytest.raises(ReadOnlyEdition), transaction.atomic(STATE):
        Pathway.objects.using(STATE).filter(name=HEALTH).update(last_year=2031)
    assert Pathway.objects.using(STATE).get(name=HEALTH).last_year == 2030


@pytest.mark.parametrize("model", COPIED, ids=lambda model: model.__name__)
@pytest.mark.parametrize("alias", [edition.value for edition in Edition])
def test_each_model_of_both_editions_can_be_deleted_in_each(
    model: type[models.Model],
    alias: str,
    cottonwood: District_,
    kayla: Student,
    state_edition: Callable[[], None],
) -> None:
    """No DISTRICT or STATE model hangs on a BOTH row: the delete collector would look for its table
    in the wrong database.
    """
    cottonwood.record(kayla)
    state_edition()
    with writing_state(), transaction.atomic(alias):
        try:
            model._base_manager.using(alias).all().delete()
        except ProtectedError as protected:
            assert {row._state.db for row in protected.protected_objects} == {alias}
        transaction.set_rollback(True, alias)


def test_editioned_models_refer_to_editioned_models_alone() -> None:
    for model in apps.get_app_config("pathways").get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey):
                target = field.related_model
                assert target._meta.app_label == "pathways", f"{model.__name__}.{field.name}"
                if field.db_constraint:
                    assert home_of(model) is home_of(target), f"{model.__name__}.{field.name}"


def test_no_editioned_field_is_unique_by_itself() -> None:
    """`unique=True` asks the default database whichever edition is written; a UniqueConstraint asks
    the right one.
    """
    for model in apps.get_app_config("pathways").get_models():
        for field in model._meta.local_fields:
            assert field.primary_key or not field.unique, f"{model.__name__}.{field.name}"


def test_tables_stand_where_their_models_live(db: None) -> None:
    for edition in Edition:
        tables = set(connections[edition.value].introspection.table_names())
        for model in apps.get_models():
            if model._meta.managed:
                assert (model._meta.db_table in tables) == (
                    edition.value in home_of(model).value
                ), model


def test_the_editions_are_two_databases() -> None:
    """Two aliases on one database would collapse in the test runner, and prove nothing."""
    names = {connections[edition.value].settings_dict["NAME"] for edition in Edition}
    assert len(names) == 2


def test_a_migration_may_take_longer_than_a_page(
    opi_reference: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limits() -> list[str]:
        timeouts = []
        for edition in Edition:
            with connections[edition.value].cursor() as cursor:
                cursor.execute("SELECT current_setting('statement_timeout')")
                timeouts += cursor.fetchone()
        return timeouts

    if connections["default"].vendor != "postgresql":
        pytest.skip("SQLite has no such limit")
    meanwhile: list[list[str]] = []
    monkeypatch.setattr(Migrate, "handle", lambda *arguments, **options: meanwhile.append(limits()))
    call_command("migrate", verbosity=0)
    assert meanwhile == [["0", "10s"], ["10s", "0"]]
    assert limits() == ["10s", "10s"]


def test_reference_rows_have_the_same_keys_in_both_editions(opi_reference: None) -> None:
    for model in (Pathway, SchoolYear):
        assert list(model.objects.order_by("pk").values_list()) == list(
            model.objects.using(STATE).order_by("pk").values_list()
        )
    assert Pathway.objects.count() == 17


def test_a_record_is_in_scope_of_the_years_its_student_is_enrolled(
    cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla)

    def years() -> list[int]:
        return [
            year
            for year in (2024, 2025, 2026)
            if Participation.objects.in_scope(Scope("9012", year)).exists()
        ]

    assert years() == [2025]
    cottonwood.enroll(kayla, 2026, service_type="N")
    cottonwood.enroll(kayla, 2024, service_type="O")
    assert years() == [2025, 2026]


def test_a_record_counts_once_however_many_enrollments(
    cottonwood: District_, kayla: Student
) -> None:
    cottonwood.enroll(kayla, service_type="S")
    cottonwood.record(kayla)
    assert Participation.objects.in_scope(cottonwood.scope).count() == 1


def test_facts_that_always_hold_are_the_databases(cottonwood: District_, kayla: Student) -> None:
    refused: list[Callable[[], Any]] = [
        lambda: District.objects.create(number="965", name="X"),
        lambda: SchoolYear.objects.create(
            end_year=2027, starts="2026-07-01", ends="2027-06-30", is_active=True
        ),
        lambda: SchoolYear.objects.create(end_year=2028, starts="2026-07-01", ends="2027-06-30"),
        lambda: cottonwood.student("12345678"),
        lambda: cottonwood.student("999000123"),
        lambda: cottonwood.student("999000124", gender="X"),
        lambda: cottonwood.enroll(kayla, service_type="X"),
        lambda: cottonwood.enroll(kayla, 2024, end_date="2023-01-01"),
        lambda: cottonwood.enroll(kayla, 2024, end_status="110"),
        lambda: Pathway.objects.create(code="01", name="Twice", first_year=2020),
        lambda: Pathway.objects.create(code="98", name="health professions", first_year=2020),
        lambda: Pathway.objects.create(
            code="98", name="Backwards", first_year=2020, last_year=2019
        ),
    ]
    for number, create in enumerate(refused):
        with pytest.raises(IntegrityError), transaction.atomic():
            create()
            pytest.fail(f"case {number} was stored")


def test_participations_are_written_by_the_ledger_alone() -> None:
    """No other module of the portal names a write of Participation or Change."""
    writes = re.compile(
        r"\b(Participation|Change)\.objects\b[^\n]*\.(create|update|delete|bulk_create|bulk_update|get_or_create|update_or_create)\("
        r"|(INSERT INTO|UPDATE|DELETE FROM)\s+pathways_(participation|change)"
    )
    homes = {"pathways/ledger/ledger.py"}
    root = Path(settings.BASE_DIR)
    for path in [
        *root.glob("pathways/**/*.py"),
        *root.glob("cte_portal/**/*.py"),
        *root.glob("certification/**/*.py"),
    ]:
        name = str(path.relative_to(root))
        if name not in homes and "migrations" not in name:
            assert not writes.search(path.read_text()), name


def test_changes_outlive_their_record(cottonwood: District_, kayla: Student) -> None:
    assert not [field for field in Change._meta.get_fields() if field.is_relation]
