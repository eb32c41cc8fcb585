"""Resync: the state holds exactly what the district sent, and says what was left out and why
(guide, Step Three).
"""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections
from django.test.utils import CaptureQueriesContext

from cte_portal.editions import Scope
from pathways.ledger import canonical
from pathways.lists.publish import publish
from pathways.models import Change, Enrollment, Participation, Roster, Section, StateCopy, Student
from pathways.resync import resync
from pathways.resync.comparison import Comparison
from pathways.resync.object_types import BY_NAME, NAMES, OBJECTS, RECORDS, closure
from pathways.resync.unsent import Unsent
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.fixtures.resync import STATE, at_state, delete, errors, in_district, send


def first(school: District_) -> StateCopy:
    return send(school.scope)


def test_a_complete_resync_makes_the_state_equal(school: District_) -> None:
    copy = first(school)
    here, there = in_district(), at_state()
    for name in (
        "District",
        "School",
        "Student",
        "Course",
        "Section",
        "Roster",
        "CTE Participation",
        "Enrollment",
    ):
        assert there[name] == here[name], name
    assert {row[2] for row in there["Calendar"]} == {2025}, "calendars of the current year alone"
    assert copy.complete_at == copy.sent_at and copy.generation == 1 and errors(copy) == {}
    assert {name: entry["processed"] for name, entry in copy.objects_sent.items()} == {
        "District": 1,
        "School": 1,
        "Calendar": 1,
        "Student": 3,
        "Enrollment": 3,
        "Course": 1,
        "Section": 1,
        "Roster": 3,
        "CTE Participation": 4,
        "CTE Outcome": 0,
    }
    assert (
        copy.digest == canonical.digest(school.scope) == canonical.digest(school.scope.at_state())
    )
    assert Comparison(school.scope).differing == 0 and Unsent.of(school.scope).changes == 0


def test_a_second_resync_writes_nothing_and_keeps_the_generation(school: District_) -> None:
    first(school)
    before = at_state()
    with CaptureQueriesContext(connections[STATE]) as queries:
        copy = send(school.scope)
    assert not [
        query
        for query in queries.captured_queries
        if query["sql"].startswith(("INSERT INTO", "DELETE"))
    ]
    assert copy.generation == 1 and at_state() == before


def test_only_what_differs_is_written(school: District_, kayla: Student) -> None:
    first(school)
    record = Participation.objects.get(student=kayla, pathway__name=HEALTH)
    school.record(
        kayla,
        HEALTH,
        version=record.version,
        in_district_credits=Decimal("2.50"),
        concentrator=True,
    )
    assert Unsent.of(school.scope).changes == 1
    comparison = Comparison(school.scope)
    assert Unsent.of(school.scope).gap.by_cause == {"changed since": 1}
    (line,) = comparison.lines(RECORDS, comparison.keys(RECORDS))
    assert line.words == f"{kayla.name}, {HEALTH}" and line.cause == "Changed since it was sent"
    assert ("In District Credits Earned", "2.50", "1.50") in line.fields and (
        "CTE Concentrator",
        "Yes",
        "No",
    ) in line.fields
    copy = send(school.scope)
    assert copy.generation == 2 and Participation.objects.in_scope(school.scope.at_state()).get(
        pk=record.pk
    ).total_credits == Decimal("2.50")
    assert Unsent.of(school.scope).changes == 0


def test_a_deleted_record_leaves_the_state(school: District_, kayla: Student) -> None:
    first(school)
    record = Participation.objects.get(student=kayla, pathway__name=HEALTH)
    delete(school, record)
    assert Unsent.of(school.scope).gap.by_cause["only at the state"] == 1
    send(school.scope)
    assert not Participation.objects.in_scope(school.scope.at_state()).filter(pk=record.pk).exists()


def test_a_record_deleted_and_entered_anew_is_one_record_at_the_state(
    school: District_, kayla: Student
) -> None:
    first(school)
    delete(school, Participation.objects.get(student=kayla, pathway__name=HEALTH))
    anew = school.record(kayla, HEALTH)
    send(school.scope)
    assert (
        Participation.objects.in_scope(school.scope.at_state())
        .get(student_id=kayla.pk, pathway__name=HEALTH)
        .pk
        == anew.pk
    )


def test_a_student_taken_out_leaves_with_everything_that_names_her(
    school: District_, kayla: Student
) -> None:
    school.enroll(kayla, 2024)
    send(
        Scope("9012", 2024)
    )  # what an earlier year's resync brought must not hold her at the state
    first(school)
    assert Enrollment.objects.using(STATE).filter(student_id=kayla.pk).count() == 2
    for record in Participation.objects.filter(student=kayla):
        delete(school, record)
    Roster.objects.filter(enrollment__student=kayla).delete()
    Enrollment.objects.filter(student=kayla).delete()
    kayla.delete()
    send(school.scope)
    assert (
        not Student.objects.in_scope(school.scope.at_state()).filter(state_id="999000123").exists()
    )
    assert not Student.objects.using(STATE).filter(state_id="999000123").exists()


def test_what_its_parent_misses_is_left_out_and_named(school: District_) -> None:
    copy = send(school.scope, ("Roster",))
    assert errors(copy) == {"Roster": 3} and copy.complete_at is None
    assert {reason for _, reason in copy.refused["Roster"]} == {"Its section is not at the state"}
    copy = send(school.scope, ("CTE Participation",))
    assert (
        errors(copy)["CTE Participation"] == 4
        and not Participation.objects.in_scope(school.scope.at_state()).exists()
    )
    assert Unsent.of(school.scope).changes == 4, "what was left out is not called sent"
    assert Unsent.of(school.scope).gap.by_cause["refused"] == 7
    copy = send(school.scope, closure(["Roster", "CTE Participation", "CTE Outcome"]))
    assert errors(copy) == {} and copy.complete_at is not None
    assert Unsent.of(school.scope).changes == 0


