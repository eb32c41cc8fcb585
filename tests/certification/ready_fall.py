"""A district whose follow-up of last year's leavers is ready to be certified: list drawn from the
sealed records, everybody answered, everything sent.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import Any

from django.utils import timezone

from certification.models import CertificationEvent
from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.follow_up.drawing import follow_up_list
from pathways.lists import publish
from pathways.models import (
    DrawnList,
    Enrollment,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    Student,
)
from tests.certification.ready import Ready
from tests.fixtures.records import HEALTH, District_
from tests.pathways.follow_up.leavers import LEFT_YEAR, Leavers, open_list

COLLEGE, WORK, LOOKING, NOT_REACHED = "01", "04", "06", "08"
UNREACHED = "999000777"


class ReadyFall(Ready):
    """The class of 2024 of Cottonwood Bend, followed up in 2024-25."""

    def __init__(self, district: District_, event: CertificationEvent, clerk: User) -> None:
        open_list()
        self.leavers = Leavers(district)
        super().__init__(district, event, clerk)

    @property
    def scope(self) -> Scope:
        return self.leavers.scope

    @property
    def sending_scope(self) -> Scope:
        return self.district.scope

    def record(self, student: Student, pathway: str = HEALTH, **values: Any) -> None:
        """A concentrator who graduated."""
        if not Enrollment.objects.filter(student=student, calendar__school_year=LEFT_YEAR).exists():
            self.leavers.leave(student)
        self.district.record(student, pathway, **{"concentrator": True, **values})

    def report(self) -> None:
        """Nothing is asked for but what stands in the records."""

    def draw(self) -> None:
        self.leavers.seal()
        follow_up_list(self.scope)

    def answer(self, student: Student, status: str = COLLEGE, **values: Any) -> None:
        tried = Try(**{"date": timezone.localdate(), "means": "phone", "status": status, **values})
        attempts.record(self.scope, self.entry(student).pk, tried, **self.author)

    def set_outcome(self, student: Student, status: str, date: datetime.date | None = None) -> None:
        outcome = self.entry(student).student.outcomes.filter(end_year=LEFT_YEAR).first()
        seen = (outcome.status, outcome.origin) if outcome else ("", "")
        day = date or timezone.localdate()
        attempts.set_outcome(
            self.scope, self.entry(student).pk, status, day, seen=seen, **self.author
        )

    def entry(self, student: Student) -> FollowUpEntry:
        return FollowUpEntry.objects.in_scope(self.scope).get(student=student)

    @property
    def author(self) -> dict[str, Any]:
        return {"by": self.clerk.record_name, "by_id": self.clerk.pk}

    code = "-FALL-"
    receipt = "9012-2024-FALL-1"
    kinds = {"upload": "fall-upload", "undo": "fall-undo"}

    not_sent = ("outcomes", "match")
    one_change = "1 outcome differs from the state."

    def change(self, student: Student, **values: Any) -> None:
        """Another answer, whatever would have changed of a record."""
        outcome = Outcome.objects.get(student=student, end_year=LEFT_YEAR)
        self.set_outcome(student, LOOKING if outcome.status == WORK else WORK)

    def restore(self, student: Student) -> None:
        outcome = Outcome.objects.get(student=student, end_year=LEFT_YEAR)
        seen = (outcome.status, outcome.origin)
        attempts.follow_attempts(self.scope, self.entry(student).pk, seen=seen, **self.author)

    def locked_pages(self, student: Student) -> list[str]:
        return [f"{self.place}cte-follow-up/{self.entry(student).pk}/"]

    def prepare_with(self, student: Student, states: Collection[str]) -> None:
        """With a leaver whom nobody has reached."""
        unreached = None
        if "warning" in states:
            unreached = self.district.student(UNREACHED, "Young")
            self.record(unreached)
        self.prepare(silent=unreached)

    def hinder(self, student: Student, states: Collection[str], *, explained: bool) -> set[str]:
        """An answer outside the window, a leaver whom nobody has reached, who was tried often
        enough if it is explained, a draft, and an answer that is not sent. A roster row of the
        current year is in nobody's way.
        """
        closed = set()
        unreached = Student.objects.filter(state_id=UNREACHED).first()
        if unreached and explained:
            day = timezone.localdate()
            for days, means in enumerate(("phone", "text", "email")):
                self.answer(unreached, "", date=day - datetime.timedelta(days=days), means=means)
        elif unreached:
            closed.add("tried")
        if "not run" in states:
            DrawnList.objects.update(receipt="")
            closed.add("drawn")
        if "unsent" in states:
            self.change(student)
            closed |= {"outcomes", "match"}
        if "roster" in states:
            self.district.roster(student)
        if "error" in states:
            tomorrow = timezone.localdate() + datetime.timedelta(days=1)
            FollowUpYear.objects.filter(pk=LEFT_YEAR).update(opens=tomorrow)
            closed.add("contacted")
        return closed

    def prepare(self, silent: Student | None = None) -> None:
        """Everybody answers but `silent`."""
        publish.publish()
        self.draw()
        for entry in FollowUpEntry.objects.in_scope(self.scope).on_list():
            if entry.student != silent:
                self.answer(entry.student)
        self.send()
        self.wait()
