"""Cross-row rules: a student's records among each other (guide, Step Two A 6 and Step Four 1 c).

At entry the *prospective* rows are judged: the staged ones, and those stored rows of the same
students that they do not replace.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import Exists, OuterRef

from pathways.ledger.staging import Staged
from pathways.models import Participation
from pathways.models.participation import ParticipationQuerySet
from pathways.rules.rule import Example, Kind, OnEntry, Rule, Severity

SINGLE_PARENT_DIFFERS = Rule(
    id="CTE-301",
    title="Single parent is the same on every pathway",
    problem="Single parent differs between pathways",
    message="Student Single Parent is not the same on every pathway of this student",
    remedy="Choose the same answer on every pathway, or check Apply to all pathways.",
    kind=Kind.CROSS_ROW,
    severity=Severity.ERROR,
    on_entry=OnEntry.WARN,
    source="guide, Step Two A 6 and Step Four 1 c",
    field="single_parent",
    reads=("single_parent",),
    passing=(Example(row={"single_parent": True}, world={"beside": {"single_parent": True}}),),
    failing=(
        Example(row={"single_parent": True}, world={"beside": {"single_parent": False}}),
        Example(row={"single_parent": False}, world={"beside": {"single_parent": True}}),
    ),
)

RULES = [SINGLE_PARENT_DIFFERS]

SINGLE_PARENT_DIFFERS_AMONG_STAGED = """
WITH prospective AS (
    SELECT staged.student_id, staged.single_parent
    FROM staged_participation staged
    WHERE NOT staged.delete_row AND staged.single_parent IS NOT NULL
    UNION ALL
    SELECT stored.student_id, stored.single_parent
    FROM pathways_participation stored
    LEFT JOIN staged_participation replaced ON replaced.student_id = stored.student_id AND replaced.pathway_id = stored.pathway_id
    WHERE stored.student_id IN (SELECT student_id FROM staged_participation) AND replaced.line IS NULL
),
differing AS (
    SELECT student_id
    FROM prospective
    GROUP BY student_id
    HAVING MIN(CASE WHEN single_parent THEN 1 ELSE 0 END) <> MAX(CASE WHEN single_parent THEN 1 ELSE 0 END)
)
SELECT staged.line, staged.student_id, staged.pathway_id
FROM staged_participation staged
JOIN differing ON differing.student_id = staged.student_id
WHERE NOT staged.delete_row AND staged.single_parent IS NOT NULL
ORDER BY staged.line
"""


def single_parent_differs_among_staged(staged: Staged) -> list[tuple[int, int, int]]:
    """(line, student, pathway) of the staged rows whose student would have both answers."""
    with connection.cursor() as cursor:
        staged.execute(cursor, SINGLE_PARENT_DIFFERS_AMONG_STAGED)
        rows: list[tuple[int, int, int]] = cursor.fetchall()
        return rows


def single_parent_differs_among_stored(rows: ParticipationQuerySet) -> ParticipationQuerySet:
    """Those of the stored rows whose student has both answers."""
    return rows.filter(
        Exists(
            Participation.objects.filter(student_id=OuterRef("student_id")).exclude(
                single_parent=OuterRef("single_parent")
            )
        )
    )


STAGED = [(SINGLE_PARENT_DIFFERS, single_parent_differs_among_staged)]
STORED = [(SINGLE_PARENT_DIFFERS, single_parent_differs_among_stored)]
