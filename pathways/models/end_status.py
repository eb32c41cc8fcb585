"""OPI's list of end statuses: the codes that say how an enrollment ended."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cte_portal.editions import Home


class EndStatusQuerySet(models.QuerySet["EndStatus"]):
    def offered_in(self, end_year: int) -> EndStatusQuerySet:
        """Those with which an enrollment of this end year can end."""
        return self.filter(Q(last_year=None) | Q(last_year__gte=end_year), first_year__lte=end_year)

    def codes_of(self, *families: str) -> list[str]:
        """The codes of these families, of all years. A list, because enrollments at the state are
        in another database.
        """
        return list(self.filter(family__in=families).values_list("code", flat=True))


class EndStatus(models.Model):
    """A code with what it means. The family says what follows from it: graduates and dropouts are
    followed up.

    Enrollments hold the code as text, so a code that came in before OPI listed it stays readable.
    """

    lives_in = Home.DISTRICT

    class Family(models.TextChoices):
        GRADUATE = "graduate", "Graduate"
        DROPOUT = "dropout", "Dropout"
        TRANSFER = "transfer", "Transfer"
        OTHER = "other", "Other"

    code = models.CharField(max_length=3)
    name = models.CharField("end status", max_length=100)
    family = models.CharField(max_length=8, choices=Family.choices)
    first_year = models.PositiveSmallIntegerField("first end year")
    last_year = models.PositiveSmallIntegerField("last end year", null=True, blank=True)
    is_provisional = models.BooleanField("provisional", default=False)

    objects = EndStatusQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "end statuses"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                name="pathways_end_status_code_is_used_once",
                violation_error_message="Another end status has that code.",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Z]{1,3}$"),
                name="pathways_end_status_code_is_short",
                violation_error_message="A code has 1 to 3 digits or capital letters.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="pathways_end_status_has_a_name",
                violation_error_message="Enter a value for End Status.",
            ),
            models.CheckConstraint(
                condition=Q(family__in=["graduate", "dropout", "transfer", "other"]),
                name="pathways_end_status_family_is_known",
                violation_error_message="Select a family.",
            ),
            models.CheckConstraint(
                condition=Q(last_year=None) | Q(last_year__gte=F("first_year")),
                name="pathways_end_status_ends_on_or_after_its_first_year",
                violation_error_message="The last year must not come before the first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
