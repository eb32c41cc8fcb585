"""Students of a district and their enrollments, which decide in which end years a record counts."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Concat, Length, Upper

from cte_portal.editions import Edition, Home, Scope
from cte_portal.folding import Folded, folded
from cte_portal.words import listed_name
from pathways.models.calendar import Calendar, SchoolYear
from pathways.models.district import District
from pathways.models.end_status import EndStatus

BY_NAME = ("last_name_folded", "first_name_folded", "middle_name_folded", "state_id")


def by_name_of(student: str) -> tuple[str, ...]:
    """The order by name for rows that reach the student by `student`, like `student` or
    `enrollment__student`.
    """
    return tuple(f"{student}__{name}" for name in BY_NAME)


def _words(term: str) -> list[str]:
    """Each word as names are kept; empty is what has no letter, an apostrophe alone."""
    return [folded(word) for word in term.replace(",", " ").split()]


def name_field(source: str) -> models.GeneratedField:
    """A name as people look for it and sort by it. The database keeps it, so that whoever writes a
    student need not.
    """
    return models.GeneratedField(
        expression=Folded(F(source)), output_field=models.CharField(max_length=150), db_persist=True
    )


def as_written(grade: Any) -> Func:
    """A grade as people write it: 9 for 09."""
    return Func(grade, Value("0"), function="LTRIM", output_field=models.CharField())


class StudentQuerySet(models.QuerySet["Student"]):
    def in_scope(self, scope: Scope) -> StudentQuerySet:
        """Students of the district with a Primary, Partial or Special Ed enrollment in a calendar
        of that end year.
        """
        return self.of_district(scope).enrolled_in(scope.end_year)

    def of_district(self, scope: Scope) -> StudentQuerySet:
        """The district's students, whether or not they are enrolled in the scope's year."""
        return self.using(scope.alias).filter(district_id=scope.district)

    def in_edition(self, edition: Edition) -> StudentQuerySet:
        """Students of all districts."""
        return self.using(edition.value)

    def enrolled_in(self, end_year: int) -> StudentQuerySet:
        return self.filter(
            Exists(Enrollment.objects.that_count(end_year).filter(student_id=OuterRef("pk")))
        )

    def by_name(self) -> StudentQuerySet:
        return self.order_by(*BY_NAME)

    def listed(self, end_year: int) -> StudentQuerySet:
        """Placed, and with `record_count`."""
        return self.placed(end_year).annotate(record_count=Count("participations"))

    def graded(self, end_year: int) -> StudentQuerySet:
        """With `grade` (9, 12, KG) of the enrollment that decides in the year."""
        enrollment = Enrollment.objects.that_decide(end_year).filter(student_id=OuterRef("pk"))
        return self.annotate(grade=as_written(Subquery(enrollment.values("grade")[:1])))

    def placed(self, end_year: int) -> StudentQuerySet:
        """The same with `school_id`, `school_name` and `enrolled_on` of that enrollment."""
        enrollment = Enrollment.objects.that_decide(end_year).filter(student_id=OuterRef("pk"))
        return self.graded(end_year).annotate(
            school_id=Subquery(enrollment.values("calendar__school_id")[:1]),
            school_name=Subquery(enrollment.values("calendar__school__name")[:1]),
            enrolled_on=Subquery(enrollment.values("start_date")[:1]),
        )

    def matching(self, term: str) -> StudentQuerySet:
        """Students whose names contain each word of `term`, or whose State ID or Local ID contains
        it.

        Accents, apostrophes, hyphens and capitals make no difference. Spaces and hyphens within a
        State ID are how people write it, so `999 000 123` and `999-000-123` find 999000123.
        """
        local = Q(local_id__icontains=term) if term else Q()
        digits = folded(term)
        if digits.isascii() and digits.isdigit():
            return self.filter(Q(state_id__contains=digits) | local)
        words = [word for word in _words(term) if word]
        if term and not words:
            return self.filter(local)
        named = Q()
        for word in words:
            named &= Q.create([(f"{field}__contains", word) for field in BY_NAME], connector=Q.OR)
        return self.filter(named | Q(local_id__iexact=term)) if term else self

    def exactly(self, whole: Any, parts: tuple[Any, ...]) -> StudentQuerySet:
        """Students whose whole State ID or name this is, last name first or last. It is folded, and
        may begin or end with `parts`: by one of them an index finds the last name.
        """
        last, first = F("last_name_folded"), F("first_name_folded")
        names = {"last_first": Concat(last, first), "first_last": Concat(first, last)}
        named = Q(Q(last_first=whole) | Q(first_last=whole), last_name_folded__in=parts)
        return self.alias(**names).filter(Q(state_id=whole) | named)

    def with_local_id(self, term: Any, length: Any, *, has_letters: bool) -> StudentQuerySet:
        """Students whose whole Local ID this is. Only one as long is written in capitals."""
        as_long = self.alias(local_length=Length("local_id")).filter(local_length=length)
        if not has_letters:
            return as_long.filter(local_id=term)
        return as_long.alias(in_capitals=Upper("local_id")).filter(in_capitals=Upper(term))

    def best_first(self, term: str) -> StudentQuerySet:
        """By name, those first whose last name begins with a word of `term`."""
        begins = Q.create(
            [("last_name_folded__startswith", word) for word in _words(term) if word],
            connector=Q.OR,
        )
        if not begins:
            return self.by_name()
        later = Case(When(begins, then=Value(0)), default=Value(1), output_field=IntegerField())
        return self.order_by(later, *BY_NAME)


class Student(models.Model):
    lives_in = Home.BOTH

    class Gender(models.TextChoices):
        FEMALE = "F", "Female"
        MALE = "M", "Male"

    district = models.ForeignKey(District, models.PROTECT, related_name="students", db_index=False)
    state_id = models.CharField("State ID", max_length=9)
    local_id = models.CharField("Local ID", max_length=15, blank=True)
    last_name = models.CharField(max_length=50)
    first_name = models.CharField(max_length=50)
    middle_name = models.CharField(max_length=50, blank=True)
    last_name_folded = name_field("last_name")
    first_name_folded = name_field("first_name")
    middle_name_folded = name_field("middle_name")
    birth_date = models.DateField()
    gender = models.CharField(max_length=1, choices=Gender.choices)

    objects = StudentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "state_id"],
                name="pathways_state_id_is_used_once_in_a_district",
                violation_error_message="This district already has a student with that State ID.",
            ),
            models.CheckConstraint(
                condition=Q(state_id__regex=r"^[0-9]{9}$"),
                name="pathways_state_id_has_nine_digits",
                violation_error_message="A State ID has 9 digits.",
            ),
            models.CheckConstraint(
                condition=Q(gender__in=["F", "M"]),
                name="pathways_gender_is_female_or_male",
                violation_error_message="Gender must be F or M.",
            ),
        ]
        indexes = [
            models.Index(fields=["district", *BY_NAME], name="pathways_student_by_name"),
            models.Index(fields=["district", "id"], name="pathways_student_newest"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """As the lists show it: ANDERSON, KAYLA R."""
        return listed_name(self.last_name, self.first_name, self.middle_name)


def counts_in(end_year: int, via: str = "", *, names_year: bool = True) -> Q:
    """What `that_count` demands of rows that reach the enrollment by `via`, or all but its year."""
    demanded: dict[str, Any] = {f"{via}service_type__in": Enrollment.SERVICE_TYPES_THAT_COUNT}
    if names_year:
        demanded[f"{via}calendar__school_year_id"] = end_year
    starts = Subquery(SchoolYear.objects.filter(end_year=end_year).values("starts"))
    return (Q(**{f"{via}end_date": None}) | Q(**{f"{via}end_date__gte": starts})) & Q(**demanded)


def decides_first(via: str = "") -> list[Any]:
    """The order of `that_decide`, for rows that reach the enrollment by `via`."""
    primary = Case(When(**{f"{via}service_type": "P"}, then=Value(0)), default=Value(1))
    return [primary, F(f"{via}start_date").desc(), F(f"{via}pk").desc()]


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def ended_as(self, *families: str) -> EnrollmentQuerySet:
        """Enrollments that ended with a status of one of these families, such as graduates."""
        return self.filter(end_status__in=EndStatus.objects.codes_of(*families))

    def with_end_status_name(self) -> EnrollmentQuerySet:
        """Adds `end_status_name`, OPI's words for the code; None for a code that is not listed."""
        listed = EndStatus.objects.filter(code=OuterRef("end_status"))
        return self.annotate(end_status_name=Subquery(listed.values("name")[:1]))

    def in_edition(self, edition: Edition) -> EnrollmentQuerySet:
        return self.using(edition.value)

    def that_count(self, end_year: int) -> EnrollmentQuerySet:
        """Enrollments that put a student, and so the student's records, in scope of an end year.

        An enrollment that ended before the year's first day is a no-show: it never began in that
        year.
        """
        return self.filter(counts_in(end_year))

    def in_scope(self, scope: Scope) -> EnrollmentQuerySet:
        """Those that count in the scope's year, of the district's students."""
        return (
            self.using(scope.alias)
            .that_count(scope.end_year)
            .filter(student__district_id=scope.district)
        )

    def that_decide(self, end_year: int) -> EnrollmentQuerySet:
        """Those that count, the one first that says a student's school and grade: the latest
        Primary one, without any the latest.
        """
        return self.that_count(end_year).order_by(*decides_first())


