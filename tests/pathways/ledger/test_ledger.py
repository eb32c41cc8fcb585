"""The ledger writes all or nothing, once, with its history, and nobody overwrites anybody
unseen.
"""

from __future__ import annotations

import datetime
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certification.triggers import OUTCOME_TRIGGERS, PROOF_TRIGGERS
from certification.triggers import TRIGGERS as CERTIFICATION
from cte_portal.accounts.triggers import SIGN_INS, VIEWS
from cte_portal.accounts.triggers import TRIGGERS as ACCOUNTS
from pathways import rules
from pathways.ledger import ledger, locks, staging
from pathways.ledger.locks import lock_district
from pathways.ledger.position import position_of
from pathways.ledger.shape import TYPED, Row
from pathways.lists import standard
from pathways.models import (
    Approval,
    Change,
    CollectionLock,
    Participation,
    Pathway,
    SchoolYear,
    Student,
)
from pathways.records import entry
from pathways.triggers import (
    ELEMENT_HISTORY,
    ONEROSTER_MAPPING,
    OUTCOME_HISTORY,
    OUTCOME_LOCK,
    ROSTER_HISTORY,
)
from pathways.triggers import TRIGGERS as PATHWAYS
from tests.fixtures.records import BUSINESS, HEALTH, District_, row

CLERK = "MARTIN, CHERYL"


def save(district: District_, *rows: Row, by: str = CLERK) -> entry.Saved:
    return entry.save(district.scope, rows, by=by)


def close(district: District_, end_year: int = 2025) -> CollectionLock:
    return CollectionLock.objects.create(
        district=district.district.number,
        end_year=end_year,
        collection=CollectionLock.Collection.END_OF_YEAR,
        since=timezone.now(),
        by="DOE, JANE",
        reason="The certification was sent to the state.",
        reference="7K3Q",
    )


def test_a_new_record_is_written_with_its_history(cottonwood: District_, kayla: Student) -> None:
    saved = save(cottonwood, row(kayla))
    record = Participation.objects.get()
    assert saved.applied == ledger.Applied(created=1)
    assert (record.version, record.modified_by, record.modified_date) == (
        1,
        CLERK,
        timezone.localdate(),
    )
    assert record.modified_end_year == 2025, "the active year, whatever the clock says"
    change = Change.objects.get()
    assert (change.operation, change.version, change.by, change.end_year, change.district) == (
        "create",
        1,
        CLERK,
        2025,
        "9012",
    )
    assert all(getattr(change, name) == getattr(record, name) for name in TYPED)


def test_a_change_raises_the_version_and_keeps_the_image_before_it(
    cottonwood: District_, kayla: Student
) -> None:
    save(cottonwood, row(kayla))
    save(
        cottonwood,
        row(kayla, version=1, in_district_credits=Decimal("2.50"), concentrator=True),
        by="DOE, JOHN",
    )
    record = Participation.objects.get()
    assert (record.total_credits, record.version, record.modified_by) == (
        Decimal("2.50"),
        2,
        "DOE, JOHN",
    )
    images = Change.objects.of_record(kayla.pk, record.pathway_id).order_by("version")
    assert [(image.operation, image.in_district_credits) for image in images] == [
        ("create", Decimal("1.50")),
        ("update", Decimal("2.50")),
    ]


def test_a_save_that_changes_nothing_writes_nothing(cottonwood: District_, kayla: Student) -> None:
    save(cottonwood, row(kayla))
    before = Participation.objects.values().get()
    assert save(cottonwood, row(kayla, version=1), by="SOMEONE, ELSE").applied == ledger.Applied(
        unchanged=1
    )
    assert Participation.objects.values().get() == before
    assert Change.objects.count() == 1


def test_c_05_a_stale_version_writes_nothing(cottonwood: District_, kayla: Student) -> None:
    save(cottonwood, row(kayla))
    save(cottonwood, row(kayla, version=1, single_parent=True), by="DOE, JOHN")
    with pytest.raises(ledger.Stale) as stale:
        save(cottonwood, row(kayla, version=1, in_district_credits=Decimal(1)))
    assert stale.value.lines == (1,)
    assert Participation.objects.get().in_district_credits == Decimal("1.50")


