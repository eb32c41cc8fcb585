"""Students of a district and their enrollments, which decide in which end years a record counts."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, Exists, F, Func, OuterRef, Q, Subquery, Value, Window

from cte_portal.editions import Edition, Home, Scope
from pathways.models.calendar import Calendar
from pathways.models.district import District

_SEARCHED = ("last_name", "first_name", "middle_name", "state_id")


def _spellings(word: str) -> set[str]:
    """A word as names may hold it: with either apostrophe, and, as SQLite folds the case of ASCII letters only, in either case."""
    spellings = {word, word.replace("'", "’"), word.replace("’", "'")}
    return spellings if word.isascii() else {one for spelling in spellings for one in (spelling, spelling.lower(), spelling.upper())}


class StudentQuerySet(models.QuerySet["Student"]):
    def in_scope(self, scope: Scope) -> StudentQuerySet:
        """Students of the district with a Primary, Partial or Special Ed enrollment in a calendar of that end year."""
        return self.of_district(scope).enrolled_in(scope.end_year)

    def of_district(self, scope: Scope) -> StudentQuerySet:
        """The district's students, whether or not they are enrolled in the scope's year."""
        return self.using(scope.alias).filter(district_id=scope.district)

    def in_edition(self, edition: Edition) -> StudentQuerySet:
        """Students of all districts."""
        return self.using(edition.value)

    def enrolled_in(self, end_year: int) -> StudentQuerySet:
        return self.filter(Exists(Enrollment.objects.that_count(end_year).filter(student_id=OuterRef("pk"))))

    def by_name(self) -> StudentQuerySet:
        return self.order_by("last_name", "first_name", "middle_name", "state_id")

    def listed(self, end_year: int) -> StudentQuerySet:
        """Placed, and with `record_count`."""
        return self.placed(end_year).annotate(record_count=Count("participations"))

    def placed(self, end_year: int) -> StudentQuerySet:
        """With `grade` (9, 12, KG), `school_id`, `school_name` and `enrolled_on` of the latest enrollment that counts in the year."""
        enrollment = Enrollment.objects.that_count(end_year).filter(student_id=OuterRef("pk")).order_by("-start_date", "-pk")
        return self.annotate(
            grade=Func(Subquery(enrollment.values("grade")[:1]), Value("0"), function="LTRIM", output_field=models.CharField()),
            school_id=Subquery(enrollment.values("calendar__school_id")[:1]),
            school_name=Subquery(enrollment.values("calendar__school__name")[:1]),
            enrolled_on=Subquery(enrollment.values("start_date")[:1]),
        )

    def with_total(self) -> StudentQuerySet:
        """With the number of students found, however many are taken of them, as `total`."""
        return self.annotate(total=Window(Count("pk")))

    def matching(self, term: str) -> StudentQuerySet:
        """Students whose names contain each word of `term`, or whose State ID contains its digits.

        Spaces within a State ID are how the portal shows it, so `999 000 123` finds 999000123.
        """
        digits = "".join(term.split())
        if digits.isascii() and digits.isdigit():
            return self.filter(state_id__contains=digits)
        found = self
        for word in term.replace(",", " ").split():
            found = found.filter(
                Q.create([(f"{field}__icontains", one) for one in _spellings(word) for field in _SEARCHED], connector=Q.OR)
            )
        return found


class Student(models.Model):
    lives_in = Home.BOTH

    class Gender(models.TextChoices):
        FEMALE = "F", "Female"
        MALE = "M", "Male"

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="students")
    state_id = models.CharField("State ID", max_length=9)
    local_id = models.CharField("Local ID", max_length=15, blank=True)
    last_name = models.CharField(max_length=50)
    first_name = models.CharField(max_length=50)
    middle_name = models.CharField(max_length=50, blank=True)
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
                violation_error_message="Gender is F or M.",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "last_name", "first_name"], name="pathways_student_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """As the lists show it: ANDERSON, KAYLA R."""
        initial = f" {self.middle_name[0]}." if self.middle_name else ""
        return f"{self.last_name}, {self.first_name}{initial}".upper()


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def that_count(self, end_year: int) -> EnrollmentQuerySet:
        """Enrollments that put a student, and so the student's records, in scope of an end year.

        An enrollment that ended before the year's first day is a no-show: it never began in that year.
        """
        return self.filter(
            Q(end_date=None) | Q(end_date__gte=F("calendar__school_year__starts")),
            calendar__school_year_id=end_year,
            service_type__in=Enrollment.SERVICE_TYPES_THAT_COUNT,
        )


class Enrollment(models.Model):
    lives_in = Home.BOTH

    class ServiceType(models.TextChoices):
        PRIMARY = "P", "Primary"
        PARTIAL = "S", "Partial"
        SPECIAL_ED = "N", "Special Ed Services"
        OTHER = "O", "Other"

    SERVICE_TYPES_THAT_COUNT = ("P", "S", "N")

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="enrollments")
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="enrollments")
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
                violation_error_message="The service type is P, S, N or O.",
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

    def __str__(self) -> str:
        return f"{self.calendar} {self.get_service_type_display()} from {self.start_date:%m/%d/%Y}"
