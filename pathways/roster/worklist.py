"""The roster worklist: where rosters, transcripts and records do not agree, as four lists of
student and pathway (guide, Step Two, TIP).

A student and a pathway stand in one list at most: with a course of the pathway, the record is
missing or its credits are unlike; without one, the record has grown nevertheless, or nothing has
come after a concentrator's last year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Round

from cte_portal.editions import Scope
from cte_portal.prepared import counted
from pathways.models import Change, Participation, Pathway, Roster, RosterDecision, Student
from pathways.models.participation import TOTAL_CREDITS, credits_field
from pathways.roster.line import CourseTaken, Pair, RosterLine

PAGE = 50
Choice = RosterDecision.Choice


class Which(Enum):
    """The four lists: address, title, what it means that a line stands there, what it means that
    none does, and the heads of the columns after student and pathway, `#` over numbers.
    """

    WITHOUT_RECORD = (
        "without-record",
        "Rostered without a record",
        "These students are in a course of the pathway but have no record for it.",
        "Every student in a CTE course has a record, or is dismissed with a reason.",
        ("Courses", "Transcript#", "Credits#"),
    )
    WITHOUT_COURSE = (
        "without-course",
        "Record without a course",
        (
            "The credits on these records increased this year, but the student is not in a course"
            " of the pathway."
        ),
        "Every record whose credits increased this year has a course in its pathway.",
        ("This year#", "Total#", "Modified"),
    )
    UNLIKE = (
        "unlike-transcript",
        "Credits differ from the transcript",
        (
            "The In District Credits added this year differ from the transcript of the pathway's"
            " courses."
        ),
        "Where the transcript is known, records and transcript agree.",
        ("Courses", "Transcript#", "This year#"),
    )
    NOTHING_NOW = (
        "nothing-now",
        "Concentrator last year, nothing now",
        (
            "These students were concentrators last year; this year they have neither a course of"
            " the pathway nor more credits."
        ),
        "Every concentrator from last year has a course or more credits this year.",
        ("Total last year#", "Record now"),
    )

    def __init__(self, key: str, title: str, says: str, good: str, heads: tuple[str, ...]) -> None:
        self.key, self.title, self.says, self.good = key, title, says, good
        self.heads = heads

    @property
    def dismissal(self) -> Choice:
        """What closes a line for good: who has no record is *not CTE*, a record is *right as it
        stands*.
        """
        return Choice.NOT_CTE if self is Which.WITHOUT_RECORD else Choice.AS_IS


class Show(Enum):
    """Which lines of a list are shown; *later* is still open work."""

    OPEN = ("open", "Open")
    LATER = ("later", "Later")
    DISMISSED = ("dismissed", "Dismissed")

    def __init__(self, key: str, title: str) -> None:
        self.key, self.title = key, title


@dataclass(frozen=True)
class Balance:
    """Rostered = recorded + dismissed + open, at any time; `later` are among the open ones. Each is
    a student and a pathway.
    """

    rostered: int
    recorded: int
    dismissed: int
    open: int
    later: int
    students: int
    """Students among the open ones, each once."""

    @property
    def counts(self) -> dict[Show, int]:
        """Of the list of those without a record, as `Worklist.counts` has them."""
        return {
            Show.OPEN: self.open - self.later,
            Show.LATER: self.later,
            Show.DISMISSED: self.dismissed,
        }


@dataclass(frozen=True)
class Worklist:
    """The four lists of a scope; `school`, `pathway` and `grade` narrow them, the balance alike."""

    scope: Scope
    school: int | None = None
    pathway: int | None = None
    grade: str = ""

    @cached_property
    def _students(self) -> QuerySet[Any]:
        students: QuerySet[Any] = Student.objects.in_scope(self.scope)
        if self.school or self.grade:
            students = Student.objects.in_scope(self.scope).placed(self.scope.end_year)
        filters = {"school_id": self.school, "grade": self.grade}
        return students.filter(**{name: value for name, value in filters.items() if value}).values(
            "pk"
        )

    def _rosters(self) -> QuerySet[Any]:
        rosters = Roster.objects.in_scope(self.scope).with_pathway()
        if self.school or self.grade:
            rosters = rosters.filter(enrollment__student__in=self._students)
        named = rosters.annotate(
            person=F("enrollment__student_id"),
            taught=F("section__course__pathway_id"),
            state_id=F("enrollment__student__state_id"),
            last=F("enrollment__student__last_name_folded"),
            first=F("enrollment__student__first_name_folded"),
        )
        return self._of_pathway(named)

    def _records(self) -> QuerySet[Any]:
        records = Participation.objects.of_district(self.scope).filter(student__in=self._students)
        named = records.annotate(
            person=F("student_id"),
            taught=F("pathway_id"),
            state_id=F("student__state_id"),
            last=F("student__last_name_folded"),
            first=F("student__first_name_folded"),
        )
        return self._of_pathway(named)

    def _images(self) -> QuerySet[Any]:
        """Concentrators' records as they stood at the end of last year, whether or not they stand
        now.
        """
        own = Student.objects.filter(pk=OuterRef("student_id"))
        at_the_end = Q(version=Subquery(_before(self.scope).values("version")[:1]))
        images = Change.objects.filter(
            at_the_end,
            end_year__lt=self.scope.end_year,
            student_id__in=self._students,
            concentrator=True,
        )
        named = images.exclude(operation=Change.Operation.DELETE).annotate(
            person=F("student_id"),
            taught=F("pathway_id"),
            state_id=Subquery(own.values("state_id")),
            last=Subquery(own.values("last_name_folded")),
            first=Subquery(own.values("first_name_folded")),
        )
        return self._of_pathway(named)

    def _of_pathway(self, named: QuerySet[Any]) -> QuerySet[Any]:
        return named.filter(taught=self.pathway) if self.pathway else named

    def _course(self) -> Exists:
        sits = Roster.objects.in_scope(self.scope).filter(
            enrollment__student_id=OuterRef("person"),
            section__course__pathway_id=OuterRef("taught"),
        )
        return Exists(sits)

    def _pairs(self, which: Which) -> QuerySet[Any]:
        """Distinct pairs of a list, with what has been decided of them."""
        year = self.scope.end_year
        record = Participation.objects.filter(
            student_id=OuterRef("person"), pathway_id=OuterRef("taught")
        )
        grown = Q(
            modified_end_year=year,
            total_credits__gt=Coalesce(
                _image(self.scope, TOTAL_CREDITS), Decimal(0), output_field=_CREDITS
            ),
        )
        if which is Which.WITHOUT_RECORD:
            pairs = self._rosters().filter(~Exists(record))
        elif which is Which.WITHOUT_COURSE:
            pairs = self._records().filter(grown, ~self._course())
        elif which is Which.UNLIKE:
            since = F("in_district_credits") - Coalesce(
                _image(self.scope, F("in_district_credits")), Decimal(0), output_field=_CREDITS
            )
            pairs = (
                self._records()
                .annotate(transcript=self._transcript())
                .exclude(transcript=Round(since, 2))
                .exclude(transcript=None)
            )
        else:
            then = Round(OuterRef("in_district_credits") + OuterRef("out_of_district_credits"), 2)
            more = record.filter(modified_end_year=year, total_credits__gt=then)
            pairs = self._images().filter(~self._course(), ~Exists(more))
        decided = RosterDecision.objects.of(self.scope).filter(
            state_id=OuterRef("state_id"),
            pathway_id=OuterRef("taught"),
            choice__in=[Choice.LATER, which.dismissal],
        )
        return (
            pairs.annotate(choice=Subquery(decided.values("choice")[:1]))
            .order_by()
            .values(*_NAMED, "choice")
            .distinct()
        )

    def _transcript(self) -> Subquery:
        """What the transcript says of all courses of the pathway, None while one of them is not
        known.
        """
        sits = Roster.objects.in_scope(self.scope).filter(
            enrollment__student_id=OuterRef("student_id"),
            section__course__pathway_id=OuterRef("pathway_id"),
        )
        course = "section__course_id"
        known = Q(known=F("courses"))
        summed = (
            sits.order_by()
            .values("section__course__pathway_id")
            .annotate(
                courses=Count(course, distinct=True),
                known=Count(course, distinct=True, filter=Q(credits_earned__isnull=False)),
                earned=Round(Sum("credits_earned"), 2),
            )
        )
        return Subquery(summed.filter(known).values("earned")[:1], output_field=_CREDITS)

    def found(self, which: Which, show: Show = Show.OPEN) -> QuerySet[Any]:
        """The pairs to show, by the student's name."""
        conditions = {
            Show.OPEN: Q(choice=None),
            Show.LATER: Q(choice=Choice.LATER),
            Show.DISMISSED: Q(choice=which.dismissal),
        }[show]
        return self._in_order(self._pairs(which).filter(conditions))

    def everything(self, which: Which) -> dict[Show, list[Pair]]:
        """All pairs of a list by the student's name, open, put off and dismissed: what a page
        counts and what it shows is asked once.
        """
        shows: dict[str | None, Show] = {
            None: Show.OPEN,
            Choice.LATER: Show.LATER,
            which.dismissal: Show.DISMISSED,
        }
        groups: dict[Show, list[Pair]] = {show: [] for show in Show}
        for person, taught, choice in self._in_order(self._pairs(which)).values_list(
            "person", "taught", "choice"
        ):
            groups[shows[choice]].append((person, taught))
        return groups

    @staticmethod
    def _in_order(pairs: QuerySet[Any]) -> QuerySet[Any]:
        return pairs.order_by("last", "first", "state_id", "taught")

    def counts(self, which: Which) -> dict[Show, int]:
        """How many lines of a list are open, put off and dismissed; the open ones here are without
        those for later.
        """
        counts = self._pairs(which).aggregate(
            open=Count("person", filter=Q(choice=None)),
            later=Count("person", filter=Q(choice=Choice.LATER)),
            dismissed=Count("person", filter=Q(choice=which.dismissal)),
        )
        return {show: counts[show.key] for show in Show}

    def balance(self) -> Balance:
        """One statement, so that it holds at any time, whoever writes meanwhile."""
        ((rostered, recorded, dismissed, open_, later, students),) = _balance(
            self.scope, self.school, self.pathway, self.grade or None
        )
        return Balance(rostered, recorded, dismissed, open_, later, students)

    def _rostered(self) -> QuerySet[Any]:
        """Distinct pairs of student and pathway with a course, and what is known of them."""
        record = Participation.objects.filter(
            student_id=OuterRef("person"), pathway_id=OuterRef("taught")
        )
        decided = RosterDecision.objects.of(self.scope).filter(
            state_id=OuterRef("state_id"), pathway_id=OuterRef("taught")
        )
        pairs = self._rosters().annotate(
            has_record=Exists(record),
            choice=Coalesce(Subquery(decided.values("choice")[:1]), Value("")),
        )
        return pairs.order_by().values("person", "taught", "has_record", "choice").distinct()

    def known_balance(self, known: dict[Any, Any]) -> Balance:
        """The balance, computed once for a page: the badge, the home page and the list itself ask
        for it.
        """
        if self not in known:
            known[self] = self.balance()
        balance: Balance = known[self]
        return balance

    def lines(self, pairs: Iterable[Pair]) -> list[RosterLine]:
        """The pairs of one page, in their order: as many statements for 50 as for one. A student
        who is not in scope is left out.
        """
        pairs_in_order = list(pairs)
        people, year = {student for student, _ in pairs_in_order}, self.scope.end_year
        students = {
            row.pk: row
            for row in Student.objects.in_scope(self.scope).placed(year).filter(pk__in=people)
        }
        pathways = Pathway.objects.in_scope(self.scope).in_bulk(
            {pathway for _, pathway in pairs_in_order}
        )
        records = Participation.objects.of_district(self.scope).filter(student__in=people)
        stored = {(record.student_id, record.pathway_id): record for record in records}
        earlier = Change.objects.filter(student_id__in=people, end_year__lt=year).order_by(
            "version"
        )
        before = {(change.student_id, change.pathway_id): change for change in earlier}
        ids = [row.state_id for row in students.values()]
        decisions = {
            (row.state_id, row.pathway_id): row
            for row in RosterDecision.objects.of(self.scope).filter(state_id__in=ids)
        }
        courses = self._courses(people)
        parents = {record.student_id for record in stored.values() if record.single_parent}
        return [
            RosterLine(
                student=students[student],
                pathway=pathways[pathway],
                courses=courses.get((student, pathway), ()),
                record=stored.get((student, pathway)),
                before=_standing(before.get((student, pathway))),
                decision=decisions.get((students[student].state_id, pathway)),
                single_parent=student in parents,
            )
            for student, pathway in pairs_in_order
            if student in students and pathway in pathways
        ]

    def _courses(self, people: set[int]) -> dict[Pair, tuple[CourseTaken, ...]]:
        """A course that a student sits in twice, in two sections, earns its credits once."""
        rosters = (
            Roster.objects.in_scope(self.scope)
            .with_pathway()
            .filter(enrollment__student__in=people)
        )
        columns = (
            "enrollment__student_id",
            "section__course__pathway_id",
            "section__course__name",
            "section__course__credits",
        )
        courses: dict[Pair, tuple[CourseTaken, ...]] = {}
        for student, pathway, name, worth, earned, enrolled_on in (
            rosters.order_by("section__course__number")
            .values(*columns, "section__course_id")
            .annotate(Sum("credits_earned"), Min("enrollment__start_date"))
            .values_list(*columns, "credits_earned__sum", "enrollment__start_date__min")
        ):
            known = None if earned is None else Decimal(earned).quantize(Decimal("0.01"))
            courses[student, pathway] = (
                *courses.get((student, pathway), ()),
                CourseTaken(name, worth, known, enrolled_on),
            )
        return courses


