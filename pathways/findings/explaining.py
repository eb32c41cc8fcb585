"""Saying why a warning is right as it stands, and taking that back. Errors are corrected, never
explained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from cte_portal.editions import Scope
from pathways.certified import certified
from pathways.findings.findings import ListedFinding
from pathways.ledger.current_year import demand_current
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_district
from pathways.ledger.refusals import Locked, NotApplied
from pathways.models import CollectionLock, Explanation
from pathways.rules import Severity

LONGEST_REASON = 500


class NotAWarning(NotApplied):
    sentence = "Only warnings can be explained. Errors must be corrected. Nothing was saved."


class TakenBack(NotApplied):
    sentence = "This explanation was already withdrawn."


@dataclass(frozen=True)
class Explained:
    """`written` by this person now; `existing` were explained by somebody else in the same moment,
    and theirs stand.
    """

    written: int
    existing: tuple[Explanation, ...]


def fingerprint(findings: Sequence[ListedFinding]) -> str:
    """One value for the findings that a person has seen, without student data; the reason is given
    for just these.
    """
    lines = sorted(
        f"{finding.rule.id} {finding.breach.state_id} {finding.breach.pathway_id}"
        f" {finding.breach.value}"
        for finding in findings
    )
    return sha256("\n".join(lines).encode()).hexdigest()[:32]


def explain(
    scope: Scope,
    findings: Sequence[ListedFinding],
    reason: str,
    *,
    by: str,
    by_id: int | None = None,
) -> Explained:
    """One reason for one or several warnings. Raises NotAWarning, Locked and Busy; nothing is
    written then.
    """
    if not reason or any(finding.severity is not Severity.WARNING for finding in findings):
        raise NotAWarning
    now = timezone.now()
    rows = [
        Explanation(
            rule=finding.rule.id,
            district=scope.district,
            end_year=scope.end_year,
            state_id=finding.breach.state_id,
            pathway_id=finding.breach.pathway_id,
            value=finding.breach.value,
            reason=reason,
            by=by,
            by_id=by_id,
            at=now,
        )
        for finding in findings
    ]
    with refusals_named(), transaction.atomic():
        _hold(scope)
        # Two clerks, or two clicks: the explanation that stands first holds, and the other person
        # is shown it.
        Explanation.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        certified().data_changed(scope)
        standing = {
            (
                explanation.rule,
                explanation.state_id,
                explanation.pathway_id,
                explanation.value,
            ): explanation
            for explanation in Explanation.objects.of(scope)
        }
    explanations = [standing[(row.rule, row.state_id, row.pathway_id, row.value)] for row in rows]
    existing = tuple(
        explanation
        for explanation in explanations
        if (explanation.by, explanation.by_id, explanation.at, explanation.reason)
        != (by, by_id, now, reason)
    )
    return Explained(len(explanations) - len(existing), existing)


def take_back(scope: Scope, key: int, *, by: str, by_id: int | None = None) -> Explanation:
    """The warning is open again. Raises TakenBack when somebody did so before, Locked and Busy."""
    with refusals_named(), transaction.atomic():
        _hold(scope)
        values = {"taken_back_by": by, "taken_back_by_id": by_id, "taken_back_at": timezone.now()}
        if not Explanation.objects.of(scope).filter(pk=key).update(**values):
            raise TakenBack
        certified().data_changed(scope)
    return Explanation.objects.get(pk=key)


def _hold(scope: Scope) -> None:
    """Certification, which holds the district alone, signs explanations too: none comes or goes
    while it does, or once it has.
    """
    lock_district(scope)
    demand_current(scope)
    lock = CollectionLock.objects.on_participations(scope.district, scope.end_year).first()
    if lock:
        raise Locked(lock)
