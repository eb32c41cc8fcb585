"""The rows of a Fall CTE file judged set-wise: what becomes of each, and what is found in it.

Runs while the district is held, so what is judged is what is written.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.words import text
from pathways.files.fall.reader import DATE_READ, STATUS_READ
from pathways.files.summary import Problem
from pathways.follow_up.absences import absences
from pathways.follow_up.contacted import why_not_on
from pathways.ledger.staging import FALL_ROWS, FALL_VERDICTS, FINDINGS, Staged
from pathways.ledger.typed_rows import typed
from pathways.models import FollowUpYear, PostProgramStatus
from pathways.uploads.checking import REFUSED_LINES
from pathways.uploads.findings import add_problems

DAY = models.DateField()


@dataclass(frozen=True)
class CheckedFall:
    """What becomes of the rows; each row of the file counts once."""

    rejected: int
    new: int
    differing: int
    unchanged: int
    """The portal's answer again, no answer, or a line that stands twice."""


@dataclass(frozen=True)
class DifferingRow:
    """A row whose answer is not the portal's."""

    line: int
    entry: int
    answer: tuple[str, datetime.date]
    stored: tuple[str, datetime.date | None]


# The line of the list that a row means, and the portal's answer. A row that leaves a cell empty
# says nothing about it: a blank never erases.
_VERDICTS = f"""
CREATE TEMPORARY TABLE {FALL_VERDICTS} AS
SELECT sent.line, sent.student_id, sent.school, sent.status, sent.date_contacted, sent.cells_read,
    entry.id AS entry_id, entry.exit_date, school.number AS left_school,
    stored.status AS stored_status, stored.date_contacted AS stored_date,
    CASE
        WHEN sent.status IS NULL AND sent.date_contacted IS NULL THEN 'unchanged'
        WHEN stored.id IS NULL THEN 'new'
        WHEN (sent.status IS NULL OR sent.status = stored.status)
            AND (sent.date_contacted IS NULL OR sent.date_contacted = stored.date_contacted) THEN 'unchanged'
        ELSE 'differs'
    END AS becomes
FROM {FALL_ROWS} sent
LEFT JOIN pathways_followupentry entry
    ON entry.student_id = sent.student_id AND entry.end_year = %(year)s AND entry.left_at IS NULL
LEFT JOIN pathways_school school ON school.id = entry.school_id
LEFT JOIN pathways_outcome stored ON stored.student_id = sent.student_id AND stored.end_year = %(year)s
"""
_INSERT = f"INSERT INTO {FINDINGS} (line, rule, field, message, refuses)"
# Beside a cell that could not be read the other one is judged by itself, where it is not the
# portal's answer already. What is missing is said where no answer stands that could supply it.
_SAYS_SOMETHING = f"becomes <> 'unchanged' AND cells_read = {STATUS_READ + DATE_READ}"
_SAYS_STATUS = f"""status IS NOT NULL AND ({_SAYS_SOMETHING}
    OR cells_read = {STATUS_READ} AND (stored_status IS NULL OR status <> stored_status))"""
_SAYS_DATE = f"""date_contacted IS NOT NULL AND ({_SAYS_SOMETHING}
    OR cells_read = {DATE_READ} AND (stored_date IS NULL OR date_contacted <> stored_date))"""
