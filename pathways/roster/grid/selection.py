"""Whose records the grid shows: those of a section, a course, a school, a grade, a pathway, or of
the worklist.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, F, QuerySet
from django.http import QueryDict

from cte_portal.editions import Scope
from cte_portal.pages.typed import KEY_DIGITS, number
from cte_portal.prepared import of_whole_district, prepared
from pathways.ledger.kept import HangsOn, kept
from pathways.models import Roster
from pathways.roster.worklist.line import Pair
from pathways.roster.worklist.pairs import NAMED, Pairs
from pathways.roster.worklist.which import Which

GRADE = re.compile(r"[0-9A-Za-z]{1,2}")
ORDERED = ("last", "first", "state_id", "taught", "person")


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
        narrowed = (self.school or None, self.pathway or None, self.grade or None)
        sits = (self.course or None, self.section or None)
        is_class = any(sits)
        sitting = _in_class if is_class else _in_district
        rows = set(sitting(self.scope, self.missing, *narrowed, *sits))
        if not is_class and not self.missing:
            rows.update(_of_records(self.scope, *narrowed))
        return [(person, taught) for *_, taught, person in sorted(rows)]

    def sitting(self) -> QuerySet[Any]:
        """Those who sit in a course, each once for its pathway."""
        narrowed = {"section_id": self.section, "section__course_id": self.course}
        sits = {name: key for name, key in narrowed.items() if key}
        if self.missing:
            return self.of_list(Which.WITHOUT_RECORD).filter(choice=None, **sits)
        return self._rosters().filter(**sits).values(*NAMED).distinct()

    def with_record(self) -> QuerySet[Any]:
        return self._records()


def _of_class(
    scope: Scope,
    missing: bool,
    school: int | None,
    pathway: int | None,
    grade: str | None,
    course: int | None,
    section: int | None,
) -> QuerySet[Any]:
    chosen = Selection(
        scope, school, pathway, grade or "", course=course, section=section, missing=missing
    )
    return chosen.sitting().order_by().values_list(*ORDERED)


_in_class = prepared(_of_class)
_in_district = of_whole_district(_of_class)


@of_whole_district
def _of_records(
    scope: Scope, school: int | None, pathway: int | None, grade: str | None
) -> QuerySet[Any]:
    records = Selection(scope, school, pathway, grade or "").with_record()
    return records.order_by().values_list(*ORDERED)


class ListedSection(NamedTuple):
    """A section of a course with a pathway in which somebody sits."""

    section_id: int
    course_id: int
    number: str
    course_number: str
    course_name: str
    pathway_name: str
    school_name: str
    students: int

    @property
    def course(self) -> str:
        return f"{self.course_number} {self.course_name}"


def sections_of(scope: Scope) -> list[ListedSection]:
    """By school and course."""
    return [ListedSection(*section) for section in _sections(scope)]


def kept_sections(scope: Scope, known: dict[Any, Any]) -> list[ListedSection]:
    """The same. A save of records leaves them as they are, so they are not counted again for the
    next page.
    """
    return kept(scope, known, "sections", lambda: sections_of(scope), of_records=HangsOn.NOTHING)


@of_whole_district
def _sections(scope: Scope) -> QuerySet[Any]:
    """In the order of ListedSection."""
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


def courses_of(sections: Sequence[ListedSection]) -> list[ListedSection]:
    """Their courses in the same order, each by its first section."""
    courses: dict[int, ListedSection] = {}
    for section in sections:
        courses.setdefault(section.course_id, section)
    return list(courses.values())
