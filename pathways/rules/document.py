"""docs/rules.md, written from the catalogue, so that page and code cannot drift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cte_portal.words import text
from pathways.models import Participation
from pathways.rules.catalogue import CATALOGUE
from pathways.rules.rule import Example, Kind, OnEntry, Rule, Severity

_INTRODUCTION = """# The rules

What the collection asks of a record. `python3 manage.py rules` writes this page from the catalogue; a test compares the two.

A rule is judged the same way while a clerk types, in an uploaded file, at the district and at the state. **Error** blocks certification,
**warning** blocks until it is explained, **info** does neither. On entry a rule either *refuses* the row or *warns*. An id is never used
again for something else.
"""

# Examples in the words of the screen.
_NAMES = {
    **{field.name: str(field.verbose_name) for field in Participation._meta.local_fields},
    "pathway": "pathway",
    "pathway_id": "CTE Pathway",
    "student_id": "student",
    "version": "version seen",
    "stored": "stored record:",
    "certified": "certified last year:",
    "beside": "another pathway:",
}
_KINDS = {
    Kind.FORMAT: "Values that cannot be read",
    Kind.ROW: "A record's own fields",
    Kind.LOOKUP: "A record beside enrollment, approval and pathway",
    Kind.CROSS_ROW: "A student's records among each other",
    Kind.FILE: "What only a file can break",
}
_SEVERITIES = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Info"}
_ENTRY = {OnEntry.REFUSE: "refused on entry", OnEntry.WARN: "warns on entry"}


@dataclass(frozen=True)
class RuleEntry:
    """One rule as people read it."""

    rule: Rule
    severity: str
    on_entry: str
    years: str
    passing: tuple[str, ...]
    failing: tuple[str, ...]
    set_by_opi: str = ""
    """Why the severity is not the rule's own, where OPI has set it."""

    @property
    def anchor(self) -> str:
        return self.rule.id.lower()

    @property
    def message(self) -> str:
        """The sentence with words in place of the record's own values."""
        return self.rule.message.format(total="2.50", pathway="This pathway", school_year="2024-25")


def sections(
    by_opi: Mapping[str, tuple[Severity, str]] | None = None,
) -> list[tuple[str, list[RuleEntry]]]:
    """The catalogue by kind, in the order of the ids; `by_opi` are severities and reasons that OPI
    has set for the year shown.
    """
    return [
        (heading, [_entry(rule, by_opi or {}) for rule in CATALOGUE if rule.kind is kind])
        for kind, heading in _KINDS.items()
    ]


def document() -> str:
    """The whole page as Markdown."""
    parts = [_INTRODUCTION]
    for heading, entries in sections():
        parts.append(f"\n## {heading}\n")
        parts += [_section(entry) for entry in entries]
    return "".join(parts)


def _entry(rule: Rule, by_opi: Mapping[str, tuple[Severity, str]]) -> RuleEntry:
    severity, reason = by_opi.get(rule.id, (rule.severity, ""))
    every = rule.first_year is None and rule.last_year is None
    return RuleEntry(
        rule,
        _SEVERITIES[severity],
        _ENTRY[rule.on_entry],
        "every year" if every else f"{rule.first_year or ''}–{rule.last_year or ''}",
        tuple(_example(example) for example in rule.passing),
        tuple(_example(example) for example in rule.failing),
        (
            f"{reason}. The rule's own severity is {_SEVERITIES[rule.severity].lower()}"
            if severity is not rule.severity
            else ""
        ),
    )


def _section(entry: RuleEntry) -> str:
    rule = entry.rule
    lines = [
        f"\n### {rule.id} {rule.title}\n",
        (
            f"{entry.severity}, {entry.on_entry} · field `{rule.field}` · judges"
            f" {rule.judges.value} · {entry.years}\n"
        ),
        f"- When broken: {rule.problem}",
        f"- Message: {rule.message}",
        f"- What to do: {rule.remedy}",
        f"- Source: {rule.source}",
    ]
    if rule.constraint:
        lines.append(f"- Held by the database: `{rule.constraint}`")
    lines.append(f"- Passes: {'; '.join(entry.passing)}")
    lines.append(f"- Breaks: {'; '.join(entry.failing)}")
    return "\n".join(lines) + "\n"


def _example(example: Example) -> str:
    if example.text:
        return f"“{example.text}”"
    values = [
        f"{_NAMES.get(name, name)} {_value(value)}"
        for name, value in [*example.row.items(), *example.world.items()]
    ]
    words = ", ".join(values) or "a valid record"
    return f"{words} ({example.words})" if example.words else words


def _value(value: Any) -> str:
    match value:
        case None:
            return "missing"
        case Decimal() if value != round(value, 2):
            return f"{value}"
        case dict():
            return (
                ", ".join(
                    f"{_NAMES.get(name, name)} {_value(inner)}" for name, inner in value.items()
                )
                or "as it is"
            )
        case _:
            return text(value)
