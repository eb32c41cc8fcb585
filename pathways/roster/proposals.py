"""What a course without an answer is probably: as a like course of the district, or what its SCED
subject area says. A proposal is shown with its reason, and a person chooses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from cte_portal.editions import Scope
from pathways.models import Course, Pathway

NOT_CTE = Course.Answer.NOT_CTE
# SCED's subject areas, and the pathways of the guide that each can belong to, by their names: OPI
# may give a pathway another code, and one that it renames is no longer proposed.
SUBJECT_AREAS: dict[str, tuple[str, tuple[str, ...]]] = {
    "01": ("English Language and Literature", (NOT_CTE,)),
    "02": ("Mathematics", (NOT_CTE,)),
    "03": ("Life and Physical Sciences", (NOT_CTE,)),
    "04": ("Social Sciences and History", (NOT_CTE,)),
    "06": ("World Languages", (NOT_CTE,)),
    "07": ("Religious Education and Theology", (NOT_CTE,)),
    "08": ("Physical, Health, and Safety Education", (NOT_CTE,)),
    "10": ("Information Technology", ("Information Technology",)),
    "11": ("Communication and Audio/Visual Technology", ("Arts, A/V Technology, Communication",)),
    "12": ("Business and Marketing", ("Business Management", "Finance", "Marketing")),
    "13": ("Manufacturing", ("Advanced Manufacturing", "Welding & Fabrication")),
    "14": ("Health Care Sciences", ("Health Professions",)),
    "16": ("Hospitality and Tourism", ("Hospitality & Tourism",)),
    "17": (
        "Architecture and Construction",
        ("Design & Construction (ITE)", "Design & Construction (FCS)"),
    ),
    "18": (
        "Agriculture, Food, and Natural Resources",
        ("Agriculture, Food & Natural Resources", "Agriculture, Mechanics & Construction"),
    ),
    "19": ("Human Services", ("Human Services", "Education")),
    "20": (
        "Transportation, Distribution and Logistics",
        ("Transportation, Distribution & Logistics",),
    ),
    "21": (
        "Engineering and Technology",
        ("Science, Technology, Engineering & Mathematics",),
    ),
}
CTE_AREAS = tuple(area for area, (_, names) in SUBJECT_AREAS.items() if names != (NOT_CTE,))


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
    keys = {name: key for key, name in offered.items()} | {NOT_CTE: NOT_CTE}
    alike = _answered(scope)
    proposals = {}
    for course in waiting:
        proposal = _as_a_like_course(course, alike, offered) or _by_subject_area(
            course, keys, offered
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
    course: Course, keys: dict[str, str], offered: dict[str, str]
) -> Proposal | None:
    title, names = SUBJECT_AREAS.get(course.sced_area, ("", ()))
    choices = [keys[name] for name in names if name in keys]
    if not choices:
        return None
    return Proposal(
        choices[0] if len(choices) == 1 else "",
        " or ".join(offered[choice] for choice in choices),
        f"SCED {course.sced_area}, {title}",
    )
