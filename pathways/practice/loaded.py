"""The records of the Practice District as the practice data brought them: what each night puts
back.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Exists, OuterRef

from cte_portal.editions import Scope
from pathways.demo.districts import PRACTICE
from pathways.demo.records import modified
from pathways.ledger.shape import Row
from pathways.models import Change, District, Participation, SchoolYear, Student


def practice_scope() -> Scope | None:
    """The Practice District in the current year. There is none in production, where no district is
    for practice, and none in a portal that was filled without it.
    """
    if settings.PRODUCTION:
        return None
    is_there = District.objects.filter(number=PRACTICE.number, name=PRACTICE.name).exists()
    year = SchoolYear.objects.filter(is_active=True).first()
    return Scope(PRACTICE.number, year.end_year) if is_there and year else None


def has_moved(scope: Scope) -> bool:
    """Whether anybody has written to a record since it was last as loaded: one that a night has
    left because it was being changed is put back by the next.
    """
    changes = Change.objects.filter(district=scope.district)
    put_back = changes.filter(
        student_id=OuterRef("student_id"),
        pathway_id=OuterRef("pathway_id"),
        source=Change.Source.DEMO,
        pk__gt=OuterRef("pk"),
    )
    return changes.exclude(source=Change.Source.DEMO).filter(~Exists(put_back)).exists()


def rows_as_loaded(scope: Scope) -> Iterator[Row]:
    """What brings the records back: each as the practice data left it, and whatever was entered
    since taken out.
    """
    here = set(Student.objects.filter(district_id=scope.district).values_list("pk", flat=True))
    present = {
        (record.student_id, record.pathway_id): record
        for record in Participation.objects.of_district(scope)
    }
    loaded = {
        (change.student_id, change.pathway_id): change
        for change in Change.objects.filter(district=scope.district, source=Change.Source.DEMO)
        .exclude(operation=Change.Operation.DELETE)
        .order_by("pk")
    }
    for key, change in loaded.items():
        if change.student_id in here:
            version = present[key].version if key in present else 0
            row = Row.of(change, version=version)
            yield modified(row, change.modified_date, change.end_year, change.by)
    for key, record in present.items():
        if key not in loaded:
            yield Row.of(record, version=record.version, delete_row=True)
