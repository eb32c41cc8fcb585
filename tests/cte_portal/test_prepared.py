"""Prepared questions: the same answer as the query they are made of, with other values each time,
and nothing of an earlier page in a later one.
"""

from __future__ import annotations

import datetime
import sqlite3

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certification.models import CertificationEvent
from certification.status.status import events_of
from cte_portal.accounts.models import User
from cte_portal.batches.models import moment
from cte_portal.editions import Edition, Scope
from cte_portal.prepared import counted, of_whole_district, prepared
from cte_portal.prepared_changes import Change, prepared_change
from pathways.models import Participation, StateCopy, Student
from tests.fixtures.certification import make_event
from tests.fixtures.records import HEALTH, District_
from tests.pathways.blocks import is_postgresql


@prepared
def students(scope: Scope, grade: str | None) -> QuerySet[Student]:
    students_with_number = Student.objects.in_scope(scope).annotate(number=Count("participations"))
    return students_with_number.filter(enrollments__grade=grade) if grade else students_with_number


@prepared
def credits(
    pathways: tuple[int, ...], concentrator: bool
) -> QuerySet[Participation, tuple[object]]:
    records = Participation.objects.filter(pathway__pk__in=pathways, concentrator=concentrator)
    return records.values_list("total_credits", "start_date")


@counted("COUNT(*), MAX(version)")
def records(scope: Scope) -> QuerySet[Participation, tuple[int]]:
    return Participation.objects.of_district(scope).values_list("version")


@of_whole_district
def versions(scope: Scope) -> QuerySet[Participation, tuple[int]]:
    return Participation.objects.of_district(scope).values_list("version")


def test_each_call_answers_for_its_own_district(
    cottonwood: District_, elsewhere: District_, kayla: Student
) -> None:
    theirs = elsewhere.student("999777555")
    elsewhere.record(theirs)
    for district, student, number in (
        (cottonwood, kayla, 0),
        (elsewhere, theirs, 1),
        (cottonwood, kayla, 0),
    ):
        (student_row,) = students(district.scope, None)
        assert (student_row, student_row.last_name, student_row.number) == (
            student,
            student.last_name,
            number,
        )
        assert student_row._state.db == "default" and not student_row._state.adding
        assert records(district.scope) == [(number, 1 if number else None)]
    assert students(cottonwood.scope, "12") == [kayla] and students(cottonwood.scope, "09") == []


def test_the_state_edition_is_asked_in_its_own_database(
    cottonwood: District_, kayla: Student
) -> None:
    assert students(cottonwood.scope, None) == [kayla]
    assert students(Scope("9012", 2025, Edition.STATE), None) == []


def test_values_come_back_as_the_model_has_them(cottonwood: District_, kayla: Student) -> None:
    record = cottonwood.record(kayla, HEALTH)
    record.refresh_from_db()
    for pathways in ((record.pathway_id,), (record.pathway_id, 0)):
        assert credits(pathways, False) == [(record.total_credits, record.start_date)]
    assert credits((0,), False) == credits((record.pathway_id,), True) == []


def test_an_object_reads_later_what_its_question_left_out(db: None) -> None:
    assert StateCopy.objects.in_short("9012") is None


