"""OPI says on which list a student counts, and may take that back. No answer is changed by it.

Where a line counts is signed with it: the districts are held, and signatures that no longer cover
their lists fall.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from cte_portal.accounts.models import AuditEvent, User
from cte_portal.accounts.models.audit import Deed
from cte_portal.editions import Scope, school_year_label
from cte_portal.refusals import Refusal
from pathways.certified import certified
from pathways.follow_up.pairs.pairs import pairs
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_district
from pathways.ledger.refusals import Busy
from pathways.models import FollowUpEntry

CHANGED = "The lists have changed since you opened the page. Nothing was saved."
KIND = "follow-up pair"


def count_in(end_year: int, entry: int, *, by: User) -> None:
    """Count the student on this line, and on no other list. Raises a Refusal."""
    with _held(end_year, _students_of([entry])):
        _count(_lines_of(end_year, entry), entry, by)


def count_as_proposed(end_year: int, *, by: User) -> int:
    """Count each student of whom OPI has said nothing in the district that the student left last.
    Returns how many there were. Raises a Refusal.
    """
    waiting = [pair.proposed.pk for pair in pairs(end_year) if pair.counted is None]
    with _held(end_year, _students_of(waiting)):
        undecided = [pair for pair in pairs(end_year) if pair.counted is None]
        for pair in undecided:
            entry = pair.proposed.pk
            _count(_lines_of(end_year, entry, single=True), entry, by)
        return len(undecided)


def count_everywhere(end_year: int, entry: int, *, by: User) -> None:
    """Take back what OPI said about the student of this line. Raises a Refusal."""
    with _held(end_year, _students_of([entry])):
        lines = _lines_of(end_year, entry, single=True)
        if not any(line.counted_elsewhere for line in lines):
            return
        FollowUpEntry.objects.filter(pk__in=[line.pk for line in lines]).update(
            counted_elsewhere=False
        )
        _record(lines, _words(lines), "", by)


def count_the_single() -> int:
    """Count again whoever was counted elsewhere and is on no other list by now. Returns how many
    lines there were; those of a district that somebody is writing to wait for the next time.
    """
    counted = 0
    lines = _single().values_list("pk", "end_year", "student__state_id")
    for pk, end_year, state_id in lines.order_by("pk"):
        with suppress(Busy), _held(end_year, [state_id]):
            single = list(_single().filter(pk=pk).values_list("pk", flat=True))
            counted += FollowUpEntry.objects.filter(pk__in=single).update(counted_elsewhere=False)
    return counted


def _single() -> QuerySet[FollowUpEntry]:
    """Lines counted elsewhere whose student is on no other list."""
    twins = FollowUpEntry.objects.on_list().filter(
        student__state_id=OuterRef("student__state_id"), end_year=OuterRef("end_year")
    )
    return FollowUpEntry.objects.on_list().filter(
        ~Exists(twins.exclude(pk=OuterRef("pk"))), counted_elsewhere=True
    )


def _students_of(entries: Iterable[int]) -> list[str]:
    lines = FollowUpEntry.objects.filter(pk__in=list(entries))
    return list(lines.values_list("student__state_id", flat=True))


@contextmanager
def _held(end_year: int, state_ids: Iterable[str]) -> Iterator[None]:
    """Hold every district that has one of the students on its list, in the order of their numbers.
    Raises a Refusal while somebody else holds one.
    """
    lines = FollowUpEntry.objects.filter(end_year=end_year, student__state_id__in=list(state_ids))
    numbers = sorted(set(lines.on_list().values_list("student__district_id", flat=True)))
    scopes = [Scope(number, end_year) for number in numbers]
    with refusals_named(), transaction.atomic():
        for scope in scopes:
            lock_district(scope, exclusive=True)
        yield
        for scope in scopes:
            certified().data_changed(scope)


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