_CREDITS = credits_field("Credits")
_NAMED = ("person", "taught", "state_id", "last", "first")


_OPEN = f"NOT has_record AND choice <> '{Choice.NOT_CTE.value}'"


@counted(
    f"""COUNT(*), COUNT(*) FILTER (WHERE has_record),
    COUNT(*) FILTER (WHERE NOT has_record AND choice = '{Choice.NOT_CTE.value}'),
    COUNT(*) FILTER (WHERE {_OPEN}),
    COUNT(*) FILTER (WHERE NOT has_record AND choice = '{Choice.LATER.value}'),
    COUNT(DISTINCT person) FILTER (WHERE {_OPEN})"""
)
def _balance(
    scope: Scope, school: int | None, pathway: int | None, grade: str | None
) -> QuerySet[Any]:
    """In the order of Balance."""
    return Worklist(scope, school, pathway, grade or "")._rostered()


def _before(scope: Scope) -> QuerySet[Change]:
    """The record's last change before the school year, for a query of rows that have student_id and
    pathway_id.
    """
    changes = Change.objects.filter(
        student_id=OuterRef("student_id"),
        pathway_id=OuterRef("pathway_id"),
        end_year__lt=scope.end_year,
    )
    return changes.order_by("-version")


def _image(scope: Scope, value: Any) -> Subquery:
    """A value of the image at the end of last year; of a record that was deleted by then nothing is
    left.
    """
    kept = Case(
        When(operation=Change.Operation.DELETE, then=Value(Decimal(0))),
        default=value,
        output_field=_CREDITS,
    )
    return Subquery(_before(scope).annotate(kept=kept).values("kept")[:1])


def _standing(image: Change | None) -> Change | None:
    return image if image and image.operation != Change.Operation.DELETE else None
