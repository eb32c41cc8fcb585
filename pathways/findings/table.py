"""The columns of the list of findings."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import django_tables2 as tables

from cte_portal import words
from cte_portal.accounts.listing.table import ListTable
from pathways.findings.findings import ListedFinding
from pathways.models import Explanation


@dataclass(frozen=True)
class FindingRow:
    """A finding with where it is cured, explained, where its explanation is withdrawn, and its
    record's row in CTE Roster Entry; `student` as placed and day are there where their columns are.
    """

    finding: ListedFinding
    address: str
    explain: str
    withdraw: str
    grid: str
    student: Any = None
    modified: datetime.date | None = None


class FindingTable(ListTable):
    """As a file has it; the page writes its lines itself (html.py)."""

    spare = ("state_id", "grade", "school", "explanation", "modified")

    student = tables.Column(
        accessor="finding__breach__student", verbose_name="Student", orderable=True
    )
    state_id = tables.Column(
        accessor="finding__breach__state_id", verbose_name="State ID", orderable=True
    )
    grade = tables.Column(accessor="student__grade", verbose_name="Grade", orderable=True)
    school = tables.Column(accessor="student__school_name", verbose_name="School", orderable=True)
    pathway = tables.Column(
        accessor="finding__breach__pathway", verbose_name="CTE Pathway", orderable=True
    )
    level = tables.Column(accessor="finding__status", verbose_name="Level", orderable=True)
    rule = tables.Column(accessor="finding__rule__id", verbose_name="Rule", orderable=True)
    message = tables.Column(accessor="finding__breach__message", verbose_name="Found")
    explanation = tables.Column(accessor="finding__explanation", verbose_name="Explanation")
    modified = tables.Column(verbose_name="Modified")

    def value_level(self, value: tuple[str, str]) -> str:
        return value[1]

    def value_message(self, value: str, record: FindingRow) -> str:
        facts = "; ".join(f"{label} {text}" for label, text in record.finding.facts)
        return f"{value} ({facts})" if facts else value

    def value_explanation(self, value: Explanation) -> str:
        return f"{value.by}: {value.reason}"

    def value_modified(self, value: datetime.date) -> str:
        return words.text(value)
