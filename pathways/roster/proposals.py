"""What a course without an answer is probably: what a like course of the district is, or what
OPI proposes for its SCED subject area. A proposal is shown with its reason, and a person chooses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from cte_portal.editions import Scope
from pathways.models import SUBJECT_AREAS, Course, Pathway, SubjectPathway

NOT_CTE = Course.Answer.NOT_CTE


@dataclass(frozen=True)
class Proposal:
    """`choice` is the answer as `Course.choice` has it, empty where several pathways are
    possible.
    """

    choice: str
    words: str
    reason: str


def proposals_of(
    scope: Scope, courses: Iterable[Course], pathways: Sequence[Pathway]
) -> dict[int, Proposal]:
    """Of the courses that have no answer yet, by key: what is proposed from the offered pathways."""
    waiting = [course for course in courses if not course.choice]
    if not waiting:
        return {}
    offered = {str(pathway.pk): pathway.name for pathway in pathways} | {NOT_CTE: NOT_CTE.label}
    alike, of_areas = _answered(scope), SubjectPathway.objects.choices_of_areas()
    proposals = {}
    for course in waiting:
        proposal = _as_a_like_course(course, alike, offered) or _by_subject_area(
            course, of_areas.get(course.sced_area, []), offered
        )
        if proposal:
            proposals[course.pk] = proposal
    return proposals


def _marks(course: Course) -> list[str]:
    """By what two courses are alike, the surest first."""
    code = [course.sced] if course.sced_area and course.sced_course else []
    return [*code, course.name.upper()]


def _answered(scope: Scope) -> dict[str, Course | None]:
    """The district's answered courses by their marks, of this year and of those before it; None
    where two of them have different answers.
    """
    alike: dict[str, Course | None] = {}
    courses = Course.objects.filter(
        ~Q(pathway=None) | Q(answer=NOT_CTE), school__district=scope.district
    )
    for course in courses.order_by("-pk"):
        for mark in _marks(course):
            twin = alike.setdefault(mark, course)
            if twin and twin.choice != course.choice:
                alike[mark] = None
    return alike


def _as_a_like_course(
    course: Course, alike: dict[str, Course | None], offered: dict[str, str]
) -> Proposal | None:
    for mark in _marks(course):
        twin = alike.get(mark)
        if twin and twin.choice in offered:
            return Proposal(twin.choice, offered[twin.choice], f"as for {twin}")
    return None


def _by_subject_area(
    course: Course, of_area: Sequence[str], offered: dict[str, str]
) -> Proposal | None:
    choices = [choice for choice in of_area if choice in offered]
    if not choices:
        return None
    return Proposal(
        choices[0] if len(choices) == 1 else "",
        " or ".join(offered[choice] for choice in choices),
        f"SCED {course.sced_area}, {SUBJECT_AREAS[course.sced_area]}",
    )
