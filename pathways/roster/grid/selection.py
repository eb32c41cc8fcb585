"""Whose records the grid shows: those of a section, a course, a school, a grade, a pathway, or of
the worklist.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet
from django.http import QueryDict

from cte_portal.editions import Scope
from cte_portal.pages.typed import KEY_DIGITS, number
from pathways.models import Roster
from pathways.roster.worklist.line import Pair
from pathways.roster.worklist.pairs import NAMED, Pairs
from pathways.roster.worklist.which import Which

GRADE = re.compile(r"[0-9A-Za-z]{1,2}")


@dataclass(frozen=True)
class Selection(Pairs):
    """A section or a course chooses those who sit in it; school, grade and pathway alone, also
    those who have a record. `missing` leaves the ones without a record.
    """

    course: int | None = None
    section: int | None = None
    missing: bool = False

    @classmethod
    def of(cls, scope: Scope, query: QueryDict) -> Selection:
        keys = {
            name: number(query.get(name, ""), digits=KEY_DIGITS)
            for name in ("school", "pathway", "course", "section")
        }
        grade = query.get("grade", "")
        return cls(
            scope,
            grade=grade if GRADE.fullmatch(grade) else "",
            missing=query.get("missing") == "on",
            **keys,  # type: ignore[arg-type]
        )

    @property
    def is_chosen(self) -> bool:
        chosen = self.school, self.pathway, self.course, self.section, self.grade, self.missing
        return any(chosen)

    def pairs(self) -> list[Pair]:
        """Students and pathways in the order of the page, each once."""
        rows: set[tuple[Any, ...]] = set()
        for pairs in self._sources():
            rows.update(
                pairs.order_by().values_list("last", "first", "state_id", "taught", "person")
            )
        return [(person, taught) for *_, taught, person in sorted(rows)]

    def _sources(self) -> list[QuerySet[Any]]:
        narrowed = {"section_id": self.section, "section__course_id": self.course}
        sits = {name: key for name, key in narrowed.items() if key}
        if self.missing:
            return [self.of_list(Which.WITHOUT_RECORD).filter(choice=None, **sits)]
        rosters = self._rosters().filter(**sits).values(*NAMED).distinct()
        return [rosters] if sits else [rosters, self._records()]


def sections_of(scope: Scope) -> QuerySet[Any]:
    """Sections of courses with a pathway in which somebody sits, with `students`."""
    rosters = Roster.objects.in_scope(scope).with_pathway()
    return (
        rosters.order_by()
        .values(
            "section_id",
            "section__course_id",
            number=F("section__number"),
            course_number=F("section__course__number"),
            course_name=F("section__course__name"),
            pathway_name=F("section__course__pathway__name"),
            school_name=F("section__course__school__name"),
        )
        .annotate(students=Count("enrollment__student_id", distinct=True))
        .order_by("school_name", "course_number", "number", "section_id")
    )


def courses_of(sections: Sequence[Mapping[str, Any]]) -> list[tuple[int, str]]:
    """Their courses in the same order: key and words."""
    return list(
        {
            section["section__course_id"]: f"{section['course_number']} {section['course_name']}"
            for section in sections
        }.items()
    )
