"""Courses with an optional pathway, their sections, and who sits in them: where missing records are
looked for (guide, Step Two, TIP).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cte_portal.editions import Edition, Home, Scope
from pathways.models.calendar import Calendar, School
from pathways.models.participation import MOST_CREDITS, credits_field
from pathways.models.pathway import Pathway
from pathways.models.student import Enrollment, counts_in

# The subject areas of the national list of courses (SCED), which the first two digits of a course's
# code name.
SUBJECT_AREAS = {
    "01": "English Language and Literature",
    "02": "Mathematics",
    "03": "Life and Physical Sciences",
    "04": "Social Sciences and History",
    "05": "Visual and Performing Arts",
    "06": "World Languages",
    "07": "Religious Education and Theology",
    "08": "Physical, Health, and Safety Education",
    "09": "Military Science",
    "10": "Information Technology",
    "11": "Communication and Audio/Visual Technology",
    "12": "Business and Marketing",
    "13": "Manufacturing",
    "14": "Health Care Sciences",
    "15": "Public, Protective, and Government Service",
    "16": "Hospitality and Tourism",
    "17": "Architecture and Construction",
    "18": "Agriculture, Food, and Natural Resources",
    "19": "Human Services",
    "20": "Transportation, Distribution and Logistics",
    "21": "Engineering and Technology",
    "22": "Miscellaneous",
}


class SubjectPathwayQuerySet(models.QuerySet["SubjectPathway"]):
    def choices_of_areas(self) -> dict[str, list[str]]:
        """By subject area: the answers that are proposed for its courses, as `Course.choice` has
        them.
        """
        choices: dict[str, list[str]] = {}
        for area, pathway in self.values_list("area", "pathway_id"):
            choices.setdefault(area, []).append(
                str(pathway) if pathway else Course.Answer.NOT_CTE.value
            )
        return choices

    def of_cte(self) -> SubjectPathwayQuerySet:
        return self.filter(pathway_id__isnull=False)


class SubjectPathway(models.Model):
    """OPI's word that courses of a subject area may belong to a pathway, which is proposed for
    them; without a pathway, that they are *Not CTE*. An area may have several rows.

    The pathway is named by its key alone: this list is the District edition's, pathways are of
    both.
    """

    lives_in = Home.DISTRICT

    area = models.CharField(
        "SCED Subject Area", max_length=2, choices=sorted(SUBJECT_AREAS.items())
    )
    pathway_id = models.BigIntegerField("CTE Pathway", null=True, blank=True)

    objects = SubjectPathwayQuerySet.as_manager()

    class Meta:
        verbose_name = "SCED subject area"
        ordering = ["area", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "pathway_id"],
                name="pathways_subject_area_names_a_pathway_once",
                violation_error_message="This subject area already has that pathway.",
            ),
            models.UniqueConstraint(
                fields=["area"],
                condition=Q(pathway_id=None),
                name="pathways_subject_area_is_not_cte_once",
                violation_error_message="This subject area is already Not CTE.",
            ),
            models.CheckConstraint(
                condition=Q(area__in=sorted(SUBJECT_AREAS)),
                name="pathways_subject_area_is_known",
                violation_error_message="Select a subject area.",
            ),
        ]

    def __str__(self) -> str:
        return f"SCED {self.area} {SUBJECT_AREAS[self.area]}"


class CourseQuerySet(models.QuerySet["Course"]):
    def taught_with_pathway(self, end_year: int) -> CourseQuerySet:
        """CTE courses that have a section in the year."""
        return self.filter(
            pathway__isnull=False, sections__calendar__school_year=end_year
        ).distinct()


class Course(models.Model):
    """What a school teaches. `credits` is what completing it earns; a course with a pathway is a
    CTE course, and `answer` tells a course that is not from one that nobody has answered for yet.
    `sced_area` and `sced_course` are its code in the national list of courses (SCED).
    """

    class Answer(models.TextChoices):
        NOT_CTE = "not-cte", "Not CTE"

    lives_in = Home.BOTH

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="courses")
    number = models.CharField("Course Number", max_length=13)
    name = models.CharField(max_length=60)
    pathway = models.ForeignKey(
        Pathway, null=True, blank=True, on_delete=models.PROTECT, related_name="courses"
    )
    answer = models.CharField("CTE", max_length=7, choices=Answer.choices, blank=True)
    credits = credits_field("Credits")
    sced_area = models.CharField("SCED Subject Area", max_length=2, blank=True)
    sced_course = models.CharField("SCED Course Identifier", max_length=3, blank=True)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["school", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "number"],
                name="pathways_course_number_is_used_once_in_a_school",
                violation_error_message="This school already has a course with that number.",
            ),
            models.CheckConstraint(
                condition=Q(credits__gte=0, credits__lte=MOST_CREDITS),
                name="pathways_course_credits_are_0_to_30",
                violation_error_message="Credits must be between 0 and 30.",
            ),
            models.CheckConstraint(
                condition=Q(answer="") | Q(answer="not-cte", pathway=None),
                name="pathways_course_is_not_cte_or_has_a_pathway",
                violation_error_message="A course with a pathway is a CTE course.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def choice(self) -> str:
        """The answer as a page of choices has it: a pathway's key, *not CTE*, or nothing yet."""
        return str(self.pathway_id) if self.pathway_id else self.answer

    @property
    def sced(self) -> str:
        return "-".join(part for part in (self.sced_area, self.sced_course) if part)


class Section(models.Model):
    """A course as it is taught in one school year."""

    lives_in = Home.BOTH

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="sections")
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="sections")
    number = models.CharField("Section Number", max_length=4)

    class Meta:
        ordering = ["course", "calendar", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "calendar", "number"],
                name="pathways_section_number_is_used_once_in_a_course_and_year",
                violation_error_message=(
                    "This course already has a section with that number in that year."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course}-{self.number}"


class RosterQuerySet(models.QuerySet["Roster"]):
    def in_scope(self, scope: Scope) -> RosterQuerySet:
        """Rosters of the district's students, in its own sections, by the enrollments that count in
        the scope's year. Both ends are named, so that a database may begin at either.
        """
        own = {
            "enrollment__student__district_id": scope.district,
            "section__course__school__district_id": scope.district,
            "section__calendar__school_year_id": scope.end_year,
        }
        return self.using(scope.alias).filter(counts_in(scope.end_year, "enrollment__"), **own)

    def in_edition(self, edition: Edition) -> RosterQuerySet:
        """Rosters of all districts."""
        return self.using(edition.value)

    def with_pathway(self) -> RosterQuerySet:
        return self.filter(section__course__pathway__isnull=False)


class Roster(models.Model):
    """A student, by an enrollment, in a section. `credits_earned` is the transcript's, None until
    it is known.
    """

    lives_in = Home.BOTH

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="rosters")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="rosters")
    credits_earned = models.DecimalField(
        "Credits Earned", max_digits=5, decimal_places=2, null=True, blank=True
    )

    objects = RosterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["section", "enrollment"],
                name="pathways_student_is_rostered_once_in_a_section",
                violation_error_message="This student is already in that section.",
            ),
            models.CheckConstraint(
                condition=Q(credits_earned=None)
                | Q(credits_earned__gte=0, credits_earned__lte=MOST_CREDITS),
                name="pathways_rostered_credits_are_0_to_30",
                violation_error_message="Credits must be between 0 and 30.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} in {self.section_id}"
