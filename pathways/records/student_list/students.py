"""The students of the list: who is on it, in which order, and each as a row."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DateField, Exists, Max, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from cte_portal.editions import Scope
from pathways.models import Participation, Roster, Student
from pathways.models.student import BY_NAME
from pathways.pages.addresses import address_of
from pathways.records.student_list.order import placement

NO_DAY = datetime.date(1900, 1, 1)


@dataclass(frozen=True)
class StudentRow:
    """A student as placed in the year, with the records and the address of the page."""

    student: Any
    records: tuple[Participation, ...]
    address: str

    @property
    def pathways(self) -> str:
        return ", ".join(record.pathway.name for record in self.records)

    @property
    def concentrates(self) -> str:
        return ", ".join(record.pathway.name for record in self.records if record.concentrator)

    @property
    def modified(self) -> datetime.date | None:
        return max((record.modified_date for record in self.records), default=None)


def keys_of(scope: Scope, values: dict[str, Any], order: tuple[str, ...]) -> list[int]:
    """The students in scope, narrowed. With a pathway those who have a record in it or sit in a
    course of it; *no record yet* then means none in that pathway.
    """
    students: Any = Student.objects.in_scope(scope)
    records = Participation.objects.filter(student_id=OuterRef("pk"))
    places = {"school_id": values.get("school"), "grade": values.get("grade")}
    if any(places.values()):
        students = students.placed(scope.end_year).filter(
            **{name: value for name, value in places.items() if value}
        )
    if pathway := values.get("pathway"):
        records = records.filter(pathway=pathway)
        sits = Roster.objects.in_scope(scope).filter(
            enrollment__student_id=OuterRef("pk"), section__course__pathway_id=pathway
        )
        students = students.filter(Q(Exists(records)) | Q(Exists(sits)))
    if values.get("without_record"):
        students = students.filter(~Exists(records))
    chosen_records = records
    if since := values.get("since"):
        chosen_records = chosen_records.filter(modified_date__gte=since)
    if element := values.get("element"):
        chosen_records = chosen_records.filter(element.holds(scope))
    if chosen_records is not records:
        students = students.filter(Exists(chosen_records))
    fields = {
        **placement(scope.end_year),
        "by_records": Count("participations"),
        "by_modified": Coalesce(
            Max("participations__modified_date"), Value(NO_DAY), output_field=DateField()
        ),
    }
    names = {name.removeprefix("-") for name in order}
    students = students.annotate(**{name: fields[name] for name in fields if name in names})
    return list(students.order_by(*order, *BY_NAME).values_list("pk", flat=True))


def rows_of(scope: Scope, keys: Sequence[int]) -> list[StudentRow]:
    """As many statements for 200 students as for one."""
    students = Student.objects.in_scope(scope).placed(scope.end_year).in_bulk(keys)
    records: dict[int, list[Participation]] = {}
    stored = Participation.objects.of_district(scope).filter(student__in=keys)
    for record in stored.select_related("pathway").order_by("pathway__name"):
        records.setdefault(record.student_id, []).append(record)
    return [
        StudentRow(
            students[key],
            tuple(records.get(key, ())),
            address_of(scope, "cte-student", key),
        )
        for key in keys
        if key in students
    ]
