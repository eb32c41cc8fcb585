"""docs/rules.md, written from the catalogue, so that page and code cannot drift."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pathways.rules.catalogue import CATALOGUE
from pathways.rules.rule import Example, Kind, OnEntry, Rule, Severity

_INTRODUCTION = """# The rules

What the collection asks of a record. `python3 manage.py rules` writes this page from the catalogue; a test compares the two.

A rule is judged the same way while a clerk types, in an uploaded file, at the district and at the state. **Error** blocks certification,
**warning** blocks until it is explained, **info** does neither. On entry a rule either *refuses* the row or *warns*. An id is never used
again for something else.
"""

_KINDS = {
    Kind.FORMAT: "Values that cannot be read",
    Kind.ROW: "A record's own fields",
    Kind.LOOKUP: "A record beside enrollment, approval and pathway",
    Kind.CROSS_ROW: "A student's records among each other",
}
_SEVERITIES = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Info"}
_ENTRY = {OnEntry.REFUSE: "refused on entry", OnEntry.WARN: "warns on entry"}


def document() -> str:
    """The whole page as Markdown."""
    parts = [_INTRODUCTION]
    for kind, heading in _KINDS.items():
        parts.append(f"\n## {heading}\n")
        parts += [_section(rule) for rule in CATALOGUE if rule.kind is kind]
    return "".join(parts)


def _section(rule: Rule) -> str:
    years = "every year" if rule.first_year is None and rule.last_year is None else f"{rule.first_year or ''}–{rule.last_year or ''}"
    lines = [
        f"\n### {rule.id} {rule.title}\n",
        f"{_SEVERITIES[rule.severity]}, {_ENTRY[rule.on_entry]} · field `{rule.field}` · judges {rule.judges.value} · {years}\n",
        f"- Message: {rule.message}",
        f"- What to do: {rule.remedy}",
        f"- Source: {rule.source}",
    ]
    if rule.constraint:
        lines.append(f"- Held by the database: `{rule.constraint}`")
    lines.append(f"- Passes: {'; '.join(_example(example) for example in rule.passing)}")
    lines.append(f"- Breaks: {'; '.join(_example(example) for example in rule.failing)}")
    return "\n".join([lines[0], lines[1], *lines[2:]]) + "\n"


def _example(example: Example) -> str:
    if example.text:
        return f"`{example.text}`"
    said = [f"{name} {_value(value)}" for name, value in example.row.items()]
    said += [f"{name} {_value(value)}" for name, value in example.world.items()]
    words = ", ".join(said) or "an orderly record"
    return f"{words} ({example.words})" if example.words else words


def _value(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Decimal):
        return f"{value}"
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name} {_value(inner)}" for name, inner in value.items()) + ")" if value else "the same record"
    return f"{value}"
