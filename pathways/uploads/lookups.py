"""Whom and what a file of a district may name."""

from __future__ import annotations

from functools import lru_cache

from django.db.models import IntegerField
from django.db.models.functions import Cast

from cte_portal.editions import Scope
from pathways.files.cells import plain
from pathways.files.damage import only_numbers
from pathways.files.known import Known, KnownStudent, KnownStudents
from pathways.models import Pathway, Student


def known_in(scope: Scope) -> Known:
    """The district's own students alone: another district's and an unknown one are the same nothing
    (Z-05).
    """
    # As numbers: texts are sorted by the rules of a language, which takes longer.
    rows = Student.objects.of_district(scope).order_by(Cast("state_id", IntegerField()))
    fields = rows.values_list("state_id", "pk", "local_id", "last_name", "first_name")
    students = KnownStudents(
        (state_id, KnownStudent(pk, local, last, first))
        for state_id, pk, local, last, first in fields.iterator(chunk_size=5000)
    )
    pathways: dict[str, int] = {}
    names: dict[int, str] = {}
    codes: dict[str, int] = {}
    for pathway in Pathway.objects.in_scope(scope):
        pathways[pathway.code] = pathways[plain(pathway.name)] = pathway.pk
        names[pathway.pk] = pathway.name
        codes[pathway.code] = pathway.pk
    return Known(
        scope.district,
        scope.end_year,
        lru_cache(maxsize=1_000)(students.student),  # a student's lines stand together
        pathways,
        names,
        only_numbers(codes),
    )
