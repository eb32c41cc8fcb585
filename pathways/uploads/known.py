"""Whom and what a file of a district may name."""

from __future__ import annotations

from cte_portal.editions import Scope
from pathways.files.reader import Known, Student, plain
from pathways.models import Pathway
from pathways.models import Student as StoredStudent


def known_in(scope: Scope) -> Known:
    """The district's own students alone: another district's and an unknown one are the same nothing (Z-05)."""
    rows = StoredStudent.objects.of_district(scope)
    fields = rows.values_list("state_id", "pk", "local_id", "last_name", "first_name")
    students = {state_id: Student(pk, local, last, first) for state_id, pk, local, last, first in fields.iterator(chunk_size=5000)}
    pathways: dict[str, int] = {}
    names: dict[int, str] = {}
    for pathway in Pathway.objects.in_scope(scope):
        pathways[pathway.code] = pathways[plain(pathway.name)] = pathway.pk
        names[pathway.pk] = pathway.name
    return Known(scope.district, scope.end_year, students.get, pathways, names)
