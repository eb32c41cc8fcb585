"""The records of a district with its own elements as a file, for a spreadsheet of the district."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from cte_portal.accounts.access import purpose
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.ui import csv_file
from cte_portal.ui.wording import number_of
from cte_portal.words import text
from pathways.ledger.shape import LABELS, PARTICIPATION
from pathways.models import Element, ElementValue, Participation
from pathways.models.student import by_name_of

TITLES = ("State ID", "Student", "CTE Pathway", *(LABELS[name] for name in PARTICIPATION.names))
PURPOSE = "District Defined Elements"


class ValuesFile(ScopedView):
    """Elements stand after the record's own columns, each under `dde.` and its key. Retired ones
    are left out.
    """

    capability = Capability.EXPORT_RECORDS
    write_capability = Capability.EXPORT_RECORDS

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        elements = list(Element.objects.of_district(self.scope).in_use())
        rows = list(self.rows(elements))
        name = f"district-elements-{self.scope.district}-{self.scope.end_year}.csv"
        purpose.record(
            self.person,
            PURPOSE,
            file=name,
            key="district-elements",
            district=self.scope.district,
            end_year=self.scope.end_year,
            records=number_of(len(rows), "record"),
        )
        titles = [*TITLES, *(f"dde.{element.key}" for element in elements)]
        return csv_file.download(name, titles, rows)

    def rows(self, elements: list[Element]) -> Iterator[list[str]]:
        values: dict[tuple[int, int], dict[int, str]] = defaultdict(dict)
        stored = ElementValue.objects.filter(element__in=elements)
        for value in stored:
            values[value.student_id, value.pathway_id][value.element_id] = value.words
        records = Participation.objects.in_scope(self.scope).select_related("student", "pathway")
        for record in records.order_by(*by_name_of("student"), "pathway__name"):
            own = values[record.student_id, record.pathway_id]
            yield [
                record.student.state_id,
                record.student.name,
                record.pathway.name,
                *(text(getattr(record, name), "") for name in PARTICIPATION.names),
                *(own.get(element.pk, "") for element in elements),
            ]
