"""A line of the roster worklist: a student and a pathway, with courses, record and decision as they
stand.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from pathways.models import Change, RosterDecision

Pair = tuple[int, int]
"""A student and a pathway, by their keys."""
NOTHING = Decimal("0.00")


class PlacedStudent(NamedTuple):
    """Who stands on a line, with school and grade of the year."""

    pk: int
    state_id: str
    name: str
    grade: str
    school_id: int
    school_name: str


class NamedPathway(NamedTuple):
    pk: int
    name: str


class Seat(NamedTuple):
    """A place in a section of a course with a pathway, of whatever school and year."""

    enrollment_id: int
    pathway_id: int
    course_id: int
    course_name: str
    credits: Decimal
    earned: Decimal | None
    end_year: int
    district: str


class RecordNow(NamedTuple):
    """The record of a line as it stands."""

    student_id: int
    pathway_id: int
    concentrator: bool
    single_parent: bool
    start_date: datetime.date
    in_district_credits: Decimal
    out_of_district_credits: Decimal
    total_credits: Decimal
    dual_enrollment_credits: Decimal
    work_based_learning_credits: Decimal
    version: int
    modified_date: datetime.date
    modified_by: str


class RecordBefore(NamedTuple):
    """The record of a line as an earlier year left it."""

    student_id: int
    pathway_id: int
    operation: str
    in_district_credits: Decimal
    out_of_district_credits: Decimal
    dual_enrollment_credits: Decimal
    work_based_learning_credits: Decimal

    @property
    def is_gone(self) -> bool:
        return self.operation == Change.Operation.DELETE

    @property
    def total_credits(self) -> Decimal:
        return self.in_district_credits + self.out_of_district_credits


class LinePart(Enum):
    """What lines of some lists have and of others not. RECORD is with what it was before."""

    COURSES = "courses"
    RECORD = "record"
    DECISION = "decision"


class CourseTaken(NamedTuple):
    """A course of the pathway that a student sits in. `transcript` is None until the transcript is
    known.
    """

    name: str
    credits: Decimal
    transcript: Decimal | None
    enrolled_on: datetime.date
    """The first day of the enrollment by which the student sits in it."""

    @classmethod
    def of(cls, seats: Sequence[Seat], enrolled_on: datetime.date) -> CourseTaken:
        """By a student's seats in its sections, of which there is one mostly."""
        known = [seat.earned for seat in seats if seat.earned is not None]
        return cls(
            seats[0].course_name,
            seats[0].credits,
            sum(known, NOTHING) if known else None,
            enrolled_on,
        )

    @property
    def earned(self) -> Decimal:
        return self.credits if self.transcript is None else self.transcript


class RosterLine(NamedTuple):
    """A student and a pathway as they stand: courses, record, what it was at the end of last year,
    and what has been decided.
    """

    student: PlacedStudent
    pathway: NamedPathway
    courses: tuple[CourseTaken, ...]
    record: RecordNow | None
    before: RecordBefore | None
    decision: RosterDecision | None
    single_parent: bool
    credits: Decimal
    """What a record would be created with: the transcript's credits where known, else the
    courses'.
    """
    transcript: Decimal | None
    """Of all courses, None while one of them is not known."""

    @classmethod
    def of(
        cls,
        student: PlacedStudent,
        pathway: NamedPathway,
        courses: tuple[CourseTaken, ...],
        record: RecordNow | None,
        before: RecordBefore | None,
        decision: RosterDecision | None,
        *,
        single_parent: bool,
    ) -> RosterLine:
        known = [course.transcript for course in courses if course.transcript is not None]
        return cls(
            student,
            pathway,
            courses,
            record,
            before,
            decision,
            single_parent,
            credits=sum([course.earned for course in courses], NOTHING),
            transcript=sum(known, NOTHING) if known and len(known) == len(courses) else None,
        )

    @property
    def pair(self) -> Pair:
        return self.student.pk, self.pathway.pk

    @property
    def starts(self) -> datetime.date | None:
        """The Start Date a record would be created with."""
        return min((course.enrolled_on for course in self.courses), default=None)

    @property
    def grown(self) -> Decimal | None:
        """In-district credits of the active year."""
        if self.record is None:
            return None
        return self.record.in_district_credits - (
            self.before.in_district_credits if self.before else Decimal(0)
        )

    @property
    def grown_in_all(self) -> Decimal | None:
        """Credits of the active year, out of district as well."""
        return (
            None
            if self.record is None
            else self.record.total_credits
            - (self.before.total_credits if self.before else Decimal(0))
        )

    @property
    def choice(self) -> str:
        return self.decision.choice if self.decision else ""

    @property
    def token(self) -> str:
        """The line as the person sees it, which a form sends back: what has changed since is not
        done.
        """
        return f"{self.student.pk}:{self.pathway.pk}:{self.credits:.2f}:{self.choice}"