def test_c_06_a_deleted_record_is_not_made_again_by_a_save(
    cottonwood: District_, kayla: Student
) -> None:
    record = cottonwood.record(kayla)
    entry.delete(cottonwood.scope, record, version=1, by=CLERK)
    with pytest.raises(ledger.Stale):
        save(cottonwood, row(kayla, version=1, in_district_credits=Decimal(1)))
    assert not Participation.objects.exists()


def test_c_08_one_stale_row_stops_all_or_is_left_out_as_asked(
    cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla, HEALTH)
    rows = [row(kayla, HEALTH, version=7), row(kayla, BUSINESS)]
    with pytest.raises(ledger.Stale):
        save(cottonwood, *rows)
    assert Participation.objects.count() == 1
    staged = staging.stage(rows)
    applied = ledger.apply(
        cottonwood.scope, staged, by=CLERK, source=Change.Source.FORM, checked=None, skip_stale=True
    )
    assert (applied.created, applied.stale) == (1, (1,))


def test_versions_go_on_after_a_delete_and_a_restore(cottonwood: District_, kayla: Student) -> None:
    record = cottonwood.record(kayla, in_district_credits=Decimal("1.25"))
    entry.delete(cottonwood.scope, record, version=1, by=CLERK)
    deleted = Change.objects.get(operation="delete")
    assert deleted.in_district_credits == Decimal("1.25"), "a delete keeps the last image"
    entry.restore(cottonwood.scope, deleted, version=0, by=CLERK, source=Change.Source.UNDO)
    record = Participation.objects.get()
    assert (record.version, record.in_district_credits) == (3, Decimal("1.25"))
    assert list(
        Change.objects.order_by("version").values_list("version", "operation", "source")
    ) == [
        (1, "create", "demo"),
        (2, "delete", "form"),
        (3, "create", "undo"),
    ]


def test_undo_brings_back_a_record_whose_approval_has_lapsed(
    cottonwood: District_, kayla: Student
) -> None:
    record = cottonwood.record(kayla)
    entry.delete(cottonwood.scope, record, version=1, by=CLERK)
    Approval.objects.all().delete()
    saved = entry.restore(
        cottonwood.scope,
        Change.objects.get(operation="delete"),
        version=0,
        by=CLERK,
        source=Change.Source.UNDO,
    )
    assert saved.applied.created == 1
    assert "CTE-212" in {finding.rule.id for finding in saved.warnings}


def test_a_refused_row_leaves_nothing_behind(cottonwood: District_, kayla: Student) -> None:
    with pytest.raises(ledger.Refused) as refused:
        save(
            cottonwood, row(kayla, BUSINESS), row(kayla, HEALTH, dual_enrollment_credits=Decimal(9))
        )
    assert [finding.rule.id for finding in refused.value.findings] == ["CTE-116"]
    assert not Participation.objects.exists() and not Change.objects.exists()


def test_a_student_of_another_district_cannot_be_written_even_unchecked(
    cottonwood: District_, elsewhere: District_
) -> None:
    stranger = elsewhere.student("999000555")
    staged = staging.stage([row(stranger)])
    with pytest.raises(ledger.Stale):
        ledger.apply(cottonwood.scope, staged, by=CLERK, source=Change.Source.DEMO, checked=None)
    assert not Participation.objects.exists()


def test_c_34_rows_are_judged_again_when_reference_data_moved_after_the_check(
    cottonwood: District_, kayla: Student
) -> None:
    staged = staging.stage([row(kayla)])
    checked = rules.check_staged(cottonwood.scope, staged)
    assert not checked.refused
    Approval.objects.all().delete()
    standard.moved()
    with pytest.raises(ledger.Refused) as refused:
        ledger.apply(
            cottonwood.scope,
            staged,
            by=CLERK,
            source=Change.Source.FORM,
            checked=checked,
            check=rules.check_staged,
        )
    assert {finding.rule.id for finding in refused.value.findings} == {"CTE-212"}


def test_rows_are_judged_again_when_the_district_moved_after_the_check(
    cottonwood: District_, kayla: Student
) -> None:
    staged = staging.stage([row(kayla)])
    checked = rules.check_staged(cottonwood.scope, staged)
    numbers: list[int] = []

    def check(scope: Any, relation: Any) -> rules.Checked:
        numbers.append(1)
        return checked

    ledger.apply(
        cottonwood.scope, staged, by=CLERK, source=Change.Source.FORM, checked=checked, check=check
    )
    assert not numbers, "nothing moved"
    staged = staging.stage([row(kayla, BUSINESS)])
    ledger.apply(
        cottonwood.scope, staged, by=CLERK, source=Change.Source.FORM, checked=checked, check=check
    )
    assert numbers, "the first save moved the district's cursor"


