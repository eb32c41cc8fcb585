"""OPI says on which list a student counts, and may take that back. No answer is changed by it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef

from cte_portal.accounts.models import AuditEvent, User
from cte_portal.accounts.models.audit import Deed
from cte_portal.editions import school_year_label
from cte_portal.refusals import Refusal
from pathways.follow_up.pairs.pairs import pairs
from pathways.models import FollowUpEntry

CHANGED = "The lists have changed since you opened the page. Nothing was saved."
KIND = "follow-up pair"


def count_in(end_year: int, entry: int, *, by: User) -> None:
    """Count the student on this line, and on no other list. Raises a Refusal."""
    with transaction.atomic():
        _count(_lines_of(end_year, entry), entry, by)


def count_as_proposed(end_year: int, *, by: User) -> int:
    """Count each student of whom OPI has said nothing in the district that the student left last.
    Returns how many there were.
    """
    with transaction.atomic():
        undecided = [pair for pair in pairs(end_year) if pair.counted is None]
        for pair in undecided:
            entry = pair.proposed.pk
            _count(_lines_of(end_year, entry, single=True), entry, by)
        return len(undecided)


def count_everywhere(end_year: int, entry: int, *, by: User) -> None:
    """Take back what OPI said about the student of this line. Raises a Refusal."""
    with transaction.atomic():
        lines = _lines_of(end_year, entry, single=True)
        if not any(line.counted_elsewhere for line in lines):
            return
        FollowUpEntry.objects.filter(pk__in=[line.pk for line in lines]).update(
            counted_elsewhere=False
        )
        _record(lines, _words(lines), "", by)


def count_the_single() -> int:
    """Count again whoever was counted elsewhere and is on no other list by now. Returns how many
    lines there were.
    """
    twins = FollowUpEntry.objects.on_list().filter(
        student__state_id=OuterRef("student__state_id"), end_year=OuterRef("end_year")
    )
    single = FollowUpEntry.objects.on_list().filter(
        ~Exists(twins.exclude(pk=OuterRef("pk"))), counted_elsewhere=True
    )
    return FollowUpEntry.objects.filter(pk__in=list(single.values_list("pk", flat=True))).update(
        counted_elsewhere=False
    )


def _lines_of(end_year: int, entry: int, *, single: bool = False) -> list[FollowUpEntry]:
    """All lines of the student of this one, held until the transaction ends."""
    own = FollowUpEntry.objects.filter(end_year=end_year).on_list()
    state_ids = own.filter(pk=entry).values("student__state_id")
    lines = list(
        own.filter(student__state_id__in=state_ids)
        .select_for_update(of=("self",))
        .select_related("student__district")
        .order_by("pk")
    )
    if not lines or (len(lines) == 1 and not single):
        raise Refusal(CHANGED)
    return lines


def _count(lines: Sequence[FollowUpEntry], entry: int, by: User) -> None:
    before = _words(lines)
    for line in lines:
        line.counted_elsewhere = line.pk != entry
    if before == (after := _words(lines)):
        return
    FollowUpEntry.objects.bulk_update(lines, ["counted_elsewhere"])
    _record(lines, before, after, by)


def _words(lines: Sequence[FollowUpEntry]) -> str:
    """The district in which the student counts; empty where OPI has not said."""
    if not any(line.counted_elsewhere for line in lines):
        return ""
    counted = [line.student.district for line in lines if not line.counted_elsewhere]
    return ", ".join(f"{district.number} {district.name}" for district in counted)


def _record(lines: Sequence[FollowUpEntry], before: str, after: str, by: User) -> None:
    """Nobody's name goes into the audit, and no district: neither learns of the other there."""
    end_year = lines[0].end_year
    deed = Deed(
        KIND,
        f"{end_year}/{lines[0].pk}",
        f"Student on several lists, {school_year_label(end_year)}",
        AuditEvent.Operation.CHANGE,
        {"Counted in": before} if before else {},
        {"Counted in": after} if after else {},
        end_year=end_year,
    )
    AuditEvent.objects.record([deed], by=by)
