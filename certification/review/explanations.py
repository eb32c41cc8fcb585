"""Explained warnings as certifiers read them: those that hold now, or those that were sealed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from certification.review.records import Records
from pathways.models import Explanation, Pathway
from pathways.rules.catalogue import by_id


@dataclass(frozen=True)
class Explained:
    rule: str
    title: str
    state_id: str
    student: str
    """Empty for who is not among the records."""
    pathway: str
    reason: str
    by: str
    at: datetime.datetime


def explanations_of(records: Records) -> list[Explained]:
    """By rule, then by student."""
    names = {row.state_id: row.student_name for row in records.rows}
    if records.copy:
        explained = [
            Explained(
                entry["rule"],
                by_id(entry["rule"]).problem,
                entry["state_id"],
                names.get(entry["state_id"], ""),
                entry["pathway"],
                entry["reason"],
                entry["by"],
                datetime.datetime.fromisoformat(entry["at"]),
            )
            for entry in records.copy.explanations
        ]
    else:
        pathways = dict(Pathway.objects.values_list("pk", "name"))
        explained = [
            Explained(
                explanation.rule,
                by_id(explanation.rule).problem,
                explanation.state_id,
                names.get(explanation.state_id, ""),
                pathways.get(explanation.pathway_id, ""),
                explanation.reason,
                explanation.by,
                explanation.at,
            )
            for explanation in Explanation.objects.of(records.scope)
        ]
    return sorted(
        explained, key=lambda line: (line.rule, line.student, line.state_id, line.pathway)
    )
