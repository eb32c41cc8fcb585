"""The CTE Participant Summary: one row for each pathway of a student (guide, Step Two)."""

from __future__ import annotations

from dataclasses import dataclass

import django_tables2 as tables

from pathways.models import Participation


@dataclass(frozen=True)
class SummaryRow:
    """A record, the address of its page, and whether it is the one that is open below."""

    record: Participation
    address: str
    is_open: bool


class SummaryTable(tables.Table):
    pathway = tables.TemplateColumn(
        template_name="pathways/records/summary_pathway.html",
        accessor="record__pathway",
        verbose_name="CTE Pathway",
    )
    concentrator = tables.TemplateColumn(
        "{{ value|yesno:'Yes,No' }}",
        accessor="record__concentrator",
        verbose_name="CTE Concentrator",
    )
    total_credits = tables.TemplateColumn(
        "{% load portal %}{{ value|credits }}",
        accessor="record__total_credits",
        verbose_name="Pathway Credits",
        attrs={"th": {"class": "num"}, "td": {"class": "num"}},
    )
    single_parent = tables.TemplateColumn(
        "{{ value|yesno:'Yes,No' }}",
        accessor="record__single_parent",
        verbose_name="Student Single Parent",
    )
    start_date = tables.TemplateColumn(
        "{% load portal %}{{ value|us_date }}",
        accessor="record__start_date",
        verbose_name="Start Date",
    )
    modified_date = tables.TemplateColumn(
        "{% load portal %}{{ value|us_date }}",
        accessor="record__modified_date",
        verbose_name="Modified Date",
    )

    class Meta:
        orderable = False
        attrs = {"caption": "CTE Participant Summary", "class": "choosable"}
        row_attrs = {
            "class": lambda record: "chosen" if record.is_open else "",
            "current": lambda record: "true" if record.is_open else "",
        }
