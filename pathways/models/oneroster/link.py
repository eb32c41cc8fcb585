"""Which of another system's ids means which row."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cte_portal.editions import Home


class SourceLink(models.Model):
    """Which row another system's id meant last (R-IMP-07, R-IMP-10). It never decides against the
    State ID, and stands for it only where a later export leaves it blank.

    The row is named by its plain id: a link outlives it, and is passed over then.
    """

    lives_in = Home.DISTRICT

    class Kind(models.TextChoices):
        STUDENT = "student", "Student"
        SECTION = "section", "Section"

    district = models.CharField(max_length=4)
    source = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    external = models.CharField(max_length=255)
    row = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "source", "kind", "external"],
                name="pathways_source_link_is_one_an_id",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["student", "section"]),
                name="pathways_source_link_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external}"