class Enrollment(models.Model):
    lives_in = Home.BOTH

    class ServiceType(models.TextChoices):
        PRIMARY = "P", "Primary"
        PARTIAL = "S", "Partial"
        SPECIAL_ED = "N", "Special Ed Services"
        OTHER = "O", "Other"

    SERVICE_TYPES_THAT_COUNT = ("P", "S", "N")

    student = models.ForeignKey(Student, models.PROTECT, related_name="enrollments", db_index=False)
    calendar = models.ForeignKey(Calendar, models.PROTECT, "enrollments", db_index=False)
    service_type = models.CharField(max_length=1, choices=ServiceType.choices)
    grade = models.CharField(max_length=2)
    start_date = models.DateField()
    end_date = models.DateField(null=True, blank=True)
    end_status = models.CharField(max_length=3, blank=True)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        ordering = ["-start_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "calendar", "service_type", "start_date"],
                name="pathways_enrollment_is_entered_once",
                violation_error_message="This enrollment is already entered.",
            ),
            models.CheckConstraint(
                condition=Q(service_type__in=["P", "S", "N", "O"]),
                name="pathways_service_type_is_known",
                violation_error_message="The service type must be P, S, N, or O.",
            ),
            models.CheckConstraint(
                condition=Q(end_date=None) | Q(end_date__gte=F("start_date")),
                name="pathways_enrollment_ends_on_or_after_its_start",
                violation_error_message="The enrollment ends before it starts.",
            ),
            models.CheckConstraint(
                condition=Q(end_date__isnull=False) | Q(end_status=""),
                name="pathways_end_status_needs_an_end_date",
                violation_error_message="An end status needs an end date.",
            ),
        ]
        indexes = [models.Index(fields=["calendar", "id"], name="pathways_enrollment_newest")]

    def __str__(self) -> str:
        return f"{self.calendar} {self.get_service_type_display()} from {self.start_date:%m/%d/%Y}"
