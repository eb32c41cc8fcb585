"""OPI's list of post-program statuses: what may have become of a concentrator who left."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cte_portal.editions import Home


class PostProgramStatusQuerySet(models.QuerySet["PostProgramStatus"]):
    def offered_in(self, end_year: int) -> PostProgramStatusQuerySet:
        """Those that may be given to a leaver of this end year, the best first."""
        offered = self.filter(Q(last_year=None) | Q(last_year__gte=end_year))
        return offered.filter(first_year__lte=end_year).order_by("rank")


class PostProgramStatus(models.Model):
    """A code with what it means and how it counts. Of several true answers the one with the lowest
    rank wins.

    Outcomes hold the code as text, so that a status whose years are over stays readable.
    """

    lives_in = Home.DISTRICT

    code = models.CharField(max_length=2)
    name = models.CharField("post-program status", max_length=100)
    rank = models.PositiveSmallIntegerField()
    is_placed = models.BooleanField("counts as placed", default=False)
    is_answered = models.BooleanField("counts as answered", default=True)
    needs_attempts = models.BooleanField("given only after the required attempts", default=False)
    first_year = models.PositiveSmallIntegerField("first end year")
    last_year = models.PositiveSmallIntegerField("last end year", null=True, blank=True)
    is_provisional = models.BooleanField("provisional", default=False)

    objects = PostProgramStatusQuerySet.as_manager()

    class Meta:
        verbose_name = "post-program status"
        verbose_name_plural = "post-program statuses"
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                name="pathways_post_program_status_code_is_used_once",
                violation_error_message="Another post-program status has that code.",
            ),
            models.UniqueConstraint(
                fields=["rank"],
                name="pathways_post_program_status_rank_is_used_once",
                violation_error_message="Another post-program status has that rank.",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Z]{2}$"),
                name="pathways_post_program_status_code_has_two_characters",
                violation_error_message="A code has 2 digits or capital letters.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="pathways_post_program_status_has_a_name",
                violation_error_message="Enter a value for Post-program Status.",
            ),
            models.CheckConstraint(
                condition=Q(is_placed=False) | Q(is_answered=True),
                name="pathways_post_program_status_placed_is_answered",
                violation_error_message="A status that counts as placed counts as answered, too.",
            ),
            models.CheckConstraint(
                condition=Q(last_year=None) | Q(last_year__gte=F("first_year")),
                name="pathways_post_program_status_ends_on_or_after_its_first_year",
                violation_error_message="The last year must not come before the first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
