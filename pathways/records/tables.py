"""The CTE Participant Summary, one row for each pathway of a student (guide, Step Two), and the
lines of the result list beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.safestring import SafeString

from cte_portal.ui.patterns import joined, kept_patterns
from cte_portal.ui.templatetags.portal import credits, threes, us_date
from cte_portal.words import text
from pathways.models import Participation
from pathways.records.search import ResultList
from pathways.records.student_list.listed import ListedStudent


@dataclass(frozen=True)
class SummaryRow:
    """A record, the address of its page, and whether it is the one that is open below."""

    record: Participation
    address: str
    is_open: bool


HEADS = (
    "CTE Concentrator",
    "Pathway Credits#",
    "Student Single Parent",
    "Start Date",
    "Modified Date",
)


def summary(rows: Iterable[SummaryRow]) -> SafeString:
    """The table of them, as patterns: clerks open hundreds a day."""
    return kept_patterns().fill(
        "pathways/records/summary.html", {"rows": joined(map(_summary_row, rows))}, heads=HEADS
    )


def _summary_row(row: SummaryRow) -> SafeString:
    record = row.record
    values = {
        "address": row.address,
        "pathway": record.pathway.name,
        "concentrator": text(record.concentrator),
        "total": credits(record.total_credits),
        "single_parent": text(record.single_parent),
        "start_date": us_date(record.start_date),
        "modified_date": us_date(record.modified_date),
    }
    return kept_patterns().fill("pathways/records/summary_row.html", values, is_open=row.is_open)


def lines(results: ResultList, students: str, open_student: int | None = None) -> SafeString:
    """The students of a result list; `students` is the address that theirs begin with."""
    line_of = _line if settings.RELOAD else _drawn
    query = results.search.query
    return joined(
        line_of(student, students, query, student.pk == open_student) for student in results.rows
    )


def _line(student: ListedStudent, students: str, query: str, is_open: bool) -> SafeString:
    values = {
        "address": f"{students}{student.pk}/{query}",
        "name": student.name,
        "state_id": threes(student.state_id),
        "grade": student.grade,
        "number": student.record_count,
    }
    return kept_patterns().fill(
        "pathways/records/list_line.html",
        values,
        current=is_open,
        records=min(student.record_count, 2),
    )


_drawn = lru_cache(maxsize=2_000)(_line)
"""The next student's page shows nearly the same lines."""
