"""What is found in a file: kept in a temporary table, read in the order of the lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, connections, models

from cte_portal.editions import Edition, Scope
from pathways import rules
from pathways.files.summary import Problem
from pathways.ledger.staging import FINDINGS, Staged
from pathways.ledger.typed_rows import TOTAL, typed
from pathways.rules.catalogue import words as words_of
from pathways.rules.rule import OnEntry, Severity


@dataclass(frozen=True)
class Found:
    """One finding, in the order of the lines."""

    line: int
    rule: rules.Rule
    field: str
    value: str | None
    message: str
    refuses: bool


def add_problems(staged: Staged, problems: list[Problem]) -> None:
    """What the reader found, beside what the catalogue will find."""
    if not problems:
        return
    refusing = {
        problem.rule: rules.by_id(problem.rule).on_entry is OnEntry.REFUSE for problem in problems
    }
    # A zero byte is told in the message; PostgreSQL's text holds none.
    rows = [
        (p.line, p.rule, p.field, p.value.replace("\x00", "\ufffd"), p.message, refusing[p.rule])
        for p in problems
    ]
    columns = "line, rule, field, value, message, refuses"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(staged.own(f"COPY {FINDINGS} ({columns}) FROM STDIN")) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(
                staged.own(f"INSERT INTO {FINDINGS} ({columns}) VALUES (%s, %s, %s, %s, %s, %s)"),
                rows,
            )


def findings_of(scope: Scope, staged: Staged) -> Iterator[Found]:
    """All findings in the order of the lines, however many."""
    with connections[Edition.DISTRICT.value].chunked_cursor() as cursor:
        select = (
            f"SELECT line, rule, field, value, message, refuses, total, pathway FROM {FINDINGS}"
            " ORDER BY line, rule, field"
        )
        cursor.execute(staged.own(select))
        fields = [None, None, None, None, None, models.BooleanField(), TOTAL, None]
        for line, rule_id, field, value, message, refuses, total, pathway in typed(
            connection, cursor, fields
        ):
            rule = rules.by_id(rule_id)
            yield Found(
                line, rule, field, value, message or words_of(rule, scope, total, pathway), refuses
            )


def counts_by_rule(staged: Staged) -> list[tuple[str, int, int, bool]]:
    """(rule, findings, first line, whether it refuses) for each rule that was broken, worst and
    most first.
    """
    with connection.cursor() as cursor:
        select = (
            "SELECT rule, COUNT(*), MIN(line), MAX(CASE WHEN refuses THEN 1 ELSE 0 END) FROM"
            f" {FINDINGS} GROUP BY rule"
        )
        cursor.execute(staged.own(f"{select} ORDER BY 4 DESC, 2 DESC, 1"))
        counts = [
            (rule, number, line, bool(refuses)) for rule, number, line, refuses in cursor.fetchall()
        ]
    return sorted(
        counts, key=lambda count: not count[3] and rules.by_id(count[0]).severity is Severity.INFO
    )
