"""The lines of a list brought to how the data stand, by statements over all of them.

A line is *new* where a leaver has none, *moved* where what it says differs or it is back on the
list, and *gone* where it is stored and its student is no leaver: never deleted (R-FUP-03).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from pathways.follow_up.population import Population

LEAVERS, NAMED = "follow_up_leaver", "follow_up_named"
"""While a list is drawn, those who graduated or dropped out, and the pathways of concentrators."""
ONE = "(CAST(%(student)s AS bigint) IS NULL OR entry.student_id = %(student)s)"

_NEW = f"""
FROM {LEAVERS} leaver
WHERE leaver.is_leaver = 1 AND NOT EXISTS (
    SELECT 1 FROM pathways_followupentry entry WHERE entry.student_id = leaver.student_id AND entry.end_year = %(year)s)
"""
_MOVED = """
leaver.is_leaver = 1 AND entry.student_id = leaver.student_id AND entry.end_year = %(year)s AND (
    entry.left_at IS NOT NULL OR entry.school_id <> leaver.school_id OR entry.exit <> leaver.exit
    OR entry.exit_date <> leaver.exit_date OR entry.end_status <> leaver.end_status
    OR entry.receipt <> %(receipt)s OR entry.reason <> leaver.reason)
"""
_GONE = f"""
SELECT entry.id, COALESCE(leaver.absence, %(no_exit)s) AS absence
FROM pathways_followupentry entry
JOIN pathways_student student ON student.id = entry.student_id AND student.district_id = %(district)s
LEFT JOIN {LEAVERS} leaver ON leaver.student_id = entry.student_id
WHERE entry.end_year = %(year)s AND {ONE}
    AND COALESCE(leaver.is_leaver, 0) = 0
    AND (entry.left_at IS NULL OR entry.left_reason <> COALESCE(leaver.absence, %(no_exit)s))
"""
_ON_LIST = f"""
pathways_followupentry entry
JOIN {LEAVERS} leaver ON leaver.student_id = entry.student_id AND leaver.is_leaver = 1 AND entry.end_year = %(year)s
"""

_OF_LINES = (
    f"""
    UPDATE pathways_followupentry AS entry
    SET left_at = CASE WHEN left_at IS NULL THEN %(now)s ELSE left_at END, left_reason = gone.absence,
        caller = CASE WHEN left_at IS NULL THEN '' ELSE caller END,
        caller_id = CASE WHEN left_at IS NULL THEN NULL ELSE caller_id END,
        caller_since = CASE WHEN left_at IS NULL THEN NULL ELSE caller_since END
    FROM ({_GONE}) gone WHERE gone.id = entry.id
    """,
    f"""
    UPDATE pathways_followupentry AS entry
    SET school_id = leaver.school_id, exit = leaver.exit, exit_date = leaver.exit_date, end_status = leaver.end_status,
        receipt = %(receipt)s, reason = leaver.reason,
        since = CASE WHEN entry.left_at IS NULL THEN entry.since ELSE %(now)s END, left_at = NULL, left_reason = ''
    FROM {LEAVERS} leaver WHERE {_MOVED}
    """,
    f"""
    DELETE FROM pathways_followuppathway WHERE id IN (
        SELECT pathway.id FROM {_ON_LIST} JOIN pathways_followuppathway pathway ON pathway.entry_id = entry.id
        WHERE NOT EXISTS (
            SELECT 1 FROM {NAMED} named
            WHERE named.student_id = entry.student_id AND named.code = pathway.code AND named.name = pathway.name))
    """,
)
# Which pathways a line has already, the constraint knows. Asked for in the statement, an unanalyzed
# table, taken for empty, would be read anew for each line, with all that the statement has added.
_OF_NEW = (
    f"""
    INSERT INTO pathways_followupentry (student_id, end_year, school_id, exit, exit_date, end_status, receipt, reason, since,
        left_reason, counted_elsewhere, caller)
    SELECT leaver.student_id, %(year)s, leaver.school_id, leaver.exit, leaver.exit_date, leaver.end_status, %(receipt)s,
        leaver.reason, %(now)s, '', FALSE, '' {_NEW}
    """,
    f"""
    INSERT INTO pathways_followuppathway (entry_id, code, name)
    SELECT entry.id, named.code, named.name FROM pathways_followupentry entry JOIN {NAMED} named ON named.student_id = entry.student_id
    WHERE entry.end_year = %(year)s AND entry.left_at IS NULL AND {ONE}
    ON CONFLICT (entry_id, code) DO NOTHING
    """,
)
# Whom OPI has added is no concentrator: the line names every pathway in which there is a record.
_NAME_THE_ADDED = f"""
INSERT INTO {NAMED} (student_id, code, name)
SELECT record.student_id, pathway.code, pathway.name
FROM pathways_participation record
JOIN {LEAVERS} leaver ON leaver.student_id = record.student_id AND leaver.is_leaver = 1
JOIN pathways_pathway pathway ON pathway.id = record.pathway_id
WHERE record.student_id NOT IN (SELECT student_id FROM {NAMED})
"""


FEW = 1_000  # enrollments of which hashes cost nothing


@contextmanager
def _hashed(cursor: Any, people: Population) -> Iterator[None]:
    """A whole list is drawn with hashes where PostgreSQL takes the enrollments for few. If it knows
    of them that they are many, it finds the best way by itself; if it has no statistics yet, as
    after a first load, it would meet each leaver with every enrollment.
    """
    if connection.vendor != "postgresql" or people.student is not None:
        yield
        return
    cursor.execute(
        "SELECT set_config('enable_nestloop', 'off', TRUE) FROM pg_class"
        " WHERE oid = 'pathways_enrollment'::regclass AND reltuples < %s",
        [FEW],
    )
    yield
    cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")


def bring_to(people: Population, now: datetime.datetime, *, is_first: bool = False) -> None:
    """Write what differs. Under the district's lock. `is_first`: no list has been drawn, and lines
    can only be there of students whom OPI has added.
    """
    values = people.values | {"now": connection.ops.adapt_datetimefield_value(now)}
    named, leavers = people.concentrators[0], people.drawn(NAMED)
    with connection.cursor() as cursor, _hashed(cursor, people):
        if is_first and not people.wishes[1]:  # each is asked once, so none need be kept
            new, of_new = _OF_NEW
            cursor.execute(f"WITH {NAMED} AS ({named}), {LEAVERS} AS ({leavers}) {new}", values)
            cursor.execute(f"WITH {NAMED} AS ({named}) {of_new}", values)
            return
        cursor.execute(f"CREATE TEMPORARY TABLE {NAMED} AS {named}", values)
        cursor.execute(f"CREATE TEMPORARY TABLE {LEAVERS} AS {leavers}", values)
        if people.wishes[1]:
            cursor.execute(_NAME_THE_ADDED)
        for statement in (*_OF_LINES, *_OF_NEW):
            cursor.execute(statement, values)
        for table in (LEAVERS, NAMED):
            cursor.execute(f"DROP TABLE {table}")


def would_move(people: Population) -> bool:
    """Whether a line would be new, moved or gone."""
    moved = f"SELECT 1 FROM pathways_followupentry entry, {LEAVERS} leaver WHERE {_MOVED}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {LEAVERS} AS ({people.drawn()}) SELECT 1 WHERE EXISTS (SELECT 1 {_NEW})"
            f" OR EXISTS ({moved}) OR EXISTS ({_GONE})",
            people.values,
        )
        return cursor.fetchone() is not None
