"""Explained warnings as certifiers read them: those that hold now, or those that were sealed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from certification.review.changes import name_of
from certification.review.records import Records
from pathways.ledger.canonical import COLUMNS
from pathways.models import Explanation, Pathway
from pathways.rules.catalogue import by_id

_STATE_ID = tuple(COLUMNS).index("state_id")


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
    names = {row[_STATE_ID]: name_of(row) for row in records.rows}
    if records.copy:
        said = [
            (
                one["rule"],
                one["state_id"],
                one["pathway"],
                one["reason"],
                one["by"],
                datetime.datetime.fromisoformat(one["at"]),
            )
            for one in records.copy.explanations
        ]
    else:
        pathways = dict(Pathway.objects.values_list("pk", "name"))
        said = [
            (one.rule, one.state_id, pathways.get(one.pathway_id, ""), one.reason, one.by, one.at)
            for one in Explanation.objects.of(records.scope)
        ]
    found = [
        Explained(
            rule, by_id(rule).problem, state_id, names.get(state_id, ""), pathway, reason, by, at
        )
        for rule, state_id, pathway, reason, by, at in said
    ]
    return sorted(found, key=lambda one: (one.rule, one.student, one.state_id, one.pathway))
