"""The lines of the list of findings for its page, as patterns that are filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.safestring import SafeString

from cte_portal.ui.patterns import kept_patterns
from cte_portal.ui.templatetags.portal import threes, us_date
from pathways.findings.table import FindingRow

NOTHING = "–"


def lines(
    rows: Iterable[FindingRow], columns: Iterable[str], rules_page: str, *, may_edit: bool
) -> Iterator[SafeString]:
    """With the chosen columns; `rules_page` is where each rule stands."""
    patterns, chosen = kept_patterns(), tuple(columns)
    for row in rows:
        finding, breach, explanation = row.finding, row.finding.breach, row.finding.explanation
        kind, word = finding.status
        facts = " · ".join(f"{label} {value}" for label, value in finding.facts)
        yield patterns.fill(
            "pathways/findings/finding_row.html",
            {
                "anchor": finding.anchor,
                "address": row.address,
                "student": breach.student,
                "state_id": threes(breach.state_id),
                "grade": (row.student and row.student.grade) or NOTHING,
                "school": (row.student and row.student.school_name) or NOTHING,
                "pathway": breach.pathway,
                "rules_page": rules_page,
                "rule_anchor": finding.rule.id.lower(),
                "rule": finding.rule.id,
                "message": breach.message,
                "facts": facts,
                "by": explanation.by if explanation else "",
                "reason": explanation.reason if explanation else "",
                "modified": us_date(row.modified),
                "withdraw": row.withdraw,
                "explain": row.explain,
                "problem": finding.rule.problem,
                "grid": row.grid,
            },
            columns=chosen,
            kind=kind,
            word=word,
            has_facts=bool(facts),
            is_explained=explanation is not None,
            may_fix=may_edit and finding.is_open,
            may_withdraw=bool(row.withdraw),
            may_explain=bool(row.explain),
            has_grid=bool(row.grid),
        )
