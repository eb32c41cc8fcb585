"""Leavers of Cottonwood Bend: concentrators of 2023-24 who graduated or dropped out, and the sealed
copy that says they were.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone

from certification.models import SealedCopy
from cte_portal.editions import Scope
from pathways.models import DrawnList, Enrollment, FollowUpEntry, FollowUpYear, Student
from tests.fixtures.certification import make_event, make_round, seal_records
from tests.fixtures.records import HEALTH, District_

LEFT_YEAR = 2024
GRADUATED, DROPPED_OUT = "400", "300"
GRADUATION = datetime.date(2024, 5, 25)


def open_list(**values: Any) -> None:
    """OPI's dates of 2023-24 moved so that the list is still drawn today."""
    today = timezone.localdate()
    dates = {
        "opens": today - datetime.timedelta(days=14),
        "refreshed_until": today,
        "closes": today + datetime.timedelta(days=45),
        **values,
    }
    FollowUpYear.objects.filter(pk=LEFT_YEAR).update(**dates)


def _like(row: Model, **values: Any) -> Any:
    """A new row that is like this one but for some values."""
    fields = (field for field in row._meta.concrete_fields if not field.generated)
    same = {field.attname: getattr(row, field.attname) for field in fields if not field.primary_key}
    return type(row)(**{**same, **values})


class Leavers:
    """The class of 2024 of a district; `scope` is its list's."""

    def __init__(self, district: District_) -> None:
        self.district = district
        self.scope = Scope(district.district.number, LEFT_YEAR)

    def student(self, state_id: str, last: str = "Anderson", **values: Any) -> Student:
        return self.district.student(state_id, last, enrolled=False, **values)

    def leave(
        self,
        student: Student,
        end_status: str = GRADUATED,
        end_date: datetime.date | None = GRADUATION,
        **values: Any,
    ) -> Enrollment:
        """An enrollment of 2023-24 that ended so."""
        return self.district.enroll(
            student,
            LEFT_YEAR,
            end_date=end_date,
            end_status=end_status if end_date else "",
            **values,
        )

    def leaver(
        self, state_id: str, *pathways: str, end_status: str = GRADUATED, **values: Any
    ) -> Student:
        """A concentrator in these pathways who left."""
        student = self.student(state_id, **values)
        self.leave(student, end_status)
        self.concentrate(student, *(pathways or [HEALTH]))
        return student

    def concentrate(self, student: Student, *pathways: str, concentrator: bool = True) -> None:
        for pathway in pathways or [HEALTH]:
            self.district.record(student, pathway, concentrator=concentrator)

    def many(self, number: int, first: int = 300_000_000) -> list[Student]:
        """So many leavers at once, all alike; `first` is the first one's State ID."""
        model = self.leaver(f"{first:09d}", last="Bench", first_name="N")
        state_ids = [f"{first + at:09d}" for at in range(1, number)]
        students = Student.objects.bulk_create(_like(model, state_id=each) for each in state_ids)
        for row in (model.enrollments.get(), model.participations.get()):
            type(row)._default_manager.bulk_create(
                _like(row, student_id=student.pk) for student in students
            )
        return [model, *students]

    def seal(self, **values: Any) -> SealedCopy:
        """The records of 2023-24 as they stand, sealed as the year's official copy."""
        event = make_event(end_year=LEFT_YEAR)
        sealed_round = make_round(event, district=self.scope.district)
        return seal_records(sealed_round, self.scope, **values)


def make_entry(
    leavers: Leavers, state_id: str, last: str = "Anderson", **values: Any
) -> FollowUpEntry:
    """A line of the list, without drawing it."""
    student = leavers.student(state_id, last)
    return FollowUpEntry.objects.create(
        **{
            "student": student,
            "end_year": LEFT_YEAR,
            "school": leavers.district.school,
            "exit": "graduate",
            "exit_date": GRADUATION,
            "end_status": GRADUATED,
            "reason": "Graduated on 05/25/2024",
            "since": timezone.now(),
            **values,
        }
    )


@pytest.fixture
def leavers(cottonwood: District_) -> Leavers:
    """Cottonwood Bend's leavers of 2023-24, whose list OPI still has drawn."""
    open_list()
    return Leavers(cottonwood)


@pytest.fixture
def drawn_list(leavers: Leavers) -> None:
    """Of Cottonwood Bend, for tests that make its lines."""
    now = timezone.now()
    DrawnList.objects.create(
        district="9012",
        end_year=LEFT_YEAR,
        receipt="9012-2024-EOY-1",
        first_drawn_at=now,
        drawn_at=now,
        drawn_from="0" * 64,
    )
