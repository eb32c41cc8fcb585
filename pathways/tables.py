"""The CTE Participant Summary: one row for each pathway of a student (guide, Step Two)."""

from __future__ import annotations

import django_tables2 as tables

from cte_portal.editions import Scope
from pathways.models import Participation


def _is_open(record: Participation, table: tables.Table) -> bool:
    return record.pathway_id == table.open_pathway


class SummaryTable(tables.Table):
    pathway = tables.TemplateColumn(template_name="pathways/summary_pathway.html", verbose_name="CTE Pathway")
    concentrator = tables.TemplateColumn("{{ value|yesno:'Yes,No' }}", verbose_name="CTE Concentrator")
    total_credits = tables.TemplateColumn(
        "{% load portal %}{{ value|credits }}", verbose_name="Pathway Credits", attrs={"th": {"class": "num"}, "td": {"class": "num"}}
    )
    single_parent = tables.TemplateColumn("{{ value|yesno:'Yes,No' }}", verbose_name="Student Single Parent")
    start_date = tables.TemplateColumn("{% load portal %}{{ value|us_date }}", verbose_name="Start Date")
    modified_date = tables.TemplateColumn("{% load portal %}{{ value|us_date }}", verbose_name="Modified Date")

    class Meta:
        orderable = False
        attrs = {"caption": "CTE Participant Summary", "class": "choosable"}
        row_attrs = {
            "class": lambda record, table: "chosen" if _is_open(record, table) else "",
            "current": lambda record, table: "true" if _is_open(record, table) else "",
        }

    def __init__(self, records: list[Participation], *, scope: Scope, open_pathway: int | None, list_query: str) -> None:
        self.scope, self.open_pathway, self.list_query = scope, open_pathway, list_query
        super().__init__(records)
