"""A file read, staged and judged, set-wise: nothing here grows with the number of rows but
temporary tables.

Runs outside any transaction (design: only *apply* holds one).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection

from cte_portal.batches.job import Job
from cte_portal.editions import Scope
from pathways import rules
from pathways.files.reader import LayoutReader, Reader
from pathways.files.summary import Problem
from pathways.ledger import ledger, staging
from pathways.ledger.shape import PARTICIPATION, TYPED, Holds
from pathways.ledger.staging import FINDINGS, REPEATED, TABLE, VERDICTS, Staged
from pathways.rules import between
from pathways.rules.catalogue import column_of, verdicts
from pathways.rules.rule import OnEntry
from pathways.uploads.changed_rows import number_by_field
from pathways.uploads.findings import add_problems

CHUNK = 10_000


@dataclass(frozen=True)
class CheckedFile:
    """A file as it would be applied: counts, and how district and reference data stood when it was
    judged.
    """

    cursor: int
    generation: int
    read: int
    rejected: int
    repeated: int
    preview: ledger.Applied
    not_in_file: int
    by_field: dict[str, int]


def stage_file(
    job: Job,
    reader: LayoutReader,
    staged: Staged,
    *,
    add_lines: Callable[[Staged, list[Any]], None] = staging.add_lines,
    table: str = TABLE,
    joined: str = "",
) -> None:
    """Read the file to its end into the staging table and the table of findings. Raises
    FileRefused, with the findings so far kept. Of the `table` statistics are made of the columns
    that are `joined`, or of all.
    """
    rows = iter(reader)
    total = None
    while True:
        lines: list[tuple[Any, ...]] = []
        problems: list[Problem] = []
        try:
            for row in islice(rows, CHUNK):
                if row.staged is not None:
                    lines.append(row.staged)
                if row.problems:
                    problems += row.problems
                    if len(problems) > 4 * CHUNK:
                        break
            ended = not lines and not problems
        finally:
            if lines:
                add_lines(staged, lines)
            add_problems(staged, problems)
        job.progress(reader.summary.rows, total)
        if ended:
            break
    add_problems(staged, reader.summary.heading)
    with connection.cursor() as cursor:
        cursor.execute(staged.own(f"CREATE INDEX {FINDINGS}_line ON {FINDINGS} (line)"))
        of_columns = f" ({joined})" if joined and connection.vendor == "postgresql" else ""
        cursor.execute(staged.own(f"ANALYZE {table}{of_columns}"))
        cursor.execute(staged.own(f"ANALYZE {FINDINGS}"))


def prepare(*more: str) -> Staged:
    """Empty tables for the rows of a file and for what is found in it; `more` will stand beside
    them.
    """
    staged = staging.prepare(FINDINGS, REPEATED, VERDICTS, *more)
    with connection.cursor() as cursor:
        make = (
            f"CREATE TEMPORARY TABLE {FINDINGS} (line integer, rule varchar(10), field varchar(40),"
            " value text, message text, refuses boolean, total numeric, pathway text)"
        )
        cursor.execute(staged.own(make))
    return staged


def judge(scope: Scope, reader: Reader, staged: Staged, *, since: int | None) -> CheckedFile:
    """Judge what is staged, take out what is refused or repeated, and plan the rest. `since` is the
    cursor of a preview (CTE-415).
    """
    repeated = _repeated(staged)
    at_cursor, generation, broken = verdicts(scope, staged)
    with connection.cursor() as cursor:
        for rule in broken:
            from_verdict = staged.own(_FROM_VERDICT.format(column=column_of(rule)))
            cursor.execute(
                from_verdict, [rule.field, rule.id, rule.field, rule.on_entry is OnEntry.REFUSE]
            )
        differs = between.SINGLE_PARENT_DIFFERS
        if differs.in_force(scope.end_year):
            among = between.SINGLE_PARENT_DIFFERS_AMONG_STAGED
            insert = (
                f"INSERT INTO {FINDINGS} (line, rule, field, refuses) SELECT line, %s, %s, FALSE"
                f" FROM ({among}) AS differing"
            )
            cursor.execute(staged.own(insert), [differs.id, differs.field])
        if since is not None:
            cursor.execute(staged.own(_MOVED), [since, scope.district])
        cursor.execute(staged.own(f"SELECT COUNT(DISTINCT line) FROM {FINDINGS} WHERE refuses"))
        rejected = cursor.fetchone()[0]
        not_in_file = _not_in_file(cursor, scope, staged)
        cursor.execute(
            staged.own(
                f"DELETE FROM {TABLE} WHERE line IN (SELECT line FROM {FINDINGS} WHERE refuses)"
            )
        )
    preview = ledger.preview(scope, staged)
    return CheckedFile(
        at_cursor,
        generation,
        reader.summary.rows,
        rejected,
        repeated,
        preview,
        not_in_file,
        number_by_field(staged) if preview.updated else {},
    )


# Lines are looked for in a copy, made once, of what was found before. A statement that looks for
# each of its lines in the table that it fills itself reads that table as often as it has lines; and
# a list for NOT IN that is too long for memory is read anew for each.
REFUSED_LINES = f"refused AS MATERIALIZED (SELECT DISTINCT line FROM {FINDINGS} WHERE refuses)"
# What the reader could not read is not asked for as missing besides.
_FROM_VERDICT = f"""
WITH unread AS MATERIALIZED (
    SELECT DISTINCT line FROM {FINDINGS} WHERE field = %s AND refuses AND value IS NOT NULL
)
INSERT INTO {FINDINGS} (line, rule, field, refuses, total, pathway)
SELECT verdict.key, %s, %s, %s, verdict.total_credits, verdict.pathway_name
FROM {VERDICTS} verdict
LEFT JOIN unread ON unread.line = verdict.key
WHERE verdict.{{column}} AND unread.line IS NULL
"""
_MOVED = f"""
INSERT INTO {FINDINGS} (line, rule, field, refuses)
SELECT staged.line, 'CTE-415', 'line', TRUE
FROM {TABLE} staged
WHERE EXISTS (
    SELECT 1 FROM pathways_change change
    WHERE change.student_id = staged.student_id AND change.pathway_id = staged.pathway_id AND change.id > %s AND change.district = %s
)
"""


def _alike(name: str) -> str:
    answer = PARTICIPATION.holds[name] is Holds.ANSWER
    value = f"CASE WHEN {name} THEN 1 ELSE 0 END" if answer else name
    return f"MIN({value}) = MAX({value}) AND COUNT({name}) = COUNT(*)"


def _repeated(staged: Staged) -> int:
    """One row for each student and pathway (U-46): equal lines count once, different ones are all
    refused. Returns how many were left out.
    """
    with connection.cursor() as cursor:
        make = f"""
            CREATE TEMPORARY TABLE {REPEATED} AS
            WITH {REFUSED_LINES}
            SELECT staged.student_id, staged.pathway_id, MIN(staged.line) AS first_line,
                CASE WHEN {" AND ".join(_alike(name) for name in TYPED)} THEN 1 ELSE 0 END AS same
            FROM {TABLE} staged
            JOIN (SELECT student_id, pathway_id FROM {TABLE} GROUP BY student_id, pathway_id HAVING COUNT(*) > 1) twice
                ON twice.student_id = staged.student_id AND twice.pathway_id = staged.pathway_id
            LEFT JOIN refused ON refused.line = staged.line
            WHERE refused.line IS NULL
            GROUP BY staged.student_id, staged.pathway_id HAVING COUNT(*) > 1
            """
        cursor.execute(staged.own(make))
        cursor.execute(staged.own(f"SELECT EXISTS (SELECT 1 FROM {REPEATED})"))
        if not cursor.fetchone()[0]:
            return 0
        for same, rule_id, refuses, which in (
            (1, "CTE-408", False, "AND staged.line > repeated.first_line"),
            (0, "CTE-409", True, ""),
        ):
            tell = f"""
                WITH {REFUSED_LINES}
                INSERT INTO {FINDINGS} (line, rule, field, refuses)
                SELECT staged.line, %s, %s, %s FROM {TABLE} staged
                JOIN {REPEATED} repeated ON repeated.student_id = staged.student_id AND repeated.pathway_id = staged.pathway_id
                LEFT JOIN refused ON refused.line = staged.line
                WHERE repeated.same = %s {which} AND refused.line IS NULL
                """
            cursor.execute(staged.own(tell), [rule_id, rules.by_id(rule_id).field, refuses, same])
        cursor.execute(
            staged.own(
                f"DELETE FROM {TABLE} WHERE line IN (SELECT line FROM {FINDINGS} WHERE rule ="
                " 'CTE-408')"
            )
        )
        return int(cursor.rowcount)


def _not_in_file(cursor: Any, scope: Scope, staged: Staged) -> int:
    """Records in scope that no line of the file is about; they stay as they are."""
    from_scope, values = rules.stored_keys(scope)
    # A difference of sets is hashed or sorted, also where PostgreSQL takes the district for empty
    # and would read the file once for each record.
    count = (
        f"SELECT COUNT(*) FROM (SELECT student_id, pathway_id FROM ({from_scope}) AS stored"
        f" EXCEPT SELECT student_id, pathway_id FROM {TABLE}) AS absent"
    )
    cursor.execute(staged.own(count), values)
    return int(cursor.fetchone()[0])