_FROM_VERDICT = f"""
WITH unread AS MATERIALIZED (
    SELECT DISTINCT line FROM {FINDINGS} WHERE field = 'student' AND refuses
)
{_INSERT}
SELECT verdict.line, %(rule)s, %(field)s, %(message)s, TRUE
FROM {FALL_VERDICTS} verdict
LEFT JOIN unread ON unread.line = verdict.line"""
# Conditions under which a row of verdicts is refused: rule, field, message, condition.
_CONDITIONS: tuple[tuple[str, str, str | None, str], ...] = (
    ("CTE-200", "student", None, "student_id IS NULL AND unread.line IS NULL"),
    (
        "CTE-431",
        "school",
        None,
        """entry_id IS NOT NULL AND school <> '' AND school <> left_school AND NOT EXISTS (
            SELECT 1 FROM pathways_enrollment enrollment
            JOIN pathways_calendar calendar ON calendar.id = enrollment.calendar_id AND calendar.end_year = %(year)s
            JOIN pathways_school other ON other.id = calendar.school_id AND other.number = verdict.school
            WHERE enrollment.student_id = verdict.student_id AND enrollment.service_type IN ('P', 'S', 'N'))""",
    ),
    (
        "CTE-432",
        "status",
        None,
        f"""{_SAYS_STATUS} AND NOT EXISTS (
            SELECT 1 FROM pathways_postprogramstatus offered
            WHERE offered.code = verdict.status AND offered.first_year <= %(year)s
                AND (offered.last_year IS NULL OR offered.last_year >= %(year)s))""",
    ),
    (
        "CTE-434",
        "date_contacted",
        "Enter the Date Contacted",
        f"""date_contacted IS NULL AND ({_SAYS_SOMETHING}
            OR cells_read = {DATE_READ} AND stored_status IS NULL)""",
    ),
    (
        "CTE-434",
        "status",
        "Enter the Post-Program Status",
        f"""status IS NULL AND ({_SAYS_SOMETHING}
            OR cells_read = {STATUS_READ} AND stored_status IS NULL)""",
    ),
    (
        "CTE-435",
        "status",
        None,
        f"""{_SAYS_STATUS} AND entry_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM pathways_postprogramstatus hard WHERE hard.code = verdict.status AND hard.needs_attempts)
        AND NOT EXISTS (
            SELECT 1 FROM pathways_attempt attempt WHERE attempt.entry_id = verdict.entry_id AND attempt.taken_back_at IS NULL
            GROUP BY attempt.entry_id
            HAVING COUNT(*) >= %(attempts)s AND COUNT(DISTINCT attempt.means) >= %(means)s
                AND COUNT(DISTINCT attempt.date) >= %(days)s)""",
    ),
    (
        "CTE-415",
        "line",
        None,
        """EXISTS (
            SELECT 1 FROM pathways_outcomechange change
            WHERE change.district = %(district)s AND change.id > %(since)s
                AND change.student_id = verdict.student_id AND change.end_year = %(year)s)""",
    ),
)


def judge(scope: Scope, year: FollowUpYear, staged: Staged, *, since: int | None) -> CheckedFall:
    """Judge what is staged. `since` is the cursor of a preview: what was written after it is left
    alone (CTE-415). Must run while the district is held.
    """
    values: dict[str, Any] = {
        "district": scope.district,
        "year": scope.end_year,
        "attempts": year.attempts_required,
        "means": year.means_required,
        "days": year.days_required,
        "since": since,
    }
    with connection.cursor() as cursor:
        cursor.execute(staged.own(_VERDICTS), values)
        if connection.vendor == "postgresql":  # what the statements below join and look for
            cursor.execute(staged.own(f"ANALYZE {FALL_VERDICTS} (line, student_id, entry_id)"))
        for rule, field, message, condition in _CONDITIONS:
            if rule == "CTE-415" and since is None:
                continue
            cursor.execute(
                staged.own(f"{_FROM_VERDICT} WHERE {condition}"),
                {**values, "rule": rule, "field": field, "message": message},
            )
        add_problems(staged, list(_not_on_the_list(cursor, scope, year, staged)))
        add_problems(staged, list(_days(cursor, year, staged)))
        repeated = _repeated(cursor, staged)
        cursor.execute(staged.own(f"SELECT COUNT(DISTINCT line) FROM {FINDINGS} WHERE refuses"))
        rejected = cursor.fetchone()[0]
        refused = f"SELECT line FROM {FINDINGS} WHERE refuses"
        cursor.execute(staged.own(f"DELETE FROM {FALL_VERDICTS} WHERE line IN ({refused})"))
        cursor.execute(
            staged.own(f"SELECT becomes, COUNT(*) FROM {FALL_VERDICTS} GROUP BY becomes")
        )
        counts = dict(cursor.fetchall())
    return CheckedFall(
        rejected=rejected,
        new=counts.get("new", 0),
        differing=counts.get("differs", 0),
        unchanged=counts.get("unchanged", 0) + repeated,
    )


