"""The CTE Participant Summary, one row for each pathway of a student (guide, Step Two), and the
lines of the result list beside it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.utils.safestring import SafeString

from cte_portal.ui.patterns import kept_patterns
from cte_portal.ui.templatetags.portal import credits, threes, us_date
from cte_portal.words import text
from pathways.models import Participation
from pathways.records.search import ResultList


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
    # A template written here would be parsed anew for every cell.
    concentrator = tables.Column(
        accessor="record__concentrator",
        verbose_name="CTE Concentrator",
    )
    total_credits = tables.Column(
        accessor="record__total_credits",
        verbose_name="Pathway Credits",
        attrs={"th": {"class": "num"}, "td": {"class": "num"}},
    )
    single_parent = tables.Column(
        accessor="record__single_parent",
        verbose_name="Student Single Parent",
    )
    start_date = tables.Column(
        accessor="record__start_date",
        verbose_name="Start Date",
    )
    modified_date = tables.Column(
        accessor="record__modified_date",
        verbose_name="Modified Date",
    )

    def render_concentrator(self, value: bool) -> str:
        return text(value)

    def render_single_parent(self, value: bool) -> str:
        return text(value)

    def render_total_credits(self, value: Decimal) -> str:
        return credits(value)

    def render_start_date(self, value: datetime.date) -> str:
        return us_date(value)

    def render_modified_date(self, value: datetime.date) -> str:
        return us_date(value)

    class Meta:
        orderable = False
        attrs = {"caption": "CTE Participant Summary", "class": "choosable"}
        row_attrs = {
            "class": lambda record: "chosen" if record.is_open else "",
            "current": lambda record: "true" if record.is_open else "",
        }


def lines(
    results: ResultList, students: str, open_student: int | None = None
) -> Iterator[SafeString]:
    """The students of a result list; `students` is the address that theirs begin with."""
    student: Any  # with grade and record_count
    for student in results.rows:
        values = {
            "address": f"{students}{student.pk}/{results.search.query}",
            "name": student.name,
            "state_id": threes(student.state_id),
            "grade": student.grade,
            "number": student.record_count,
        }
        yield kept_patterns().fill(
            "pathways/records/list_line.html",
            values,
            current=student.pk == open_student,
            records=min(student.record_count, 2),
        )
