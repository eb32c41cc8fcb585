"""The numbers of findings as the home page says them: judged once, and kept until what the rules
read has moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils import timezone

from cte_portal.editions import Scope
from pathways.findings.findings import Counts, Level, findings
from pathways.ledger.kept import kept
from pathways.models import Explanation


@dataclass(frozen=True)
class FindingFigures:
    records: int
    counts: Counts


def finding_figures(scope: Scope, known: dict[Any, Any]) -> FindingFigures:
    """Rules read the date, and an explanation moves no row of the district. No explanation is ever
    removed: while as many were given and as many taken back, they are the same.
    """
    explanations = Explanation.objects.filter(district=scope.district, end_year=scope.end_year)
    numbers = explanations.aggregate(given=Count("pk"), taken_back=Count("taken_back_at"))

    def count() -> FindingFigures:
        judged = findings(scope, level=Level.TO_DO)
        return FindingFigures(judged.records, judged.counts)

    narrowed = (timezone.localdate(), numbers["given"], numbers["taken_back"])
    return kept(scope, known, "findings", count, *narrowed)
