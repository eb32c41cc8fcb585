"""The roster worklist: where rosters, transcripts and records do not agree, as four lists of
student and pathway (guide, Step Two, TIP).

A student and a pathway stand in one list at most: with a course of the pathway, the record is
missing or its credits are unlike; without one, the record has grown nevertheless, or nothing has
come after a concentrator's last year.
"""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from cte_portal.editions import Scope
from cte_portal.prepared import counted, filled_up, prepared
from cte_portal.words import listed_name
from pathways.ledger.kept import HangsOn, kept
from pathways.ledger.position import position_of
from pathways.roster.worklist import lines
from pathways.roster.worklist.balance import Balance, balance_of
from pathways.roster.worklist.line import (
    CourseTaken,
    LinePart,
    NamedPathway,
    Pair,
    PlacedStudent,
    RecordBefore,
    RecordNow,
    RosterLine,
    Seat,
)
from pathways.roster.worklist.order import Order, in_order
from pathways.roster.worklist.pairs import Pairs
from pathways.roster.worklist.which import Choice, Show, Which

Named = tuple[int, str]
"""A pathway's key and name."""
KEYS = ("person", "taught", "choice")


@counted(
    f"""COUNT(*) FILTER (WHERE choice IS NULL),
    COUNT(*) FILTER (WHERE choice = '{Choice.LATER.value}'),
    COUNT(*) FILTER (WHERE choice <> '{Choice.LATER.value}')"""
)
def _counts(scope: Scope, which: Which) -> QuerySet[Any]:
    """In the order of Show. Its dozen tables take PostgreSQL longer to plan than most districts take
    to be counted, and the plan for any district is right for the largest too; that of a list
    which is narrowed is not.
    """
    return Pairs(scope).of_list(which)


@prepared
def _by_name(scope: Scope, which: Which) -> QuerySet[Any]:
    return in_order(Pairs(scope).of_list(which), scope).values_list(*KEYS)


