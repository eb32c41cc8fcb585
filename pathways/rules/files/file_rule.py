"""How a rule of a file is declared."""

from __future__ import annotations

from pathways.rules.rule import Example, Judges, Kind, OnEntry, Rule, Severity


def file_rule(
    rule_id: str,
    title: str,
    problem: str,
    message: str,
    remedy: str,
    field: str,
    failing: str,
    passing: str,
    *,
    severity: Severity = Severity.ERROR,
    source: str = "Infinite Campus, CTE End of Year Upload (Montana), and AIM uploads in general",
) -> Rule:
    """A rule that weighs less than an error lets the row pass."""
    refuses = severity is Severity.ERROR
    return Rule(
        id=rule_id,
        title=title,
        problem=problem,
        message=message,
        remedy=remedy,
        kind=Kind.FILE,
        severity=severity,
        on_entry=OnEntry.REFUSE if refuses else OnEntry.WARN,
        source=source,
        field=field,
        judges=Judges.STAGED,
        passing=(Example(text=passing),),
        failing=(Example(text=failing),),
    )
