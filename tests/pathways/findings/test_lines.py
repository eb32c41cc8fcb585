"""A line of the findings is a pattern that is filled in, and says what its template would."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis.strategies import booleans, lists, none, sampled_from

from pathways.findings import html
from pathways.findings.findings import ListedFinding
from pathways.findings.table import FindingRow, FindingTable
from pathways.models import Explanation
from pathways.rules import Severity
from pathways.rules.credits import RULES
from pathways.rules.stored import Breach
from tests.plain import hostile, plainly

COLUMNS = list(FindingTable.titles())


@settings(max_examples=60, deadline=None)
@given(
    texts=lists(hostile, min_size=15, max_size=15),
    columns=lists(sampled_from(COLUMNS), unique=True),
    severity=sampled_from(Severity),
    is_explained=booleans(),
    may_edit=booleans(),
    modified=none() | sampled_from([datetime.date(2025, 5, 8)]),
)
def test_a_line_is_what_its_template_says(
    texts: list[str],
    columns: list[str],
    severity: Severity,
    is_explained: bool,
    may_edit: bool,
    modified: datetime.date | None,
) -> None:
    state_id, last, first, middle, pathway, message, value, *more = texts
    by, reason, address, explain, withdraw, grid, grade, school = more
    value = f"single_parent={value.replace(' ', '')} {value}"
    breach = Breach(RULES[0], 1, 2, 3, state_id, last, first, middle, pathway, message, value)
    explanation = Explanation(by=by, reason=reason) if is_explained else None
    placed: Any = SimpleNamespace(grade=grade, school_name=school)
    finding = ListedFinding(breach, severity, explanation)
    row = FindingRow(finding, address, explain, withdraw, grid, placed, modified)

    def line() -> str:
        return "".join(html.lines([row, row], columns, "/help/rules/", may_edit=may_edit))

    patterned = line()
    with plainly():
        assert patterned == line()
    assert "<script>" not in patterned
    assert "<img" not in patterned
