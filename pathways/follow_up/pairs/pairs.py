"""Who is on the lists of two districts in one end year, with both answers: OPI's question alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from pathways.models import FollowUpEntry, Outcome, PostProgramStatus


@dataclass(frozen=True)
class PairLine:
    """A student's line on the list of one district, and the answer there."""

    entry: FollowUpEntry
    outcome: Outcome | None
    answer: str
    """The answer's status in words; empty where there is none."""


@dataclass(frozen=True)
class Pair:
    """A student's lines, by district; more than two where more districts have the student."""

    lines: tuple[PairLine, ...]

    @property
    def proposed(self) -> FollowUpEntry:
        """The line of the district that the student left last."""
        return max(
            (line.entry for line in self.lines),
            key=lambda entry: (entry.exit_date, entry.student.district_id),
        )

    @property
    def counted(self) -> FollowUpEntry | None:
        """The line that OPI chose; None while OPI has not."""
        counted = [line.entry for line in self.lines if not line.entry.counted_elsewhere]
        return counted[0] if len(counted) == 1 and len(self.lines) > 1 else None


def pairs(end_year: int) -> list[Pair]:
    """Of all districts, by name: five statements, however many there are. A line that is counted
    elsewhere though no other list has the student is among them, to be put right.
    """
    on_list = FollowUpEntry.objects.filter(end_year=end_year).on_list()
    counts = on_list.order_by().values("student__state_id")
    counts = counts.annotate(
        lists=Count("student__district_id", distinct=True),
        elsewhere=Count("pk", filter=Q(counted_elsewhere=True)),
    )
    several = counts.filter(Q(lists__gt=1) | Q(elsewhere__gt=0))
    state_ids = list(several.values_list("student__state_id", flat=True))
    entries = list(
        on_list.filter(student__state_id__in=state_ids)
        .select_related("student__district", "school")
        .prefetch_related("pathways")
        .order_by("student__district_id")
    )
    names = dict(PostProgramStatus.objects.values_list("code", "name"))
    students = [entry.student_id for entry in entries]
    outcomes = {
        outcome.student_id: outcome
        for outcome in Outcome.objects.filter(end_year=end_year, student__in=students)
    }
    lines: dict[str, list[PairLine]] = {}
    for entry in entries:
        outcome = outcomes.get(entry.student_id)
        answer = names.get(outcome.status, outcome.status) if outcome else ""
        lines.setdefault(entry.student.state_id, []).append(PairLine(entry, outcome, answer))
    return sorted((Pair(tuple(of_student)) for of_student in lines.values()), key=_by_name)


def _by_name(pair: Pair) -> tuple[str, ...]:
    student = pair.lines[0].entry.student
    return student.last_name_folded, student.first_name_folded, student.state_id