@pytest.mark.parametrize("moved", ["nothing", "the record", "the student"])
def test_a_plan_is_carried_out_only_while_what_it_was_made_of_stands(
    cottonwood: District_, elsewhere: District_, kayla: Student, moved: str
) -> None:
    """A file is planned when it is checked and saved some seconds later."""
    staged = staging.stage([row(kayla, version=None, single_parent=True)])
    checked = rules.check_staged(cottonwood.scope, staged)
    plan = ledger.preview(cottonwood.scope, staged)
    assert plan.created == 1
    if moved == "the record":
        staging._last.staged = None  # the plan of the rows stays while another is made
        cottonwood.record(kayla)
    if moved == "the student":
        Student.objects.filter(pk=kayla.pk).update(district=elsewhere.district)

    def saved() -> ledger.Applied:
        return ledger.apply(
            cottonwood.scope,
            staged,
            by=CLERK,
            source=Change.Source.UPLOAD,
            checked=checked,
            check=rules.check_staged,
            plan=plan,
        )

    if moved == "the student":
        with pytest.raises(ledger.Stale):
            saved()
        assert not Participation.objects.exists() and not Change.objects.exists()
        return
    applied = saved()
    assert (applied.created, applied.updated) == ((0, 1) if moved == "the record" else (1, 0))
    record = Participation.objects.get()
    assert record.single_parent and record.version == Change.objects.count()


@pytest.mark.parametrize("stood", [True, False])
def test_a_save_that_began_before_a_plan_and_ends_after_it_is_not_passed_over(
    cottonwood: District_, kayla: Student, stood: bool
) -> None:
    """Its lines are not the ledger's last ones, so the cursor is where it was."""
    if stood:
        cottonwood.record(kayla)
    staged = staging.stage([row(kayla, version=None)])
    checked = rules.check_staged(cottonwood.scope, staged)
    plan = ledger.preview(cottonwood.scope, staged)
    assert (plan.unchanged, plan.created) == ((1, 0) if stood else (0, 1))
    staging._last.staged = None  # the plan of the rows stays while another is made
    cottonwood.record(kayla, version=int(stood), single_parent=True)
    ledger.apply(
        cottonwood.scope,
        staged,
        by=CLERK,
        source=Change.Source.UPLOAD,
        checked=replace(checked, cursor=position_of(cottonwood.scope).cursor),
        plan=plan,
    )
    record = Participation.objects.get()
    assert not record.single_parent and record.version == stood + 2, "the file is what stands last"


