"""The severity of each rule in a school year: the catalogue's, or the one that OPI has set for that
year, for all districts alike.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import QuerySet

from cte_portal.prepared import prepared
from pathways.models import RuleSeverity
from pathways.rules import CATALOGUE, Rule, Severity, judging_stored
from pathways.rules.signed import SignedWords


@dataclass(frozen=True)
class RuleInForce:
    """A rule that stored records are judged by. `reason` is OPI's, where the severity is not the
    catalogue's own.
    """

    rule: Rule
    severity: Severity
    reason: str = ""

    @property
    def id(self) -> str:
        return self.rule.id

    @property
    def is_set(self) -> bool:
        return self.severity is not self.rule.severity


def rules_in_force(end_year: int) -> list[RuleInForce]:
    """In the order of the catalogue: what findings, reports and certification of that year go
    by.
    """
    by_opi = {own.rule: own for own in _set_by_opi(end_year)}
    in_force = []
    for rule in judging_stored(end_year):
        own = by_opi.get(rule.id)
        in_force.append(
            RuleInForce(rule, Severity(own.severity), own.reason)
            if own
            else RuleInForce(rule, rule.severity)
        )
    return in_force


@prepared
def _set_by_opi(end_year: int) -> QuerySet[RuleSeverity]:
    return RuleSeverity.objects.filter(end_year=end_year)


def severities(end_year: int) -> dict[str, Severity]:
    return {in_force.id: in_force.severity for in_force in rules_in_force(end_year)}


def informing(end_year: int) -> frozenset[str]:
    """The ids of the rules that only inform in that year, wherever they are judged: an upload
    weighs as the reports do.
    """
    weights = severities(end_year)
    return frozenset(
        rule.id for rule in CATALOGUE if weights.get(rule.id, rule.severity) is Severity.INFO
    )


def digest(end_year: int, *, without: Collection[str] = ()) -> str:
    """One value for the rules in force: it moves with ids, severities, fields and limits. Words as
    they were signed first stay in it. Rules `without` are left out by their ids.
    """
    lines = [_line(in_force) for in_force in rules_in_force(end_year) if in_force.id not in without]
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()


def as_signed(end_year: int) -> list[list[str]]:
    """The rules in force as the signed text lists them."""
    return [
        [in_force.id, in_force.severity.value, SignedWords.of(in_force.id).title]
        for in_force in rules_in_force(end_year)
    ]


def _line(in_force: RuleInForce) -> str:
    rule, words = in_force.rule, SignedWords.of(in_force.id)
    limits = [f"{limit:.2f}" for limit in rule.limits]
    return json.dumps([rule.id, in_force.severity.value, *words, rule.field, [*rule.reads], limits])
