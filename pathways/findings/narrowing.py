"""What a list of findings is narrowed to besides its level."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from cte_portal.editions import Edition, Scope
from cte_portal.pages.days import FORMAT, day_in
from cte_portal.pages.typed import number
from pathways.findings.findings import ListedFinding
from pathways.models import Participation, Student
from pathways.pages.element_parts import ElementPart

GRADE = re.compile(r"[0-9A-Za-z]{1,2}")


@dataclass(frozen=True)
class FindingNarrowing:
    """School and grade are those of the student's enrollment in the year; `since` is the day from
    which the record was changed, `element` a value of the district's own in it.
    """

    school: int | None = None
    pathway: int | None = None
    grade: str = ""
    since: datetime.date | None = None
    element: ElementPart | None = None
    rule: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> FindingNarrowing:
        """What can be read of an address; the list's own page says what cannot."""
        grade = query.get("grade", "")
        return cls(
            number(query.get("school", "")),
            number(query.get("pathway", "")),
            grade if GRADE.fullmatch(grade) else "",
            day_in(query.get("since", "")),
            ElementPart.of(query.get("element", "")),
            query.get("rule", "")[:7],
        )

    @property
    def values(self) -> dict[str, Any]:
        """As an address has them."""
        return {
            "school": self.school,
            "pathway": self.pathway,
            "grade": self.grade,
            "since": f"{self.since:{FORMAT}}" if self.since else "",
            "element": str(self.element or ""),
            "rule": self.rule,
        }

    def holds(self, scope: Scope) -> Callable[[ListedFinding], bool] | None:
        """Whether a finding of the scope is meant; None where all are. Asks the database once for
        places and once for days.
        """
        if self == EVERYTHING:
            return None
        students, records = self._students(scope), self._records(scope)

        def holds(finding: ListedFinding) -> bool:
            breach = finding.breach
            return (
                (not self.rule or breach.rule.id == self.rule)
                and (not self.pathway or breach.pathway_id == self.pathway)
                and (students is None or breach.student_id in students)
                and (records is None or breach.key in records)
            )

        return holds

    def _students(self, scope: Scope) -> set[int] | None:
        places = {"school_id": self.school, "grade": self.grade}
        chosen = {name: value for name, value in places.items() if value}
        if not chosen:
            return None
        placed = Student.objects.in_scope(scope).placed(scope.end_year)
        return set(placed.filter(**chosen).values_list("pk", flat=True))

    def _records(self, scope: Scope) -> set[int] | None:
        """The state has no elements: they narrow nothing there."""
        element = self.element if scope.edition is Edition.DISTRICT else None
        if self.since is None and element is None:
            return None
        records = Participation.objects.in_scope(scope)
        if self.since:
            records = records.filter(modified_date__gte=self.since)
        if element:
            records = records.filter(element.holds(scope))
        return set(records.values_list("pk", flat=True))


EVERYTHING = FindingNarrowing()
