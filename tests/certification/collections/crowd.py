"""Many leavers of a district, each as the calls of a fall leave them."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import connections
from django.db.models import Field, Model
from django.utils import timezone

from cte_portal.editions import writing_state
from pathways.models import (
    Attempt,
    Contact,
    Enrollment,
    FollowUpEntry,
    FollowUpPathway,
    Outcome,
    OutcomeChange,
    OutcomeProposal,
    Student,
)
from tests.fixtures.records import District_
from tests.pathways.follow_up.leavers import GRADUATED, GRADUATION, LEFT_YEAR

BY = {"by": "MARTIN, CHERYL", "by_id": 1}
MADE = 100
"""So many leavers are made by Django; thousands are copies of those, made by the database, which
takes a fraction of the time.
"""
APART = 10_000_000
"""The keys of a leaver and of its next copy."""


def crowd(district: District_, number: int, start: int) -> None:
    """So many leavers, on the list: of four one is open, one was tried, one is answered, and one
    has an answer from elsewhere. Their State IDs begin at `start`.
    """
    made = min(number, MADE)
    assert number % made == 0
    rows = _make(district, made, start)
    for model, stored in rows.items():
        _copy(model, stored, number // made - 1, "default")
    with writing_state():
        for model in (Student, Outcome):
            model._default_manager.using("state").bulk_create(rows[model])
            _copy(model, rows[model], number // made - 1, "state")


def _copy(model: type[Model], rows: list[Any], copies: int, alias: str) -> None:
    if not copies:
        return
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    numbers = ", ".join(f"({number})" for number in range(1, copies + 1))
    keys = ", ".join(str(row.pk) for row in rows)
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"WITH copies(number) AS (VALUES {numbers})"
            f" INSERT INTO {model._meta.db_table} ({', '.join(field.column for field in fields)})"
            f" SELECT {', '.join(map(_copied, fields))} FROM {model._meta.db_table}, copies"
            f" WHERE id IN ({keys})"
        )


def _copied(field: Field[Any, Any]) -> str:
    """A column's value in a copy."""
    if field.name == "state_id":
        return f"CAST(CAST(state_id AS bigint) + copies.number * {MADE} AS varchar(9))"
    if field.name == "last_name":
        return "last_name || copies.number"
    if field.primary_key or field.column in ("student_id", "entry_id", "row"):
        return f'"{field.column}" + copies.number * {APART}'
    return f'"{field.column}"'


def _make(district: District_, number: int, start: int) -> dict[type[Model], list[Any]]:
    """Rows of the portal, those that others name first."""
    now, today = timezone.now(), timezone.localdate()
    calendar = district.enroll(district.student(f"{start:09d}", enrolled=False), LEFT_YEAR).calendar
    students = Student.objects.bulk_create(
        Student(
            district=district.district,
            state_id=f"{start + at:09d}",
            last_name=f"Name{at}",
            first_name="A",
            birth_date=datetime.date(2006, 1, 1),
            gender="F",
        )
        for at in range(1, number + 1)
    )
    enrollments = Enrollment.objects.bulk_create(
        Enrollment(
            student=student,
            calendar=calendar,
            service_type="P",
            grade="12",
            start_date=datetime.date(2023, 8, 21),
            end_date=GRADUATION,
            end_status=GRADUATED,
        )
        for student in students
    )
    entries = FollowUpEntry.objects.bulk_create(
        FollowUpEntry(
            student=student,
            end_year=LEFT_YEAR,
            school=district.school,
            exit="graduate",
            exit_date=GRADUATION,
            end_status=GRADUATED,
            receipt=f"{district.scope.district}-2024-EOY-1",
            reason="Graduated on 05/25/2024",
            since=now,
        )
        for student in students
    )
    pathways = FollowUpPathway.objects.bulk_create(
        FollowUpPathway(entry=entry, code="10", name="Health Professions") for entry in entries
    )
    contacts = Contact.objects.bulk_create(
        Contact(student=student, kind="phone", value="406-555-0101", at=now, **BY)
        for student in students
    )
    attempts = Attempt.objects.bulk_create(
        Attempt(
            entry=entry,
            date=today,
            means="phone",
            status="01" if at % 4 == 2 else "",
            at=now,
            **BY,
        )
        for at, entry in enumerate(entries)
        if at % 4 in (1, 2)
    )
    outcomes = Outcome.objects.bulk_create(
        Outcome(
            student=entry.student,
            end_year=LEFT_YEAR,
            status="01",
            date_contacted=today,
            origin="attempt",
        )
        for entry in entries[2::4]
    )
    changes = OutcomeChange.objects.bulk_create(
        OutcomeChange(
            row=outcome.pk,
            version=1,
            district=district.scope.district,
            student_id=outcome.student_id,
            end_year=LEFT_YEAR,
            status="01",
            date_contacted=today,
            origin="attempt",
            operation="create",
            by="MARTIN, CHERYL",
            source="screen",
            at=now,
        )
        for outcome in outcomes
    )
    proposals = OutcomeProposal.objects.bulk_create(
        OutcomeProposal(
            entry=entry,
            source="district",
            source_name="Elsewhere",
            status="04",
            as_of=today,
            at=now,
            **BY,
        )
        for entry in entries[3::4]
    )
    return {
        Student: students,
        Enrollment: enrollments,
        FollowUpEntry: entries,
        FollowUpPathway: pathways,
        Contact: contacts,
        Attempt: attempts,
        Outcome: outcomes,
        OutcomeChange: changes,
        OutcomeProposal: proposals,
    }
