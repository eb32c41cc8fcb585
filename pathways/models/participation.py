"""A student's record in one pathway: the CTE Concentrator screen (guide, Step Two), and its staged
twin.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Round

from cte_portal.editions import Edition, Home, Scope
from cte_portal.ui.wording import number_of
from pathways.models.pathway import Pathway
from pathways.models.student import Enrollment, Student

MOST_CREDITS = Decimal(30)
CONCENTRATOR_CREDITS = Decimal(2)

# Credits on SQLite are floats: 0.1 + 0.2 is compared with 0.3 only after rounding, everywhere with
# this one expression.
TOTAL_CREDITS = Round(F("in_district_credits") + F("out_of_district_credits"), 2)


def credits_field(name: str) -> models.DecimalField:
    return models.DecimalField(name, max_digits=5, decimal_places=2)


@dataclass(frozen=True)
class Figures:
    """Students are counted once, however many pathways they are in: as concentrators if any of
    their records says Yes.
    """

    students: int
    concentrators: int
    records: int
    changed: int

    @property
    def participants(self) -> int:
        return self.students - self.concentrators


@dataclass(frozen=True)
class Reach:
    """How many records, and of how many districts."""

    districts: int
    records: int

    def __str__(self) -> str:
        districts = number_of(self.districts, "district")
        return f"{districts}, {number_of(self.records, 'record')}"


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def in_scope(self, scope: Scope) -> ParticipationQuerySet:
        """Records of the students who are enrolled in the district in that end year: a record
        itself has no year.
        """
        # Joined, not `student__in`: for that PostgreSQL asks every student of the district for an
        # enrollment first.
        return self.of_district(scope).enrolled_in(scope.end_year)

    def of_district(self, scope: Scope) -> ParticipationQuerySet:
        """Records of the district's students whether or not they are enrolled in the scope's
        year.
        """
        return self.using(scope.alias).filter(student__district_id=scope.district)

    def of_state(self, edition: Edition, end_year: int) -> ParticipationQuerySet:
        """Records of all districts, of the students who are enrolled in that end year."""
        return self.in_edition(edition).enrolled_in(end_year)

    def in_edition(self, edition: Edition) -> ParticipationQuerySet:
        """Records of all districts and years."""
        return self.using(edition.value)

    def enrolled_in(self, end_year: int) -> ParticipationQuerySet:
        """Records, of all districts, of the students who are enrolled in that end year."""
        return self.filter(
            Exists(
                Enrollment.objects.that_count(end_year).filter(student_id=OuterRef("student_id"))
            )
        )

    def reach(self) -> Reach:
        """How far a change that touches these records goes."""
        return Reach(
            **self.aggregate(
                records=Count("pk"), districts=Count("student__district_id", distinct=True)
            )
        )

    def figures(self, end_year: int) -> Figures:
        """The counts of these records; `changed` are those whose last change was made while
        `end_year` was the active year.
        """
        return Figures(
            **self.aggregate(
                students=Count("student_id", distinct=True),
                concentrators=Count("student_id", distinct=True, filter=Q(concentrator=True)),
                records=Count("pk"),
                changed=Count("pk", filter=Q(modified_end_year=end_year)),
            )
        )


class Participation(models.Model):
    """What the CTE Participant Detail shows. Written by the ledger alone."""

    lives_in = Home.BOTH

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="participations")
    pathway = models.ForeignKey(Pathway, on_delete=models.PROTECT, related_name="participations")
    concentrator = models.BooleanField("CTE Concentrator")
    single_parent = models.BooleanField("Student Single Parent")
    start_date = models.DateField("Start Date")
    in_district_credits = credits_field("In District Credits Earned")
    out_of_district_credits = credits_field("Out of District Credits Earned")
    total_credits = models.GeneratedField(
        expression=TOTAL_CREDITS,
        output_field=credits_field("Total Pathway Credits Earned"),
        db_persist=True,
        verbose_name="Total Pathway Credits Earned",
    )
    dual_enrollment_credits = credits_field("Dual Enrollment Credits")
    work_based_learning_credits = credits_field("Work Based Learning Credits")
    modified_date = models.DateField("Modified Date")
    modified_by = models.CharField("Modified By", max_length=120)
    modified_end_year = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student", "pathway"],
                name="pathways_one_record_per_student_and_pathway",
                violation_error_message=(
                    "This student already has this pathway. Open that record to change it."
                ),
            ),
            # The upper bound also keeps out NaN, which PostgreSQL sorts above every number.
            models.CheckConstraint(
                condition=Q(in_district_credits__gte=0, in_district_credits__lte=MOST_CREDITS),
                name="pathways_in_district_credits_are_0_to_30",
                violation_error_message="In District Credits must be between 0 and 30.",
            ),
            models.CheckConstraint(
                condition=Q(
                    out_of_district_credits__gte=0, out_of_district_credits__lte=MOST_CREDITS
                ),
                name="pathways_out_of_district_credits_are_0_to_30",
                violation_error_message="Out of District Credits must be between 0 and 30.",
            ),
            models.CheckConstraint(
                condition=Q(total_credits__lte=MOST_CREDITS),
                name="pathways_total_credits_are_0_to_30",
                violation_error_message="Total Pathway Credits must be 30 or less.",
            ),
            models.CheckConstraint(
                condition=Q(
                    dual_enrollment_credits__gte=0, dual_enrollment_credits__lte=F("total_credits")
                ),
                name="pathways_dual_enrollment_credits_are_within_the_total",
                violation_error_message=(
                    "Dual Enrollment Credits must also be counted in or out of district."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    work_based_learning_credits__gte=0,
                    work_based_learning_credits__lte=F("total_credits"),
                ),
                name="pathways_work_based_credits_are_within_the_total",
                violation_error_message=(
                    "Work Based Learning Credits must also be counted in or out of district."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["modified_end_year"], name="pathways_by_modified_end_year"),
            # Few students are single parents: the reports about them start from here.
            models.Index(
                fields=["student"], condition=Q(single_parent=True), name="pathways_single_parents"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pathway_id} {self.total_credits}"


class StagedParticipation(models.Model):
    """A row that has been typed or read but not written: the catalogue judges it, the ledger
    applies it.

    It stands in a temporary table of the connection (pathways/ledger/staging.py). Every value may
    be missing: that something is missing is for a rule to say. Amounts have no fixed scale here, so
    that a third decimal is seen instead of rounded away.
    """

    lives_in = Home.DISTRICT

    line = models.IntegerField(primary_key=True)
    student = models.ForeignKey(
        Student, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    pathway = models.ForeignKey(
        Pathway, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    concentrator = models.BooleanField(null=True)
    single_parent = models.BooleanField(null=True)
    start_date = models.DateField(null=True)
    in_district_credits = models.DecimalField(null=True, max_digits=20, decimal_places=10)
    out_of_district_credits = models.DecimalField(null=True, max_digits=20, decimal_places=10)
    # Computed once, as the row comes in: a dozen rules ask for it.
    total_credits = models.GeneratedField(
        expression=TOTAL_CREDITS,
        output_field=models.DecimalField(max_digits=20, decimal_places=10),
        db_persist=True,
    )
    dual_enrollment_credits = models.DecimalField(null=True, max_digits=20, decimal_places=10)
    work_based_learning_credits = models.DecimalField(null=True, max_digits=20, decimal_places=10)
    # The version the person saw: 0 for "there was none", None for "whatever is there" (an upload
    # overwrites by key).
    version = models.PositiveIntegerField(null=True)
    delete_row = models.BooleanField(default=False)
    # Only the demo gives these; for everyone else the ledger sets them.
    modified_at = models.DateTimeField(null=True)
    modified_date = models.DateField(null=True)
    modified_by = models.CharField(max_length=120, null=True)  # noqa: DJ001 - null is "not given"
    modified_end_year = models.PositiveSmallIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "staged_participation"

    def __str__(self) -> str:
        return f"line {self.line}"