class Worklist(Pairs):
    """The four lists of a scope, narrowed or whole; the balance alike."""

    def found(self, which: Which, show: Show = Show.OPEN) -> QuerySet[Any]:
        """The pairs to show, by the student's name."""
        conditions = {
            Show.OPEN: Q(choice=None),
            Show.LATER: Q(choice=Choice.LATER),
            Show.DISMISSED: Q(choice=which.dismissal),
        }[show]
        return in_order(self.of_list(which).filter(conditions), self.scope)

    def everything(self, which: Which, order: Order = ()) -> dict[Show, list[Pair]]:
        """All pairs of a list in their order, open, put off and dismissed: what a page counts and
        what it shows is asked once.
        """
        shows: dict[str | None, Show] = {
            None: Show.OPEN,
            Choice.LATER: Show.LATER,
            which.dismissal: Show.DISMISSED,
        }
        groups: dict[Show, list[Pair]] = {show: [] for show in Show}
        for person, taught, choice, *_ in self._pairs(which, order):
            groups[shows[choice]].append((person, taught))
        return groups

    def _pairs(self, which: Which, order: Order) -> Iterable[Any]:
        if order or self != Worklist(self.scope):
            return in_order(self.of_list(which), self.scope, order).values_list(*KEYS)
        return _by_name(self.scope, which)

    def counts(self, which: Which) -> dict[Show, int]:
        """How many lines of a list are open, put off and dismissed; the open ones here are without
        those for later.
        """
        if self != Worklist(self.scope):
            pairs = self.everything(which)
            return {show: len(pairs[show]) for show in Show}
        (numbers,) = _counts(self.scope, which)
        return dict(zip(Show, numbers, strict=True))

    def kept_everything(
        self, which: Which, known: dict[Any, Any], order: Order = ()
    ) -> dict[Show, list[Pair]]:
        """The same, kept as keys alone, in the order of Show: the lines of a page are read anew. A
        district does not move with its elements, so what they narrow is not kept.
        """
        if self.element:
            return self.everything(which, order)
        narrowed = (which, self.school, self.pathway, self.grade, self.since, order)
        groups = kept(
            self.scope,
            known,
            "pairs-in-order",
            lambda: tuple(self.everything(which, order).values()),
            *narrowed,
            of_records=self._hangs_on(which),
        )
        return dict(zip(Show, groups, strict=True))

    def kept_counts(self, which: Which, known: dict[Any, Any]) -> dict[Show, int]:
        """The same of a list that is not shown: its number stands beside its name."""
        if self.element:
            return self.counts(which)
        narrowed = (which, self.school, self.pathway, self.grade, self.since)
        numbers = kept(
            self.scope,
            known,
            "numbers-of-lines",
            lambda: tuple(self.counts(which).values()),
            *narrowed,
            of_records=self._hangs_on(which),
        )
        return dict(zip(Show, numbers, strict=True))

    def _hangs_on(self, which: Which) -> HangsOn:
        """What of the records a list hangs on."""
        by_keys = which is Which.WITHOUT_RECORD and not self.since
        return HangsOn.KEYS if by_keys else HangsOn.VALUES

    def balance(self) -> Balance:
        """One statement, so that it holds at any time, whoever writes meanwhile."""
        return balance_of(self)

    def lines(self, pairs: Iterable[Pair]) -> list[RosterLine]:
        """The pairs of one page, in their order: as many statements for 50 as for one. A student
        who is not in scope is left out.
        """
        return self._lines(pairs, set(LinePart), lines.pathways(self.scope))

    def listed(
        self, pairs: Iterable[Pair], which: Which, known: dict[Any, Any], pathways: Iterable[Named]
    ) -> list[RosterLine]:
        """The same to look at: what no line of the list or of the district has is not asked for, and
        `pathways` are what the page has read of them.
        """
        has_decisions = position_of(self.scope, known).has_decisions
        parts = {*which.parts, LinePart.DECISION} if has_decisions else which.parts
        return self._lines(pairs, parts, pathways)

    def _lines(
        self, pairs: Iterable[Pair], parts: Container[LinePart], named: Iterable[Named]
    ) -> list[RosterLine]:
        pairs_in_order = list(pairs)
        if not pairs_in_order:
            return []
        people = filled_up(tuple({student for student, _ in pairs_in_order}))
        rows = lines.students(self.scope, people)
        students: dict[int, PlacedStudent] = {}
        enrolled: dict[int, tuple[int, datetime.date]] = {}
        for enrollment, since, student, state_id, last, first, middle, *place in rows:
            enrolled[enrollment] = student, since
            if student not in students:
                name = listed_name(last, first, middle)
                students[student] = PlacedStudent(student, state_id, name, *place)
        if not students:
            return []
        people = filled_up(tuple(students))
        pathways = {row.pk: row for row in map(NamedPathway._make, named)}
        records = self._records_of(people) if LinePart.RECORD in parts else {}
        before = self._before_of(people) if LinePart.RECORD in parts else {}
        courses = self._courses(enrolled) if LinePart.COURSES in parts else {}
        ids = filled_up(tuple(row.state_id for row in students.values()))
        decided = lines.decisions(self.scope, ids) if LinePart.DECISION in parts else ()
        decisions = {(row.state_id, row.pathway_id): row for row in decided}
        parents = {record.student_id for record in records.values() if record.single_parent}
        return [
            RosterLine.of(
                students[student],
                pathways[pathway],
                courses.get((student, pathway), ()),
                records.get((student, pathway)),
                before.get((student, pathway)),
                decisions.get((students[student].state_id, pathway)),
                single_parent=student in parents,
            )
            for student, pathway in pairs_in_order
            if student in students and pathway in pathways
        ]

    def _records_of(self, people: tuple[int, ...]) -> dict[Pair, RecordNow]:
        records = map(RecordNow._make, lines.records(self.scope, people))
        return {(record.student_id, record.pathway_id): record for record in records}

    def _before_of(self, people: tuple[int, ...]) -> dict[Pair, RecordBefore]:
        """Without those that were deleted."""
        images = map(RecordBefore._make, lines.earlier(self.scope.end_year, people))
        newest = {(image.student_id, image.pathway_id): image for image in images}
        return {pair: image for pair, image in newest.items() if not image.is_gone}

    def _courses(
        self, enrolled: dict[int, tuple[int, datetime.date]]
    ) -> dict[Pair, tuple[CourseTaken, ...]]:
        """`enrolled` says student and first day by enrollment. A course that a student sits in
        twice, in two sections, earns its credits once.
        """
        by_course: dict[tuple[int, int], list[Seat]] = {}
        for seat in map(Seat._make, lines.seats(self.scope, filled_up(tuple(enrolled)))):
            if (seat.district, seat.end_year) == (self.scope.district, self.scope.end_year):
                student, _ = enrolled[seat.enrollment_id]
                by_course.setdefault((student, seat.course_id), []).append(seat)
        courses: dict[Pair, tuple[CourseTaken, ...]] = {}
        for (student, _), seats in by_course.items():
            pair = student, seats[0].pathway_id
            since = min(enrolled[seat.enrollment_id][1] for seat in seats)
            courses[pair] = (*courses.get(pair, ()), CourseTaken.of(seats, since))
        return courses