def test_check_dependencies_is_the_closure(db: None) -> None:
    assert closure(["Roster"]) == (
        "District",
        "School",
        "Calendar",
        "Student",
        "Enrollment",
        "Course",
        "Section",
        "Roster",
    )
    assert closure(["School"]) == ("District", "School")
    assert closure(["CTE Participation"]) == ("District", "Student", "CTE Participation")
    assert closure([]) == ("District",)
    assert closure(NAMES) == NAMES


def test_students_who_exchange_their_state_ids_are_sent(school: District_, kayla: Student) -> None:
    first(school)
    second = Student.objects.get(state_id="999000301")
    Student.objects.filter(pk=kayla.pk).update(state_id="999999999")
    Student.objects.filter(pk=second.pk).update(state_id="999000123")
    Student.objects.filter(pk=kayla.pk).update(state_id="999000301")
    send(school.scope)
    assert at_state()["Student"] == in_district()["Student"]
    assert Participation.objects.in_scope(school.scope.at_state()).count() == 4


def test_f_33_one_type_that_the_state_does_not_take_leaves_the_others(
    school: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = resync.carry

    def damaged(kind: Any, keys: Any, staged: str) -> None:
        own(kind, keys, staged)
        if kind.model is Section:
            raise IntegrityError("a fault was asked for")

    monkeypatch.setattr(resync, "carry", damaged)
    copy = send(school.scope)
    assert errors(copy) == {"Section": 1, "Roster": 3}
    assert copy.refused["Section"][0][1] == "The state does not accept these values"
    assert Participation.objects.in_scope(school.scope.at_state()).count() == 4
    monkeypatch.undo()
    copy = send(school.scope, closure(["Roster"]))
    assert errors(copy) == {} and at_state()["Roster"] == in_district()["Roster"]


def test_the_same_batch_twice_is_one_resync(school: District_, kayla: Student) -> None:
    first(school)
    key = uuid.uuid4()
    school.record(kayla, BUSINESS, version=1, single_parent=True)
    copy = send(school.scope, batch=key)
    school.record(kayla, BUSINESS, version=2, single_parent=False)
    again = send(school.scope, batch=key)
    assert (again.generation, again.cursor, again.sent_at) == (
        copy.generation,
        copy.cursor,
        copy.sent_at,
    )
    assert (
        Participation.objects.in_scope(school.scope.at_state())
        .get(pathway__name=BUSINESS)
        .single_parent
        is True
    )
    assert Unsent.of(school.scope).changes == 1


def test_changes_by_sql_are_found_and_sent(school: District_) -> None:
    first(school)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pathways_student SET last_name = 'Sql' WHERE state_id = '999000123'")
    assert Unsent.of(school.scope).changes == 0
    comparison = Comparison(school.scope)
    assert (
        comparison.differing == 1
        and canonical.digest(school.scope) != StateCopy.objects.using(STATE).get().digest
    )
    send(school.scope)
    assert canonical.digest(school.scope) == StateCopy.objects.using(STATE).get().digest


def test_another_district_is_left_alone(school: District_, elsewhere: District_) -> None:
    student = elsewhere.student("999000123", "Other", "One")
    elsewhere.record(student)
    first(school)
    assert not Student.objects.using(STATE).filter(district="0965").exists()
    publish()
    send(elsewhere.scope)
    assert Student.objects.using(STATE).filter(state_id="999000123").count() == 2
    assert Change.objects.filter(district="0965").count() == 1


def test_a_student_who_left_the_year_stays_at_the_state_and_does_not_count(
    school: District_, kayla: Student
) -> None:
    first(school)
    Enrollment.objects.filter(student=kayla).update(service_type="O")
    send(school.scope)
    assert Participation.objects.in_scope(school.scope.at_state()).count() == 2
    assert Comparison(school.scope).differing == 0
    Enrollment.objects.filter(student=kayla).update(service_type="P")
    school.record(kayla, HEALTH, version=1, in_district_credits=Decimal(2))
    send(school.scope)
    assert (
        Participation.objects.in_scope(school.scope.at_state())
        .get(student_id=kayla.pk, pathway__name=HEALTH)
        .total_credits
        == 2
    )


def test_the_canonical_text_is_the_same_on_either_database(
    school: District_, kayla: Student
) -> None:
    Student.objects.filter(pk=kayla.pk).update(last_name="O’Neil\tX", first_name="José\\")
    lines = [line.decode() for line in canonical.lines(school.scope) if b"\t01" not in line]
    assert lines[0].startswith(
        "999000123\t\tO’Neil\\tX\tJosé\\\\\tRae\t2007-01-02\tF\t12\t0001\tCottonwood Bend High"
        " School\t"
    )
    assert lines == sorted(lines, key=str.encode)
    assert canonical.lines(school.scope) == sorted(
        canonical.line(row) for row in canonical.rows(school.scope)
    )


def test_a_resync_names_each_type_it_may_send() -> None:
    for kind in OBJECTS:
        for _, parent in kind.parents:
            assert parent.__name__ in {"District", "SchoolYear", "Pathway"} or any(
                BY_NAME[name].model is parent for name in kind.needs
            )
