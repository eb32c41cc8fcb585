"""Resync beside what is awkward: rows with another parent, another district or another year, values
that change places, OPI's lists in between.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.running import run
from cte_portal.batches.submit import cancel
from cte_portal.editions import Scope
from pathways.ledger import canonical
from pathways.lists import publish
from pathways.models import (
    Calendar,
    Course,
    Enrollment,
    Outcome,
    Participation,
    Pathway,
    Roster,
    School,
    SchoolYear,
    Section,
    StateCopy,
    Student,
)
from pathways.resync import resync
from pathways.resync.batches import submit_resync
from pathways.resync.cursors import cursors_of, sent_cursors
from pathways.resync.object_types import BY_NAME, NAMES, OBJECTS, RECORDS
from pathways.resync.unsent import Unsent
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import STUDENT
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_
from tests.fixtures.resync import STATE, delete, errors, send


def same(scope: Scope) -> None:
    """The state has what the district has, by every column, counted without the resync's own
    code.
    """
    for kind in OBJECTS:
        if not kind.kept_by_opi:
            here = kind.model._base_manager.filter(
                **{kind.owner: scope.district}, **({kind.year: scope.end_year} if kind.year else {})
            )
            there = kind.model._base_manager.using(STATE).filter(**{kind.owner: scope.district})
            if kind.year:
                there = there.filter(**{kind.year: scope.end_year})
            assert set(there.values_list(*kind.fields)) == set(here.values_list(*kind.fields)), (
                kind.name
            )


def test_a_duplicate_student_is_merged_and_nothing_that_moved_is_lost(school: District_) -> None:
    send(school.scope)
    double, kept = (
        Student.objects.get(state_id="999000301"),
        Student.objects.get(state_id="999000302"),
    )
    delete(school, Participation.objects.get(student=double))
    Enrollment.objects.filter(student=double).update(
        student=kept, start_date=datetime.date(2024, 9, 2)
    )
    double.delete()
    copy = send(school.scope)
    same(school.scope)
    assert errors(copy) == {} and Roster.objects.using(STATE).count() == 3, (
        "the moved enrollment keeps its roster"
    )


def test_a_school_is_replaced_under_its_calendars_and_courses(school: District_) -> None:
    send(school.scope)
    anew = School.objects.create(district=school.district, number="0002", name="New High School")
    Calendar.objects.filter(school=school.school).update(school=anew)
    Course.objects.filter(school=school.school).update(school=anew)
    school.school.delete()
    assert errors(send(school.scope)) == {}
    same(school.scope)
    assert (
        Roster.objects.using(STATE).count() == 3 and Participation.objects.using(STATE).count() == 4
    )


def test_a_part_that_takes_out_a_parent_takes_what_names_it_until_the_rest_is_sent(
    school: District_,
) -> None:
    send(school.scope)
    double, kept = (
        Student.objects.get(state_id="999000301"),
        Student.objects.get(state_id="999000302"),
    )
    delete(school, Participation.objects.get(student=double))
    Enrollment.objects.filter(student=double).update(
        student=kept, start_date=datetime.date(2024, 9, 2)
    )
    double.delete()
    send(school.scope, ("Student",))
    assert Enrollment.objects.using(STATE).count() == 2 and Roster.objects.using(STATE).count() == 2
    assert Unsent.of(school.scope).gap.by_cause["never sent"] == 2
    send(school.scope)
    same(school.scope)


def test_a_student_of_another_district_is_not_taken_from_its_copy(
    school: District_,
    elsewhere: District_,
    kayla: Student,
) -> None:
    publish.publish()
    before = send(school.scope)
    delete(school, Participation.objects.get(student=kayla, pathway__name=BUSINESS))
    Student.objects.filter(pk=kayla.pk).update(district=elsewhere.district)
    copy = send(elsewhere.scope)
    assert copy.refused["Student"] == [
        [kayla.pk, "Another district has it at the state and must send first"]
    ]
    assert Student.objects.using(STATE).get(pk=kayla.pk).district_id == "9012"
    assert canonical.digest(school.scope.at_state()) == before.digest, (
        "what the other district sent stands as it was"
    )
    send(school.scope)
    assert not Student.objects.using(STATE).filter(pk=kayla.pk).exists()
    assert errors(send(elsewhere.scope)) == {}
    assert Student.objects.using(STATE).get(pk=kayla.pk).district_id == "0965"
    same(school.scope)


def test_a_calendar_that_changes_its_year_is_one_row_at_the_state(
    school: District_, kayla: Student
) -> None:
    school.enroll(kayla, 2024)
    send(Scope("9012", 2024))
    send(school.scope)
    Calendar.objects.filter(pk=school.calendars[2024].pk).update(school_year_id=2025, number="002")
    send(school.scope)
    same(school.scope)
    assert Enrollment.objects.using(STATE).filter(student_id=kayla.pk).count() == 2
    Calendar.objects.filter(pk=school.calendars[2024].pk).update(school_year_id=2024)
    send(school.scope)
    same(school.scope)


def two_of_each(school: District_, kayla: Student) -> dict[str, tuple[list[Any], str, Any]]:
    """For each type two rows, the field in which they differ, and a third value to go through."""
    second_school = School.objects.create(
        district=school.district, number="0002", name="Other High School"
    )
    calendar = Calendar.objects.create(school=school.school, school_year_id=2025, number="002")
    course, section = Course.objects.get(), Section.objects.get()
    second = Course.objects.create(
        school=school.school, number="99", name="Second", credits=Decimal(1)
    )
    sections = [
        section,
        Section.objects.create(course=course, calendar=school.calendars[2025], number="2"),
    ]
    enrollments = [
        kayla.enrollments.get(),
        school.enroll(kayla, service_type="P", grade="11", start_date=datetime.date(2025, 1, 6)),
    ]
    rosters = [
        Roster.objects.get(enrollment__student=kayla),
        Roster.objects.create(section=sections[1], enrollment=enrollments[0]),
    ]
    return {
        "School": ([school.school, second_school], "number", "0003"),
        "Calendar": ([school.calendars[2025], calendar], "number", "003"),
        "Student": (list(Student.objects.order_by("pk")[:2]), "state_id", "999999999"),
        "Enrollment": (enrollments, "start_date", datetime.date(2025, 3, 3)),
        "Course": ([course, second], "number", "98"),
        "Section": (sections, "number", "3"),
        "Roster": (rosters, "enrollment_id", enrollments[1].pk),
        "CTE Participation": (
            list(Participation.objects.filter(student=kayla)),
            "pathway_id",
            Pathway.objects.get(name=FINANCE).pk,
        ),
        "CTE Outcome": (
            [
                Outcome.objects.create(
                    student=kayla, end_year=end_year, status="01", origin=Outcome.Origin.SCREEN
                )
                for end_year in (2023, 2024)
            ],
            "end_year",
            2022,
        ),
    }


@pytest.mark.parametrize("name", [name for name in NAMES if name != "District"])
def test_what_only_one_may_have_changes_places(
    name: str, school: District_, kayla: Student
) -> None:
    (row, partner), field, through = two_of_each(school, kayla)[name]
    if name == "Roster":  # in the same section, the rosters of two students
        partner = Roster.objects.filter(section=row.section).exclude(pk=row.pk).first()
    send(school.scope)
    rows = BY_NAME[name].model._base_manager
    first, second = getattr(row, field), getattr(partner, field)
    rows.filter(pk=row.pk).update(**{field: through})
    rows.filter(pk=partner.pk).update(**{field: first})
    rows.filter(pk=row.pk).update(**{field: second})
    assert errors(send(school.scope)) == {}
    same(school.scope)


def test_a_district_that_has_nothing_any_more_has_nothing_at_the_state(school: District_) -> None:
    send(school.scope)
    for record in Participation.objects.all():
        delete(school, record)
    for kind in reversed(OBJECTS[1:]):
        if kind is not RECORDS:
            kind.model._base_manager.all().delete()
    copy = send(school.scope)
    assert {
        kind.name for kind in OBJECTS[1:] if kind.model._base_manager.using(STATE).exists()
    } == set()
    assert errors(copy) == {} and copy.generation == 2 and copy.complete_at == copy.sent_at
    assert copy.digest == canonical.digest(school.scope)


def test_a_renamed_pathway_reaches_the_digest_with_the_next_resync(school: District_) -> None:
    before = send(school.scope)
    Pathway.objects.filter(name=HEALTH).update(name="Health Sciences")
    publish.publish()
    copy = send(school.scope)
    assert (
        copy.digest == canonical.digest(school.scope) != before.digest
        and copy.generation == before.generation + 1
    )
    assert send(school.scope).generation == copy.generation


def test_what_opi_removes_stays_at_the_state_while_a_district_names_it_there(
    school: District_,
) -> None:
    finance = Pathway.objects.get(name=FINANCE)
    Course.objects.update(pathway=finance)
    send(school.scope)
    Course.objects.update(pathway=None)
    assert publish.named_at_state(Pathway, {finance.pk}) == {finance.pk}
    key = finance.pk
    finance.delete()
    publish.publish()
    assert Pathway.objects.using(STATE).filter(pk=key).exists(), "publishing does not fail for it"
    send(school.scope)
    publish.publish()
    assert not Pathway.objects.using(STATE).filter(pk=key).exists()


def test_a_year_that_the_state_still_names_is_not_offered_for_removal(
    client: Client,
    keeper: User,
    school: District_,
) -> None:
    year = SchoolYear.objects.get(end_year=2026)
    calendar = school.calendars[2026]
    send(Scope("9012", 2026))
    calendar.delete()
    client.force_login(keeper)
    page = f"/admin/pathways/schoolyear/{year.pk}/change/"
    assert f"/admin/pathways/schoolyear/{year.pk}/delete/" not in client.get(page).content.decode()
    send(Scope("9012", 2026))
    assert f"/admin/pathways/schoolyear/{year.pk}/delete/" in client.get(page).content.decode()


def test_who_cancels_before_the_state_is_committed_finds_it_as_it_was(
    school: District_,
    clerk: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = resync._say
    sent = submit_resync(school.scope, NAMES, by=clerk)

    def canceled(*args: Any, **values: Any) -> StateCopy:
        cancel(sent, by="KELLER, DANIEL")
        return own(*args, **values)

    monkeypatch.setattr(resync, "_say", canceled)
    assert run(sent.pk)
    sent.refresh_from_db()
    assert sent.status == Status.CANCELED and sent.sentence.endswith(
        "Resync State Data shows what is at the state."
    )
    assert not StateCopy.objects.at_state().exists() and not Student.objects.using(STATE).exists()


def test_every_page_reads_the_cursor_without_the_list_of_what_was_left_out(
    school: District_,
) -> None:
    send(school.scope, ("CTE Participation",))
    with CaptureQueriesContext(connections[STATE]) as queries:
        assert Unsent.of(school.scope).changes == 4
    assert not any("refused" in query["sql"] for query in queries.captured_queries)


def test_a_part_leaves_cursor_and_completeness_to_what_it_sends(
    school: District_, kayla: Student
) -> None:
    whole = send(school.scope)
    school.record(kayla, HEALTH, version=1, single_parent=True)
    part = send(school.scope, ("Student", "Enrollment"))
    assert (
        part.cursor == whole.cursor
        and part.complete_at == whole.complete_at
        and Unsent.of(school.scope).changes == 1
    )
    part = send(school.scope, ("CTE Participation",))
    assert (
        part.cursor > whole.cursor
        and Unsent.of(school.scope).changes == 0
        and part.complete_at == whole.complete_at
    )
    assert part.objects_sent["Student"]["last"] < part.objects_sent[RECORDS.name]["last"]


def test_a_part_moves_the_cursors_of_what_it_sends_alone(school: District_, kayla: Student) -> None:
    """Each type has its own, and what is not sent yet is the sum of what differs of each."""
    send(school.scope)
    rename(kayla, "ELSE")
    school.record(kayla, HEALTH, version=1, single_parent=True)
    before = sent_cursors(StateCopy.objects.of_district("9012"))
    assert Unsent.of(school.scope).rows == 2
    part = send(school.scope, ("Student",))
    assert part.objects_sent["Student"]["cursor"] == cursors_of("9012")["Student"] > 0
    assert sent_cursors(part) | {"Student": before["Student"]} == before
    cache.clear()
    assert Unsent.of(school.scope).rows == 1
    records = send(school.scope, (RECORDS.name,))
    assert sent_cursors(records)[RECORDS.name] > before[RECORDS.name]
    assert sent_cursors(records) == cursors_of("9012")


def rename(student: Student, name: str) -> None:
    edit = RowEdit({"last_name": name}, student.pk)
    editing.write(Scope(student.district_id, 2025), [(STUDENT, edit)], by="X")


def test_a_statewide_child_is_queued_when_its_turn_comes(
    school: District_,
    elsewhere: District_,
    opi: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """F-34: what a district submits while others are sent does not wait for a resync that has not
    begun.
    """
    from pathways.resync import batches  # noqa: PLC0415

    own, seen = batches.resync, []

    def looked(scope: Scope, *args: Any, **values: Any) -> StateCopy:
        seen.append(
            (
                scope.district,
                set(Batch.objects.live().exclude(district="").values_list("district", flat=True)),
            )
        )
        return own(scope, *args, **values)

    monkeypatch.setattr(batches, "resync", looked)
    assert run(batches.submit_resync_of_all(2025, NAMES, by=opi).pk)
    assert seen == [("0965", {"0965"}), ("9012", {"9012"})]
