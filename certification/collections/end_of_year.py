"""End of Year CTE Concentrator and Participants: a student's record in each pathway (guide, Step
Four).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from certification.collections import sealed_extract, student_lists
from certification.collections.collection import (
    ALWAYS_WRITERS,
    Collection,
    Judgment,
    Lists,
    StudentPages,
)
from certification.collections.figures import counts_of
from certification.models import SealedRecord
from certification.models.event import STATEMENTS
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.editions import Scope
from cte_portal.words import text
from pathways.findings.findings import findings
from pathways.ledger import canonical
from pathways.ledger.canonical import CanonicalRow, instant
from pathways.models import Change, CollectionLock, Explanation, Participation, Student
from pathways.reports.groups import OF_RECORDS
from pathways.reports.runs import certification_at_state
from pathways.rules import severities


def judged(at_state: Scope) -> Judgment:
    lines = findings(at_state, whole=True).lines
    return Judgment(
        rules=severities.as_signed(at_state.end_year),
        rules_hash=severities.digest(at_state.end_year),
        findings=[
            {
                "rule": finding.rule.id,
                "severity": finding.severity.value,
                "state_id": finding.breach.state_id,
                "pathway": finding.breach.pathway,
                "value": finding.breach.value,
            }
            for finding in lines
        ],
        explanations=[
            _explanation(finding.explanation, finding.breach.pathway)
            for finding in lines
            if finding.explanation
        ],
    )


def _explanation(explanation: Explanation, pathway: str) -> dict[str, str]:
    return {
        "rule": explanation.rule,
        "state_id": explanation.state_id,
        "pathway": pathway,
        "value": explanation.value,
        "reason": explanation.reason,
        "by": explanation.by,
        "at": instant(explanation.at),
    }


def in_short(row: CanonicalRow) -> str:
    answer = "Concentrator" if row.concentrator else "Participant"
    alone = ", single parent" if row.single_parent else ""
    return f"{answer}, {text(row.total_credits)} credits{alone}"


def _pathway(row: Any) -> str:
    return str(row.pathway_name)


def keys(scope: Scope, state_ids: Sequence[str]) -> dict[str, int]:
    """Of students who are enrolled in the scope's year."""
    students = Student.objects.in_scope(scope).filter(state_id__in=state_ids)
    return dict(students.values_list("state_id", "pk"))


END_OF_YEAR = Collection(
    slug=CollectionLock.Collection.END_OF_YEAR.value,
    short="End of Year",
    receipt_code="EOY",
    event_name="End of Year CTE Concentrator & Participants Certification",
    statements=STATEMENTS,
    form=1,
    forms=(1,),
    sealed=SealedRecord,
    row=CanonicalRow,
    columns=canonical.COLUMNS,
    key=("state_id", "pathway_code"),
    of_student=canonical.OF_THE_STUDENT,
    of_record=canonical.OF_THE_RECORD,
    moves_on=("grade", "modified_date", "modified_by", "modified_end_year"),
    writing=("modified_date", "modified_by"),
    part=_pathway,
    in_short=in_short,
    rows=canonical.rows,
    digest=canonical.digest,
    has_records=lambda scope: Participation.objects.in_scope(scope).exists(),
    changed_since=lambda scope, at: Change.objects.filter(
        district=scope.district, at__gte=at
    ).exists(),
    judged=judged,
    counts=counts_of,
    writers=("upload", "undo", "practice-reset", *ALWAYS_WRITERS),
    gates=(
        "open",
        "certifiers",
        "quiet",
        "sent",
        "match",
        "report",
        "errors",
        "warnings",
        "waited",
    ),
    report=lambda scope, known: certification_at_state(scope, known=known),
    groups=OF_RECORDS,
    measures={
        "students": "All students",
        "concentrators": "Concentrators",
        "participants": "Participants",
        "single_parents": "Single parents",
    },
    groupings={
        "pathways": "By CTE Pathway",
        "schools": "By school",
        "grades": "By grade",
        "genders": "By gender",
    },
    lists=Lists(
        student_lists.TITLES, student_lists.COLUMN_NAMES, student_lists.HEADS, student_lists.listed
    ),
    pages=StudentPages("cte-student", Capability.VIEW_RECORDS, keys),
    extract=sealed_extract.write,
    extract_name="CTE End of Year",
    data="records",
    records="Pathway records",
    grouped_by=("CTE pathway", "school", "grade", "gender"),
    counting=(
        "Each student counts once in each line, as a concentrator if any record in it says Yes."
    ),
    has_findings=True,
)
