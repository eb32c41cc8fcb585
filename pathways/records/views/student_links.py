"""Where the links of a student's page lead."""

from __future__ import annotations

from django.urls import reverse

from cte_portal.editions import Scope
from pathways.models import Student
from pathways.pages.addresses import address_of
from pathways.records.search import ResultList


def addresses_of_links(
    scope: Scope, student: int, pathway: int | None, results: ResultList, form_query: str
) -> dict[str, str]:
    """By what they do. `pathway` is that of the open record, None for a new one; its form is sent
    with `form_query`, all others carry the result list on.
    """
    query = results.search.query
    of_record = (
        {}
        if pathway is None
        else {
            name: address_of(scope, f"cte-record-{name}", student, pathway) + query
            for name in ("history", "move", "delete", "elements")
        }
    )
    neighbours = {"previous": results.previous, "next": results.next}
    new = address_of(scope, "cte-record-new", student)
    form = new if pathway is None else address_of(scope, "cte-record", student, pathway)
    return {
        **of_record,
        **{
            where: address_of(scope, "cte-student", neighbour) + query
            for where, neighbour in neighbours.items()
            if neighbour
        },
        "list": address_of(scope, "cte-concentrator") + query,
        "new": new + query,
        "form": form + form_query,
    }


def address_in(there: Scope, student: int, pathway: int | None) -> str:
    """The same page in another school year; that of all students where the student has none."""
    if not Student.objects.in_scope(there).filter(pk=student).exists():
        return reverse("cte-concentrator", args=[there.district, there.end_year])
    if pathway is None:
        return reverse("cte-student", args=[there.district, there.end_year, student])
    return reverse("cte-record", args=[there.district, there.end_year, student, pathway])
