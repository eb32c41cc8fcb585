"""Fall CTE: what became of the leavers of one school year, certified in the fall after it (design
D7).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from django.db.models import Q, QuerySet

from certification.collections.collection import (
    ALWAYS_WRITERS,
    Collection,
    Judgment,
    Lists,
    StudentPages,
)
from certification.collections.fall import leaver_lists, sealed_file
from certification.collections.fall.counts import OPEN, counts_of, counts_of_form_2
from certification.models import SealedOutcome
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from cte_portal.words import text
from pathways.models import (
    Attempt,
    CollectionLock,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    OutcomeChange,
    PostProgramStatus,
)
from pathways.reports import groups
from pathways.reports.leavers import rows
from pathways.reports.leavers.rows import OutcomeRow


def judged(at_state: Scope) -> Judgment:
    """OPI's statuses of the year with how they count, its window and the attempts that it demands.
    There are no findings.
    """
    rules = [
        [status.code, _counts_as(status), status.name] for status in _offered(at_state.end_year)
    ]
    year = FollowUpYear.objects.of(at_state.end_year)
    if year:
        demands = (year.attempts_required, year.means_required, year.days_required)
        rules += [
            ["window", year.opens.isoformat(), year.closes.isoformat()],
            ["attempts, means, days", *map(str, demands)],
        ]
    lines = "\n".join("\t".join(rule) for rule in rules)
    return Judgment(
        rules=rules,
        rules_hash=sha256(lines.encode()).hexdigest(),
        findings=[],
        explanations=[],
    )


@prepared
def _offered(end_year: int) -> QuerySet[PostProgramStatus]:
    return PostProgramStatus.objects.offered_in(end_year)


def _counts_as(status: PostProgramStatus) -> str:
    if not status.is_answered:
        return "unknown"
    return "placed" if status.is_placed else "answered"


def has_records(scope: Scope) -> bool:
    return (
        FollowUpEntry.objects.in_scope(scope).on_list().exists()
        or Outcome.objects.in_scope(scope).exists()
    )


def changed_since(scope: Scope, at: datetime.datetime) -> bool:
    """An outcome, or an attempt that brought none."""
    written = OutcomeChange.objects.filter(
        district=scope.district, end_year=scope.end_year, at__gte=at
    )
    tried = Attempt.objects.filter(
        Q(at__gte=at) | Q(taken_back_at__gte=at),
        entry__student__district=scope.district,
        entry__end_year=scope.end_year,
    )
    return written.exists() or tried.exists()


def in_short(row: OutcomeRow) -> str:
    contacted = f", contacted {text(row.date_contacted)}" if row.date_contacted else ""
    return f"{row.status_name or OPEN}{contacted}"


def _exit(row: Any) -> str:
    return str(FollowUpEntry.Exit(row.exit).label)


def keys(scope: Scope, state_ids: Sequence[str]) -> dict[str, int]:
    """Of the year's lines, also those that are no longer on the list."""
    entries = FollowUpEntry.objects.in_scope(scope).filter(student__state_id__in=state_ids)
    return dict(entries.values_list("student__state_id", "pk"))


FALL = Collection(
    slug=CollectionLock.Collection.FALL.value,
    short="Fall CTE",
    receipt_code="FALL",
    event_name="Fall CTE Follow-up Certification",
    statements=(
        "I have reviewed the counts above.",
        "Every leaver on the list was contacted, or the required attempts were made.",
        "District and state data match.",
        (
            "To the best of my knowledge the outcomes of the leavers of {school year} are complete"
            " and accurate."
        ),
        "I am authorized to certify for {district}.",
    ),
    form=3,
    forms=(2, 3),
    sealed=SealedOutcome,
    row=OutcomeRow,
    columns=rows.COLUMNS,
    key=("state_id",),
    of_student=rows.COLUMNS[1 : rows.COLUMNS.index("end_year")],
    of_record=rows.COLUMNS[rows.COLUMNS.index("end_year") :],
    moves_on=("end_year",),
    writing=("origin",),
    part=_exit,
    in_short=in_short,
    rows=rows.rows,
    digest=rows.digest,
    has_records=has_records,
    changed_since=changed_since,
    judged=judged,
    counts=counts_of,
    writers=("fall-upload", "fall-undo", *ALWAYS_WRITERS),
    gates=(
        "open",
        "certifiers",
        "quiet",
        "drawn",
        "resolved",
        "outcomes",
        "match",
        "tried",
        "contacted",
        "waited",
    ),
    report=None,
    groups=(groups.FALL,),
    measures={
        "students": "All leavers",
        "graduates": "Graduates",
        "dropouts": "Dropouts",
        "answered": "Answered",
        "placed": "Placed",
        "unknown": "Unknown",
    },
    groupings={
        "pathways": "By CTE Pathway",
        "statuses": "By outcome",
        "schools": "By school",
        "exits": "By exit",
        "genders": "By gender",
    },
    lists=Lists(
        leaver_lists.TITLES, leaver_lists.COLUMN_NAMES, leaver_lists.HEADS, leaver_lists.listed
    ),
    pages=StudentPages("follow-up-line", Capability.FOLLOW_UP, keys),
    extract=sealed_file.write,
    extract_name="Fall CTE",
    data="outcomes",
    records="",
    grouped_by=("CTE pathway", "outcome", "school", "exit", "gender"),
    counting=(
        "Each leaver counts once in each line. Unknown means no answer. A leaver whom OPI counts in"
        " another district is in no line."
    ),
    has_findings=False,
)


class OutcomeRowOfForm2(OutcomeRow):
    """A line as it was sealed before seals said whom OPI counts in another district: everybody was
    in the figures.
    """

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        return iter(self[: len(OF_FORM_2)])


OF_FORM_2 = rows.COLUMNS[: rows.COLUMNS.index("counted_elsewhere")]
FALL_OF_FORM_2 = replace(
    FALL,
    form=2,
    row=OutcomeRowOfForm2,
    columns=OF_FORM_2,
    of_record=OF_FORM_2[OF_FORM_2.index("end_year") :],
    counts=counts_of_form_2,
)
"""Its seals are read by this."""