def _not_on_the_list(
    cursor: Any, scope: Scope, year: FollowUpYear, staged: Staged
) -> Iterator[Problem]:
    """Students of the district whom the list does not have, with the reason (R-FUP-14)."""
    select = (
        f"SELECT line, student_id, student.state_id FROM {FALL_VERDICTS} JOIN pathways_student"
        " student ON student.id = student_id WHERE entry_id IS NULL"
    )
    cursor.execute(staged.own(select))
    lines = cursor.fetchall()
    reasons = absences(scope, year, {student for _, student, _ in lines}) if lines else {}
    for line, student, state_id in lines:
        yield Problem(line, "CTE-430", "student", state_id, reasons[student])


def _days(cursor: Any, year: FollowUpYear, staged: Staged) -> Iterator[Problem]:
    """Answers of days on which nobody can have been contacted (R-FUP-08)."""
    adapt = connection.ops.adapt_datefield_value
    select = f"""
        SELECT line, date_contacted, exit_date FROM {FALL_VERDICTS}
        WHERE {_SAYS_DATE} AND entry_id IS NOT NULL
            AND (date_contacted > %s OR date_contacted < %s OR date_contacted > %s OR date_contacted <= exit_date)
        """
    bounds = [adapt(day) for day in (timezone.localdate(), year.opens, year.closes)]
    cursor.execute(staged.own(select), bounds)
    for line, day, exit_date in list(typed(connection, cursor, [None, DAY, DAY])):
        yield Problem(
            line, "CTE-433", "date_contacted", text(day), why_not_on(day, year, exit_date)
        )


def _repeated(cursor: Any, staged: Staged) -> int:
    """Equal lines of a student count once, different ones are all refused. Returns how many were
    left out.
    """
    some = f"SELECT 1 FROM {FALL_VERDICTS} GROUP BY student_id HAVING COUNT(student_id) > 1 LIMIT 1"
    cursor.execute(staged.own(some))
    if cursor.fetchone() is None:
        return 0
    answer = "COALESCE(status, '') || ' ' || COALESCE(CAST(date_contacted AS text), '')"
    accepted = f"""
        WITH {REFUSED_LINES},
        accepted AS (
            SELECT verdict.* FROM {FALL_VERDICTS} verdict LEFT JOIN refused ON refused.line = verdict.line
            WHERE refused.line IS NULL AND student_id IS NOT NULL
        ),
        twice AS (
            SELECT student_id, MIN(line) AS first_line, COUNT(DISTINCT {answer}) AS answers FROM accepted
            GROUP BY student_id HAVING COUNT(*) > 1
        )
        """
    for rule, field, refuses, condition in (
        ("CTE-408", "line", False, "twice.answers = 1 AND accepted.line > twice.first_line"),
        ("CTE-436", "student", True, "twice.answers > 1"),
    ):
        cursor.execute(
            staged.own(
                f"{accepted} {_INSERT} SELECT accepted.line, %s, %s, NULL, %s FROM accepted JOIN"
                f" twice ON twice.student_id = accepted.student_id WHERE {condition}"
            ),
            [rule, field, refuses],
        )
    cursor.execute(
        staged.own(
            f"DELETE FROM {FALL_VERDICTS} WHERE line IN (SELECT line FROM {FINDINGS} WHERE rule ="
            " 'CTE-408')"
        )
    )
    return int(cursor.rowcount)


def differing_rows(staged: Staged) -> list[DifferingRow]:
    """The rows that the portal answers otherwise; they are said to differ, and nothing is written."""
    names = dict(PostProgramStatus.objects.values_list("code", "name"))
    select = (
        "SELECT line, entry_id, status, date_contacted, stored_status, stored_date FROM"
        f" {FALL_VERDICTS} WHERE becomes = 'differs' ORDER BY line"
    )
    with connection.cursor() as cursor:
        cursor.execute(staged.own(select))
        fields = [None, None, None, DAY, None, DAY]
        rows = [
            DifferingRow(line, entry, (status, day), (stored, stored_day))
            for line, entry, status, day, stored, stored_day in typed(connection, cursor, fields)
        ]
    problems = []
    for row in rows:
        code, day = row.stored
        portal = f"{code} {names.get(code, '')}".rstrip() + (f", {text(day)}" if day else "")
        message = f"The portal has {portal}. It stands"
        file = f"{row.answer[0]}, {text(row.answer[1])}"
        problems.append(Problem(row.line, "CTE-437", "status", file, message))
    add_problems(staged, problems)
    return rows
