"""A line of the roster worklist: a student and a pathway, with courses, record and decision as they
stand.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pathways.models import Change, Participation, Pathway, RosterDecision

Pair = tuple[int, int]
"""A student and a pathway, by their keys."""


@dataclass(frozen=True)
class CourseTaken:
    """A course of the pathway that a student sits in. `transcript` is None until the transcript is
    known.
    """

    name: str
    credits: Decimal
    transcript: Decimal | None
    enrolled_on: datetime.date
    """The first day of the enrollment by which the student sits in it."""

    @property
    def earned(self) -> Decimal:
        return self.credits if self.transcript is None else self.transcript


@dataclass(frozen=True)
class RosterLine:
    """A student and a pathway as they stand: courses, record, what it was at the end of last year,
    and what has been decided.
    """

    student: Any
    pathway: Pathway
    courses: tuple[CourseTaken, ...]
    record: Participation | None
    before: Change | None
    decision: RosterDecision | None
    single_parent: bool

    @property
    def pair(self) -> Pair:
        return self.student.pk, self.pathway.pk

    @property
    def credits(self) -> Decimal:
        """What a record would be created with: the transcript's credits where known, else the
        courses'.
        """
        return sum((course.earned for course in self.courses), Decimal("0.00"))

    @property
    def starts(self) -> datetime.date | None:
        """The Start Date a record would be created with."""
        return min((course.enrolled_on for course in self.courses), default=None)

    @property
    def transcript(self) -> Decimal | None:
        known = [course.transcript for course in self.courses if course.transcript is not None]
        return sum(known, Decimal("0.00")) if known and len(known) == len(self.courses) else None

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
