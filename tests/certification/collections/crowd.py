"""Many leavers of a district, each as the calls of a fall leave them."""

from __future__ import annotations

import datetime

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


def crowd(district: District_, number: int, start: int) -> None:
    """So many leavers, on the list: of four one is open, one was tried, one is answered, and one
    has an answer from elsewhere. Their State IDs begin at `start`.
    """
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
    Enrollment.objects.bulk_create(
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
    FollowUpPathway.objects.bulk_create(
        FollowUpPathway(entry=entry, code="10", name="Health Professions") for entry in entries
    )
    Contact.objects.bulk_create(
        Contact(student=student, kind="phone", value="406-555-0101", at=now, **BY)
        for student in students
    )
    Attempt.objects.bulk_create(
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
    OutcomeChange.objects.bulk_create(
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
    OutcomeProposal.objects.bulk_create(
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
    with writing_state():
        for model, rows in ((Student, students), (Outcome, outcomes)):
            model._default_manager.using("state").bulk_create(rows)
