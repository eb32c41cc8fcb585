"""What a certified year does not allow: a certified record leaves the collection, or another one
enters it, because of an enrollment.

Everything else of the roster goes on changing, graduates' ends above all. Whoever would cross is
looked for before any row is marked, because two rows of one student must not each count on the
other.
"""

from __future__ import annotations

from typing import Any

from pathways.roster.problems import ENTERS_SEAL, LEAVES_SEAL
from pathways.roster.shapes import ENROLLMENT

# `counts_in` of the model, for a row that has these columns.
_COUNTS = (
    "{row}.service_type IN ('P', 'S', 'N') AND"
    " ({row}.end_date IS NULL OR {row}.end_date >= %(year_starts)s)"
)
_IN_SCOPE = f"""
SELECT own.{{column}} FROM pathways_enrollment own
JOIN pathways_calendar calendar ON calendar.id = own.calendar_id AND calendar.end_year = %(year)s
JOIN pathways_student student ON student.id = own.student_id AND student.district_id = %(district)s
WHERE {_COUNTS.format(row="own")}"""
_PLANNED_IN_SCOPE = f"""{ENROLLMENT.plan}.operation <> 'delete' AND {_COUNTS.format(row=ENROLLMENT.plan)}
    AND {ENROLLMENT.plan}.calendar_id IN (SELECT id FROM pathways_calendar WHERE end_year = %(year)s)"""

_SETS = {
    "roster_recorded": """
        SELECT DISTINCT record.student_id FROM pathways_participation record
        JOIN pathways_student student ON student.id = record.student_id AND student.district_id = %(district)s""",
    "roster_before": _IN_SCOPE.format(column="student_id"),
    "roster_counting": _IN_SCOPE.format(column="id"),
    "roster_after": f"""
        SELECT student_id FROM {ENROLLMENT.plan} WHERE problem IS NULL AND {_PLANNED_IN_SCOPE}
        UNION {_IN_SCOPE.format(column="student_id")} AND own.id NOT IN (
            SELECT row_id FROM {ENROLLMENT.plan} WHERE problem IS NULL AND row_id IS NOT NULL)""",
}
_LEAVES = f"""
UPDATE {ENROLLMENT.plan} SET problem = '{LEAVES_SEAL.id}'
WHERE problem IS NULL AND operation IN ('update', 'delete') AND NOT ({_PLANNED_IN_SCOPE})
    AND row_id IN (SELECT id FROM roster_counting)
    AND student_id IN (SELECT student_id FROM roster_recorded)
    AND student_id NOT IN (SELECT student_id FROM roster_after)"""
_ENTERS = f"""
UPDATE {ENROLLMENT.plan} SET problem = '{ENTERS_SEAL.id}'
WHERE problem IS NULL AND operation IN ('create', 'update') AND {_PLANNED_IN_SCOPE}
    AND student_id IN (SELECT student_id FROM roster_recorded)
    AND student_id NOT IN (SELECT student_id FROM roster_before)"""


def hold(cursor: Any, values: dict[str, Any]) -> None:
    """Mark the rows of the enrollments' plan by which a student with records would cross.

    `values` are those of the act (`ledger.Act.values`).
    """
    for table, rows in _SETS.items():
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {table} AS {rows}", values)
    cursor.execute(_LEAVES, values)
    cursor.execute(_ENTERS, values)
    for table in _SETS:
        cursor.execute(f"DROP TABLE {table}")