def test_a_later_call_builds_no_query(
    cottonwood: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = records(cottonwood.scope)
    monkeypatch.setattr(records, "query", None)
    with CaptureQueriesContext(connection) as queries:
        assert records(cottonwood.scope) == first
    assert len(queries) == 1


@prepared_change
def written_down(name: str, last: str, first: str | None, lasts: datetime.timedelta) -> Change:
    columns = {"last_name": last, "last_login": moment(lasts.total_seconds())}
    people = User.objects.filter(username=name)
    return people, columns if first is None else {**columns, "first_name": first}


def test_a_change_is_made_of_its_own_rows_with_its_own_values(clerk: User, viewer: User) -> None:
    day = datetime.timedelta(days=1)
    assert written_down(clerk.username, "Yazzie", None, day) == 1
    assert written_down(viewer.username, "Nez", "Zoe", 3 * day) == 1
    assert written_down("nobody", "Nobody", "None", day) == 0
    for person, last, first in ((clerk, "Yazzie", clerk.first_name), (viewer, "Nez", "Zoe")):
        person.refresh_from_db()
        assert (person.last_name, person.first_name) == (last, first)
    assert viewer.last_login and clerk.last_login
    later = viewer.last_login - clerk.last_login
    assert day < later < 3 * day


def test_a_later_change_builds_no_statement(clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    day = datetime.timedelta(days=1)
    written_down(clerk.username, "Yazzie", None, day)
    monkeypatch.setattr(written_down, "query", None)
    with CaptureQueriesContext(connection) as queries:
        assert written_down(clerk.username, "Nez", None, day) == 1
    assert len(queries) == 1


def test_a_change_that_the_database_refuses_ends_its_transaction(
    cottonwood: District_, kayla: Student
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        of_gender("9012", "N")
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            of_gender("9012", "N")
        assert transaction.get_rollback()
    kayla.refresh_from_db()
    assert kayla.gender == "F"


@prepared_change
def of_gender(district: str, gender: str) -> Change:
    return Student.objects.filter(district=district), {"gender": gender}


@pytest.mark.skipif(not is_postgresql(), reason="SQLite keeps no plan of another call")
def test_the_server_plans_it_once(cottonwood: District_, elsewhere: District_) -> None:
    records(cottonwood.scope)
    before = plans()  # an earlier test may have asked as well
    for district in (elsewhere, cottonwood):
        records(district.scope)
    after = plans()
    assert (after["generic"] - before["generic"], after["custom"]) == (2, 0)
    assert after["statements"] == before["statements"] == 1


def plans() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*), SUM(generic_plans), SUM(custom_plans) FROM pg_prepared_statements"
            " WHERE statement LIKE '%MAX(version)%'"
        )
        return dict(zip(("statements", "generic", "custom"), cursor.fetchone(), strict=True))


@pytest.mark.skipif(not is_postgresql(), reason="SQLite keeps no plan of another call")
def test_all_rows_of_a_district_are_planned_as_it_is_large(
    cottonwood: District_, elsewhere: District_, kayla: Student
) -> None:
    cottonwood.record(kayla, HEALTH)
    with CaptureQueriesContext(connection) as queries:
        assert [versions(district.scope) for district in (cottonwood, elsewhere)] == [[(1,)], []]
    assert len(queries) == 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_prepared_statements"
            ' WHERE statement LIKE \'SELECT "pathways_participation"."version"%\''
        )
        assert cursor.fetchone() == (0,)


def test_a_moment_is_refused_that_would_be_kept(db: None) -> None:
    @prepared
    def stale() -> QuerySet[CertificationEvent]:
        return CertificationEvent.objects.filter(due__lt=timezone.localdate())

    @prepared
    def dated(day: datetime.date) -> QuerySet[CertificationEvent]:
        return CertificationEvent.objects.filter(due__lt=day)

    event = make_event()
    with pytest.raises(TypeError, match="a moment"):
        stale()
    assert dated(event.due) == []
    assert dated(event.due + datetime.timedelta(days=1)) == [event]


def test_what_is_no_value_is_refused(db: None, clerk: User) -> None:
    @prepared
    def of(person: User) -> QuerySet[User]:
        return User.objects.filter(pk=person.pk)

    with pytest.raises(TypeError, match="takes no User"):
        of(clerk)


def test_sqlite_does_not_read_a_statement_again_for_each_value(cottonwood: District_) -> None:
    """A round's status is a condition of partial indexes, for which it would look at the value."""
    if is_postgresql():
        pytest.skip("PostgreSQL keeps what is prepared")
    events_of(cottonwood.scope)
    seen: list[tuple[object, ...]] = []

    def hear(*part: object) -> int:
        seen.append(part)
        return sqlite3.SQLITE_OK

    connection.connection.set_authorizer(hear)
    try:
        events_of(cottonwood.scope)
        assert seen.pop()  # who listens has every statement read again
        seen.clear()
        events_of(cottonwood.scope)
        assert seen == []
    finally:
        connection.connection.set_authorizer(None)
