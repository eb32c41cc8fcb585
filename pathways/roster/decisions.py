"""What a clerk does with lines of the roster worklist: create the records, decide, or take a
decision back. Each line is answered for itself.

A line comes back as it was seen (`Line.token`). Where somebody has been faster nothing is done, and
the answer says who.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.pages.typed import KEY_DIGITS, number
from pathways.ledger import ledger
from pathways.ledger.current_year import demand_current
from pathways.ledger.locks import lock_district
from pathways.ledger.refusals import Locked, NotApplied
from pathways.ledger.shape import Row
from pathways.models import Change, CollectionLock, RosterDecision
from pathways.models.participation import CONCENTRATOR_CREDITS
from pathways.records import entry
from pathways.roster.worklist.line import Pair, RosterLine
from pathways.roster.worklist.worklist import Worklist

Choice = RosterDecision.Choice
ZERO = Decimal(0)


@dataclass(frozen=True)
class Seen:
    """A line as a page showed it: its credits, and what was decided."""

    pair: Pair
    credits: str
    choice: str

    @classmethod
    def read(cls, tokens: Iterable[str]) -> list[Seen]:
        """The tokens of a form, each once; what is none is passed over."""
        lines_seen: dict[Pair, Seen] = {}
        for token in tokens:
            parts = token.split(":")
            student, pathway = (number(part, digits=KEY_DIGITS) for part in [*parts, "", ""][:2])
            if len(parts) == 4 and student is not None and pathway is not None:
                lines_seen[student, pathway] = cls((student, pathway), parts[2][:10], parts[3][:10])
        return list(lines_seen.values())


@dataclass(frozen=True)
class Answer:
    """What became of a line: done or not, and the sentence for the person."""

    line: RosterLine
    done: bool
    sentence: str


def create(
    scope: Scope, seen: Sequence[Seen], *, by: str, by_id: int | None = None
) -> list[Answer]:
    """Create a record for each line, with the credits that were seen; one that is refused does not
    hold up the others.
    """
    demand_current(scope)
    lines = Worklist(scope).lines(line.pair for line in seen)
    as_seen = {line.pair: line for line in seen}
    students = [line.student.pk for line in lines if line.record]
    entered = Change.objects.filter(student_id__in=students, version=1, by_id=by_id)
    own = set(entered.values_list("student_id", "pathway_id")) if students else set()
    answers, waiting = {}, []
    for line in lines:
        if why := _not_to_create(line, as_seen[line.pair], by_id, own):
            answers[line.pair] = why
        else:
            waiting.append(line)
    while waiting:
        failed: dict[int, str] = {}
        try:
            saved = entry.save(scope, [new_record(line) for line in waiting], by=by, by_id=by_id)
        except ledger.Refused as refusal:
            for finding in refusal.findings:
                failed[finding.key] = (
                    f"{failed[finding.key]} {finding.message}."
                    if finding.key in failed
                    else f"{finding.message}."
                )
        except ledger.Stale as refusal:
            failed = dict.fromkeys(
                refusal.lines or _raced(scope, waiting),
                "Someone else entered this record at the same time.",
            )
        except NotApplied as refusal:
            failed = dict.fromkeys(range(1, len(waiting) + 1), refusal.sentence)
        else:
            warned = {warning.key: f" {warning.message}." for warning in saved.warnings}
            for number, line in enumerate(waiting, 1):
                answers[line.pair] = Answer(
                    line, True, f"Created with {line.credits:.2f} credits.{warned.get(number, '')}"
                )
            break
        answers |= {
            line.pair: Answer(line, False, failed[number])
            for number, line in enumerate(waiting, 1)
            if number in failed
        }
        waiting = [line for number, line in enumerate(waiting, 1) if number not in failed]
    return [answers[line.pair] for line in lines]


def new_record(line: RosterLine) -> Row:
    """What is proposed for the line: from the first day of the enrollment that sits in the courses.
    The single parent answer is the student's, so it is taken over from the other pathways.
    """
    return Row(
        line.student.pk,
        line.pathway.pk,
        concentrator=line.credits >= CONCENTRATOR_CREDITS,
        single_parent=line.single_parent,
        start_date=line.starts,
        in_district_credits=line.credits,
        out_of_district_credits=ZERO,
        dual_enrollment_credits=ZERO,
        work_based_learning_credits=ZERO,
        version=0,
    )


def decide(
    scope: Scope,
    seen: Sequence[Seen],
    choice: Choice,
    *,
    reason: str,
    by: str,
    by_id: int | None = None,
) -> list[Answer]:
    """Write one decision for each line that still stands as it was seen. Raises NotApplied; then
    nothing is written.
    """
    with ledger.refusals_named(), transaction.atomic():
        _open(scope)
        worklist, now = Worklist(scope), timezone.now()
        lines = {line.pair: line for line in worklist.lines(line.pair for line in seen)}
        fits = [
            lines[line.pair]
            for line in seen
            if line.pair in lines
            and lines[line.pair].choice == line.choice
            and _fits(lines[line.pair], choice)
        ]
        own = {
            "choice": choice,
            "reason": "" if choice is Choice.LATER else reason,
            "by": by,
            "by_id": by_id,
            "at": now,
        }
        standing = [line.decision.pk for line in fits if line.decision]
        stays = RosterDecision.objects.of(scope).filter(pk__in=standing, choice=Choice.LATER)
        stays.exclude(choice=choice).update(**own)
        RosterDecision.objects.bulk_create(
            (
                RosterDecision(
                    district=scope.district,
                    end_year=scope.end_year,
                    state_id=line.student.state_id,
                    pathway_id=line.pathway.pk,
                    **own,
                )
                for line in fits
                if line.decision is None
            ),
            ignore_conflicts=True,
        )
        return [_decided(line, choice, by_id) for line in worklist.lines(lines)]


def take_back(
    scope: Scope, seen: Sequence[Seen], *, by: str, by_id: int | None = None
) -> list[Answer]:
    """Open the lines again whose decision is still the one that was seen. Raises NotApplied; then
    nothing is written.
    """
    with ledger.refusals_named(), transaction.atomic():
        _open(scope)
        worklist, as_seen = Worklist(scope), {line.pair: line for line in seen}
        lines = worklist.lines(as_seen)
        same = [
            line.decision.pk
            for line in lines
            if line.decision and line.choice == as_seen[line.pair].choice
        ]
        RosterDecision.objects.of(scope).filter(pk__in=same).delete()
        after = worklist.lines(as_seen)
        return [
            (
                Answer(line, True, "Open again.")
                if line.decision is None
                else _decided(line, None, by_id)
            )
            for line in after
        ]


def _open(scope: Scope) -> None:
    """Hold the district and refuse where records could not be written either."""
    lock_district(scope)
    demand_current(scope)
    if lock := CollectionLock.objects.on_participations(scope.district, scope.end_year).first():
        raise Locked(lock)


def _raced(scope: Scope, waiting: list[RosterLine]) -> Iterable[int]:
    """Which of the lines somebody else has entered meanwhile; all of them when it cannot be
    told.
    """
    now = {line.pair: line for line in Worklist(scope).lines(line.pair for line in waiting)}
    lines = [
        number
        for number, line in enumerate(waiting, 1)
        if line.pair not in now or now[line.pair].record
    ]
    return lines or range(1, len(waiting) + 1)


def _fits(line: RosterLine, choice: Choice) -> bool:
    """*Not CTE* is said of a line without a record only, *right as it stands* of any other."""
    without_record = bool(line.courses) and line.record is None
    return choice is Choice.LATER or (choice is Choice.NOT_CTE) == without_record


def _not_to_create(
    line: RosterLine, seen: Seen, by_id: int | None, own: Collection[Pair]
) -> Answer | None:
    if line.record:
        is_own = (
            line.pair in own
            and line.record.version == 1
            and line.record.in_district_credits == line.credits
        )
        return Answer(
            line,
            is_own,
            f"The record already exists with {line.record.total_credits:.2f} credits, entered by"
            f" {line.record.modified_by}.",
        )
    if not line.courses:
        return Answer(line, False, "The student is no longer in a course of this pathway.")
    if line.choice == Choice.NOT_CTE:
        return _decided(line, None, by_id)
    if f"{line.credits:.2f}" != seen.credits:
        return Answer(
            line,
            False,
            f"The credits changed to {line.credits:.2f} after you opened the page. Nothing was"
            " created. Choose the line again.",
        )
    return None


def _decided(line: RosterLine, choice: Choice | None, by_id: int | None) -> Answer:
    """How a line stands after all; the second click of a double click finds its work done."""
    if line.decision is None:
        why = (
            f"The record already exists with {line.record.total_credits:.2f} credits."
            if line.record
            else "The line changed after you opened the page."
        )
        return Answer(line, False, f"{why} Nothing was saved.")
    done = line.choice == choice and line.decision.by_id == by_id
    label = f"{line.decision.get_choice_display()}{f': {line.decision.reason}' if line.decision.reason else ''}"
    return Answer(
        line, done, label if done else f"{line.decision.by} already decided this. {label}"
    )