def test_a_closed_collection_is_not_written_and_the_next_year_opens_it(
    cottonwood: District_, kayla: Student
) -> None:
    record = cottonwood.record(kayla)
    close(cottonwood)
    with pytest.raises(ledger.Locked) as locked:
        save(cottonwood, row(kayla, version=1, single_parent=True))
    assert locked.value.lock and locked.value.lock.reference == "7K3Q"
    with pytest.raises(ledger.Locked):
        entry.delete(cottonwood.scope, record, version=1, by=CLERK)
    SchoolYear.objects.filter(is_active=True).update(is_active=False)
    SchoolYear.objects.filter(end_year=2026).update(is_active=True)
    with pytest.raises(ledger.OtherYear):
        entry.delete(cottonwood.scope, record, version=1, by=CLERK)
    assert (
        entry.delete(replace(cottonwood.scope, end_year=2026), record, version=1, by=CLERK).deleted
        == 1
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pathways_participation SET single_parent = NOT single_parent",
        "DELETE FROM pathways_participation",
        (
            "INSERT INTO pathways_participation (student_id, pathway_id, concentrator,"
            " single_parent, start_date, in_district_credits, out_of_district_credits,"
            " dual_enrollment_credits, work_based_learning_credits, modified_date, modified_by,"
            " modified_end_year, version) SELECT student_id, (SELECT id FROM pathways_pathway WHERE"
            " name = 'Finance'), concentrator, single_parent, start_date, 1, 0, 0, 0,"
            " modified_date, modified_by, modified_end_year, 1 FROM pathways_participation"
        ),
    ],
)
def test_c_24_the_database_refuses_raw_sql_on_a_closed_collection(
    statement: str, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        transaction.set_rollback(True)
    close(cottonwood)
    with (
        pytest.raises(IntegrityError, match="pathways_collection_is_locked"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_without_an_active_year_nothing_is_written(cottonwood: District_, kayla: Student) -> None:
    SchoolYear.objects.update(is_active=False)
    with pytest.raises(ledger.NoActiveYear):
        save(cottonwood, row(kayla))
    assert not Participation.objects.exists()


def test_a_lock_of_another_district_or_year_closes_nothing(
    cottonwood: District_, elsewhere: District_, kayla: Student
) -> None:
    close(elsewhere)
    close(cottonwood, end_year=2024)
    assert save(cottonwood, row(kayla)).applied.created == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pathways_change SET by = 'X'",
        "DELETE FROM pathways_change",
        "TRUNCATE pathways_change",
    ],
)
def test_p_04_history_cannot_be_rewritten(
    statement: str, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla)
    if statement.startswith("TRUNCATE") and connection.vendor == "sqlite":
        statement = "REPLACE INTO pathways_change SELECT * FROM pathways_change"
    with (
        pytest.raises(IntegrityError, match="pathways_change_is_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Change.objects.count() == 1


def test_the_triggers_stand_after_all_migrations(db: None) -> None:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query, None)
        names = {
            name
            for triggers in (
                PATHWAYS,
                ROSTER_HISTORY,
                ELEMENT_HISTORY,
                ONEROSTER_MAPPING,
                OUTCOME_HISTORY,
                OUTCOME_LOCK,
                ACCOUNTS,
                SIGN_INS,
                VIEWS,
                CERTIFICATION,
                OUTCOME_TRIGGERS,
                PROOF_TRIGGERS,
            )
            for name in triggers.names[connection.vendor]
        }
        assert {name for (name,) in cursor.fetchall()} == names
    with connections["state"].cursor() as cursor:
        cursor.execute(query, None)
        assert cursor.fetchall() == [], (
            "records reach the State edition as they were sent, locked or not"
        )


def statements(call: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        call()
    transactions = (
        "BEGIN",
        "COMMIT",
        "SAVEPOINT",
        "RELEASE",
        "CREATE TEMPORARY TABLE staged_",
        "DROP TABLE IF EXISTS staged_",
    )
    return [
        query["sql"]
        for query in queries.captured_queries
        if not query["sql"].lstrip().startswith(transactions)
    ]


def test_ten_thousand_rows_run_the_same_statements_as_one(cottonwood: District_) -> None:
    students = Student.objects.bulk_create(
        Student(
            district=cottonwood.district,
            state_id=f"{999100000 + number}",
            last_name="Many",
            first_name=str(number),
            birth_date=datetime.date(2007, 1, 2),
            gender="F",
        )
        for number in range(5000)
    )
    health, business = (Pathway.objects.get(name=name).pk for name in (HEALTH, BUSINESS))
    typed = Row.of(cottonwood.record(cottonwood.student("999000001")), version=None)
    lawful = {name: getattr(typed, name) for name in TYPED}

    def apply(rows: list[Row]) -> Callable[[], Any]:
        staged = staging.stage(rows)
        return lambda: ledger.apply(
            cottonwood.scope, staged, by=CLERK, source=Change.Source.DEMO, checked=None
        )

    few = statements(
        apply([Row(students[0].pk, health, **lawful), Row(students[1].pk, business, **lawful)])
    )
    many = statements(
        apply(
            [
                Row(student.pk, pathway, **lawful)
                for student in students[2:]
                for pathway in (health, business)
            ]
        )
    )
    assert len(few) == len(many)
    assert len(many) <= 8
    assert Participation.objects.count() == 2 + 1 + 2 * 4998
    assert Change.objects.count() == Participation.objects.count()


def test_a_form_save_takes_few_statements(cottonwood: District_, kayla: Student) -> None:
    cottonwood.record(kayla)
    assert (
        len(statements(lambda: save(cottonwood, row(kayla, version=1, single_parent=True)))) <= 13
    )


@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_c_05_c_07_writers_at_the_same_moment_never_lose_an_update(
    opi_reference: None, cottonwood: District_
) -> None:
    """Eight clerks save the same version, and the same new pathway, at once: one wins, the others
    are told, ten rounds.
    """
    student = cottonwood.student("999000321")
    for number in range(10):
        before = Participation.objects.filter(student=student, pathway__name=HEALTH).first()
        version = before.version if before else 0
        health = row(
            student,
            HEALTH,
            version=version,
            in_district_credits=Decimal(number) + Decimal("0.25"),
            concentrator=number >= 2,
        )
        outcomes: list[str] = []
        barrier = threading.Barrier(4)

        def clerk(
            name: str,
            typed: Row = health,
            together: threading.Barrier = barrier,
            answers: list[str] = outcomes,
        ) -> None:
            try:
                together.wait()
                entry.save(cottonwood.scope, [typed], by=name)
                answers.append("saved")
            except (ledger.Stale, ledger.Refused, ledger.Busy) as refusal:
                answers.append(type(refusal).__name__)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no outcome a clerk may see
                answers.append(repr(error))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=clerk, args=(f"CLERK, {letter}",)) for letter in "ABCD"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # The same values again change nothing: who comes later with an old version is refused all
        # the same.
        assert outcomes.count("saved") == 1, outcomes
        assert set(outcomes) <= {"saved", "Stale", "Refused"}, outcomes
    assert Participation.objects.count() == 1
    versions = list(Change.objects.order_by("version").values_list("version", flat=True))
    assert versions == list(range(1, 11))


@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_who_waits_too_long_for_a_district_is_told(
    opi_reference: None, cottonwood: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = cottonwood.student("999000321")
    typed = row(student)
    monkeypatch.setattr(locks, "WAIT", "100ms")
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock_district(cottonwood.scope, exclusive=True)
            held.set()
            done.wait(20)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(5)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 100")
    try:
        with pytest.raises(ledger.Busy):
            entry.save(cottonwood.scope, [typed], by=CLERK)
    finally:
        done.set()
        thread.join()
    assert not Participation.objects.exists()
    assert entry.save(cottonwood.scope, [typed], by=CLERK).applied.created == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no plans")
def test_a_save_leaves_the_questions_of_pages_prepared(
    cottonwood: District_, kayla: Student
) -> None:
    """psycopg forgets them all when it sees a table dropped or renamed, and the next pages had each
    question planned again.
    """

    def prepared() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM pg_prepared_statements")
            return int(cursor.fetchone()[0])

    save(cottonwood, row(kayla))
    position_of(cottonwood.scope)
    before = prepared()
    save(cottonwood, row(kayla, version=1, in_district_credits="2.00"))
    for refusal, version in ((ledger.Stale, 1), (ledger.Locked, 2)):
        if refusal is ledger.Locked:
            close(cottonwood)
        with pytest.raises(refusal):
            save(cottonwood, row(kayla, version=version, in_district_credits="2.25"))
    assert prepared() >= before > 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no plans")
def test_one_save_asks_the_statements_of_another(cottonwood: District_, kayla: Student) -> None:
    """No table of its own is made, so that all of them can stay planned."""

    def statements_of(*rows: Row) -> list[str]:
        statements: list[str] = []

        def noted(execute: Any, sql: str, *rest: Any) -> Any:
            if "SAVEPOINT" not in sql:
                statements.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(noted):
            save(cottonwood, *rows)
        return statements

    save(cottonwood, row(kayla))
    first = statements_of(row(kayla, version=1, in_district_credits="2.00"))
    assert first == statements_of(row(kayla, version=2, in_district_credits="2.25"))
    assert not [sql for sql in first if re.match(r"CREATE|DROP|DO|ANALYZE", sql.lstrip())]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite analyzes each time")
def test_a_staging_table_is_analyzed_where_its_size_is_not_known(
    cottonwood: District_, kayla: Student
) -> None:
    def analyzes(*rows: Row) -> bool:
        with CaptureQueriesContext(connection) as queries:
            staging.stage(rows)
        return any(query["sql"].startswith("ANALYZE") for query in queries.captured_queries)

    staging.forget()
    assert analyzes(row(kayla)) and not analyzes(row(kayla), row(kayla))
    assert analyzes(*[row(kayla)] * 200) and analyzes(row(kayla)) and not analyzes(row(kayla))
    with transaction.atomic():
        staging.forget()
        assert analyzes(row(kayla))
        transaction.set_rollback(True)
    assert analyzes(row(kayla)), "the table went with the transaction"
