"""Whom and what a file of a district may name."""

from __future__ import annotations

from functools import lru_cache

from cte_portal.editions import Scope
from pathways.files.cells import plain
from pathways.files.damage import only_numbers
from pathways.files.known import Known, KnownStudent
from pathways.models import Pathway, Student


def known_in(scope: Scope) -> Known:
    """The district's own students alone: another district's and an unknown one are the same nothing
    (Z-05).
    """
    rows = Student.objects.of_district(scope)
    fields = rows.values_list("state_id", "pk", "local_id", "last_name", "first_name")
    students = {
        state_id: KnownStudent(pk, local, last, first).written()
        for state_id, pk, local, last, first in fields.iterator(chunk_size=5000)
    }

    @lru_cache(maxsize=1_000)  # a student's lines stand together
    def student(state_id: str) -> KnownStudent | None:
        written = students.get(state_id)
        return None if written is None else KnownStudent.read(written)

    pathways: dict[str, int] = {}
    names: dict[int, str] = {}
    codes: dict[str, int] = {}
    for pathway in Pathway.objects.in_scope(scope):
        pathways[pathway.code] = pathways[plain(pathway.name)] = pathway.pk
        names[pathway.pk] = pathway.name
        codes[pathway.code] = pathway.pk
    return Known(scope.district, scope.end_year, student, pathways, names, only_numbers(codes))
